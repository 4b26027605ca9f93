"""How a number comes to be that is normalized, added, joined or copied, with blanks."""

from collections.abc import Sequence
from decimal import Decimal

from app.classroom.worksheet.parts import ALONG, Line, Part, Piece, Seed, blank, given, plus
from app.explorer.sums.merge_sum import MergeSum
from app.explorer.view import View
from app.numerics.axis import Pair
from app.printing.numbers import MINUS, adding_up, grouped, written
from app.printing.working import plainly, working

MOST_JOINED = 4  # outputs that are counted one by one


def of_a_norm(view: View, seed: Seed) -> list[Part]:
    """The number less the mean of its map, over the deviation; then times the scale, and the shift added."""
    say, terms = view.say, view.closeup.terms
    entering = [(terms["input"], view.input_decimals), (terms["mean"], 3), (terms["variance"], 3), (terms["eps"], None)]
    scaled = terms["normalized"] * terms["scale"]
    made = working("product", [(terms["normalized"], 3), (terms["scale"], 3)], scaled, view.decimals)
    norm = working("standard", entering, terms["normalized"], decimals_of(made.parts[0]))
    total = adding_up([scaled, terms["shift"]], view.closeup.value, view.decimals)
    number, mean, variance, _ = norm.parts
    less = [given("+" if mean < 0 else MINUS), given(written(abs(mean)), say("mean"))]
    root = given(f"√({written(variance)} + {plainly(terms['eps'])})", say("variance, eps"))
    moved = (given("("), given(written(number)), *less, given(")"), given("÷"), root, given(norm.sign))
    stretched = Line(
        (
            given(written(made.parts[0])),
            given("×"),
            given(written(made.parts[1]), say("scale")),
            given(made.sign),
            blank(written(total.terms[0])),
        )
    )
    pieces = [given(written(total.terms[0])), *plus(total.terms[1], say("shift"))]
    pieces += plus(total.remainder, say("rounding")) if total.remainder else []
    shifted = Line((*pieces, given("="), blank(written(total.total), say("the number"))))
    return [
        Part(
            say("Take the mean of the map away, and divide by the root of the variance and eps."),
            (Line((*moved, blank(written(norm.total)))),),
        ),
        Part(say("Stretch by the scale, then add the shift."), (stretched, shifted)),
    ]


def decimals_of(number: Decimal) -> int:
    """Return how many digits a printed number has behind the point."""
    exponent = number.as_tuple().exponent
    return -exponent if isinstance(exponent, int) else 0


def of_an_addition(view: View, seed: Seed) -> list[Part]:
    """The numbers of several outputs at one place, and their sum."""
    say, meeting = view.say, MergeSum(view)
    pieces: list[Piece] = []
    for inlet, number in meeting.added:
        pieces += _next(pieces, number, inlet.name)
    count, rest = meeting.others
    pieces += _next(pieces, rest, say("all others")) if count else []
    pieces += _next(pieces, meeting.printed.remainder, say("rounding")) if meeting.printed.remainder else []
    pieces += [given("="), blank(written(meeting.printed.total), say("the number"))]
    return [Part(say("Add what the layers have at this place."), (Line(tuple(pieces)),))]


def _next(before: Sequence[Piece], number: Decimal, name: str) -> list[Piece]:
    return plus(number, name) if before else [given(written(number), name)]


def of_a_joint(view: View, seed: Seed) -> list[Part]:
    """How many maps there are of all outputs together, and which map of which output some of them are."""
    say, inlets = view.say, MergeSum(view).inlets
    vector, made = view.stage.vector, view.stage.output_shape[0]
    pieces: list[Piece] = []
    for inlet in inlets[:MOST_JOINED]:
        pieces += [*([given("+")] if pieces else []), given(grouped(inlet.shape[0]), inlet.name)]
    if rest := sum(inlet.shape[0] for inlet in inlets[MOST_JOINED:]):
        pieces += [given("+"), given(grouped(rest), say("all others"))]
    pieces += [given("="), blank(grouped(made), say("numbers") if vector else say("maps"), "short")]
    others = [at for at in range(made) if at != view.place.channel]
    name = say("number {number}") if vector else say("map {number}")
    lines = []
    for at in sorted([view.place.channel, *seed.some("maps", others, ALONG)]):
        inlet = next(each for each in reversed(inlets) if each.first <= at)
        own = (blank(inlet.name), blank(grouped(at - inlet.first + 1), width="short"))
        lines.append(Line((given("→"), *own), name.format(number=grouped(at + 1))))
    if vector:
        heads = say("The numbers of several layers are laid end to end."), say("Which number of which layer is each?")
    else:
        heads = say("The maps of several layers stand one after the other."), say("Which map of which layer is each?")
    return [Part(heads[0], (Line(tuple(pieces)),)), Part(heads[1], tuple(lines))]


def of_copies(view: View, scale: Pair, seed: Seed) -> list[Part]:
    """Of which cell some numbers are copies, and what this one is."""
    say, (_, rows, columns) = view.say, view.stage.output_shape
    here = [view.place, *seed.places_beside(view.place, rows, columns, "copies")]
    name = say("row {row}, column {column}")
    lines = [
        Line(
            (
                given(f"{place.row + 1} ÷ {scale[0]} →"),
                blank(str(place.row // scale[0] + 1), width="short"),
                given(f",  {place.column + 1} ÷ {scale[1]} →"),
                blank(str(place.column // scale[1] + 1), width="short"),
            ),
            name.format(row=place.row + 1, column=place.column + 1),
        )
        for place in here
    ]
    head = say("Each cell becomes {rows} × {columns} equal ones. Divide and round up: which cell is each a copy of?")
    return [Part(head.format(rows=scale[0], columns=scale[1]), tuple(lines))]
