#!/usr/bin/env python3
"""Draws the first filters of the networks that ship as contact sheets, before, soon after the start, and at the end.

    python -m scripts.filters               docs/filters-<network>.png of all
    python -m scripts.filters cifar10       of one

Each filter has a scale of its own: grey is 0, and the number farthest from it is black or white. Filters are counted
from 1 along the rows, as on the screen.
"""

import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from app.models.shipped import Shipped
from app.paths import APP

DOCS = APP.parent / "docs"
CELL, GAP, MARGIN = 14, 22, 40  # pixels: of one weight, between filters, around a sheet
PAPER, INK = "#fdfcf8", "#16161d"


def sheet(shipped: Shipped, name: str) -> Image.Image:
    """Return the filters of a network at three checkpoints, side by side."""
    model = shipped.model(name)
    assert model is not None, name
    first, second, *_, last = (checkpoint.epoch for checkpoint in model.epochs)
    titles = {first: "random", second: f"epoch {second}", last: f"epoch {last}"}
    sheets = [(title, grid(shipped.arrays(name, 0, epoch)["weight"])) for epoch, title in titles.items()]
    width, height = sheets[0][1].size
    whole = Image.new("RGB", (len(sheets) * (width + MARGIN) + MARGIN, height + MARGIN), PAPER)
    for index, (title, part) in enumerate(sheets):
        left = MARGIN + index * (width + MARGIN)
        ImageDraw.Draw(whole).text((left, MARGIN // 3), title, INK, ImageFont.load_default(18))
        whole.paste(part, (left, MARGIN))
    return whole


def grid(weights: np.ndarray) -> Image.Image:
    """Return filters (filter, channel, row, column) in rows of four at most, each with its number."""
    count, _, rows, columns = weights.shape
    across = min(4, count)
    width, height = columns * CELL + GAP, rows * CELL + GAP
    part = Image.new("RGB", (across * width - GAP, -(-count // across) * height), PAPER)
    for index, filter_ in enumerate(weights):
        row, column = divmod(index, across)
        place = column * width, row * height
        part.paste(coloured(filter_), place)
        at = (place[0], place[1] + rows * CELL + 2)
        ImageDraw.Draw(part).text(at, str(index + 1), INK, ImageFont.load_default(14))
    return part


def coloured(filter_: np.ndarray) -> Image.Image:
    """Return a filter (channel, row, column) as a picture."""
    _, rows, columns = filter_.shape
    grey = 0.5 + 0.5 * filter_ / max(np.abs(filter_).max(), np.finfo(np.float32).tiny)
    pixels = np.broadcast_to(np.rint(255 * grey).astype(np.uint8).transpose(1, 2, 0), (rows, columns, 3))
    return Image.fromarray(np.ascontiguousarray(pixels)).resize((columns * CELL, rows * CELL), Image.Resampling.NEAREST)


if __name__ == "__main__":
    ours = Shipped(APP / "models")
    for name in sys.argv[1:] or [model.id for model in ours]:
        place = Path(DOCS, f"filters-{name}.png")
        sheet(ours, name).save(place, optimize=True)
        print(place)
