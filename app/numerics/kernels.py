"""Kernels with a name: what each looks for, and who described it.

They are written as they are laid on the picture: correlation does not flip them, so sobel_x is positive where it grows
brighter to the right. Textbooks that flip the kernel print some of them with the other sign.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from app.numerics import Floats
from app.numerics.classics import CLASSICS
from app.numerics.colour_filters import COLOUR_FILTERS

Spread = Literal["mean", "sum"]


@dataclass(frozen=True, eq=False)
class Kernel:
    """A named kernel; its weight is read-only, of shape (rows, columns), or (channels, rows, columns) for colour."""

    name: str
    weight: Floats
    sentence: str
    source: str
    bias: float = 0.0

    def __post_init__(self) -> None:
        self.weight.flags.writeable = False

    @property
    def channels(self) -> int | None:
        """How many channels it reads; None where it is spread over as many as there are."""
        return len(self.weight) if self.weight.ndim == 3 else None

    @property
    def on_channels(self) -> str:
        """What it becomes on several channels."""
        if self.channels is not None:
            return f"Reads {self.channels} channels, each with a sheet of its own."
        return 'On n channels each gets this kernel, divided by n; with spread="sum" not divided.'


KERNELS: dict[str, Kernel] = {
    kernel.name: kernel
    for kernel in (
        *(Kernel(classic.name, classic.weight, classic.sentence, classic.source) for classic in CLASSICS),
        *(
            Kernel(plate.name, plate.weight, plate.sentence, "Made for Convscope", plate.bias / 100)
            for plate in COLOUR_FILTERS
        ),
    )
}


def bank(filters: Sequence[str | Floats], in_channels: int, spread: Spread = "mean") -> tuple[Floats, Floats]:
    """Return named kernels, and filters given as numbers, as the weight and bias of one layer.

    Parameters
    ----------
    filters
        For each filter a name, or its numbers: (rows, columns), or (channels, rows, columns). At least one; names may
        recur.
    in_channels
        Channels that each filter reads.
    spread
        What a filter of two axes becomes on several channels: divided by their number ("mean"), or the same in each
        ("sum").

    Returns
    -------
    weight
        Float32, shape (n, in_channels, kh, kw). By their mean a filter of two axes is on a grey picture the plain
        filter. One of three axes is used as it is; a named one over a single channel is the sum over its own, which
        gives the same on a grey picture. Filters smaller than the largest are centred, with an odd cell of room at the
        bottom and right.
    bias
        Float32, shape (n,): of each kernel its own, 0 where numbers are given.

    Raises
    ------
    KeyError
        For an unknown name.
    ValueError
        Where a filter of three axes has another number of channels.
    """
    rows, columns = (max(own_size(filter_)[axis] for filter_ in filters) for axis in (0, 1))
    weight = np.zeros((len(filters), in_channels, rows, columns), np.float32)
    for part, filter_ in zip(weight, filters, strict=True):
        height, width = own_size(filter_)
        top, left = (rows - height) // 2, (columns - width) // 2
        part[:, top : top + height, left : left + width] = _over(filter_, in_channels, spread)
    return weight, own_biases(filters)


def own_size(filter_: str | Floats) -> tuple[int, int]:
    """Return the rows and columns of a named kernel, or of numbers given."""
    rows, columns = (KERNELS[filter_].weight if isinstance(filter_, str) else filter_).shape[-2:]
    return rows, columns


def own_biases(filters: Sequence[str | Floats]) -> Floats:
    """Return the bias of each named kernel, and 0 for numbers given."""
    return np.array([KERNELS[each].bias if isinstance(each, str) else 0 for each in filters], np.float32)


def fits(kernel: Kernel, in_channels: int) -> bool:
    """Tell whether `kernel` can read `in_channels` channels: its own number of them, one, or any where it has none."""
    return kernel.weight.ndim == 2 or in_channels in (1, len(kernel.weight))


def half_turn(weight: Floats) -> Literal["same", "sign", "other"]:
    """Tell what half a turn, which tells convolution from correlation, makes of a filter (…, rows, columns)."""
    turned = weight[..., ::-1, ::-1]
    return "same" if np.array_equal(turned, weight) else "sign" if np.array_equal(turned, -weight) else "other"


def _over(filter_: str | Floats, in_channels: int, spread: Spread) -> Floats:
    """Return the weights of a filter that reads `in_channels` channels."""
    named = isinstance(filter_, str)
    weight = KERNELS[filter_].weight if isinstance(filter_, str) else filter_
    if weight.ndim == 2:
        return weight if spread == "sum" else weight / np.float32(in_channels)
    if len(weight) == in_channels:
        return weight
    if named and in_channels == 1:  # rounded, so that hundredths stay the float32 nearest to hundredths
        whole: Floats = weight.sum(axis=0, dtype=np.float64).round(6).astype(np.float32)
        return whole
    raise ValueError(f"{filter_ if named else 'a filter'} looks at {len(weight)} channels, not {in_channels}")
