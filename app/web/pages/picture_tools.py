"""Pictures made by hand: drawn, cropped, typed cell by cell, taken with the camera. Each becomes an upload.

GET /picture/<tool>?<state>  the tool for the picture of that state; scripts show it in a dialog, else it is a page
POST /picture/<tool>         makes the picture and leads to the same layers on it
"""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse

from app.errors import Mistake, NotFound, Unfit
from app.explorer.classes import reads_digits
from app.explorer.editing.cell_edits import MOST_CELLS, SIDES, as_pixels, edited_cells, sheets_of, wanted_shape
from app.explorer.editing.typed import Exact
from app.explorer.fields import WORDS, query
from app.explorer.opening import state_of
from app.explorer.shrunk import Cell, counted, rectangle_of, seen_cell, shrunk_address
from app.explorer.state import State
from app.explorer.templating.context import Context
from app.explorer.templating.templates import render
from app.lab import Lab
from app.layers.numbers import Numbers
from app.messages import N_
from app.pictures.digit import as_digit
from app.pictures.picture import Picture, Rectangle, Size, placed, png, wanted_size
from app.pictures.shrinking import Shrunk, cut
from app.pipeline.document import ImageInput
from app.rendering.palette import Theme
from app.web.asgi.answers import PNG
from app.web.asgi.artifacts import immutable
from app.web.asgi.dependencies import InLab
from app.web.asgi.forms import read_form
from app.web.asgi.language import language_of
from app.web.pages.explorer import page_theme, sent_on, taken

picture_tools = APIRouter(prefix="/picture", include_in_schema=False)
Fields = Mapping[str, str]
OFFERED = (64, 32, 16, 8)  # sizes at which cells can be typed
FREE = 256  # pixels a side of a drawing that does not keep to the cells of the input
PENS = (1, 2, 3, 5, 9)  # cells wide
BROAD_PENS, BROAD_PEN = (5, 9, 13, 18, 24), 18  # pixels, for a digit, which is drawn freely
NARROW = 48  # columns, up to which the finest pen is in the hand
OVERVIEW = 640  # pixels of the longer side of a picture that a part is chosen from
# what can be painted with; the colours of pixels, in any theme
GREYS = ((N_("Black"), "#000000"), (N_("Dark grey"), "#404040"), (N_("Grey"), "#808080"), (N_("Light grey"), "#c0c0c0"))
COLOURS = (
    *(GREYS[0], GREYS[2], (N_("White"), "#ffffff")),
    *(
        (N_("Red"), "#d62828"),
        (N_("Orange"), "#f77f00"),
        (N_("Yellow"), "#fcd34d"),
        (N_("Green"), "#2a9d3a"),
        (N_("Blue"), "#1d4ed8"),
    ),
    *((N_("Violet"), "#7c3aed"), (N_("Brown"), "#7a4b26")),
)


@picture_tools.get("/shrunk.png")
async def shrunk_png(request: Request, lab: InLab) -> Response:
    """A part of a picture at a size: what a run would read of it."""
    fields = dict(request.query_params)
    picture = await lab.album.picture(fields.get("image", ""))
    rows, columns = (counted(fields, name, 1) for name in ("rows", "columns"))
    wanted_size((1, 1), rows, columns, lab.settings.working_max_pixels)
    source = read_input({name: fields[name] for name in WORDS if name in fields})
    way = Shrunk(
        picture, rectangle_of(fields, whole(picture)), (rows, columns), source.fit, source.mode, source.resample
    )
    key = f"shrunk-{query({k: v[:40] for k, v in sorted(fields.items())})}"
    return await immutable(request, key, PNG, lambda: lab.queue.light(lambda: png(pictured(way.pixels()))))


@picture_tools.get("/{tool}")
async def tool_page(tool: str, request: Request, lab: InLab) -> Response:
    """A tool, on the picture of the state in the address."""
    if tool not in CONTEXTS:
        raise NotFound("There is no tool {name} for pictures.", name=tool[:40])
    fields = dict(request.query_params)
    state = await state_of(fields, lab)
    language = language_of(request)
    around = ToolContext(tool, state, state.form_fields(), page_theme(request), language)
    text = render(language, f"picture/{tool}.html", around, await CONTEXTS[tool](lab, state, fields))
    return HTMLResponse(text, headers={"Vary": "Accept-Language, Cookie"})


