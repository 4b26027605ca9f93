"""Where a layer's weights come from: drawn from a seed, named kernels, or numbers given.

{"init": "random", "seed": 7}                      random(7)
{"init": "preset", "names": ["sobel_x", [[0, 1]]]} preset("sobel_x", [[0, 1]])
{"init": "values", "weight": …, "bias": …}         values([[[[…]]]], […])

Those that a model has learned are in trained.py.
"""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema

from app.errors import Unfit, shown
from app.layers.numbers import Array, Numbers, NumbersField, numbers
from app.numerics.kernels import KERNELS, Spread, bank, fits, own_biases, own_size
from app.numerics.randomness import normal_weights
from app.strict import carried, nearest

MAX_SEED = 2**53 - 1  # what every JSON reader keeps exactly
NORM_STARTS = {"weight": 1, "bias": 0, "running_mean": 0, "running_var": 1}  # PyTorch's, before learning


class Weights(BaseModel):
    """A source of weights."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True, use_attribute_docstrings=True)
    positional: ClassVar[tuple[str, ...]] = ()
    init: str

    def known_shape(self) -> tuple[int, ...] | None:
        """Return the shape of the weights where the source alone fixes it, with 0 for what it leaves open."""
        return None

    def labels(self) -> list[str]:
        """Return what the filters are called, one a map, where any of them has a name; nothing where none has."""
        return []

    def first(self, count: int) -> dict[str, Any] | None:
        """Return the fields of a source of the first `count` outputs alone; None where there is none such."""
        return None

    def has_bias(self) -> bool:
        """Tell whether a bias is given expressly."""
        return False

    def without_bias(self) -> dict[str, Any]:
        """Return the fields of this source without a bias."""
        return {name: value for name, value in self.fields("python").items() if name != "bias"}

    def settled(self) -> "Weights":
        """Return this source without what equals its default."""
        return self

    def check(self, depth: int) -> None:
        """Refuse outputs that read `depth` channels, or numbers, where the source has no weights for them (Unfit)."""

    def check_bias(self, outputs: int) -> None:
        """Refuse a bias that does not have one number for each of `outputs` (Unfit)."""

    def draw(self, shape: tuple[int, ...], fan_in: int, outputs: int) -> tuple[Array, Array]:
        """Return weights of `shape` and a bias of (outputs,), float32."""
        raise NotImplementedError

    def norms(self, channels: int) -> dict[str, Array]:
        """Return the four arrays of a batch normalization of `channels`; here as they are before learning."""
        return {name: np.full(channels, start, np.float32) for name, start in NORM_STARTS.items()}

    def fields(self, mode: Literal["json", "python"]) -> dict[str, Any]:
        """Return this source with all that equals its default left out; in Python's mode arrays stay arrays."""
        return {"init": self.init, **self.model_dump(mode=mode, exclude_defaults=True, exclude={"init"})}


class RandomWeights(Weights):
    """Drawn from a normal distribution by a seed: the state before learning."""

    positional: ClassVar[tuple[str, ...]] = ("seed",)
    init: Literal["random"] = "random"
    seed: Annotated[int, Field(ge=0, le=MAX_SEED, strict=True)] = 0
    """The same seed gives the same weights, for ever."""

    def draw(self, shape: tuple[int, ...], fan_in: int, outputs: int) -> tuple[Array, Array]:
        return normal_weights(self.seed, shape, fan_in), np.zeros(outputs, np.float32)


@carried
def _filter(value: object) -> str | Numbers:
    """Read one filter of a preset: the name of a kernel, or its numbers."""
    if isinstance(value, str):
        return value
    if not isinstance(value, (Numbers, np.ndarray, list, tuple)):
        raise Unfit(
            'A filter is the name of a kernel or a nested list of numbers, as in "sobel_x" or [[1, 0], [0, -1]], not '
            "{given}.",
            given=shown(value),
            pointer="/weights/names",
        )
    try:
        given = numbers(value)
    except Unfit as mistake:
        raise mistake.within("/weights/names") from None
    if given.array.ndim not in (2, 3) or 0 in given.array.shape:
        raise Unfit(
            "A filter in the place of a name has two axes [row][column], or three with [channel] before them, none "
            "empty; this one has the shape {shape}.",
            shape=list(given.array.shape),
            pointer="/weights/names",
        )
    return given


NamedFilter = Annotated[
    str | Numbers,
    BeforeValidator(_filter),
    PlainSerializer(lambda value: value if isinstance(value, str) else value.nested(), when_used="json"),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {}, "description": "its numbers"}]}),
]


