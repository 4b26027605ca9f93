"""Several volumes made into one: their numbers added cell by cell, or their channels joined end to end."""

from collections.abc import Sequence

import numpy as np

from app.numerics import Floats
from app.numerics.memory import fresh


def added(arrays: Sequence[Floats]) -> Floats:
    """Return the sum of arrays, cell by cell, from the first to the last.

    Parameters
    ----------
    arrays
        Two or more of one shape, float32.

    Returns
    -------
    ndarray
        Same shape, float32, C-order. Sums beyond float32 are infinite, without a warning.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        out = np.add(arrays[0], arrays[1], out=fresh(arrays[0].shape, arrays[0].dtype))
        for array in arrays[2:]:
            np.add(out, array, out=out)
    return out


def joined(arrays: Sequence[Floats]) -> Floats:
    """Return arrays one after the other along their first axis, the channels.

    Parameters
    ----------
    arrays
        Two or more, float32, whose other axes have the same lengths.

    Returns
    -------
    ndarray
        float32, C-order; its first axis is as long as those of all together.
    """
    shape = (sum(len(array) for array in arrays), *arrays[0].shape[1:])
    return np.concatenate(arrays, out=fresh(shape, arrays[0].dtype))


def parted(array: Floats, lengths: Sequence[int]) -> tuple[Floats, ...]:
    """Return the parts, so long along the first axis, that `joined` makes `array` of; they show its memory."""
    ends = np.cumsum(lengths)
    return tuple(array[end - length : end] for end, length in zip(ends, lengths, strict=True))
