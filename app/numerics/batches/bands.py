"""Bands of a batch: all that some places read, as matrices.

A band holds, for each row of the input that its places read, the kw shifts of the row, so that the kh rows of one row
of places stand one after another and are a view (as in `numerics.bands`, which draws it). Places are parted into blocks
by the sizes alone.
"""

from collections.abc import Iterator
from itertools import product

from numpy.lib.stride_tricks import as_strided

from app.numerics import Floats
from app.numerics.axis import Pair
from app.numerics.padding import paste
from app.numerics.threads import buffer
from app.numerics.window import Window

BAND_FLOATS = 1 << 20  # of a band: 4 MiB; shorter ones cost more to part than caches save (measured)
Block = tuple[slice, slice, slice]  # rows and columns of places, and examples


def parted(first: int, more: int, places: Pair, examples: int, worth: bool = False) -> Iterator[Block]:
    """Part the places into blocks whose band holds about BAND_FLOATS, `worth` of two threads into an even number.

    The first row of places takes `first` floats a place and example, each further one `more`. A block of several rows
    has whole ones, and one of several columns all examples, so that its numbers are evenly apart.
    """
    rows, columns = places
    some = min(examples, max(1, BAND_FLOATS // first))
    wide = min(columns, max(1, BAND_FLOATS // (first * examples)))
    deep = 1
    if wide == columns:
        deep = min(rows, max(1, 1 + (BAND_FLOATS // (columns * examples) - first) // more))
        parts = -(-rows // deep)
        deep = -(-rows // (parts + parts % 2)) if worth else deep
    for row, column, example in product(range(0, rows, deep), range(0, columns, wide), range(0, examples, some)):
        yield (
            slice(row, min(row + deep, rows)),
            slice(column, min(column + wide, columns)),
            slice(example, min(example + some, examples)),
        )


def blocks(window: Window, channels: int, places: Pair, examples: int, worth: bool) -> list[Block]:
    """Return the blocks of a window that slides over so many channels."""
    line, height = window.size[1] * channels, window.size[0]
    step = window.stride[0] if _shares(window) else height
    return list(parted(line * height, line * step, places, examples, worth))


def rows_of(maps: Floats, block: Block) -> Floats:
    """Return the places of a block, (groups, maps, rows, places of a row and examples): a view."""
    part = maps[(slice(None), slice(None), *block)]
    return as_strided(part, (*part.shape[:3], part.shape[3] * part.shape[4]), (*part.strides[:3], part.itemsize))


def band_of(x: Floats, window: Window, block: Block, padding_mode: str) -> Floats:
    """Return all that the places of a block read, (groups, rows, kh·kw·channels, places of a row and examples)."""
    rows, columns, some = block
    (height, width), shares = window.size, _shares(window)
    down, wide, many = rows.stop - rows.start, columns.stop - columns.start, some.stop - some.start
    step = window.stride[0] if shares else height
    lines = (down - 1) * step + height
    band = buffer("band", (x.shape[0], lines, width, x.shape[1], wide, many), x.dtype)
    source = x[..., some].transpose(0, 1, 4, 2, 3)
    for tap in range(width):
        target = band[:, :, tap].transpose(0, 2, 4, 1, 3)
        across = window.cells(1, columns, tap)
        if shares:
            first = window.cells(0, rows, 0)[0]
            paste(target, source, range(first, first + lines), across, padding_mode)
        else:
            for line in range(height):
                paste(target[..., line::height, :], source, window.cells(0, rows, line), across, padding_mode)
    lot, between, _, part = band.strides[:4]
    shape = (x.shape[0], down, height * width * x.shape[1], wide * many)
    return as_strided(band, shape, (lot, step * between, part, band.itemsize))


def _shares(window: Window) -> bool:
    """Tell whether neighbouring rows of places read rows of the input in common, one after the other."""
    return window.dilation[0] == 1 and window.stride[0] < window.size[0]
