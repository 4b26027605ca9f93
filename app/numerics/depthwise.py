"""Depthwise convolution of many channels over small maps: channels stand last meanwhile.

Each cell of the window is then a product of long lines, numbers of all channels side by side with their weights, where
maps one after the other would give short ones.
"""

import numpy as np

from app.numerics import Floats
from app.numerics.padding import paste
from app.numerics.threads import buffer, share
from app.numerics.window import Window

BLOCK_FLOATS = 1 << 17  # of the cells that a block reads, about
WORTH = 1 << 18  # products that are worth a second thread: most of the time goes to turning the maps round


def depthwise(x: Floats, weight: Floats, bias: Floats | None, window: Window, padding_mode: str, out: Floats) -> None:
    """Fill `out` (C, Ho, Wo); arguments as those of `correlate` with one filter a channel, already checked."""
    taps = np.ascontiguousarray(weight[:, 0].transpose(1, 2, 0))
    places = out.shape[1:]
    (down, across), (south, east) = window.dilation, window.stride
    rows, columns = (
        range(first, first + (count - 1) * step + reach)
        for first, count, step, reach in zip(window.origin(0, 0), places, window.stride, window.reach, strict=True)
    )

    def work(channels: slice) -> None:
        area = buffer("area", (len(rows), len(columns), len(out[channels])))
        paste(area.transpose(2, 0, 1), x[channels], rows, columns, padding_mode)
        sums, products = (buffer(name, (*places, area.shape[2])) for name in ("sums", "products"))
        for number, (row, column) in enumerate(np.ndindex(window.size)):
            top, left = row * down, column * across
            cells = area[
                top : top + (places[0] - 1) * south + 1 : south, left : left + (places[1] - 1) * east + 1 : east
            ]
            np.multiply(cells, taps[row, column, channels], out=products if number else sums)
            if number:
                sums += products
        if bias is not None:
            sums += bias[channels]
        out[channels] = sums.transpose(2, 0, 1)

    many = max(1, min(-(-len(x) // 2), BLOCK_FLOATS // (len(rows) * len(columns))))
    blocks = [slice(first, first + many) for first in range(0, len(x), many)]
    share(work, blocks, together=out.size * taps[:, :, 0].size >= WORTH)
