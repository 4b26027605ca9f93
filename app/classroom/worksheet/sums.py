"""How one number came to be, with blanks: worked with the printed numbers, a line gives what the answer sheet has."""

from collections.abc import Callable, Sequence
from decimal import Decimal

import numpy as np

from app.classroom.worksheet.finer import of_a_joint, of_a_norm, of_an_addition, of_copies
from app.classroom.worksheet.parts import ALONG, Blank, Cell, Line, Part, Piece, Seed, blank, given, plus
from app.explorer.classes import class_names
from app.explorer.sums.filter_sum import FilterSum
from app.explorer.view import View
from app.layers import Place
from app.printing.numbers import grouped, rounded, written
from app.printing.products import Product
from app.printing.working import working

MOST_CHOSEN = 5  # products, or numbers, that are worked out
MOST_LISTED = 25  # cells of a window that are printed


def number_parts(view: View, seed: Seed) -> list[Part]:
    """Return the parts about the number of a view; none for a layer of which there is nothing to work out."""
    return next((make(view, seed) for terms, make in SUMS if terms <= view.closeup.terms.keys()), [])


# ---- a filter


def _of_a_filter(view: View, seed: Seed) -> list[Part]:
    total = FilterSum(view)
    return _of_products(view, total, seed) if total.large else _of_blocks(view, total, seed)


def _of_blocks(view: View, total: FilterSum, seed: Seed) -> list[Part]:
    """A sheet of the filter cell by cell, of which one row is worked out, then all sheets and the bias."""
    say, (count, rows, columns) = view.say, total.size
    channel, row = seed.pick("sheet", count), seed.pick("row", rows)
    sheet = view.channel_names()[channel][1]
    products = [[total.product(channel, r, c) for c in range(columns)] for r in range(rows)]
    table = tuple(
        tuple(
            Cell(written(told.value), written(told.weight)) if at == row else _cell(view, total, channel, at, c)
            for c, told in enumerate(line)
        )
        for at, line in enumerate(products)
    )
    lines = [_product(told) for told in products[row]]
    added = [sum((told.result for told in line), Decimal(0)) for line in products]
    subtotal = total.total.terms[channel]
    own = added[row]
    if rows > 1:
        others = [rounded(float(total.products[channel, at].sum()), view.decimals) for at in range(rows) if at != row]
        names = [say("row {number}").format(number=at + 1) for at in range(rows)]
        lines.append(Line((blank(written(own)),), names[row]))
        rest = [at for at in range(rows) if at != row]
        lines += [Line((given(written(number)),), names[at]) for at, number in zip(rest, others, strict=True)]
        left = subtotal - own - sum(others, Decimal(0))
        if left:
            lines.append(Line((given(written(left)),), say("rounding")))
        head = say("{sheet}: each value over its weight. Multiply row {row} and add it up.")
    else:
        left = subtotal - own
        if left:
            lines.append(Line((given(written(left)),), say("rounding")))
        head = say("{sheet}: each value over its weight. Multiply.")
    first = Part(_upper(head.format(sheet=sheet, row=row + 1)), tuple(lines), table, working=row)
    return [first, _all_sheets(view, total, channel)]


def _cell(view: View, total: FilterSum, channel: int, row: int, column: int) -> Cell:
    terms = view.closeup.terms
    value, weight = (float(terms[name][channel, row, column]) for name in ("patch", "kernel"))
    return Cell(view.cell(value, view.cell_decimals), view.cell(weight, view.weight_decimals))


def _product(told: Product, name: str = "") -> Line:
    sign = "=" if told.exact else "≈"
    return Line((given(f"{told.factors} {sign}"), blank(written(told.result))), name)


def _all_sheets(view: View, total: FilterSum, channel: int) -> Part:
    say, terms = view.say, total.total.terms
    names = [name for _, name in view.channel_names()]
    pieces: list[Piece] = []
    for at, number in enumerate(terms):
        name = names[at] if at < len(names) else say("bias")
        if at == channel:
            pieces += [given("+")] if at else []
            pieces.append(blank(written(number), name))
        else:
            pieces += plus(number, name) if at else [given(written(number), name)]
    if total.total.remainder:
        pieces += plus(total.total.remainder, say("rounding"))
    pieces += [given("="), blank(written(total.total.total), say("the number"))]
    head = say("Add the sheets and the bias.") if len(names) > 1 else say("Add the bias.")
    return Part(head, (Line(tuple(pieces)),))


