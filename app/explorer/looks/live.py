"""The camera, live: each frame is sent, goes through the layers of the run, and is forgotten; its maps come back.

frame ─ POST /parts/live ─► one row of maps, a PNG  +  Convscope-Live: {"value": "0.31", "end": "1.4", "extent": 1.4}

The scale follows what the camera sees: at once when numbers grow, slowly when they shrink, so that it does not flicker.
"""

from dataclasses import dataclass

from app.errors import BrokenRequest
from app.explorer.comparison import beside
from app.explorer.looks.look import LookRequest
from app.explorer.scales import colours_of, scale_href
from app.explorer.state import State
from app.lab import Lab, Run
from app.layers import Place
from app.layers.layer import Array
from app.pipeline.document import ImageInput
from app.printing.numbers import decimals_for, fixed
from app.rendering.arrangement import arranged
from app.rendering.legend import end_text
from app.rendering.palette import Theme
from app.rendering.scales import read_extent
from app.rendering.sheets.maps import coloured_png, extent_of, laid_out
from app.rendering.svg import Face

MOST_MAPS = 8
SHRINKS = 0.95  # of the scale that is left from frame to frame where numbers are smaller


def channels_in_view(state: State, run: Run) -> range:
    """Return the maps that are shown: some around the one at work; of a vector the sheet that it is laid out on."""
    shape = run.stages[state.layer].output_shape
    if arranged(shape).single:
        return range(1)
    first = state.place.channel // MOST_MAPS * MOST_MAPS
    return range(first, min(shape[0], first + MOST_MAPS))


@dataclass(frozen=True)
class Live:
    """What the live view begins with: the maps of the present picture."""

    back_href: str
    can: bool  # whether a frame can take the input's place
    fields: dict[str, str]  # that a frame is sent with
    size: tuple[int, int]  # columns and rows of the input
    sheet: tuple[int, int]  # columns and rows of a map
    maps: list[tuple[int, Face]]  # each with its channel
    cell: Place  # of the sheet at work
    end: str  # of the scale
    scale: str  # address of its picture
    own: bool  # whether each map has its own


def live_of(asked: LookRequest) -> Live:
    """Return the live view of what a look is asked for."""
    state, run, view = asked.state, asked.run, asked.view
    source = run.document.input
    rows, columns = run.input_shape[1:]
    return Live(
        beside(state, "").address(),
        isinstance(source, ImageInput),
        {name: value for name, value in state.form_fields().items() if name not in ("edit", "pin", "sheet")},
        (columns, rows),
        (view.target.columns, view.target.rows),
        [(channel, view.map_face(channel)) for channel in channels_in_view(state, run)],
        view.target.cell(view.place),
        end_text(view.extent if view.colours.extent is None else view.colours.extent),
        scale_href(view.theme, view.colours, False),
        view.colours.own,
    )


def row_of(output: Array, channels: range) -> Array:
    """Return the sheets that are shown of an output."""
    sheets = laid_out(output)
    return sheets[channels.start : channels.stop] if len(sheets) == len(output) else sheets


@dataclass(frozen=True)
class Frame:
    """What the layers make of a frame."""

    picture: bytes  # a PNG
    facts: dict[str, str | float]


async def frame_of(lab: Lab, run: Run, state: State, data: bytes, before: str, theme: Theme) -> Frame:
    """Return the maps of a frame; raise a Mistake where it is no picture or there is no layer."""
    if not run.stages or not isinstance(run.document.input, ImageInput):
        raise BrokenRequest("There is no layer here that a frame could go through.")
    (result,) = await lab.passing.results(run, [state.layer], data)
    colours = colours_of(state)
    extent = colours.extent or max(-result.whole.minimum, result.whole.maximum, SHRINKS * (read_extent(before) or 0))
    sheets = row_of(result.output, channels_in_view(state, run))
    ends = [extent_of(sheet) if colours.own else extent for sheet in sheets]
    picture = await lab.queue.light(lambda: coloured_png(sheets, ends, theme, colours, False, columns=len(sheets)))
    facts: dict[str, str | float] = {
        "value": fixed(float(result.output[state.place]), decimals_for(extent, False)),
        "end": end_text(extent),
        "extent": extent,
    }
    return Frame(picture, facts)
