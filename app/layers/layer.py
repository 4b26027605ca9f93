"""What every kind of layer says about itself: its fields, its geometry, its arithmetic, its cost.

A layer is a frozen document. It holds no arrays: weights follow from the document and the shape of the input, so that
the same document gives the same numbers everywhere.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainSerializer,
    ValidationInfo,
    WithJsonSchema,
    model_validator,
)

from app.errors import Unfit, shown
from app.layers.cells import Place
from app.layers.geometry import Geometry
from app.layers.geometry import Shape as Shape
from app.layers.meeting import Meeting, Weight
from app.layers.numbers import BATCH, count, pieces
from app.layers.references import PICTURE, REFERENCES, InputField, NameField
from app.layers.trainable import Trainable
from app.layers.trainable import Weights as Weights
from app.numerics.axis import Pair
from app.strict import carried

Array = NDArray[np.float32]
MOST_CHANNELS = 4096  # of any volume
BUFFERS = 4_000_000  # bytes, about, of what the engine works in
LARGEST = 10_000  # of any window, stride or padding: no picture that we take has a place for more


Form = Literal["maps", "vector"]  # a vector of n numbers is an array of shape (n, 1, 1)
Facet = Literal[
    "number", "maps", "change", "size"
]  # how one number comes to be; all maps; before and after; why so many


class Origin(NamedTuple):
    """The one cell that a number comes from."""

    input: int  # which of the layer's inputs, from 0
    place: Place


class Total(NamedTuple):
    """What the terms of a step give."""

    value: float  # in double precision
    size: float  # the sum of the terms' sizes, by which rounding is judged


def one_if_equal(value: object) -> object:
    """Write a pair of equal numbers as one number, the canonical form."""
    if isinstance(value, tuple):
        return value[0] if value[0] == value[1] else list(value)
    return value


def read_pair(value: object, info: ValidationInfo, least: int, most: int = LARGEST) -> Pair:
    """Read one whole number, for both axes, or two: rows, columns; raise Unfit for anything else."""
    parts = tuple(value) if isinstance(value, (list, tuple)) else (value, value)
    if len(parts) == 2 and all(type(part) is int and least <= part <= most for part in parts):
        return parts
    raise Unfit(
        "{field} must be a whole number from {least} to {most}, or two (rows, columns), not {given}.",
        field=info.field_name,
        least=least,
        most=f"{most:,}",
        given=shown(value),
        pointer=f"/{info.field_name}",
    )


@carried
def _size(value: object, info: ValidationInfo) -> Pair:
    return read_pair(value, info, 1)


@carried
def _padding(value: object, info: ValidationInfo) -> Pair:
    return read_pair(value, info, 0)


def pair_schema(least: int, most: int = LARGEST) -> dict[str, Any]:
    """Return the JSON schema of one number or two."""
    number = {"type": "integer", "minimum": least, "maximum": most}
    return {"anyOf": [number, {"type": "array", "items": number, "minItems": 2, "maxItems": 2}]}


SizePair = Annotated[Pair, BeforeValidator(_size), PlainSerializer(one_if_equal), WithJsonSchema(pair_schema(1))]
PaddingPair = Annotated[Pair, BeforeValidator(_padding), PlainSerializer(one_if_equal), WithJsonSchema(pair_schema(0))]


class Layer(Trainable, BaseModel):
    """One stage of a pipeline, as the document has it."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    positional: ClassVar[tuple[str, ...]] = ()  # the fields that a recipe may give without their names, in order
    by_name: ClassVar[tuple[str, ...]] = ()  # those of them that are written with their names all the same
    in_torch: ClassVar[str] = ""  # the call of torch.nn that makes it, with its arguments in their order
    learned: ClassVar[bool] = False  # has weights
    takes: ClassVar[tuple[Form, ...]] = ("maps",)
    gives: ClassVar[Form | None] = None  # None: what it was given
    keeps_values: ClassVar[bool] = False  # only passes values on or drops them
    rearranges: ClassVar[bool] = False  # gives the very numbers that it reads, in their order, laid out otherwise
    named: ClassVar[bool] = False  # its weights may be kernels by name
    fixed_by_weights: ClassVar[tuple[str, ...]] = ()  # the settings that weights given number by number fix
    routes: ClassVar[bool] = False  # a gradient goes through it as it is to one cell of a map, or not at all
    picks: ClassVar[bool] = False  # takes some cells of its input as they are and drops the others: `kept` tells which
    pads: ClassVar[bool] = False  # cells around each map are all that it adds
    never_negative: ClassVar[bool] = False  # whatever it reads, it gives no number below 0
    sized_by: ClassVar[Mapping[str, tuple[object, ...]]] = {}  # settings that say how large it is, and values to try
    typed: ClassVar[tuple[str, ...]] = ()  # settings that are typed and have no next value
    usual: ClassVar[bool] = False  # what most networks are made of, and so is offered where there is no layer yet
    starter: ClassVar[Mapping[str, Any]] = {}  # settings with which a new one is added
    chapter: ClassVar[str] = ""  # of the lesson, that explains it; nothing where none does
    facets: ClassVar[tuple[Facet, ...]] = ("number", "maps")  # what there is to say of it, in the order of a lesson
    merges: ClassVar[bool] = False  # reads several outputs, and not the layer before alone
    type: str
    inputs: InputField = None
    """Which output it reads, counted from 0, −1 the picture; left out: that of the layer before."""
    name: NameField = None
    """A name for people; what stands before its last / is the block that the layer belongs to."""

    @model_validator(mode="after")
    def _check_inputs(self) -> Self:
        self.check_inputs()
        return self

    def check_inputs(self) -> None:
        """Refuse more inputs than this kind of layer reads, or fewer (Unfit)."""
        if self.inputs is not None and len(self.inputs) != 1:
            raise Unfit(
                "{type} reads one output, and here are {count}; join them by add or concat before it.",
                type=self.type,
                count=len(self.inputs),
                pointer="/inputs",
            )

    @property
    def keeps_scale(self) -> bool:
        """Whether its maps share the scale before it, so that a number keeps its colour."""
        return self.keeps_values

    @classmethod
    def settings(cls) -> list[str]:
        """Return the names of its settings: all fields but its type, its weights, and where it stands in a network."""
        return [name for name in cls.model_fields if name not in ("type", "weights", *REFERENCES)]

    def value_of(self, name: str) -> Any:
        """Return what a setting is; what follows where it is left out."""
        return getattr(self, name)

    @classmethod
    def from_torch(cls, arguments: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return the settings that arguments of PyTorch's call stand for; None where there are none such here.

        What PyTorch has to be told and we find out, such as in_channels, is left out.
        """
        return {name: value for name, value in arguments.items() if name in cls.settings()}

    # ---- what it reads

    def reads(self, index: int) -> tuple[int, ...]:
        """Return which outputs it reads as layer `index` of a list; −1 is the picture."""
        return (index - 1,) if self.inputs is None else self.inputs

    def reading(self, inputs: tuple[int, ...] | None) -> Self:
        """Return the same layer that reads other outputs."""
        return self if inputs == self.inputs else self._but(inputs=inputs)

    def called(self, name: str | None) -> Self:
        """Return the same layer under another name."""
        return self if name == self.name else self._but(name=name)

    def weighing(self, weights: Any) -> Self:
        """Return the same layer with other weights; one that learns nothing as it is."""
        return self._but(weights=weights) if self.learned else self

    def _but(self, **fields: Any) -> Self:
        other = self.model_copy(update=fields)
        for known in ("text", "length"):  # which pydantic copies, and which are of the old ones
            other.__dict__.pop(known, None)
        return other

    def linked(self, index: int) -> Self:
        """Return the canonical form that it has as layer `index` of a list; raise Unfit where it reads a later one."""
        if self.inputs is None:
            return self
        last = max(self.inputs)
        if last == index:
            raise Unfit(
                "Layer {index} cannot read itself; it may read {first} to {before}, where −1 is the picture.",
                index=index,
                first=PICTURE,
                before=index - 1,
                pointer="/inputs",
            )
        if last > index:
            raise Unfit(
                "Layer {index} cannot read layer {last}, which is not computed before it; it may read {first} to "
                "{before}, where −1 is the picture.",
                index=index,
                last=shown(last),
                first=PICTURE,
                before=index - 1,
                pointer="/inputs",
            )
        return self.reading(None) if self.inputs == (index - 1,) else self

    def form(self, shapes: Sequence[Shape], vectors: Sequence[bool]) -> bool:
        """Tell whether the output is a vector for inputs that are or are not; refuse what it cannot take (Unfit)."""
        return self.gives_vector(shapes[0], vectors[0])

    def geometries(self, shapes: Sequence[Shape]) -> tuple[Geometry, ...]:
        """Return what each number of the output reads of each input; raise Unfit where there is no output."""
        return (self.fitted(shapes[0]),)

    def compute(self, inputs: Sequence[Array], weights: Weights) -> Array:
        """Return the output, float32 in C order, for inputs of shape (channels, rows, columns)."""
        return self.forward(inputs[0], weights)

    def terms(self, inputs: Sequence[Array], weights: Weights, place: Place) -> Mapping[str, Any]:
        """Return the terms of the one number at `place`: what is read, what it is multiplied by, what it gives."""
        return self.step(inputs[0], weights, place)

    def origin(self, inputs: Sequence[Array], weights: Weights, place: Place) -> Origin | None:
        """Return the one cell that the number at `place` comes from; None where it is mixed of several."""
        here = self.passes_from(inputs[0], weights, place)
        return here and Origin(0, here)

    def gives_vector(self, shape: Shape, vector: bool) -> bool:
        """Tell whether the output is a vector for an input that is one or not; refuse what it cannot take (Unfit)."""
        given: Form = "vector" if vector else "maps"
        if given in self.takes:
            return (self.gives or given) == "vector"
        if vector:
            raise Unfit(
                "{type} needs maps with rows and columns, but here is a vector of {count} numbers; put it before "
                "flatten or linear.",
                type=self.type,
                count=f"{shape[0]:,}",
            )
        raise Unfit(
            "{type} needs a vector, numbers along one axis, but here are {channels} maps of {where}; put flatten or "
            "linear before it.",
            type=self.type,
            channels=shape[0],
            where=f"{shape[1]}×{shape[2]}",
        )

    # ---- geometry

    def geometry(self, shape: Shape) -> Geometry:
        """Return what each number of the output reads of an input of `shape`."""
        raise NotImplementedError

    def check(self, shape: Shape) -> None:
        """Refuse an input of `shape` on which these settings have no meaning (Unfit)."""

    def fitted(self, shape: Shape) -> Geometry:
        """Return the geometry on an input of `shape`; raise Unfit where there is no place for a number."""
        self.check(shape)
        geometry = self.geometry(shape)
        if min(geometry.shape[1:]) < 1:
            raise self.misfit(shape)
        return geometry

    def misfit(self, shape: Shape) -> Unfit:
        """Return why the output for an input of `shape` has no rows or no columns, and the way out."""
        raise NotImplementedError

    def output_shape(self, shape: Shape) -> Shape:
        """Return the shape of the output for an input of `shape`; raise Unfit where there is none."""
        return self.fitted(shape).shape

    # ---- arithmetic

    def weights_for(self, shape: Shape) -> Weights:
        """Return the arrays that this layer learned, in PyTorch's layout; empty for a layer without."""
        return {}

    def forward(self, x: Array, weights: Weights) -> Array:
        """Return the output, float32 in C order, for the input `x` of shape (channels, rows, columns)."""
        raise NotImplementedError

    def step(self, x: Array, weights: Weights, place: Place) -> Mapping[str, Any]:
        """Return the terms of the one number at `place`: what is read, what it is multiplied by, what it gives."""
        raise NotImplementedError

    def total(self, terms: Mapping[str, Any]) -> Total:
        """Return what the terms of a step give, from them alone."""
        raise NotImplementedError

    def terms_told(self, shape: Shape, place: Place) -> int:
        """Return how many numbers a step tells, about."""
        geometry = self.geometry(shape)
        first, last = geometry.channels_read(place.channel)
        return 3 * (last - first) * len(geometry.rows.read(place.row)) * len(geometry.columns.read(place.column))

    def passes_from(self, x: Array, weights: Weights, place: Place) -> Place | None:
        """Return the one cell of the input that the number at `place` comes from; None where it is mixed of several."""
        return None

    def averages(self, shape: Shape) -> bool:
        """Tell whether each number of the output is the mean of a whole map of the input, in order."""
        return False

    def kept(self, x: Array) -> NDArray[np.bool_] | None:
        """Return which cells of the input `x` are picked for the output; None where a layer does not pick."""
        return None

    def filters(self, shape: Shape, weight: Array) -> Array | None:
        """Return the array `weight` as filters (out, in, rows, columns), one a map; None where it is not."""
        return None

    def weight_of(self, filters: Array) -> Array:
        """Return the array `weight` whose `filters` these are."""
        return filters

    def meeting(self, shape: Shape, weight: Weight) -> Meeting | None:
        """Return what a weight of a filter meets on an input of `shape`; None where a layer has no filters to slide."""
        return None

    # ---- cost

    def parameters(self, shape: Shape) -> int:
        """Return how many numbers this layer learns."""
        return 0

    def multiplications(self, shape: Shape) -> int:
        """Return how many multiplications the whole output takes."""
        return 0

    def fully_connected_parameters(self, shape: Shape) -> int | None:
        """Return what a dense layer between the same two volumes would learn, biases included."""
        return None

    def locally_connected_parameters(self, shape: Shape) -> int | None:
        """Return what the same windows would learn with weights of their own at each place, biases included."""
        return None

    def cost(self, shape: Shape) -> int:
        """Return how much computing the whole output takes, in multiplications or operations as dear."""
        return self.multiplications(shape)

    def work(self, shape: Shape) -> tuple[int, str]:
        """Return how many operations one number takes, and what they are called (a msgid)."""
        return 1, "comparisons"

    def working_bytes(self, shape: Shape) -> int:
        """Return the bytes that computing takes at once beside input, output and weights, about, and no less."""
        cells = math.prod(shape) + math.prod(self.geometry(shape).shape)
        return min(16 * cells, BUFFERS) + cells // 2

    # ---- document

    def canonical(self) -> dict[str, Any]:
        """Return this layer as JSON with all that equals its default left out."""
        return self.fields("json")

    def pieces(self) -> Iterator[bytes]:
        """Yield the canonical form as it is stored and hashed, its arrays packed, a piece at a time."""
        return pieces(self.fields("python")) if self.text is None else iter([self.text])

    @cached_property
    def text(self) -> bytes | None:
        """That form as a whole, which is asked for again and again; None where it has many numbers."""
        fields = self.fields("python")
        return b"".join(pieces(fields)) if count(fields) <= BATCH else None

    @cached_property
    def length(self) -> int:
        """Bytes of that form."""
        return sum(map(len, self.pieces()))

    def _fix(self, field: str, wanted: object) -> None:
        """Fill in a field that the weights fix, and refuse one that contradicts them."""
        given = getattr(self, field)
        if given is None:
            object.__setattr__(self, field, wanted)
        elif given != wanted:
            raise Unfit(
                "{field} is {given}, but the weights make it {wanted}; leave it out or make them agree.",
                field=field,
                given=_words(given),
                wanted=_words(wanted),
                pointer=f"/{field}",
            )

    def fields(self, mode: Literal["json", "python"]) -> dict[str, Any]:
        """Return this layer with all that equals its default left out; in Python's mode arrays stay arrays."""
        fields = self.model_dump(mode=mode, exclude_defaults=True, exclude={"type", "weights"})
        links = {field: fields.pop(field) for field in REFERENCES if field in fields}  # which come last
        weights = getattr(self, "weights", None)  # which only layers that learn have
        if weights is not None and weights != type(self).model_fields["weights"].default:
            fields["weights"] = weights.fields(mode)
        return {"type": self.type, **fields, **links}


def _words(value: object) -> str:
    return "×".join(map(str, value)) if isinstance(value, tuple) else str(value)


def shape_of(x: Array) -> Shape:
    """Return the shape of an input."""
    channels, rows, columns = x.shape
    return channels, rows, columns
