"""Convolution: each filter slides over all input channels at once; at each place a dot product gives one number.

What networks call convolution is computed without flipping the filter, which mathematics calls correlation.
"""

import math
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, PlainSerializer, ValidationInfo, WithJsonSchema, model_validator

from app.errors import Unfit, Word, shown
from app.layers.cells import Place
from app.layers.filtering import check_groups, products_of, products_total
from app.layers.geometry import Geometry, sliding
from app.layers.layer import (
    MOST_CHANNELS,
    Array,
    Facet,
    Shape,
    SizePair,
    Total,
    Weights,
    one_if_equal,
    pair_schema,
    read_pair,
    shape_of,
)
from app.layers.meeting import Meeting, Weight, meeting
from app.layers.sources import AnyWeights
from app.layers.terms import ProductTerms
from app.layers.trainable import WORKING, Gradients, Passed, of_filters
from app.layers.weights import RandomWeights
from app.layers.windowed import Windowed
from app.numerics.batches import convolution as batches
from app.numerics.batches.products import lane_bytes
from app.numerics.convolution import correlate, working_bytes
from app.numerics.gather import patch
from app.numerics.window import Pair, Window
from app.strict import carried


@carried
def _padding(value: object, info: ValidationInfo) -> Literal["same"] | Pair:
    """Read "same", "valid" (which is none), one number or two."""
    if value == "same":
        return "same"
    if isinstance(value, str) and value != "valid":
        raise Unfit(
            'padding must be "same", "valid", a whole number, or two (rows, columns), not {given}.',
            given=shown(value),
            pointer="/padding",
        )
    return read_pair(0 if value == "valid" else value, info, 0)


_PADDING_SCHEMA = {"anyOf": [{"enum": ["same", "valid"]}, *pair_schema(0)["anyOf"]]}
ConvPadding = Annotated[
    Literal["same"] | Pair, BeforeValidator(_padding), PlainSerializer(one_if_equal), WithJsonSchema(_PADDING_SCHEMA)
]