def _of_products(view: View, total: FilterSum, seed: Seed) -> list[Part]:
    """The largest products of a filter that is too large to print, and what all others make together."""
    say, (_, rows, columns) = view.say, total.size
    names = view.channel_names()
    lines = []
    for term in total.largest:
        name = names[term.channel][1]
        if rows * columns > 1:
            at = say("{map}, row {row}, column {column}")
            name = at.format(map=name, row=term.row + 1, column=term.column + 1)
        lines.append(_product(term.product, name))
    results = [term.product.result for term in total.largest]
    return [_largest(view, lines, results, total.rest, total.total.terms[-1], total.count)]


def _of_everything(view: View, seed: Seed) -> list[Part]:
    """The largest products of a fully connected layer's number, and what all others make together."""
    terms, say = view.closeup.terms, view.say
    told = sorted((*terms["largest"], *terms["smallest"]), key=lambda each: -abs(each["product"]))[:MOST_CHOSEN]
    lines, results = [], []
    for each in told:
        parts = [(each["input"], view.input_decimals), (each["weight"], view.weight_decimals)]
        found = working("product", parts, each["product"], view.decimals)
        name = say("number {number}").format(number=each["index"] + 1)
        if not view.source.single:
            at = say("{map}, row {row}, column {column}")
            name = at.format(
                map=view.channel_names()[each["channel"]][1], row=each["row"] + 1, column=each["column"] + 1
            )
        factors = f"{written(found.parts[0])} × {written(found.parts[1])} {found.sign}"
        lines.append(Line((given(factors), blank(written(found.total))), name))
        results.append(found.total)
    value, bias = rounded(view.closeup.value, view.decimals), rounded(terms["bias"], view.decimals)
    rest = value - bias - sum(results, Decimal(0))
    count = view.layer.work(view.stage.input_shape)[0]
    return [_largest(view, lines, results, rest, bias, count)]


def _largest(
    view: View, lines: list[Line], results: Sequence[Decimal], rest: Decimal, bias: Decimal, count: int
) -> Part:
    say = view.say
    others = count - len(results)
    own = sum(results, Decimal(0))
    pieces = [blank(written(own), say("these"))]
    if others or rest:
        pieces += plus(rest, say("all others"))
    pieces += [*plus(bias, say("bias")), given("="), blank(written(own + rest + bias), say("the number"))]
    head = say("The largest of {count} products. Multiply them, then add up.").format(count=f"{count:,}")
    return Part(head, (*lines, Line(tuple(pieces))))


# ---- pools


def _of_the_largest(view: View, seed: Seed) -> list[Part]:
    """Which number of the window stays, and of some windows beside it."""
    say, terms = view.say, view.closeup.terms
    value = view.closeup.value
    patch = terms["patch"]
    if sum(map(len, patch)) > MOST_LISTED:
        return []
    table = tuple(
        tuple(
            Cell("" if number is None else view.input_number(number), ringed=number is not None and number == value)
            for number in row
        )
        for row in patch
    )
    first = Part(
        say("Circle the number that stays."),
        (Line((given(say("the largest")), blank(view.number(value)))),),
        table,
    )
    _, rows, columns = view.stage.output_shape
    lines = tuple(_window(view, place) for place in seed.places_beside(view.place, rows, columns, "windows"))
    return [first, Part(say("The same for other windows of this map."), lines)] if lines else [first]


def _window(view: View, place: Place) -> Line:
    rows, columns = (
        [cell for cell in axis.read(at) if 0 <= cell < axis.cells]
        for axis, at in zip(view.geometry.axes, place[1:], strict=True)
    )
    cells = view.before.output[view.channels[0]][np.ix_(rows, columns)].ravel().tolist()
    numbers = ",  ".join(view.input_number(number) for number in cells)
    name = view.say("row {row}, column {column}").format(row=place.row + 1, column=place.column + 1)
    return Line((given(numbers), given("→"), blank(view.number(float(view.result.output[tuple(place)])))), name)


