"""The document: an input and a list of layers, nothing else, and what follows from it before any arithmetic.

A document is a value. Its canonical form leaves out what equals its default; its id is the hash of that form; every
prefix of its layers is a document of its own. `plan` finds all shapes and costs, and refuses what cannot be.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from app.errors import Mistake, Unfit, shown
from app.layers import Layer, LayerField, Shape
from app.layers.layer import MOST_CHANNELS
from app.layers.models import Model, Origin, find
from app.layers.numbers import NumbersField, pieces, plain_pieces, unpacked, written
from app.layers.reading import MAX_LAYERS, all_linked, read_layer, validated
from app.layers.trained import origin_of
from app.pipeline import recipe
from app.pipeline.json_reader import parse_json
from app.pipeline.whole_model import model_in
from app.strict import MOST_FAULTS, carried, check_fields, noted, together

ENGINE = "5"  # in every immutable address; raised when the same document would give other numbers
MOST_SIDE = 20_000
AT_MOST_SO_LONG = 8  # times as long as its recipe a layer is as it is stored
MOST_SAID = 100_000  # characters of a layer as it is stored, from which on its numbers are left out where people read
Side = Annotated[int, Field(ge=1, le=MOST_SIDE, strict=True)]
Finite = Annotated[float, Field(ge=-1e6, le=1e6, allow_inf_nan=False, strict=True), AfterValidator(lambda x: x + 0.0)]
Positive = Annotated[float, Field(ge=1e-6, le=1e6, allow_inf_nan=False, strict=True)]


class Scale(BaseModel):
    """Subtracts a mean from each channel of the 0..1 picture and divides by a standard deviation."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    mean: Annotated[tuple[Finite, ...], Field(min_length=1, max_length=3)]
    std: Annotated[tuple[Positive, ...], Field(min_length=1, max_length=3)]


@carried
def _scale(value: object) -> object:
    if isinstance(value, Mapping):
        try:
            return validated(lambda: Scale.model_validate(value), fields=Scale.model_fields)
        except Mistake as mistake:
            raise mistake.within("/scale") from None
    if value in ("unit", "byte") or isinstance(value, Scale):
        return value
    raise Unfit(
        'scale must be "unit", "byte", or an object with mean and std, not {given}.',
        given=shown(value),
        pointer="/scale",
    )


class Input(BaseModel):
    """What a run reads; its kinds say where the numbers come from."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True, use_attribute_docstrings=True)

    def canonical(self) -> dict[str, Any]:
        """Return the input as JSON with all that equals its default left out."""
        return self.model_dump(mode="json", exclude_defaults=True)

    @cached_property
    def text(self) -> str:
        """The canonical form as it is stored and hashed, its arrays packed."""
        return written(self.model_dump(mode="python", exclude_defaults=True))

    def pieces(self) -> Iterator[bytes]:
        """Yield that text, a piece at a time."""
        yield self.text.encode()

    def plain(self) -> Iterator[bytes]:
        """Yield the canonical form as people see it, a piece at a time."""
        return plain_pieces(self.model_dump(mode="python", exclude_defaults=True))

    @cached_property
    def length(self) -> int:
        """Bytes of that text."""
        return sum(map(len, self.pieces()))


class ImageInput(Input):
    """A picture, brought to a size, a colour mode and a scale."""

    image: Annotated[str, Field(min_length=1, max_length=128)]
    """The id of an upload or the name of a gallery picture."""
    height: Side | None = None
    """Rows; left out they follow from the picture's shape."""
    width: Side | None = None
    """Columns; left out they follow from the picture's shape."""
    fit: Literal["cover", "contain", "stretch"] = "cover"
    """How the picture meets that size: cropped, letterboxed or stretched."""
    resample: Literal["box", "nearest", "bilinear", "bicubic", "lanczos"] = "box"
    """How it is resized: by area, or by another of Pillow's filters; torchvision's own is bilinear."""
    mode: Literal["RGB", "L"] = "RGB"
    """Colour or grey."""
    scale: Annotated[Literal["unit", "byte"] | Scale, BeforeValidator(_scale)] = "unit"
    """0..1, 0..255, or a mean and a standard deviation a channel."""

    @property
    def channels(self) -> int:
        return {"RGB": 3, "L": 1}[self.mode]

    @model_validator(mode="after")
    def _check(self) -> "ImageInput":
        """Refuse a scale that does not have one number a channel."""
        if isinstance(self.scale, Scale) and {len(self.scale.mean), len(self.scale.std)} != {self.channels}:
            raise Unfit(
                "mean and std need {wanted} numbers each for mode {mode}; here are {mean} and {std}.",
                wanted=self.channels,
                mode=self.mode,
                mean=len(self.scale.mean),
                std=len(self.scale.std),
                pointer="/scale",
            )
        return self