@picture_tools.post("/block")
async def block(request: Request, lab: InLab) -> Response:
    """What a pasted block holds, as channels, rows and columns: for the tool that shows it cell by cell."""
    fields, _ = await read_form(request)
    request.state.fields = fields
    read = await lab.queue.light(lambda: sheets_of(fields.get("block", ""), wanted_shape((1, 1, 1), fields)).tolist())
    return JSONResponse(read)


@picture_tools.post("/{tool}")
async def use(tool: str, request: Request, lab: InLab) -> Response:
    """Makes the picture that a tool's form describes and leads to the same layers on it."""
    fields, data = await read_form(request)
    request.state.fields = fields
    state = await state_of(fields, lab)
    if tool == "cells":
        return await sent_on(await _typed(lab, state, fields), request, lab)
    if tool == "crop":
        data = await lab.album.png(await _cropped(lab, state, fields))
    elif tool not in CONTEXTS:
        raise NotFound("There is no tool {name} for pictures.", name=tool[:40])
    return await taken(state, data, request, lab, as_digit if tool == "draw" and fields.get("digit") else None)


def read_input(fields: Mapping[str, Any]) -> ImageInput:
    """Return the input that a few fields describe; raise Unfit where they are none."""
    try:
        return ImageInput(image="-", **fields)
    except ValueError:
        raise Unfit("A picture is cropped, contained or stretched, in RGB or L.") from None


def source_of(state: State) -> ImageInput:
    """Return the picture that a state is about; raise Unfit where it is about numbers."""
    source = state.document.input
    if not isinstance(source, ImageInput):
        raise Unfit("This input is made of numbers, not of a picture; choose a picture first.")
    return source


def whole(picture: Picture) -> Rectangle:
    """Return all of a picture."""
    return (0, picture.height), (0, picture.width)


def pictured(pixels: Any) -> Picture:
    """Return the picture that (channels, rows, columns) are."""
    return Picture(np.ascontiguousarray(pixels[0] if len(pixels) == 1 else pixels.transpose(1, 2, 0)))


async def way_of(lab: Lab, state: State, taken: Rectangle | None = None) -> Shrunk:
    """Return the way from a state's picture, or a part of it, to its input."""
    source = source_of(state)
    picture = await lab.album.picture(source.image)
    part = taken or whole(picture)
    size = wanted_size(
        (part[0][1] - part[0][0], part[1][1] - part[1][0]),
        source.height,
        source.width,
        lab.settings.working_max_pixels,
    )
    return Shrunk(picture, part, size, source.fit, source.mode, source.resample)


# ---- what each tool shows


@dataclass(frozen=True)
class ToolContext(Context):
    """What every tool's template shows."""

    tool: str
    state: State
    fields: dict[str, str]  # that its form carries along
    theme: Theme
    language: str


@dataclass(frozen=True)
class DrawContext(Context):
    """What templates/picture/draw.html shows."""

    size: Size
    start: str  # address of the picture to draw on
    free: int  # pixels a side where the cells of the input are not kept to
    colours: tuple[tuple[str, str], ...]
    digit: bool  # a network looks at it that has learned digits
    pens: tuple[int, ...]
    pen: int  # the one in the hand


@dataclass(frozen=True)
class CropContext(Context):
    """What templates/picture/crop.html shows."""

    way: Shrunk
    source: ImageInput
    aspect: float | None  # columns ÷ rows, where the input's shape is kept
    widest: Rectangle  # the largest part of that shape
    overview: str  # address of the whole picture
    shrunk: str  # address of what a run would read of it
    cell: Cell


@dataclass(frozen=True)
class CellsContext(Context):
    """What templates/picture/cells.html shows."""

    size: Size
    cells: Exact | None  # by channel, row and column; none where they are too many
    numbers: bool = False  # taken as numbers, not as a picture
    channel: int = 0
    shrunk: str = ""  # address of the picture as it is
    offered: tuple[tuple[int, State], ...] = ()  # smaller sizes
    nested: str = ""  # all cells as nested lists
    most: int = MOST_CELLS


async def _draw(lab: Lab, state: State, fields: Fields) -> DrawContext:
    if isinstance(state.document.input, ImageInput):
        way = await way_of(lab, state)
        size, grey = way.size, way.mode == "L"
        start = shrunk_address(source_of(state), way.taken, way.size)
    else:
        depth, *sides = state.document.input.shape
        size, grey, start = (sides[0], sides[1]), depth == 1, ""
    run = await lab.open(state.document)
    digit = reads_digits(run)
    pens, pen = (BROAD_PENS, BROAD_PEN) if digit else (PENS, 1 if size[1] < NARROW else 3)
    return DrawContext(size, start, FREE, (*GREYS, (N_("White"), "#ffffff")) if grey else COLOURS, digit, pens, pen)


