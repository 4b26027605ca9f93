"""Filters over red, green and blue as one tile in colour each: where their pictures are."""

from app.explorer.view import View
from app.lab import Run
from app.layers.layer import Array
from app.pipeline.document import ENGINE, ImageInput
from app.rendering.sheets.sheets import tiles
from app.rendering.svg import Face


def tile_of(run: Run, index: int, filters: Array, channel: int) -> Face:
    """Return the colour tile of one filter."""
    count, _, rows, columns = filters.shape
    plan = tiles(count, rows, columns)
    return Face(tiles_address(run, index), plan.size, *plan.corner(channel), columns, rows)


def colour_tile(view: View, channel: int) -> Face | None:
    """Return the colour tile of a filter where its sheets are the picture's red, green and blue; else None."""
    filters = view.weight
    colour = view.index == 0 and isinstance(view.run.document.input, ImageInput)
    if filters is None or not colour or filters.shape[1] != 3 or view.stage.vector:
        return None
    return tile_of(view.run, view.index, filters, channel)


def tiles_address(run: Run, index: int) -> str:
    """Return where the colour tiles of a layer are."""
    return f"/parts/tiles/{run.document.prefix(index + 1).id}/{index}.png?v={ENGINE}"