class Conv2d(Windowed):
    """Slides filters over all channels of the input; each filter makes one map."""

    usual: ClassVar[bool] = True
    positional: ClassVar[tuple[str, ...]] = ("out_channels", "kernel_size", "stride", "padding")
    learned: ClassVar[bool] = True
    named: ClassVar[bool] = True
    fixed_by_weights: ClassVar[tuple[str, ...]] = ("out_channels", "kernel_size")
    sized_by: ClassVar[Mapping[str, tuple[object, ...]]] = {"padding": (0, 1, 2, "same"), "stride": (1, 2, 3)}
    facets: ClassVar[tuple[Facet, ...]] = ("number", "maps", "size")
    starter: ClassVar[Mapping[str, Any]] = {"out_channels": 4, "kernel_size": 3, "padding": 1}

    in_torch: ClassVar[str] = (
        "Conv2d(in_channels, out_channels, kernel_size, stride, padding, dilation, groups, bias, padding_mode)"
    )
    type: Literal["conv2d"] = "conv2d"
    chapter: ClassVar[str] = "sum"
    out_channels: Annotated[int, Field(ge=1, le=MOST_CHANNELS, strict=True)] | None = None
    """How many filters; each makes one map."""
    kernel_size: SizePair | None = None
    """Rows and columns of the filter."""
    stride: SizePair = (1, 1)
    """How far the filter moves from place to place."""
    padding: ConvPadding = (0, 0)
    """Cells added around the input; "same" keeps its size."""
    padding_mode: Literal["zeros", "reflect", "replicate", "circular"] = "zeros"
    """What the added cells hold."""
    dilation: SizePair = (1, 1)
    """How far apart the filter's cells read."""
    groups: Annotated[int, Field(ge=1, le=MOST_CHANNELS, strict=True)] = 1
    """Parts into which the channels are split; filters read one part each."""
    bias: Annotated[bool, Field(strict=True)] = True
    """Whether each filter adds a number of its own."""
    weights: AnyWeights = RandomWeights()
    """Where the weights come from."""

    @model_validator(mode="after")
    def _settle(self) -> "Conv2d":
        """Fill in what the weights fix, and refuse what contradicts them."""
        fixed = self.weights.known_shape()
        if fixed:
            if fixed[0] > MOST_CHANNELS:
                raise Unfit(
                    "The weights make {count} filters; the most is {most}.",
                    count=f"{fixed[0]:,}",
                    most=f"{MOST_CHANNELS:,}",
                    pointer="/weights",
                )
            self._fix("out_channels", fixed[0])
            self._fix("kernel_size", (fixed[2], fixed[3]))
        if self.out_channels is None:
            raise Unfit("conv2d needs out_channels: how many filters, such as 6.", pointer="/out_channels")
        if self.kernel_size is None:
            raise Unfit(
                "conv2d needs kernel_size: the rows and columns of its filter, such as 5.", pointer="/kernel_size"
            )
        if not self.bias and self.weights.has_bias():
            raise Unfit("A bias is given although bias is false; leave one of them out.", pointer="/weights/bias")
        object.__setattr__(self, "weights", self.weights.settled())
        if self.padding == "same" and self.stride != (1, 1):
            raise Unfit(
                'padding "same" needs stride 1, but the stride is {stride}; choose stride 1 or give padding as a '
                "number.",
                stride=f"{self.stride[0]}×{self.stride[1]}",
                pointer="/padding",
            )
        if self.out_channels % self.groups:
            raise Unfit(
                "{out} filters cannot be split evenly into {groups} groups; choose a multiple of {groups}.",
                out=self.out_channels,
                groups=self.groups,
                pointer="/groups",
            )
        return self

    @property
    def _size(self) -> Pair:
        assert self.kernel_size is not None
        return self.kernel_size

    @property
    def _filters(self) -> int:
        assert self.out_channels is not None
        return self.out_channels

    def window(self, shape: Shape) -> Window:
        if self.padding == "same":
            spare = [(k - 1) * d for k, d in zip(self._size, self.dilation, strict=True)]
            padding = ((spare[0] // 2, spare[0] - spare[0] // 2), (spare[1] // 2, spare[1] - spare[1] // 2))
        else:
            rows, columns = self.padding
            padding = ((rows, rows), (columns, columns))
        return Window(self._size, self.stride, padding, self.dilation)

    def geometry(self, shape: Shape) -> Geometry:
        return sliding(shape, self.window(shape), self._filters, self.groups, self.padding_mode)

    def check(self, shape: Shape) -> None:
        check_groups(shape[0], self.groups)
        if self.padding_mode in ("reflect", "circular"):
            self._check_border(shape)
        self.weights.check(shape[0] // self.groups)

    def _check_border(self, shape: Shape) -> None:
        """Refuse more padding than a padding mode has cells for."""
        for axis, name in enumerate((Word("rows"), Word("columns"))):
            most = shape[axis + 1] - (self.padding_mode == "reflect")
            widest = max(self.window(shape).padding[axis])
            if widest > most:
                raise Unfit(
                    "padding_mode {mode} can add at most {most} cells to {length} {name}, not {widest}; use less "
                    "padding or another mode.",
                    mode=self.padding_mode,
                    most=most,
                    length=shape[axis + 1],
                    name=name,
                    widest=widest,
                    pointer="/padding",
                )

    def _fan_in(self, shape: Shape) -> int:
        return shape[0] // self.groups * self._size[0] * self._size[1]

    def weights_for(self, shape: Shape) -> Weights:
        weight_shape = (self._filters, shape[0] // self.groups, *self._size)
        weight, bias = self.weights.draw(weight_shape, self._fan_in(shape), self._filters)
        return {"weight": weight, "bias": bias} if self.bias else {"weight": weight}

    def working_bytes(self, shape: Shape) -> int:
        filters = self._filters, shape[0] // self.groups, *self._size
        return working_bytes(shape, filters, self.window(shape), self.groups)

    def forward(self, x: Array, weights: Weights) -> Array:
        return correlate(
            x,
            weights["weight"],
            weights.get("bias"),
            self.window(shape_of(x)),
            padding_mode=self.padding_mode,
            groups=self.groups,
        )

    def forward_batch(self, x: Array, weights: Weights) -> Passed:
        window, mode = self.window(shape_of(x[..., 0])), self.padding_mode
        out = batches.correlate(
            x, weights["weight"], weights.get("bias"), window, padding_mode=mode, groups=self.groups
        )
        return Passed(out, x)

    def recall(self, x: Array, weights: Weights) -> Array:
        return x

    def backward(self, gradient: Array, kept: Any, weights: Weights, *, to_input: bool = True) -> Gradients:
        found = batches.correlate_gradients(
            gradient,
            kept,
            weights["weight"],
            self.window(shape_of(kept[..., 0])),
            padding_mode=self.padding_mode,
            groups=self.groups,
            to_input=to_input,
        )
        return of_filters(found, weights, kept.shape)

    def training_bytes(self, shape: Shape, examples: int) -> int:
        padded = [length + sum(border) for length, border in zip(shape[1:], self.window(shape).padding, strict=True)]
        lanes = lane_bytes(self._filters * self._fan_in(shape))
        return lanes + 8 * examples * shape[0] * math.prod(padded) + WORKING

    def filters(self, shape: Shape, weight: Array) -> Array:
        return weight

    def meeting(self, shape: Shape, weight: Weight) -> Meeting:
        return meeting(self.geometry(shape), weight)

    def step(self, x: Array, weights: Weights, place: Place) -> ProductTerms:
        shape = shape_of(x)
        group = self.geometry(shape).channels_read(place.channel)
        values, _ = patch(x[slice(*group)], self.window(shape), place.row, place.column, self.padding_mode)
        bias = float(weights["bias"][place.channel]) if self.bias else 0.0
        return products_of(values, weights["weight"][place.channel], bias, group if self.groups > 1 else None)

    def total(self, terms: Mapping[str, Any]) -> Total:
        return products_total(terms)

    def parameters(self, shape: Shape) -> int:
        return self._filters * (self._fan_in(shape) + int(self.bias))

    def multiplications(self, shape: Shape) -> int:
        channels, rows, columns = self.geometry(shape).shape
        return channels * rows * columns * self._fan_in(shape)

    def work(self, shape: Shape) -> tuple[int, str]:
        return self._fan_in(shape), "multiplications"

    def fully_connected_parameters(self, shape: Shape) -> int:
        outputs = math.prod(self.output_shape(shape))
        return outputs * math.prod(shape) + outputs

    def locally_connected_parameters(self, shape: Shape) -> int:
        channels, rows, columns = self.geometry(shape).shape
        return channels * rows * columns * (self._fan_in(shape) + 1)
