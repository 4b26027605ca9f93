"""The document of a training: what it learns from, with which layers, how, and from which seed. It is a value.

What it takes is known, and refused where it is too much, before anything is made.
"""

import math
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.errors import Mistake, Unfit, Word, shown
from app.layers import Layer, LayerField
from app.layers.reading import validated
from app.layers.trained import origin_of
from app.layers.weights import MAX_SEED
from app.messages import N_
from app.pipeline import recipe
from app.pipeline.document import read_layers
from app.strict import noted, together
from app.training.data import DATA, AnyData, ShapesData
from app.training.network import fitted, seeded
from app.training.optimizers import OPTIMIZERS, SGD, AnyOptimizer
from app.training.score import AT_ONCE

DEFAULT = "conv2d(8, 5) | relu | max_pool2d(2) | linear({classes}) | softmax"
PARTS = ("data", "optimizer", "layers", "recipe")  # which are read for themselves
MOST_LAYERS = 24
MOST_PARAMETERS = 100_000
MOST_STEPS = 40_000
BACK = 3  # times as much as forward alone a batch takes that is learned from
MOST_AT_ONCE = 1_000_000_000  # multiplications, half a second: what has begun cannot be stopped
MOST_IN_ALL = 2_000_000_000_000
MOST_NUMBERS = 64_000_000  # of all that a batch makes on its way


class Training(BaseModel):
    """What is learned, by which layers, and how."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)
    data: AnyData = ShapesData()
    """What it learns from."""
    layers: tuple[LayerField, ...] = recipe.read(DEFAULT.format(classes=len(ShapesData().names)))
    """The network, which ends in softmax; weights of which nothing is said are random, by the seed plus the index."""
    optimizer: AnyOptimizer = SGD()
    """How weights follow their gradients."""
    batch_size: Annotated[int, Field(ge=1, le=256, strict=True)] = 16
    """Examples that are learned from at once."""
    epochs: Annotated[int, Field(ge=1, le=100, strict=True)] = 12
    """How often it goes through all examples."""
    seed: Annotated[int, Field(ge=0, le=MAX_SEED, strict=True)] = 0
    """What weights begin with and the order of examples follow from it."""

    @property
    def seeded(self) -> tuple[Layer, ...]:
        """The layers, each with weights to begin with."""
        return seeded(self.layers, self.seed)

    @property
    def steps_an_epoch(self) -> int:
        """How many batches an epoch has."""
        return -(-self.data.counts[0] // self.batch_size)

    @property
    def steps(self) -> int:
        """How many batches there are in all epochs."""
        return self.steps_an_epoch * self.epochs

    def document(self) -> dict[str, Any]:
        """Return it as JSON, the layers with what equals their defaults left out."""
        return self.fields("json")

    def fields(self, mode: Literal["json", "python"]) -> dict[str, Any]:
        """Return its fields, all but the defaults of layers; in Python's mode arrays stay arrays."""
        return {
            **self.model_dump(mode=mode, exclude={"layers"}),
            "layers": [_layer_fields(layer, mode) for layer in self.layers],
        }

    def check(self) -> None:
        """Refuse layers that cannot be, or do not fit the classes, and more work than a training may be (Unfit)."""
        if len(self.layers) > MOST_LAYERS:
            raise _too_much(N_("layers"), len(self.layers), MOST_LAYERS, "/layers")
        layers, made = self.seeded, (0, 0, 0)
        parameters = cost = numbers = 0
        for index, (read, made) in enumerate(fitted(layers, self.data.shape)):
            _refuse_expiring(layers[index], index)
            parameters += layers[index].parameters(read)
            cost += layers[index].cost(read)
            numbers += math.prod(made)
            for what, count, most in (
                (N_("parameters"), parameters, MOST_PARAMETERS),
                (N_("multiplications a batch"), cost * max(BACK * self.batch_size, AT_ONCE), MOST_AT_ONCE),
                (N_("numbers a batch"), numbers * max(self.batch_size, AT_ONCE), MOST_NUMBERS),
            ):
                if count > most:
                    raise _too_much(what, count, most, f"/layers/{index}")
        self._check_end(made[0])
        learned, measured = self.data.counts
        in_all = cost * (BACK * learned * self.epochs + measured * (self.epochs + 1))
        if self.steps > MOST_STEPS:
            raise _too_much(N_("batches"), self.steps, MOST_STEPS, "/epochs")
        if in_all > MOST_IN_ALL:
            raise _too_much(N_("multiplications in all"), in_all, MOST_IN_ALL, "/epochs")

    def _check_end(self, made: int) -> None:
        classes = self.data.names
        if self.layers and self.layers[-1].scores and made != len(classes):
            raise Unfit(
                "The network tells {made} classes apart, and the examples have {count}: {names}. Let the last layer "
                "with weights make {count}.",
                made=made,
                count=len(classes),
                names=", ".join(classes),
                pointer=f"/layers/{len(self.layers) - 1}",
            )