class PresetWeights(Weights):
    """Named kernels, one output channel a name; between them filters may stand as numbers."""

    positional: ClassVar[tuple[str, ...]] = ("*names",)
    init: Literal["preset"] = "preset"
    names: Annotated[tuple[NamedFilter, ...], Field(min_length=1, max_length=1024)]
    """Names from the list of kernels, or nested lists of numbers: [row][column], or [channel][row][column]."""
    spread: Spread = "mean"
    """What a filter with rows and columns alone becomes on several channels: their mean, or the same on each."""
    bias: NumbersField | None = None
    """One number an output channel; left out it is each kernel's own, and 0 for a list."""

    @property
    def filters(self) -> list[str | Array]:
        """What the filters are made from: names, and arrays."""
        return [each if isinstance(each, str) else each.array for each in self.names]

    def labels(self) -> list[str]:
        return [each if isinstance(each, str) else "" for each in self.names]

    def first(self, count: int) -> dict[str, Any] | None:
        bias = None if self.bias is None else Numbers(self.bias.array[:count])
        fewer = self.model_copy(update={"names": self.names[:count], "bias": bias})
        return fewer.fields("python") if fewer.known_shape()[2:] == self.known_shape()[2:] else None

    def known_shape(self) -> tuple[int, ...]:
        for name in self.names:
            if isinstance(name, str) and name not in KERNELS:
                near = nearest(name, KERNELS)
                raise Unfit(
                    'There is no kernel named "{name}"; did you mean {nearest}?'
                    if near
                    else 'There is no kernel named "{name}"; the names are: {names}.',
                    name=name[:60],
                    nearest=near,
                    names=", ".join(KERNELS),
                    pointer="/weights/names",
                )
        self.check_bias(len(self.names))
        sizes = [own_size(each) for each in self.filters]
        return len(self.names), 0, max(rows for rows, _ in sizes), max(columns for _, columns in sizes)

    def has_bias(self) -> bool:
        return self.bias is not None

    def check_bias(self, outputs: int) -> None:
        _check_bias(self.bias, outputs)

    def check(self, depth: int) -> None:
        for name in self.names:
            if not isinstance(name, str):
                _check_sheets(name.array, depth)
            elif not fits(KERNELS[name], depth):
                raise Unfit(
                    'The kernel "{name}" looks at {wanted} channels, but here it reads {channels}; use it on a colour '
                    "picture, or choose one without colour.",
                    name=name,
                    wanted=len(KERNELS[name].weight),
                    channels=depth,
                    pointer="/weights/names",
                )

    def draw(self, shape: tuple[int, ...], fan_in: int, outputs: int) -> tuple[Array, Array]:
        weight, bias = bank(self.filters, shape[1], self.spread)
        return weight, bias if self.bias is None else self.bias.array

    def settled(self) -> "PresetWeights":
        own = self.bias is not None and np.array_equal(self.bias.array, own_biases(self.filters))
        return self.model_copy(update={"bias": None}) if own else self


def _check_bias(bias: Numbers | None, outputs: int) -> None:
    if bias is not None and bias.array.shape != (outputs,):
        raise Unfit(
            "The bias needs one number an output channel, {wanted} in all; this one has the shape {shape}.",
            wanted=outputs,
            shape=list(bias.array.shape),
            pointer="/weights/bias",
        )


def _check_sheets(filter_: Array, depth: int) -> None:
    """Refuse a filter given as numbers whose sheets, where it has any, are not as many as it reads."""
    if filter_.ndim == 3 and len(filter_) != depth:
        raise Unfit(
            "A filter given as numbers has {given} sheets, but here it reads {channels} channels; give {channels} "
            "sheets, or rows and columns alone, which count for all.",
            given=len(filter_),
            channels=depth,
            pointer="/weights/names",
        )


class ValueWeights(Weights):
    """Numbers given one by one, in PyTorch's layout."""

    positional: ClassVar[tuple[str, ...]] = tuple(NORM_STARTS)
    axes: ClassVar[tuple[str, ...]] = ("out_channels", "in_channels / groups", "row", "column")
    init: Literal["values"] = "values"
    weight: NumbersField
    """[out_channels][in_channels / groups][row][column]"""
    bias: NumbersField | None = None
    """One number an output channel; left out is zeros."""

    def first(self, count: int) -> dict[str, Any] | None:
        bias = {} if self.bias is None else {"bias": self.bias.array}
        return first_values({"weight": self.weight.array, **bias}, count)

    def known_shape(self) -> tuple[int, ...]:
        shape = self._shape()
        self.check_bias(shape[0])
        return shape

    def _shape(self) -> tuple[int, ...]:
        shape = self.weight.array.shape
        if len(shape) != len(self.axes) or 0 in shape:
            raise Unfit(
                "Weights have {count} axes {axes}, none empty; these have the shape {shape}.",
                count=len(self.axes),
                axes="".join(f"[{axis}]" for axis in self.axes),
                shape=list(shape),
                pointer="/weights/weight",
            )
        return shape

    def check_bias(self, outputs: int) -> None:
        _check_bias(self.bias, outputs)

    def has_bias(self) -> bool:
        return self.bias is not None

    def check(self, depth: int) -> None:
        given = self.weight.array.shape[1]
        if given != depth:
            raise Unfit(
                "The weights read {given} channels, but here each filter reads {channels}; give {channels} sheets "
                "a filter.",
                given=given,
                channels=depth,
                pointer="/weights/weight",
            )

    def draw(self, shape: tuple[int, ...], fan_in: int, outputs: int) -> tuple[Array, Array]:
        return self.weight.array, np.zeros(outputs, np.float32) if self.bias is None else self.bias.array

    def settled(self) -> "ValueWeights":
        zeros = self.bias is not None and not self.bias.array.any()
        return self.model_copy(update={"bias": None}) if zeros else self


