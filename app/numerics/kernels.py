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


def bank(names: Sequence[str], in_channels: int) -> tuple[Floats, Floats]:
    """Return the named kernels as the weight and bias of one layer.

    Parameters
    ----------
    names
        One filter a name, at least one; names may recur.
    in_channels
        Channels that each filter reads.

    Returns
    -------
    weight
        Float32, shape (n, in_channels, kh, kw). A kernel of two axes is divided by `in_channels` and spread over them:
        on a grey picture it is the plain filter. One of three axes is used as it is; over a single channel it is the
        sum over its own, which gives the same on a grey picture. Kernels smaller than the largest are centred, with an
        odd cell of room at the bottom and right.
    bias
        Float32, shape (n,).

    Raises
    ------
    KeyError
        For an unknown name.
    ValueError
        Where a kernel of three axes has another number of channels.
    """
    kernels = [KERNELS[name] for name in names]
    rows, columns = (max(kernel.weight.shape[axis] for kernel in kernels) for axis in (-2, -1))
    weight = np.zeros((len(kernels), in_channels, rows, columns), np.float32)
    for part, kernel in zip(weight, kernels, strict=True):
        height, width = kernel.weight.shape[-2:]
        top, left = (rows - height) // 2, (columns - width) // 2
        part[:, top : top + height, left : left + width] = _over(kernel, in_channels)
    return weight, np.array([kernel.bias for kernel in kernels], np.float32)


def fits(kernel: Kernel, in_channels: int) -> bool:
    """Tell whether `kernel` can read `in_channels` channels: its own number of them, one, or any where it has none."""
    return kernel.weight.ndim == 2 or in_channels in (1, len(kernel.weight))


def half_turn(weight: Floats) -> Literal["same", "sign", "other"]:
    """Tell what half a turn, which tells convolution from correlation, makes of a filter (…, rows, columns)."""
    turned = weight[..., ::-1, ::-1]
    return "same" if np.array_equal(turned, weight) else "sign" if np.array_equal(turned, -weight) else "other"


def _over(kernel: Kernel, in_channels: int) -> Floats:
    """Return the weights of `kernel` for a filter that reads `in_channels` channels."""
    if not fits(kernel, in_channels):
        raise ValueError(f"{kernel.name} looks at {len(kernel.weight)} channels, not {in_channels}")
    if kernel.weight.ndim == 2:
        return kernel.weight / np.float32(in_channels)
    if in_channels == 1:  # rounded, so that hundredths stay the float32 nearest to hundredths
        whole: Floats = kernel.weight.sum(axis=0, dtype=np.float64).round(6).astype(np.float32)
        return whole
    return kernel.weight