async def _crop(lab: Lab, state: State, fields: Fields) -> CropContext:
    source = source_of(state)
    way = await way_of(lab, state)
    picture, fixed = way.picture, source.height is not None and source.width is not None and source.fit == "cover"
    chosen = rectangle_of(fields, way.read)
    cut(picture, chosen)  # or say that it is not in the picture
    way = await way_of(lab, state, chosen)
    scale = min(1.0, OVERVIEW / max(picture.height, picture.width))
    overview: Size = max(1, round(picture.height * scale)), max(1, round(picture.width * scale))
    return CropContext(
        way,
        source,
        way.size[1] / way.size[0] if fixed else None,
        placed((picture.height, picture.width), *way.size, "cover")[0] if fixed else whole(picture),
        shrunk_address(source, whole(picture), overview, fit="stretch"),
        shrunk_address(source, chosen, way.size),
        await lab.queue.light(lambda: seen_cell(way, source, fields.get("cell", ""))),
    )


async def _cells(lab: Lab, state: State, fields: Fields) -> CellsContext:
    source, shrunk = state.document.input, ""
    numbers = fields.get("as", "picture" if isinstance(source, ImageInput) else "numbers") == "numbers"
    if isinstance(source, ImageInput):
        way = await way_of(lab, state)
        shape = (source.channels, *way.size)
    else:
        shape = source.shape
    blank = numbers and all(fields.get(side) for side in SIDES)
    if max(shape) > MOST_CELLS and not blank:
        offered = await _smaller(lab, state) if isinstance(source, ImageInput) else ()
        return CellsContext((shape[1], shape[2]), None, offered=offered)
    if blank:
        cells = np.zeros(shape := wanted_shape(shape, fields))
    else:
        cells = await _cells_of(lab, state)
        shrunk = shrunk_address(source, way.taken, way.size) if isinstance(source, ImageInput) else ""
    channel = min(counted(fields, "channel", 0), shape[0] - 1)
    nested = json.dumps(Numbers(cells).nested(), separators=(",", ":"))
    return CellsContext((shape[1], shape[2]), cells, numbers, channel, shrunk, nested=nested)


async def _cells_of(lab: Lab, state: State) -> Exact:
    """Return the cells of a state's input as they are typed: levels of a picture, or numbers."""
    source = state.document.input
    if isinstance(source, ImageInput):
        way = await way_of(lab, state)
        return np.asarray(await lab.queue.light(way.pixels), np.float64)
    return source.values.array.astype(np.float64)


async def _smaller(lab: Lab, state: State) -> tuple[tuple[int, State], ...]:
    """Return the sizes at which cells can be typed and the layers still fit."""
    offered = []
    for side in OFFERED:
        smaller = state.of_input(height=side, width=side)
        try:
            run = await lab.open(smaller.document)
        except Mistake:
            continue
        if smaller.needs_run:
            await lab.keep(run)  # or its link would lead nowhere
        offered.append((side, smaller))
    return tuple(offered)


async def _camera(lab: Lab, state: State, fields: Fields) -> Context:
    return Context()


CONTEXTS: dict[str, Callable[[Lab, State, Fields], Awaitable[Context]]] = {
    "draw": _draw,
    "crop": _crop,
    "cells": _cells,
    "camera": _camera,
}


# ---- what a tool's form makes, where it does not send the picture itself


async def _cropped(lab: Lab, state: State, fields: Fields) -> Picture:
    way = await way_of(lab, state)
    return await lab.queue.light(lambda: cut(way.picture, rectangle_of(fields, way.read)))


async def _typed(lab: Lab, state: State, fields: Fields) -> State:
    """Return the state on the cells that were typed or pasted: a picture that is kept, or numbers as they are."""
    numbers = fields.get("as") == "numbers"
    before = await _cells_of(lab, state)
    cells = await lab.queue.light(lambda: edited_cells(before, fields, numbers))
    if numbers:
        layers = () if fields.get("alone") else state.document.layers
        return state.with_numbers(cells.astype(np.float32), layers)
    picture = pictured(await lab.queue.light(lambda: as_pixels(cells)))
    after = state.with_image((await lab.album.add(await lab.album.png(picture))).id)
    if isinstance(state.document.input, ImageInput) and cells.shape == before.shape:
        return after
    channels, rows, columns = cells.shape
    scale = state.document.input.scale if isinstance(state.document.input, ImageInput) else "byte"
    return after.of_input(height=rows, width=columns, mode="L" if channels == 1 else "RGB", scale=scale)
