"""What a step of each type of layer tells: the terms of one number, from which it can be computed again."""

from typing import Annotated, Any, NotRequired

from typing_extensions import TypedDict

from app.described import described, nested


@described
class ProductTerms(TypedDict):
    """Of a filter: what its window read, its weights there, and their products, [channel][row][column] each."""

    channels: NotRequired[list[int]]
    """From which channel to which, half-open, the group reads; where there are groups."""
    patch: Annotated[Any, nested(3)]
    kernel: Annotated[Any, nested(3)]
    products: Annotated[Any, nested(3)]
    channel_sums: Annotated[Any, nested(1)]
    """The products of each channel, added up."""
    bias: float


@described
class InputTerms(TypedDict):
    """Of a layer that takes one number and makes another of it."""

    input: float


@described
class LeakyTerms(InputTerms):
    """Of leaky_relu: the number, and what it is multiplied by where it is below 0."""

    negative_slope: float


@described
class PadTerms(TypedDict):
    """Of padding: the number that stands there; null where a zero was added."""

    input: float | None


@described
class Cell(TypedDict):
    """A cell of a map."""

    row: int
    column: int


@described
class MaxTerms(TypedDict):
    """Of a max pool: what its window read, null in padding."""

    patch: list[list[float | None]]
    winners: list[Cell]
    """The places of all equal maxima, in the input."""


@described
class MeanTerms(TypedDict):
    """Of an average pool: what its window read, null in padding that does not count."""

    patch: list[list[float | None]]
    divisor: int
    """What their sum is divided by."""


@described
class WholeMeanTerms(TypedDict):
    """Of the mean of a whole map: all its numbers, [row][column]."""

    patch: Annotated[Any, nested(2)]
    divisor: int


@described
class NormTerms(TypedDict):
    """Of a batch norm: (input − mean) ÷ √(variance + eps), scaled and shifted."""

    input: float
    mean: float
    variance: float
    eps: float
    scale: float
    shift: float
    normalized: float
    """Before it is scaled and shifted."""


@described
class Source(TypedDict):
    """A place in an input."""

    channel: int
    row: int
    column: int


@described
class FlattenTerms(TypedDict):
    """Of flatten: the number, and where it stood."""

    input: float
    source: Source


@described
class Contribution(Source):
    """What one input gives to a sum."""

    index: int
    """Its place in the vector."""
    input: float
    weight: float
    product: float


@described
class SumTerms(TypedDict):
    """Of linear: its ten largest and ten smallest products, and what all others add up to."""

    largest: list[Contribution]
    smallest: list[Contribution]
    remainder: float
    bias: float


@described
class ShareTerms(TypedDict):
    """Of softmax: e to the power of each number less the largest, and their sum."""

    index: int
    """Which of them is divided by the sum."""
    exps: Annotated[Any, nested(1)]
    maximum: float
    sum: float


@described
class AddTerms(TypedDict):
    """Of add: the number that each layer read has there."""

    inputs: list[float]


@described
class ConcatTerms(TypedDict):
    """Of concat: where the number comes from."""

    input: int
    """Which layer's output; −1 is the picture."""
    channel: int
    """Its channel there."""
    value: float
