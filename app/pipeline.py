"""The document: an input and a list of layers, nothing else, and what follows from it before any arithmetic.

A document is a value. Its canonical form leaves out what equals its default; its id is the hash of that form; every
prefix of its layers is a document of its own. `plan` finds all shapes and costs, and refuses what cannot be.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, SerializeAsAny

from app import recipe
from app.errors import Mistake, Unfit
from app.layers import Layer, Shape
from app.layers.reading import MAX_LAYERS, read_layer, validated
from app.layers.weights import NumbersField
from app.numerics.window import Pair

ENGINE = "1"  # in every immutable address; raised when the same document would give other numbers
MOST_SIDE = 20_000
Side = Annotated[int, Field(ge=1, le=MOST_SIDE, strict=True)]
Finite = Annotated[float, Field(ge=-1e6, le=1e6, allow_inf_nan=False)]
Positive = Annotated[float, Field(ge=1e-6, le=1e6, allow_inf_nan=False)]


class Scale(BaseModel):
    """Subtracts a mean from each channel of the 0..1 picture and divides by a standard deviation."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    mean: Annotated[tuple[Finite, ...], Field(min_length=1, max_length=3)]
    std: Annotated[tuple[Positive, ...], Field(min_length=1, max_length=3)]


class ImageInput(BaseModel):
    """A picture, brought to a size, a colour mode and a scale."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)
    image: Annotated[str, Field(min_length=1, max_length=128)]
    """The id of an upload or the name of a gallery picture."""
    height: Side | None = None
    """Rows; left out they follow from the picture's shape."""
    width: Side | None = None
    """Columns; left out they follow from the picture's shape."""
    fit: Literal["cover", "contain", "stretch"] = "cover"
    """How the picture meets that size: cropped, letterboxed or stretched."""
    mode: Literal["RGB", "L"] = "RGB"
    """Colour or grey."""
    scale: Literal["unit", "byte"] | Scale = "unit"
    """0..1, 0..255, or a mean and a standard deviation a channel."""

    @property
    def channels(self) -> int:
        return {"RGB": 3, "L": 1}[self.mode]

    def check(self) -> None:
        """Refuse a scale that does not have one number a channel."""
        if isinstance(self.scale, Scale) and {len(self.scale.mean), len(self.scale.std)} != {self.channels}:
            raise Unfit(
                "mean and std need {wanted} numbers each for mode {mode}; here are {mean} and {std}.",
                wanted=self.channels,
                mode=self.mode,
                mean=len(self.scale.mean),
                std=len(self.scale.std),
                pointer="/input/scale",
            )