class ValuesInput(Input):
    """Numbers given one by one."""

    image: ClassVar[None] = None
    values: NumbersField
    """[channel][row][column]"""

    def pieces(self) -> Iterator[bytes]:
        """Yield the text, which is never there as a whole: it is longer than the numbers."""
        return pieces(self.model_dump(mode="python", exclude_defaults=True))

    @property
    def shape(self) -> Shape:
        channels, rows, columns = self.values.array.shape
        return channels, rows, columns

    @model_validator(mode="after")
    def _check(self) -> "ValuesInput":
        """Refuse anything but three axes, and more channels than any layer makes."""
        shape = self.values.array.shape
        if len(shape) != 3 or 0 in shape:
            raise Unfit(
                "values have three axes [channel][row][column], none empty; these have the shape {shape}.",
                shape=list(shape),
                pointer="/values",
            )
        if shape[0] > MOST_CHANNELS:
            raise Unfit(
                "values have {count} channels; the most is {most}.",
                count=f"{shape[0]:,}",
                most=f"{MOST_CHANNELS:,}",
                pointer="/values",
            )
        return self


AnyInput = ImageInput | ValuesInput


class Document(BaseModel):
    """An input and the layers that it passes through."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    input: ImageInput | ValuesInput
    layers: Annotated[tuple[LayerField, ...], AfterValidator(all_linked)] = ()

    @property
    def canonical(self) -> dict[str, Any]:
        """The document as JSON, with all that equals its default left out."""
        return {"input": self.input.canonical(), "layers": [layer.canonical() for layer in self.layers]}

    @property
    def text(self) -> str:
        """The canonical form, its arrays packed."""
        return b"".join(self.stored()).decode()

    def stored(self) -> Iterator[bytes]:
        """Yield the canonical form as it is stored, a piece at a time: it may be longer than the numbers."""
        yield b'{"input":'
        yield from self.input.pieces()
        yield b',"layers":['
        for number, layer in enumerate(self.layers):
            yield b"," * bool(number)
            yield from layer.pieces()
        yield b"]}"

    def plain(self) -> Iterator[bytes]:
        """Yield the canonical form as people see it, a piece at a time."""
        yield b'{"input":'
        yield from self.input.plain()
        yield b',"layers":['
        for number, layer in enumerate(self.layers):
            yield b"," * bool(number)
            yield from plain_pieces(layer.fields("python"))
        yield b"]}"

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """The ids of all prefixes, from the input alone to the whole: each is the hash of the last and one layer."""
        chain = [_hash(b"", self.input.pieces())]
        for layer in self.layers:
            chain.append(_hash(chain[-1], layer.pieces()))
        return tuple(link.hex()[:32] for link in chain)

    @cached_property
    def origin(self) -> Origin | None:
        """The trained model, and its epoch, that the layers begin with, each as it is; None where they do with none."""
        return model_in(self.layers)

    @property
    def model(self) -> Model | None:
        """The model that the layers begin with, as it is now; None where they do with none; raises NotFound."""
        return find(self.origin.model.id) if self.origin else None

    @cached_property
    def models(self) -> frozenset[str]:
        """The ids of the trained models that its weights come from."""
        return frozenset(origin.model.id for layer in self.layers if (origin := origin_of(layer)) is not None)

    @property
    def id(self) -> str:
        """The name of this run, for ever: 32 hexadecimal digits."""
        return self.ids[-1]

    @cached_property
    def recipe(self) -> str:
        """The layers in one line."""
        return recipe.write(self.layers)

    def is_brief(self, most: int) -> bool:
        """Tell whether the recipe has fewer than `most` characters; one that is much too long is not written for it."""
        return sum(layer.length for layer in self.layers) < AT_MOST_SO_LONG * most and len(self.recipe) < most

    @property
    def outline(self) -> str:
        """The layers in one line to read: the recipe, less the numbers of layers that have thousands of them."""
        if sum(layer.length for layer in self.layers) < MOST_SAID:
            return self.recipe
        shown = (recipe.write([layer]) if layer.length < MOST_SAID else f"{layer.type}(…)" for layer in self.layers)
        return " | ".join(shown)

    def prefix(self, count: int) -> "Document":
        """Return the document of the first `count` layers, a run of its own."""
        return self if count == len(self.layers) else Document(input=self.input, layers=self.layers[:count])


def _hash(before: bytes, text: Iterable[bytes]) -> bytes:
    """Return the hash of a text, given in pieces, behind another hash."""
    link = hashlib.sha256(before)
    for piece in text:
        link.update(piece)
    return link.digest()


def unpack(text: bytes) -> Document:
    """Return the document whose `text` was stored."""
    return read_document(parse_json(text, unpacked, most=len(text)))


def read_input(value: object) -> AnyInput:
    """Return the input that a JSON object describes; raise Unfit where it describes none."""
    if not isinstance(value, Mapping):
        raise Unfit(
            'The input is an object, such as {{"image": "chelsea", "height": 32, "width": 32}}.', pointer="/input"
        )
    kind: type[ImageInput] | type[ValuesInput] = ValuesInput if "values" in value else ImageInput
    try:
        result: AnyInput = validated(lambda: kind.model_validate(value), fields=kind.model_fields)
    except Mistake as mistake:
        raise mistake.within("/input") from None
    return result


def read_document(value: object) -> Document:
    """Return the document that a JSON object describes; `recipe` may stand in place of `layers`.

    What the input does not say is the model's own where the recipe begins with one.
    """
    if not isinstance(value, Mapping):
        raise Unfit('A document is an object with "input" and "layers".')
    wrong, below = list[Mistake](), list[Mistake]()
    given, layers = value.get("input"), tuple[Layer, ...]()
    with noted(wrong):
        check_fields(value, ("input", "layers", "recipe"))
    with noted(below):
        if "layers" in value and "recipe" in value:
            raise Unfit("Give the layers or the recipe, not both.", pointer="/recipe")
        if not isinstance(value.get("recipe", ""), str):
            raise Unfit('The recipe is a text, such as "conv2d(6, 5) | relu".', pointer="/recipe")
        said = recipe.parse(value.get("recipe", ""))
        layers = said.layers if "recipe" in value else read_layers(value.get("layers", []))
        if said.model and isinstance(given, Mapping) and "values" not in given:
            given = {**said.model.input, **given}
    with noted(wrong):
        if "input" not in value:
            raise Unfit('The document has no "input".', pointer="/input")
        source = read_input(given)
    if wrong or below:
        raise together([*wrong, *below])
    return Document(input=source, layers=layers)


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
    layers, wrong = list[Layer](), list[Mistake]()
    for index, layer in enumerate(value):
        with noted(wrong, f"/layers/{index}"):
            layers.append(read_layer(layer))
        if len(wrong) == MOST_FAULTS:
            break
    if wrong:
        raise together(wrong)
    return all_linked(layers)