def _refuse_expiring(layer: Layer, index: int) -> None:
    """Refuse weights that may go while the training, which has learned from them, stays."""
    origin = origin_of(layer)
    if origin is not None and origin.model.expires_at is not None:
        raise Unfit(
            "The model {model} goes on its day, and what is learned from it would stay; begin with random weights, or "
            "those of a model that ships.",
            model=origin.model.id,
            pointer=f"/layers/{index}/weights",
        )


def _layer_fields(layer: Layer, mode: Literal["json", "python"]) -> dict[str, Any]:
    """Return the fields of a layer; random weights that are the usual ones are said where they were said."""
    fields = layer.fields(mode)
    said = layer.learned and "weights" in layer.model_fields_set
    return {**fields, "weights": {"init": "random"}} if said and "weights" not in fields else fields


def _too_much(what: str, count: int, most: int, pointer: str) -> Unfit:
    """Return why a training is too much, of something (a msgid)."""
    return Unfit(
        "This training has {count} {what}; the most is {most}. Use smaller pictures, fewer filters, smaller batches or "
        "fewer epochs.",
        count=f"{count:,}",
        what=Word(what),
        most=f"{most:,}",
        pointer=pointer,
    )


def read_training(value: object) -> Training:
    """Return the training that a JSON object describes; `recipe` may stand in place of `layers`."""
    if not isinstance(value, Mapping):
        raise Unfit('A training is an object, such as {{"data": {{"set": "shapes"}}, "epochs": 12}}.')
    fields = {name: given for name, given in value.items() if name not in PARTS}
    wrong, below = list[Mistake](), list[Mistake]()
    for name, kinds in (("data", DATA), ("optimizer", OPTIMIZERS)):
        if name in value:
            with noted(below):
                fields[name] = _read_part(value[name], name, kinds)
    with noted(below):
        if "recipe" in value or "layers" in value:
            fields["layers"] = _read_network(value)
        elif "data" in fields:
            fields["layers"] = recipe.read(DEFAULT.format(classes=len(fields["data"].names)))
    with noted(wrong):  # a part that could not be read is left out
        training = validated(lambda: Training.model_validate(fields), fields=Training.model_fields)
    if wrong or below:
        raise together([*wrong, *below])
    return training


def _read_network(value: Mapping[str, Any]) -> tuple[Layer, ...]:
    """Return the layers of a training, which it gives as such or as a recipe; raise Unfit where it gives both."""
    if "recipe" in value and "layers" in value:
        raise Unfit("Give the layers or the recipe, not both.", pointer="/recipe")
    if "layers" in value:
        return read_layers(value["layers"])
    if not isinstance(value["recipe"], str):
        raise Unfit('The recipe is a text, such as "conv2d(6, 5) | relu".', pointer="/recipe")
    return recipe.read(value["recipe"])


def _read_part(value: object, name: str, kinds: Mapping[str, type[BaseModel]]) -> BaseModel:
    """Return a part of a training, of which there are several `kinds`."""
    tag = next(tag for tag in ("set", "type") if tag in next(iter(kinds.values())).model_fields)
    kind = value.get(tag) if isinstance(value, Mapping) else None
    if not (isinstance(kind, str) and kind in kinds):
        raise Unfit(
            '{name} is an object whose "{tag}" is one of {names}, as in {example}, not {given}.',
            name=name,
            tag=tag,
            names=", ".join(kinds),
            example=f'{{"{tag}": "{next(iter(kinds))}"}}',
            given=shown(value),
            pointer=f"/{name}",
        )
    try:
        return validated(lambda: kinds[kind].model_validate(value), fields=kinds[kind].model_fields)
    except Mistake as mistake:
        raise mistake.within(f"/{name}") from None