class ValuesInput(BaseModel):
    """Numbers given one by one."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True, use_attribute_docstrings=True)
    image: ClassVar[None] = None
    values: NumbersField
    """[channel][row][column]"""

    @property
    def shape(self) -> Shape:
        channels, rows, columns = self.values.array.shape
        return channels, rows, columns

    def check(self) -> None:
        """Refuse anything but three axes."""
        if self.values.array.ndim != 3 or self.values.array.size == 0:
            raise Unfit(
                "values have three axes [channel][row][column], none empty; these have the shape {shape}.",
                shape=list(self.values.array.shape),
                pointer="/input/values",
            )


AnyInput = ImageInput | ValuesInput


class Document(BaseModel):
    """An input and the layers that it passes through."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    input: ImageInput | ValuesInput
    layers: tuple[SerializeAsAny[Layer], ...] = ()

    @cached_property
    def canonical(self) -> dict[str, Any]:
        """The document as JSON, with all that equals its default left out."""
        return {
            "input": self.input.model_dump(mode="json", exclude_defaults=True),
            "layers": [layer.canonical() for layer in self.layers],
        }

    @cached_property
    def text(self) -> str:
        """The canonical form as it is stored and hashed."""
        return json.dumps(self.canonical, sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    @cached_property
    def id(self) -> str:
        """The name of this run, for ever: 32 hexadecimal digits."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:32]

    @cached_property
    def recipe(self) -> str:
        """The layers in one line."""
        return recipe.write(self.layers)

    def prefix(self, count: int) -> "Document":
        """Return the document of the first `count` layers, a run of its own."""
        return self if count == len(self.layers) else Document(input=self.input, layers=self.layers[:count])


def read_input(value: object) -> AnyInput:
    """Return the input that a JSON object describes; raise Unfit where it describes none."""
    if not isinstance(value, Mapping):
        raise Unfit(
            'The input is an object, such as {{"image": "chelsea", "height": 32, "width": 32}}.', pointer="/input"
        )
    kind: type[ImageInput] | type[ValuesInput] = ValuesInput if "values" in value else ImageInput
    try:
        result: AnyInput = validated(lambda: kind.model_validate(value))
        result.check()
    except Mistake as mistake:
        pointer = mistake.pointer or ""
        mistake.pointer = pointer if pointer.startswith("/input") else "/input" + pointer.rstrip("/")
        raise
    return result


def read_document(value: object) -> Document:
    """Return the document that a JSON object describes; `recipe` may stand in place of `layers`."""
    if not isinstance(value, Mapping):
        raise Unfit('A document is an object with "input" and "layers".')
    unknown = sorted(map(str, value.keys() - {"input", "layers", "recipe"}))
    if unknown:
        raise Unfit(
            'A document has "input" and "layers" (or "recipe"), but no "{name}".',
            name=unknown[0][:60],
            pointer="/" + unknown[0][:60],
        )
    if "input" not in value:
        raise Unfit('The document has no "input".', pointer="/input")
    if "layers" in value and "recipe" in value:
        raise Unfit("Give the layers or the recipe, not both.", pointer="/recipe")
    source = read_input(value["input"])
    if "recipe" in value:
        if not isinstance(value["recipe"], str):
            raise Unfit('The recipe is a text, such as "conv2d(6, 5) | relu".', pointer="/recipe")
        return Document(input=source, layers=recipe.read(value["recipe"]))
    return Document(input=source, layers=read_layers(value.get("layers", [])))


def read_layers(value: object) -> tuple[Layer, ...]:
    """Return the layers that a JSON list describes."""
    if not isinstance(value, list):
        raise Unfit('"layers" is a list of layers.', pointer="/layers")
    if len(value) > MAX_LAYERS:
        raise Unfit(
            "A pipeline has at most {most} layers; this one has {count}.",
            most=MAX_LAYERS,
            count=len(value),
            pointer="/layers",
        )
    layers = []
    for index, layer in enumerate(value):
        try:
            layers.append(read_layer(layer))
        except Mistake as mistake:
            mistake.pointer = f"/layers/{index}{mistake.pointer or ''}".rstrip("/")
            raise
    return tuple(layers)


@dataclass(frozen=True)
class Stage:
    """What is known of one layer of a document before any arithmetic."""

    index: int
    layer: Layer
    input_shape: Shape
    output_shape: Shape
    receptive_size: Pair
    jump: Pair


def plan(document: Document, shape: Shape, *, most_multiplications: int, most_bytes: int) -> tuple[Stage, ...]:
    """Return the stages of `document` on an input of `shape`; raise Unfit for what cannot be or costs too much."""
    stages: list[Stage] = []
    size, jump = (1, 1), (1, 1)
    multiplications, numbers = 0, shape[0] * shape[1] * shape[2]
    for index, layer in enumerate(document.layers):
        try:
            output = layer.output_shape(shape)
        except Mistake as mistake:
            mistake.pointer = f"/layers/{index}{mistake.pointer or ''}"
            raise
        window = layer.window(shape)
        size = (size[0] + (window.reach[0] - 1) * jump[0], size[1] + (window.reach[1] - 1) * jump[1])
        jump = (jump[0] * window.stride[0], jump[1] * window.stride[1])
        stages.append(Stage(index, layer, shape, output, size, jump))
        multiplications += layer.multiplications(shape)
        numbers += output[0] * output[1] * output[2]
        if multiplications > most_multiplications:
            raise Unfit(
                "Up to layer {number} ({type}) this needs {count} multiplications; the most is {most}. Use a smaller "
                "picture, fewer filters or a larger stride.",
                number=index + 1,
                type=layer.type,
                count=f"{multiplications:,}",
                most=f"{most_multiplications:,}",
                pointer=f"/layers/{index}",
            )
        if 4 * numbers > most_bytes:
            raise Unfit(
                "Up to layer {number} ({type}) the maps need {count} bytes; the most is {most}. Use a smaller "
                "picture, fewer filters or a larger stride.",
                number=index + 1,
                type=layer.type,
                count=f"{4 * numbers:,}",
                most=f"{most_bytes:,}",
                pointer=f"/layers/{index}",
            )
        shape = output
    return tuple(stages)
