"""The card's filters, fetched alone: named kernels at work, colour tiles, and an edit as it is being made."""

from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from app.errors import Mistake, NotFound
from app.explorer.card.filters import FilterEditor, filter_editor
from app.explorer.drawing import filters_of
from app.explorer.editing.edits import edited
from app.explorer.opening import opened, state_of
from app.explorer.templating.context import Context
from app.explorer.templating.templates import render
from app.layers.layer import Array
from app.numerics.convolution import correlate
from app.numerics.kernels import KERNELS, bank, fits
from app.numerics.window import Window
from app.rendering.sheets.maps import extent_of, maps_png
from app.rendering.sheets.tiles import kernel_png, tiles_png
from app.web.asgi.answers import PNG
from app.web.asgi.artifacts import immutable, picture_theme
from app.web.asgi.dependencies import InLab
from app.web.asgi.forms import read_form
from app.web.asgi.language import language_of
from app.web.pages.explorer import page_theme

filter_parts = APIRouter(prefix="/parts", include_in_schema=False)
THUMBNAIL = 96  # pixels a side, at most


@dataclass(frozen=True)
class FilteredContext(Context):
    """What templates/filters/_live.html shows."""

    editor: FilterEditor
    part: str  # of the card


@filter_parts.post("/filtered")
async def filtered(request: Request, lab: InLab) -> Response:
    """What an edit would make of the layer's maps; nothing where it cannot be. The address stays as it is."""
    fields, _ = await read_form(request)
    try:
        before = await state_of(fields, lab)
        after = await edited(lab, await lab.open(before.document), before, fields)
        _, state = await opened(after, lab)
        index = int(fields["layer"])
        run = await lab.open(state.document.prefix(index + 1))
        language = language_of(request)
        editor = await filter_editor(lab, run, state, index, page_theme(request), language)
    except Mistake:
        return Response(status_code=204)  # half a number, say: the next key may put it right
    if editor.sliding is None:
        return Response(status_code=204)
    shown = FilteredContext(editor, state.edit.partition(".")[2])
    return HTMLResponse(await lab.queue.light(lambda: render(language, "filters/_live.html", shown)))


@filter_parts.get("/preset/{run_id}/{name}.png")
async def preset(run_id: str, name: str, request: Request, lab: InLab) -> Response:
    """A named kernel's map of what a run ends with, shrunk; the edges are repeated, so that it is as large."""
    run = await lab.run(run_id)
    last = len(run.stages) - 1 if run.stages else None
    theme = picture_theme(request)

    async def make() -> bytes:
        x = (await lab.result(run, last)).output
        if name not in KERNELS or not fits(KERNELS[name], len(x)):
            raise NotFound('There is no filter "{name}" for this picture.', name=name[:40])

        def picture() -> bytes:
            map_ = response(shrunk(x), name)
            return maps_png(map_, [extent_of(map_)], theme)

        return await lab.queue.light(picture)

    return await immutable(request, f"preset-{run_id}-{name}-{theme}", PNG, make)


def shrunk(x: Array) -> Array:
    """Return maps at most THUMBNAIL cells a side: each cell the mean of a block of equal sides."""
    by = -(-max(x.shape[1:]) // THUMBNAIL)
    if by == 1:
        return x
    rows, columns = x.shape[1] // by or 1, x.shape[2] // by or 1
    kept = x[:, : rows * by, : columns * by]
    high, wide = kept.shape[1] // rows, kept.shape[2] // columns
    means: Array = kept[:, : rows * high, : columns * wide].reshape(len(x), rows, high, columns, wide).mean(axis=(2, 4))
    return means


def response(x: Array, name: str) -> Array:
    """Return the map (1, rows, columns) that a named kernel makes of `x`, through the engine."""
    weight, bias = bank([name], len(x))
    rows, columns = weight.shape[2:]
    window = Window((rows, columns), padding=((rows // 2, (rows - 1) // 2), (columns // 2, (columns - 1) // 2)))
    return correlate(x, weight, bias, window, padding_mode="replicate")


@filter_parts.get("/kernel/{name}.png")
async def kernel(name: str, request: Request, lab: InLab) -> Response:
    """The weights of a named kernel as a picture."""
    if name not in KERNELS:
        raise NotFound('There is no filter "{name}".', name=name[:40])
    theme = picture_theme(request)

    async def make() -> bytes:
        return await lab.queue.light(lambda: kernel_png(KERNELS[name].weight, theme))

    return await immutable(request, f"kernel-{name}-{theme}", PNG, make)


@filter_parts.get("/tiles/{run_id}/{index}.png")
async def tiles(run_id: str, index: int, request: Request, lab: InLab) -> Response:
    """The filters of a layer that reads three channels, each as one colour tile, on the layer's scale or its own."""
    run, own = await lab.run(run_id), request.query_params.get("scale") == "own"
    if not 0 <= index < len(run.stages):
        raise NotFound("This layer has no filters to draw.")

    async def make() -> bytes:
        filters = await filters_of(lab, run, index)
        if filters.ndim != 4 or filters.shape[1] != 3:
            raise NotFound("This layer has no filters to draw.")
        return await lab.queue.light(lambda: tiles_png(filters, None if own else extent_of(filters)))

    return await immutable(request, f"tiles-{run_id}-{index}-{own}", PNG, make)
