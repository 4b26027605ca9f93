"""What is pointed at, in one sentence: how many cells a number reads, how many read a cell, what a weight meets."""

from app.explorer.view import View
from app.layers import Place
from app.printing.numbers import fixed


def outputs_read(view: View) -> int:
    """Return of how many outputs the number reads: one, but where several are added."""
    ranges = [geometry.channels_read(view.place.channel) for geometry in view.stage.geometries]
    return sum(first < last for first, last in ranges)


def output_told(view: View) -> str:
    """Say how many cells the number reads."""
    say, (first, last) = view.say, view.channels
    count = (
        (last - first)
        * len(view.geometry.rows.read(view.place.row))
        * len(view.geometry.columns.read(view.place.column))
    )
    if view.layer.passes_from(view.before.output, {}, view.place) and "winners" not in view.closeup.terms:
        count = 1
    if (several := outputs_read(view)) > 1:
        count, sentence = several, say("{where} reads the same cell of {count} outputs and adds them.")
    elif view.weight is not None:
        sentence = say("{where} reads {count} cells, each in the colour of the weight that multiplies it.")
    elif count == 1:
        sentence = say("{where} reads one cell.")
    elif view.closeup.terms.get("winners") and not view.hidden:
        sentence = say("{where} reads {count} cells and keeps the largest, with a ring.")
    else:
        sentence = say("{where} reads {count} cells.")
    row, column, number = view.place.row + 1, view.place.column + 1, view.place.channel + 1
    where = say("Number {number}") if view.target.single else say("Row {row}, column {column} of map {number}")
    return sentence.format(where=where.format(row=row, column=column, number=number), count=f"{count:,}")


def readers_told(view: View, cell: Place) -> str:
    """Say how many read the cell."""
    readers, say = view.geometry.read_by(cell), view.say
    places = int(readers.rows.sum()) * int(readers.columns.sum())
    maps = readers.channels[1] - readers.channels[0]
    weights = view.weight is not None
    if view.target.single:
        if maps == 1:
            sentence = say("{where} ({value}) is read by one number.")
        elif weights:
            sentence = say("{where} ({value}) is read by all {maps} numbers, each with a weight of its own.")
        else:
            sentence = say("{where} ({value}) is read by all {maps} numbers.")
    elif places == 0:
        sentence = say("{where} ({value}) is read by no place: the window steps over it.")
    elif places == 1 and maps == 1:
        sentence = say("{where} ({value}) is read by one place of one map.")
    elif places == 1:
        sentence = say("{where} ({value}) is read by one place of each of {maps} maps.")
    elif maps == 1 and weights:
        sentence = say("{where} ({value}) is read by {places} places of one map, each time with another weight.")
    elif maps == 1:
        sentence = say("{where} ({value}) is read by {places} places of one map.")
    else:
        sentence = say(
            "{where} ({value}) is read by {places} places of each of {maps} maps, each time with another weight."
        )
    value = view.input_number(float(view.before.output[cell]))
    where = _where(view, cell, cell.channel)
    return sentence.format(where=where[:1].upper() + where[1:], value=value, places=f"{places:,}", maps=f"{maps:,}")


def weight_told(view: View, cell: Place, weight: float, cells: int) -> str:
    """Say what a weight multiplies."""
    say = view.say
    met = [axis.real(tap) for axis, tap in zip(view.geometry.axes, cell[1:], strict=True)]
    places = len(met[0]) * len(met[1])
    real = int((met[0] >= 0).sum()) * int((met[1] >= 0).sum())
    if view.target.single:
        sentence = say("This weight ({where}: {weight}) multiplies this one number and no other: nothing is shared.")
    elif view.geometry.step is None:
        sentence = say("This weight ({where}: {weight}) multiplies {cells} cells, each for one place: it is shared.")
    elif cells < real:
        sentence = say("This weight ({where}: {weight}) works at {places} places, on {cells} cells: it is shared.")
    elif real < places:
        sentence = say(
            "This weight ({where}: {weight}) multiplies {cells} cells, and padding at {rest} places: it is shared."
        )
    else:
        sentence = say("This weight ({where}: {weight}) multiplies {cells} cells, one at each place: it is shared.")
    return sentence.format(
        where=_where(view, cell, view.channels[0] + cell.channel),
        weight=fixed(weight, view.weight_decimals),
        cells=f"{cells:,}",
        places=f"{places:,}",
        rest=f"{places - real:,}",
    )


def _where(view: View, cell: Place, channel: int) -> str:
    """Say where a cell is: row 5, column 9 of red."""
    if view.stage.input_shape[1:] == (1, 1):
        return view.say("number {number}").format(number=channel + 1)
    first, last = view.channels
    names = view.channel_names()
    named = first <= channel < last
    name = names[channel - first][1] if named else view.say("map {number}").format(number=channel + 1)
    return view.say("row {row}, column {column} of {sheet}").format(
        row=cell.row + 1, column=cell.column + 1, sheet=name
    )
