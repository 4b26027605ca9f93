"""What lies beyond the edge: which real cell each coordinate outside the input stands for.

Along an axis of 4 cells, with · (written −1) for a cell that stands for none:

    coordinate   -3 -2 -1 │ 0  1  2  3 │ 4  5  6
    zeros         ·  ·  · │ 0  1  2  3 │ ·  ·  ·
    reflect       3  2  1 │ 0  1  2  3 │ 2  1  0
    replicate     0  0  0 │ 0  1  2  3 │ 3  3  3
    circular      1  2  3 │ 0  1  2  3 │ 0  1  2
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from app.numerics import Floats

PADDING_MODES = ("zeros", "reflect", "replicate", "circular")


def sources(coordinates: ArrayLike, length: int, padding_mode: str) -> NDArray[np.intp]:
    """Return the index of the real cell that each coordinate reads along one axis, −1 where it reads no cell.

    Parameters
    ----------
    coordinates
        Whole numbers, any shape; they may lie below 0 or at and beyond `length`.
    length
        Number of real cells along the axis, at least 1.
    padding_mode
        One of `PADDING_MODES`. A coordinate more than one length away is reflected or wrapped again.

    Returns
    -------
    ndarray of intp
        Same shape as `coordinates`.

    Raises
    ------
    ValueError
        For an unknown mode.

    Notes
    -----
    The modes are those of `torch.nn.Conv2d`; `reflect` does not repeat the edge cell.
    """
    cells = np.asarray(coordinates, np.intp)
    match padding_mode:
        case "zeros":
            return np.where((cells >= 0) & (cells < length), cells, -1)
        case "reflect":
            period = max(2 * (length - 1), 1)
            folded = cells % period
            return np.where(folded < length, folded, period - folded)
        case "replicate":
            return np.clip(cells, 0, length - 1)
        case "circular":
            return cells % length
    raise ValueError(f"padding_mode is {padding_mode!r}; it must be one of {', '.join(PADDING_MODES)}")


def overlap(coordinates: range, length: int) -> tuple[slice, slice]:
    """Return which of the (rising) coordinates lie inside an axis of `length` cells, and the cells that they name."""
    first, step = coordinates.start, coordinates.step
    start = max(0, -(first // step))
    stop = max(start, min(len(coordinates), -((first - length) // step)))
    return slice(start, stop), slice(first + start * step, max(0, first + (stop - 1) * step + 1), step)


def paste(target: Floats, x: Floats, rows: range, columns: range, padding_mode: str) -> None:
    """Write the cells at `rows` × `columns` of every channel into `target`, padding included.

    Parameters
    ----------
    target
        Shape (…, len(rows), len(columns)); any strides.
    x
        Shape (…, H, W).
    rows, columns
        Rising coordinates, which may lie outside the input.
    padding_mode
        As in `sources`; cells that stand for none become 0.
    """
    height, width = x.shape[-2:]
    down, row_cells = overlap(rows, height)
    across, column_cells = overlap(columns, width)
    target[..., down, across] = x[..., row_cells, column_cells]
    everywhere = slice(0, len(columns))
    for part_down, part_across in (
        (slice(0, down.start), everywhere),
        (slice(down.stop, len(rows)), everywhere),
        (down, slice(0, across.start)),
        (down, slice(across.stop, len(columns))),
    ):
        if part_down.start == part_down.stop or part_across.start == part_across.stop:
            continue
        if padding_mode == "zeros":
            target[..., part_down, part_across] = 0
        else:
            from_rows = sources(rows[part_down], height, padding_mode)
            from_columns = sources(columns[part_across], width, padding_mode)
            target[..., part_down, part_across] = x[..., from_rows[:, None], from_columns]


def zero_pad(x: Floats, rows: tuple[int, int], columns: tuple[int, int]) -> Floats:
    """Return `x` with zeros around each map.

    Parameters
    ----------
    x
        Shape (C, H, W), or (C, H, W, N) for a batch.
    rows, columns
        How many are added (above, below) and (left, right), at least 0.

    Returns
    -------
    ndarray
        Shape (C, H + above + below, W + left + right, …), C-order, of the precision of `x`.

    Notes
    -----
    The definition is that of `torch.nn.ZeroPad2d`, whose sides come in another order: left, right, top, bottom.
    """
    channels, height, width, *examples = x.shape
    out = np.zeros((channels, sum(rows) + height, sum(columns) + width, *examples), x.dtype)
    out[:, rows[0] : rows[0] + height, columns[0] : columns[0] + width] = x
    return out


def zero_pad_gradient(gradient: Floats, rows: tuple[int, int], columns: tuple[int, int]) -> Floats:
    """Return the gradient by the input of `zero_pad`: what comes to the zeros goes nowhere."""
    height, width = gradient.shape[1:3]
    return np.ascontiguousarray(gradient[:, rows[0] : height - rows[1], columns[0] : width - columns[1]])
