"""Transposed convolution: each number of the input stamps the filter, times itself, onto a finer map; stamps add up.

Seen from a place of the map it is a window again: on the cells whose stamps meet there, each with the weight that does.
"""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import Field, model_validator

from app.errors import Unfit
from app.layers.cells import Place
from app.layers.filtering import check_groups, products_of, products_total
from app.layers.geometry import Geometry, spreading
from app.layers.layer import (
    BUFFERS,
    MOST_CHANNELS,
    Array,
    Facet,
    PaddingPair,
    Shape,
    SizePair,
    Total,
    Weights,
    shape_of,
)
from app.layers.sources import TransposedWeights
from app.layers.spreading import SpreadingLayer
from app.layers.terms import ProductTerms
from app.layers.trainable import WORKING, Gradients, Passed, of_filters
from app.layers.weights import RandomWeights
from app.numerics.axis import Pair
from app.numerics.batches import transposed as batches
from app.numerics.batches.products import lane_bytes
from app.numerics.spread import Spread, Spreading
from app.numerics.transposed import conv_transpose, cost


class ConvTranspose2d(SpreadingLayer):
    """Stamps filters onto a finer map, each times the number under it; where stamps overlap they add up."""

    positional: ClassVar[tuple[str, ...]] = ("out_channels", "kernel_size", "stride", "padding")
    learned: ClassVar[bool] = True
    fixed_by_weights: ClassVar[tuple[str, ...]] = ("out_channels", "kernel_size")
    sized_by: ClassVar[Mapping[str, tuple[object, ...]]] = {
        "stride": (1, 2, 3),
        "padding": (0, 1, 2),
        "output_padding": (0, 1),
    }
    facets: ClassVar[tuple[Facet, ...]] = ("number", "maps", "size")
    starter: ClassVar[Mapping[str, Any]] = {"out_channels": 4, "kernel_size": 4, "stride": 2, "padding": 1}

    in_torch: ClassVar[str] = (
        "ConvTranspose2d(in_channels, out_channels, kernel_size, stride, padding, output_padding, groups, "
        "bias, dilation)"
    )
    type: Literal["conv_transpose2d"] = "conv_transpose2d"
    out_channels: Annotated[int, Field(ge=1, le=MOST_CHANNELS, strict=True)] | None = None
    """How many maps it makes."""
    kernel_size: SizePair | None = None
    """Rows and columns of the filter."""
    stride: SizePair = (1, 1)
    """How far apart neighbouring cells put the filter on the map."""
    padding: PaddingPair = (0, 0)
    """Rows and columns taken away around the map."""
    output_padding: PaddingPair = (0, 0)
    """Rows and columns added below and on the right; less than the stride or the dilation."""
    dilation: SizePair = (1, 1)
    """How far apart the filter's cells lie on the map."""
    groups: Annotated[int, Field(ge=1, le=MOST_CHANNELS, strict=True)] = 1
    """Parts into which the channels are split; maps read one part each."""
    bias: Annotated[bool, Field(strict=True)] = True
    """Whether each map adds a number of its own."""
    weights: TransposedWeights = RandomWeights()
    """Where the weights come from."""

    @model_validator(mode="after")
    def _settle(self) -> "ConvTranspose2d":
        """Fill in what the weights fix, and refuse what contradicts them."""
        fixed = self.weights.known_shape()
        if fixed:
            if fixed[1] * self.groups > MOST_CHANNELS:
                raise Unfit(
                    "The weights make {count} maps; the most is {most}.",
                    count=f"{fixed[1] * self.groups:,}",
                    most=f"{MOST_CHANNELS:,}",
                    pointer="/weights",
                )
            self._fix("out_channels", fixed[1] * self.groups)
            self._fix("kernel_size", (fixed[2], fixed[3]))
            self.weights.check_bias(fixed[1] * self.groups)
        if self.out_channels is None:
            raise Unfit("conv_transpose2d needs out_channels: how many maps, such as 6.", pointer="/out_channels")
        if self.kernel_size is None:
            raise Unfit(
                "conv_transpose2d needs kernel_size: the rows and columns of its filter, such as 4.",
                pointer="/kernel_size",
            )
        if not self.bias and self.weights.has_bias():
            raise Unfit("A bias is given although bias is false; leave one of them out.", pointer="/weights/bias")
        object.__setattr__(self, "weights", self.weights.settled())
        for added, stride, dilation in zip(self.output_padding, self.stride, self.dilation, strict=True):
            if added >= max(stride, dilation):
                raise Unfit(
                    "output_padding is less than the larger of stride and dilation, which is {larger}: at most {most}, "
                    "not {added}.",
                    larger=max(stride, dilation),
                    most=max(stride, dilation) - 1,
                    added=added,
                    pointer="/output_padding",
                )
        if self.out_channels % self.groups:
            raise Unfit(
                "{out} maps cannot be split evenly into {groups} groups; choose a multiple of {groups}.",
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
    def _maps(self) -> int:
        assert self.out_channels is not None
        return self.out_channels

    def spread(self) -> Spread:
        return Spread(self._size, self.stride, self.padding, self.output_padding, self.dilation)

    def geometry(self, shape: Shape) -> Geometry:
        return spreading(shape, self.spread(), self._maps, self.groups)

    def check(self, shape: Shape) -> None:
        check_groups(shape[0], self.groups)
        super().check(shape)
        self.weights.check(shape[0])

    def misfit(self, shape: Shape) -> Unfit:
        whole = replace(self.spread(), padding=(0, 0))
        rows, columns = (whole.output_length(axis, shape[axis + 1]) for axis in (0, 1))
        return Unfit(
            "The {where} map becomes {whole}, of which a padding of {padding} at each edge leaves nothing; use less "
            "padding, or a larger filter.",
            where=f"{shape[1]}×{shape[2]}",
            whole=f"{rows}×{columns}",
            padding=f"{self.padding[0]}×{self.padding[1]}",
            pointer="/padding",
        )

    def _fan_in(self, shape: Shape) -> int:
        return shape[0] // self.groups * self._size[0] * self._size[1]

    def weights_for(self, shape: Shape) -> Weights:
        weight_shape = (shape[0], self._maps // self.groups, *self._size)
        weight, bias = self.weights.draw(weight_shape, self._fan_in(shape), self._maps)
        return {"weight": weight, "bias": bias} if self.bias else {"weight": weight}

    def working_bytes(self, shape: Shape) -> int:
        output = math.prod(self.geometry(shape).shape)
        cells = math.prod(shape) + output
        return min(32 * cells, 4 * BUFFERS) + cells // 2 + 4 * output  # each part of the map is made as one of its own

    def forward(self, x: Array, weights: Weights) -> Array:
        return conv_transpose(x, weights["weight"], weights.get("bias"), self.spread(), groups=self.groups)

    def forward_batch(self, x: Array, weights: Weights) -> Passed:
        bias = weights.get("bias")
        return Passed(batches.conv_transpose(x, weights["weight"], bias, self.spread(), groups=self.groups), x)

    def recall(self, x: Array, weights: Weights) -> Array:
        return x

    def backward(self, gradient: Array, kept: Any, weights: Weights, *, to_input: bool = True) -> Gradients:
        found = batches.conv_transpose_gradients(
            gradient, kept, weights["weight"], self.spread(), groups=self.groups, to_input=to_input
        )
        return of_filters(found, weights, kept.shape)

    def training_bytes(self, shape: Shape, examples: int) -> int:
        return lane_bytes(shape[0] * self._maps // self.groups * math.prod(self._size)) + WORKING

    def filters(self, shape: Shape, weight: Array) -> Array:
        return self._turned(weight)

    def weight_of(self, filters: Array) -> Array:
        return self._turned(filters)

    def _turned(self, weight: Array) -> Array:
        """Return weights (in, out / groups, rows, columns) as (out, in / groups, rows, columns), or the other way."""
        parts = weight.reshape(self.groups, -1, *weight.shape[1:]).swapaxes(1, 2)
        return np.ascontiguousarray(parts).reshape(-1, *parts.shape[2:])

    def step(self, x: Array, weights: Weights, place: Place) -> ProductTerms:
        geometry = self.geometry(shape_of(x))
        group = geometry.channels_read(place.channel)
        channels, rows, columns = range(*group), geometry.rows, geometry.columns
        values = x[np.ix_(channels, rows.read(place.row), columns.read(place.column))]
        taps = weights["weight"][:, place.channel % (self._maps // self.groups)]
        kernel = taps[np.ix_(channels, rows.taps(place.row), columns.taps(place.column))]
        bias = float(weights["bias"][place.channel]) if self.bias else 0.0
        return products_of(values, kernel, bias, group if self.groups > 1 else None)

    def total(self, terms: Mapping[str, Any]) -> Total:
        return products_total(terms)

    def parameters(self, shape: Shape) -> int:
        return self._maps * (self._fan_in(shape) + int(self.bias))

    def multiplications(self, shape: Shape) -> int:
        return shape[0] * shape[1] * shape[2] * (self._maps // self.groups) * self._size[0] * self._size[1]

    def cost(self, shape: Shape) -> int:
        rows, columns = (Spreading.of(self.spread(), axis, shape[axis + 1]) for axis in (0, 1))
        return cost(rows, columns, shape[0] // self.groups, self._maps)

    def work(self, shape: Shape) -> tuple[int, str]:
        geometry = self.geometry(shape)
        down, across = (-(-axis.reach // axis.gap) for axis in geometry.axes)
        return shape[0] // self.groups * down * across, "multiplications"