def _of_a_mean(view: View, seed: Seed) -> list[Part]:
    say, (_, rows, columns) = view.say, view.stage.input_shape
    if view.geometry.size == (rows, columns) and view.closeup.terms["divisor"] == rows * columns > MOST_LISTED:
        return [_of_a_whole_mean(view)]
    numbers = view.numbers
    found = numbers.mean(view.input_decimals, view.decimals)
    *terms, count = found.parts
    pieces = [given("("), given(written(terms[0]))]
    for at, number in enumerate(terms[1:], 1):
        others = at == len(numbers.summed)
        pieces += plus(number, say("all others") if others else "")
    pieces += [given(")"), given("÷"), Piece(Blank(written(count), "short")), given(found.sign)]
    head, divisor = say("The mean of the window."), view.closeup.terms["divisor"]
    if getattr(view.layer, "divisor_override", None) is not None:
        head = say("The sum of the window, divided by {divisor}.").format(divisor=grouped(divisor))
    return [Part(head, (Line((*pieces, blank(written(found.total), say("the number")))),))]


def _of_a_whole_mean(view: View) -> Part:
    """The mean of a window that is the whole map: how many numbers it has, and what their sum makes."""
    say, (_, rows, columns), divisor = view.say, view.stage.input_shape, view.closeup.terms["divisor"]
    whole = float(np.sum(view.closeup.terms["patch"]))
    found = working("mean", [(whole, view.input_decimals), (divisor, None)], view.closeup.value, view.decimals)
    count = Line((given(grouped(rows)), given("×"), given(grouped(columns)), given("="), blank(grouped(divisor))))
    total = given(written(found.parts[0]), say("sum of the map"))
    mean = (total, given("÷"), blank(written(found.parts[1])), given(found.sign))
    head = say("The window is the whole map: count its numbers, and take their mean.")
    return Part(head, (count, Line((*mean, blank(written(found.total), say("the number"))))))


# ---- one number at a time, and shares


def _of_one(view: View, seed: Seed) -> list[Part]:
    """What is made of one number: another, the same in several places, or nothing that is to be worked out."""
    if scale := getattr(view.layer, "scale", None):
        return of_copies(view, scale, seed)
    alike = view.stage.input_shape == view.stage.output_shape
    return [_one_by_one(view, seed)] if alike and (view.before.output != view.result.output).any() else []


def _one_by_one(view: View, seed: Seed) -> Part:
    """What the layer makes of some numbers, the one at work among them."""
    say, (channels, rows, columns) = view.say, view.stage.output_shape
    if view.stage.vector:
        others = [Place(c, 0, 0) for c in range(channels) if c != view.place.channel]
        chosen = seed.some("numbers", others, MOST_CHOSEN)
    else:
        chosen = seed.places_beside(view.place, rows, columns, "numbers", MOST_CHOSEN)
    lines = tuple(
        Line(
            (
                given(view.input_number(float(view.before.output[tuple(place)]))),
                given("→"),
                blank(view.number(float(view.result.output[tuple(place)]))),
            ),
            say("row {row}, column {column}").format(row=place.row + 1, column=place.column + 1)
            if not view.stage.vector
            else say("number {number}").format(number=place.channel + 1),
        )
        for place in [view.place, *chosen]
    )
    return Part(say("What does {layer} make of each number?").format(layer=view.called), lines, wide=True)


def _of_shares(view: View, seed: Seed) -> list[Part]:
    say, terms = view.say, view.closeup.terms
    exps, names = terms["exps"].tolist(), class_names(view.run, view.index, say)
    others = [at for at in range(len(exps)) if at != view.place.channel and exps[at] >= 0.001]
    lines = []
    for at in [view.place.channel, *seed.some("classes", others, ALONG)]:
        share = float(view.result.output.ravel()[at])
        found = working("quotient", [(exps[at], 3), (terms["sum"], 3)], share, view.decimals)
        pieces = (given(written(found.parts[0])), given("÷"), given(written(found.parts[1])), given(found.sign))
        lines.append(Line((*pieces, blank(written(found.total))), names[at]))
    return [Part(say("Each exponential divided by the sum of all gives its share."), tuple(lines))]


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


SUMS: Sequence[tuple[frozenset[str], Callable[[View, Seed], list[Part]]]] = (  # by what is known of a number
    (frozenset({"products"}), _of_a_filter),
    (frozenset({"largest"}), _of_everything),
    (frozenset({"winners"}), _of_the_largest),
    (frozenset({"divisor", "patch"}), _of_a_mean),
    (frozenset({"exps"}), _of_shares),
    (frozenset({"normalized"}), of_a_norm),
    (frozenset({"inputs"}), of_an_addition),
    (frozenset({"input", "channel"}), of_a_joint),
    (frozenset({"input"}), _of_one),
)
