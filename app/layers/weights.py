"""Where a layer's weights come from: drawn from a seed, named kernels, or numbers given.

{"init": "random", "seed": 7}                      random(7)
{"init": "preset", "names": ["sobel_x"]}           preset("sobel_x")
{"init": "values", "weight": …, "bias": …}         values([[[[…]]]], […])
"""

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema

from app.errors import Unfit
from app.layers.layer import Array
from app.numerics.kernels import KERNELS, bank
from app.numerics.randomness import normal_weights

MAX_SEED = 2**53 - 1  # what every JSON reader keeps exactly


class Numbers:
    """A float32 array as a value: read-only, compared and written by its numbers."""

    __slots__ = ("array",)

    def __init__(self, array: Array) -> None:
        array = np.ascontiguousarray(array, dtype=np.float32)
        array.flags.writeable = False
        self.array = array

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Numbers) and np.array_equal(self.array, other.array)

    def __hash__(self) -> int:
        return hash((self.array.shape, self.array.tobytes()))

    def nested(self) -> Any:
        """Return nested lists of the shortest decimals that read back as the same float32."""
        return _shortest(self.array)


def _shortest(array: Array) -> Any:
    if array.ndim == 0:
        number = float(str(array[()]))
        return int(number) if number.is_integer() and abs(number) < 1e15 else number
    return [_shortest(part) for part in array]


def numbers(value: object) -> Numbers:
    """Read nested lists of finite numbers of a regular shape; raise Unfit otherwise."""
    if isinstance(value, Numbers):
        return value
    if isinstance(value, np.ndarray):
        return Numbers(value)
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise Unfit("Here a nested list of numbers is needed, such as [[1, 0], [0, -1]].")
    try:
        array = np.array(value, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        raise Unfit(
            "These nested lists are not a regular block of numbers; give every row the same length, numbers only."
        ) from None
    if not _all_numbers(value):
        raise Unfit("Every entry must be a number; text, true, false and null are not.")
    with np.errstate(over="ignore"):
        single = array.astype(np.float32)
    if not np.isfinite(single).all():
        raise Unfit("Every number must be finite and within the range of float32 (about ±3.4e38).")
    return Numbers(single + np.float32(0))  # −0 is written as 0


def _all_numbers(value: object) -> bool:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return all(map(_all_numbers, value))
    return isinstance(value, (int, float)) and not isinstance(value, bool)


NumbersField = Annotated[
    Numbers,
    BeforeValidator(numbers),
    PlainSerializer(Numbers.nested),
    WithJsonSchema({"type": "array", "items": {}, "description": "nested lists of finite numbers"}),
]


class Weights(BaseModel):
    """A source of weights."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True, use_attribute_docstrings=True)
    positional: ClassVar[tuple[str, ...]] = ()
    init: str

    def known_shape(self) -> tuple[int, ...] | None:
        """Return the shape of the weights where the source alone fixes it, with 0 for what it leaves open."""
        return None

    def has_bias(self) -> bool:
        """Tell whether a bias is given expressly."""
        return False

    def draw(self, shape: tuple[int, int, int, int], fan_in: int) -> tuple[Array, Array]:
        """Return weights of `shape` (out, in, rows, columns) and a bias of (out,), float32."""
        raise NotImplementedError


class RandomWeights(Weights):
    """Drawn from a normal distribution by a seed: the state before learning."""

    positional: ClassVar[tuple[str, ...]] = ("seed",)
    init: Literal["random"] = "random"
    seed: Annotated[int, Field(ge=0, le=MAX_SEED, strict=True)] = 0
    """The same seed gives the same weights, for ever."""

    def draw(self, shape: tuple[int, int, int, int], fan_in: int) -> tuple[Array, Array]:
        return normal_weights(self.seed, shape, fan_in), np.zeros(shape[0], np.float32)


class PresetWeights(Weights):
    """Named kernels, one output channel a name."""

    positional: ClassVar[tuple[str, ...]] = ("*names",)
    init: Literal["preset"] = "preset"
    names: Annotated[tuple[str, ...], Field(min_length=1, max_length=1024)]
    """Names from the list of kernels."""

    def known_shape(self) -> tuple[int, ...]:
        for name in self.names:
            if name not in KERNELS:
                raise Unfit(
                    'There is no kernel named "{name}"; the names are: {names}.',
                    name=name[:60],
                    names=", ".join(KERNELS),
                    pointer="/weights/names",
                )
        sizes = [KERNELS[name].weight.shape[-2:] for name in self.names]
        return len(self.names), 0, max(rows for rows, _ in sizes), max(columns for _, columns in sizes)

    def draw(self, shape: tuple[int, int, int, int], fan_in: int) -> tuple[Array, Array]:
        for name in self.names:
            weight = KERNELS[name].weight
            if weight.ndim == 3 and weight.shape[0] != shape[1]:
                raise Unfit(
                    'The kernel "{name}" looks at {wanted} channels, but here it reads {channels}; use it on a colour '
                    "picture, or choose one without colour.",
                    name=name,
                    wanted=weight.shape[0],
                    channels=shape[1],
                    pointer="/weights/names",
                )
        return bank(self.names, shape[1])


class ValueWeights(Weights):
    """Numbers given one by one, in PyTorch's layout."""

    positional: ClassVar[tuple[str, ...]] = ("weight", "bias")
    init: Literal["values"] = "values"
    weight: NumbersField
    """[out_channels][in_channels / groups][row][column]"""
    bias: NumbersField | None = None
    """One number an output channel; left out is zeros."""

    def known_shape(self) -> tuple[int, ...]:
        shape = self.weight.array.shape
        if len(shape) != 4 or 0 in shape:
            raise Unfit(
                "Weights have four axes [out_channels][in_channels / groups][row][column], none empty; these have "
                "the shape {shape}.",
                shape=list(shape),
                pointer="/weights/weight",
            )
        if self.bias is not None and self.bias.array.shape != (shape[0],):
            raise Unfit(
                "The bias needs one number an output channel, {wanted} in all; this one has the shape {shape}.",
                wanted=shape[0],
                shape=list(self.bias.array.shape),
                pointer="/weights/bias",
            )
        return shape

    def has_bias(self) -> bool:
        return self.bias is not None

    def draw(self, shape: tuple[int, int, int, int], fan_in: int) -> tuple[Array, Array]:
        given = self.weight.array
        if given.shape != shape:
            raise Unfit(
                "The weights read {given} channels, but here each filter reads {channels}; give {channels} sheets "
                "a filter.",
                given=given.shape[1],
                channels=shape[1],
                pointer="/weights/weight",
            )
        return given, np.zeros(shape[0], np.float32) if self.bias is None else self.bias.array


AnyWeights = Annotated[RandomWeights | PresetWeights | ValueWeights, Field(discriminator="init")]
WEIGHTS: dict[str, type[Weights]] = {"random": RandomWeights, "preset": PresetWeights, "values": ValueWeights}
