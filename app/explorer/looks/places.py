"""Why the map has its size: the window dragged to the edge, its places counted, the formula with its numbers."""

from dataclasses import dataclass

from markupsafe import Markup

from app.explorer.editing.ranges import LIMIT, Setting
from app.explorer.looks.look import Look, LookRequest
from app.explorer.scene import scene_of
from app.explorer.state import State
from app.explorer.templating.context import Context
from app.explorer.view import Say
from app.numerics.window import Pair
from app.pipeline.plan import Stage
from app.rendering.diagrams.places import Length, adjustable, lengths, places_drawing, unread
from app.rendering.svg import markup

BOXES: dict[str, Pair] = {"wide": (520, 494), "narrow": (358, 350)}


Choice = tuple[object, str, bool]  # a value, its address, whether it is the present one


@dataclass(frozen=True)
class PlacesContext(Context):
    """What templates/looks/places.html shows."""

    drawings: list[Markup]
    axes: tuple[Length, Length]
    alike: bool  # both axes
    at: Pair
    outside: int  # cells of the window that are not of the input
    missed: int  # cells of the input that no window reads
    edges: dict[str, str]  # addresses of the last places
    tries: list[tuple[str, list[Choice], str]]  # a setting, what it can be, why others cannot


async def _context(asked: LookRequest) -> PlacesContext:
    """Return the drawing for each width, the arithmetic of both axes, and what can be tried from here."""
    state, view, stage = asked.state, asked.view, asked.view.stage
    rows, columns = lengths(stage)
    picture = view.pictures.photo() if scene_of(view).photo else view.sheet_faces()[0]
    if view.source.single:
        _, row, column = view.source.cell(state.place._replace(channel=view.channels[0], row=0, column=0))
        picture = picture.part(column, row, 1, 1)
    at = (state.place.row, state.place.column)
    edges = {
        "right": state.but(place=state.place._replace(column=columns.places - 1)).address(),
        "bottom": state.but(place=state.place._replace(row=rows.places - 1)).address(),
    }
    above = _outside(rows, at[0])
    return PlacesContext(
        [markup(places_drawing(stage, picture, at, box, "", name)) for name, box in BOXES.items()],
        (rows, columns),
        rows == columns,
        at,
        above * columns.size + _outside(columns, at[1]) * (rows.size - above),
        _missed(stage),
        edges,
        [(name, *_choices(asked, name, values)) for name, values in stage.layer.sized_by.items()],
    )


def _outside(along: Length, place: int) -> int:
    """Return how many cells along an axis a window reads that are not of the input."""
    return sum(not 0 <= cell < along.cells for cell in along.axis.read(place))


def _missed(stage: Stage) -> int:
    """Return how many cells of a map of the input no window reads."""
    cells, read = 1, 1
    for axis, along in enumerate(lengths(stage)):
        cells *= along.cells
        gone = (range(max(0, a), min(along.cells, b)) for a, b in unread(stage, axis))
        read *= along.cells - sum(map(len, gone))
    return cells - read


def _choices(asked: LookRequest, name: str, values: tuple[object, ...]) -> tuple[list[Choice], str]:
    """Return the values of a setting that can be, each with its address and whether it is the present one; and why
    others cannot.
    """
    state, index = asked.state, asked.state.layer
    setting = Setting(state, asked.run, asked.lab, index, name, asked.view.say)
    found, refused = [], []
    now = setting.value[0] if len({*setting.value}) == 1 else None  # "same" is one of the values already
    if now not in values and now is not None:
        values = (*values, now)
    for value in values:
        whole = (value,) * len(setting.value) if isinstance(value, int) else value
        if why := setting.why_not(value):
            refused.append(why)
        else:
            found.append((value, _with(state, index, name, value).address(), setting.value == whole))
    return found, " ".join(dict.fromkeys(why for why in refused if why not in ("", LIMIT)))


def _with(state: State, index: int, name: str, value: object) -> State:
    return state.setting(index, {name: value})


def _words(stage: Stage, say: Say) -> str:
    """Ask why there are so many."""
    _, rows, columns = stage.output_shape
    if rows == columns:
        return say("why {count}?").format(count=rows)
    return say("why {rows} × {columns}?").format(rows=rows, columns=columns)


LOOK = Look(
    "places",
    "Why this size?",
    "Drag the window to the edge and count its places; try padding and stride.",
    80,
    _context,
    applies=adjustable,
    asks=True,
    facet="size",
    words=_words,
    chapter="why-28",
)