def first_values(arrays: Mapping[str, Array], count: int) -> dict[str, Any]:
    """Return the first `count` outputs of arrays as weights given number by number."""
    return {"init": "values", **{name: array[:count] for name, array in arrays.items()}}


class LinearValueWeights(ValueWeights):
    """Numbers given one by one, in PyTorch's layout."""

    axes: ClassVar[tuple[str, ...]] = ("out_features", "in_features")
    weight: NumbersField
    """[out_features][in_features]"""
    bias: NumbersField | None = None
    """One number an output; left out is zeros."""

    def check(self, depth: int) -> None:
        given = self.weight.array.shape[1]
        if given != depth:
            raise Unfit(
                "The weights read {given} numbers, but here are {count}; give {count} weights an output.",
                given=f"{given:,}",
                count=f"{depth:,}",
                pointer="/weights/weight",
            )


class TransposedValueWeights(ValueWeights):
    """Numbers given one by one, in PyTorch's layout: of a transposed convolution the channels that are read first."""

    axes: ClassVar[tuple[str, ...]] = ("in_channels", "out_channels / groups", "row", "column")
    weight: NumbersField
    """[in_channels][out_channels / groups][row][column]"""
    bias: NumbersField | None = None
    """One number an output channel; left out is zeros."""

    def first(self, count: int) -> dict[str, Any] | None:
        return None  # the first axis counts what is read

    def known_shape(self) -> tuple[int, ...]:
        return self._shape()

    def check(self, depth: int) -> None:
        given = self.weight.array.shape[0]
        if given != depth:
            raise Unfit(
                "The weights read {given} channels, but here are {channels}; give one set of sheets for each of "
                "{channels} channels.",
                given=given,
                channels=depth,
                pointer="/weights/weight",
            )


class NormValueWeights(Weights):
    """Numbers given one by one, one of each a channel."""

    positional: ClassVar[tuple[str, ...]] = tuple(NORM_STARTS)
    init: Literal["values"] = "values"
    weight: NumbersField | None = None
    """What each normalized map is multiplied by; left out is ones."""
    bias: NumbersField | None = None
    """What is then added to each map; left out is zeros."""
    running_mean: NumbersField | None = None
    """What is taken away from each map; left out is zeros."""
    running_var: NumbersField | None = None
    """What each map is divided by the root of; left out is ones."""

    def _given(self) -> dict[str, Array]:
        fields = {name: getattr(self, name) for name in NORM_STARTS}
        return {name: numbers.array for name, numbers in fields.items() if numbers is not None}

    def known_shape(self) -> tuple[int, ...] | None:
        given = self._given()
        channels = next((array.size for array in given.values()), 0)
        for name, array in given.items():
            if array.shape != (channels,) or not channels:
                raise Unfit(
                    "{name} is a list of one number a channel, as many as the others; this one has the shape {shape}.",
                    name=name,
                    shape=list(array.shape),
                    pointer=f"/weights/{name}",
                )
        if "running_var" in given and given["running_var"].min() < 0:
            raise Unfit(
                "A variance is 0 or more, not {given}.",
                given=float(given["running_var"].min()),
                pointer="/weights/running_var",
            )
        return (channels,) if given else None

    def check(self, depth: int) -> None:
        for name, array in self._given().items():
            if array.size != depth:
                raise Unfit(
                    "{name} has {given} numbers, but here are {channels} channels; give one number a channel.",
                    name=name,
                    given=f"{array.size:,}",
                    channels=f"{depth:,}",
                    pointer=f"/weights/{name}",
                )

    def norms(self, channels: int) -> dict[str, Array]:
        return {**super().norms(channels), **self._given()}

    def settled(self) -> "NormValueWeights":
        """Leave out what equals its default, but one array: it says how many channels there are."""
        given = self._given()
        usual = [name for name, array in given.items() if (array == NORM_STARTS[name]).all()]
        if len(usual) == len(given):
            usual = usual[1:]
        return self.model_copy(update=dict.fromkeys(usual))
