"""A small true picture of a step: what its layer reads, the window there, and the map that it makes.

The picture ─ its window ─► the map ─ its cell; all maps where the view is of all; the largest scores of a vector.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from app.explorer.state import State
from app.lab import Lab, Run
from app.pictures.png import png
from app.pipeline.closeup import receptive_field
from app.rendering.palette import Bytes, Theme, signed_bytes, signed_palette
from app.rendering.sheets.maps import extent_of

ROWS, COLUMNS = 120, 168  # drawn at half of that
GAP = 8
INK: dict[str, dict[Theme, tuple[int, int, int]]] = {  # tokens of static/css/tokens.css
    "window": {"light": (11, 87, 196), "dark": (125, 180, 255)},
    "result": {"light": (7, 95, 49), "dark": (95, 214, 153)},
    "ink": {"light": (21, 24, 29), "dark": (243, 244, 246)},
}
EVERY = ("fan", "map", "stack", "sharing")  # views of more than one number
MOST_BARS = 5
Array = NDArray[np.float32]


async def thumbnail(run: Run, state: State, lab: Lab, theme: Theme) -> bytes:
    """Return the picture of a state as PNG."""
    first = (await lab.result(run, None)).pixels
    if not run.stages:
        return await lab.queue.light(lambda: png(_beside([_sheets(first, theme)])))
    stage = run.stages[state.layer]
    output = (await lab.result(run, state.layer)).output
    source = max(stage.inputs)
    before = None if source < 0 else (await lab.result(run, source)).output
    field = receptive_field(run.stages[: state.layer + 1], state.place)

    def drawn() -> bytes:
        if stage.vector:
            left = _ringed(_pixels(first, theme, 96), None, (1, 1), theme, "window")
            return png(_beside([left, _bars(output.ravel(), theme)]))
        if state.view == "fan" and len(output) > 1:
            return png(_beside([_grid(output[:6], theme)]))
        seen = before is None or before.ndim != 3 or stage.geometry.size != (1, 1)
        if seen or before is None:
            window = None if field is None or state.view in EVERY else (field.rows, field.columns)
            left = _ringed(_pixels(first, theme, 96), window, run.input_shape[1:], theme, "window")
        else:
            left = _map(before[min(state.place.channel, len(before) - 1)], extent_of(before), theme, 76)
        at = ((state.place.row, state.place.row + 1), (state.place.column, state.place.column + 1))
        right = _map(output[state.place.channel], extent_of(output), theme, 64)
        cell = None if state.view in EVERY else at
        return png(_beside([left, _ringed(right, cell, output.shape[1:], theme, "result")]))

    return await lab.queue.light(drawn)


def _pixels(pixels: Bytes | None, theme: Theme, side: int) -> Bytes:
    """Return the picture, at most `side` high and wide; where there is none, what numbers have instead: ink."""
    if pixels is None:
        return np.full((side, side, 3), INK["ink"][theme], np.uint8)
    colours = pixels if len(pixels) == 3 else np.repeat(pixels[:1], 3, axis=0)
    return _sized(colours.transpose(1, 2, 0), side)


def _sheets(pixels: Bytes | None, theme: Theme) -> Bytes:
    """Return the sheets of a picture, one behind the other."""
    if pixels is None or len(pixels) < 3:
        return _pixels(pixels, theme, 112)
    canvas = np.zeros((112, 160, 4), np.uint8)
    tints = ((1.0, 0.25, 0.22), (0.3, 0.8, 0.3), (0.3, 0.45, 1.0))
    for at, (channel, tint) in reversed(list(enumerate(zip(pixels, tints, strict=True)))):
        sheet = _sized((channel[..., None] * np.array(tint)).astype(np.uint8), 80)
        _put(canvas, sheet, 16 * (2 - at), 36 * at)
    return canvas


def _map(cells: Array, extent: float, theme: Theme, side: int) -> Bytes:
    colours: Bytes = np.frombuffer(signed_palette(theme), np.uint8).reshape(-1, 3)
    coloured: Bytes = colours[signed_bytes(cells.copy(), extent)]
    return _sized(coloured, side)


def _grid(maps: Array, theme: Theme) -> Bytes:
    """Return up to six maps, three a row, on one scale."""
    extent = extent_of(maps)
    tiles = [_map(one, extent, theme, 52) for one in maps]
    canvas = np.zeros((112, COLUMNS, 4), np.uint8)
    for at, tile in enumerate(tiles):
        _put(canvas, tile, at // 3 * 58, at % 3 * 58)
    return canvas


def _bars(scores: Array, theme: Theme) -> Bytes:
    """Return the largest numbers of a vector as bars."""
    largest = np.sort(scores)[::-1][:MOST_BARS]
    top = max(float(largest[0]), 1e-9)
    canvas = np.zeros((MOST_BARS * 16 - 6, 60, 4), np.uint8)
    for at, score in enumerate(largest):
        canvas[at * 16 : at * 16 + 10, : max(2, round(60 * max(0.0, float(score)) / top))] = (*INK["ink"][theme], 255)
    return canvas


def _sized(picture: Bytes, side: int) -> Bytes:
    """Return a picture as large as fits into `side`, its pixels crisp."""
    rows, columns = picture.shape[:2]
    tall, wide = max(1, side * rows // max(rows, columns)), max(1, side * columns // max(rows, columns))
    large: Bytes = picture[np.arange(tall) * rows // tall][:, np.arange(wide) * columns // wide]
    return large


def _ringed(
    picture: Bytes,
    span: Sequence[tuple[int, int]] | None,
    cells: Sequence[int],
    theme: Theme,
    ink: str,
) -> Bytes:
    """Return a picture with a ring around some of its cells, which may reach over its edge by the ring's width."""
    if span is None:
        return picture
    picture = picture.copy()
    (top, bottom), (left, right) = (
        (low * side // count, max(high * side // count, low * side // count + 10))
        for (low, high), side, count in zip(span, picture.shape[:2], cells, strict=True)
    )
    top, left = min(top, picture.shape[0] - 10), min(left, picture.shape[1] - 10)
    outer = picture[max(0, top - 2) : bottom + 2, max(0, left - 2) : right + 2]
    inside = picture[top + 2 : bottom - 2, left + 2 : right - 2].copy()
    outer[:] = 255
    picture[top:bottom, left:right] = INK[ink][theme]
    picture[top + 2 : bottom - 2, left + 2 : right - 2] = inside
    return picture


def _beside(parts: Sequence[Bytes]) -> Bytes:
    """Return pictures side by side in the middle of one that is clear elsewhere."""
    canvas = np.zeros((ROWS, COLUMNS, 4), np.uint8)
    left = (COLUMNS - sum(part.shape[1] for part in parts) - GAP * (len(parts) - 1)) // 2
    for part in parts:
        _put(canvas, part, (ROWS - part.shape[0]) // 2, max(0, left))
        left += part.shape[1] + GAP
    return canvas


def _put(canvas: Bytes, picture: Bytes, top: int, left: int) -> None:
    rows, columns, depth = picture.shape
    rows, columns = min(rows, canvas.shape[0] - top), min(columns, canvas.shape[1] - left)
    there = canvas[top : top + rows, left : left + columns]
    if depth == 4:
        there[:] = picture[:rows, :columns]
        return
    there[..., :3], there[..., 3] = picture[:rows, :columns], 255
