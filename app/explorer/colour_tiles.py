"""Filters over red, green and blue as one tile in colour each: where their pictures are."""

from app.explorer.view import View
from app.lab import Run
from app.layers.layer import Array
from app.pipeline.document import ENGINE, ImageInput
from app.rendering.sheets.sheets import tiles
from app.rendering.svg import Face

MOST_TILES = 64  # more are too small to be told apart


def tile_of(run: Run, index: int, filters: Array, channel: int, *, own: bool = False) -> Face:
    """Return the colour tile of one filter; each on its `own` scale, where that is asked for."""
    count, _, rows, columns = filters.shape
    plan = tiles(count, rows, columns)
    return Face(tiles_address(run, index, own=own), plan.size, *plan.corner(channel), columns, rows)


def colour_tile(view: View, channel: int) -> Face | None:
    """Return the colour tile of a filter where its sheets are the picture's red, green and blue; else None."""
    filters = _coloured(view)
    return None if filters is None else tile_of(view.run, view.index, filters, channel)


def contact_sheet(view: View) -> tuple[Face, ...]:
    """Return the colour tiles of all filters, each on a scale of its own; none where they have no colours."""
    filters = _coloured(view)
    if filters is None or not 1 < len(filters) <= MOST_TILES:
        return ()
    return tuple(tile_of(view.run, view.index, filters, channel, own=True) for channel in range(len(filters)))


def _coloured(view: View) -> Array | None:
    """Return the filters, where their sheets are the picture's red, green and blue; else None."""
    filters = view.weight
    colour = view.reads is None and isinstance(view.run.document.input, ImageInput)
    return filters if filters is not None and colour and filters.shape[1] == 3 and not view.stage.vector else None


def tiles_address(run: Run, index: int, *, own: bool = False) -> str:
    """Return where the colour tiles of a layer are."""
    return f"/parts/tiles/{run.document.ids[index + 1]}/{index}.png?v={ENGINE}{'&scale=own' if own else ''}"
