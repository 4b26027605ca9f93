"""Every number of small maps, as tables: what is computed by hand stands there to be checked."""

from dataclasses import dataclass

from app.explorer.looks.look import Look, LookRequest
from app.explorer.templating.context import Context
from app.layers import Place
from app.messages import N_
from app.pipeline.plan import Stage
from app.printing.numbers import level

MOST_CELLS = 400  # of a map that is told number by number
MOST_NUMBERS = 1000  # of all that are told at once


@dataclass(frozen=True)
class Table:
    """One map: its number, what its filter is called, its rows."""

    channel: int
    name: str
    rows: list[list[tuple[str, str, bool]]]  # each number as printed, its tint, whether it is the one at work


@dataclass(frozen=True)
class NumbersContext(Context):
    """What templates/looks/numbers.html shows."""

    tables: list[Table]
    untold: int  # maps that are not shown


def small(stage: Stage) -> bool:
    """Tell whether the maps of a layer are small enough to be read number by number."""
    _, rows, columns = stage.output_shape
    return not stage.vector and rows * columns <= MOST_CELLS


async def _context(asked: LookRequest) -> NumbersContext:
    """Return the maps, or as many as there is room for, with that at work among them."""
    view, place = asked.view, asked.view.place
    count, rows, columns = view.stage.output_shape
    most = max(1, MOST_NUMBERS // (rows * columns))
    first = place.channel // most * most
    names = view.filter_names

    def cell(here: Place, value: float) -> tuple[str, str, bool]:
        if here == place and view.hidden:
            return "?", "", True
        return view.number(value), level(value, view.extent), here == place

    tables = [
        Table(
            channel,
            names[channel] if channel < len(names) else "",
            [
                [cell(Place(channel, r, k), value) for k, value in enumerate(row)]
                for r, row in enumerate(view.result.output[channel].tolist())
            ],
        )
        for channel in range(first, min(count, first + most))
    ]
    return NumbersContext(tables, count - len(tables))


LOOK = Look(
    "numbers",
    N_("All numbers"),
    N_("Every number of the maps, as a table."),
    order=45,
    context=_context,
    applies=small,
    chapter="picture",
)
