"""Why a map has its size, how many numbers a layer learns, and what the next layer makes of a number, with blanks."""

from app.classroom.worksheet.parts import Line, Part, Piece, Seed, blank, given
from app.explorer.view import Say, View
from app.lab import Run
from app.pipeline.plan import Stage
from app.printing.numbers import grouped
from app.rendering.diagrams.places import Length, lengths
from app.rendering.diagrams.sharing import counts

WINDOWS = ((3, 0, 1), (3, 1, 1), (5, 2, 1), (7, 0, 1), (3, 1, 2), (5, 0, 2), (5, 1, 2), (7, 3, 2), (3, 0, 3))
MOST_WINDOWS = 3  # beside that of the layer


def size_part(view: View, seed: Seed) -> Part | None:
    """Return why a row of the map has so many places; None where it is not the rule for windows that says so."""
    along = lengths(view.stage)[1]
    if view.stage.vector or along.axis.reach == 1 or not _by_the_rule(along):
        return None
    say = view.say
    line = _formula(say, along.cells, along.reach, along.before, along.after, int(along.step), along.places, seed)
    reads_picture = view.reads is None and not view.source.single
    head = (
        say("How many places has the window in a row? Draw the last one into the picture.")
        if reads_picture
        else say("How many places has the window in a row?")
    )
    return Part(head, (line,), draws=reads_picture, sizes=True)


def other_sizes(view: View, seed: Seed) -> Part | None:
    """Return the same for windows that the layer does not have."""
    cells = lengths(view.stage)[1].cells
    fitting = [each for each in WINDOWS if each[0] <= cells + 2 * each[1]]
    if not fitting:
        return None
    say = view.say
    told = say("window {window}, padding {padding}, stride {stride}")
    lines = tuple(
        Line(
            (
                given(told.format(window=window, padding=padding, stride=stride)),
                given("→"),
                blank(grouped((cells + 2 * padding - window) // stride + 1), width="short"),
            )
        )
        for window, padding, stride in seed.some("windows", fitting, MOST_WINDOWS)
    )
    return Part(say("{count} cells in a row, and other windows: how many places?").format(count=cells), lines)


def _by_the_rule(along: Length) -> bool:
    if not isinstance(along.step, int) or along.places < 1 or along.spare < 0:
        return False
    return along.free // along.step + 1 == along.places


def _formula(say: Say, cells: int, window: int, before: int, after: int, stride: int, places: int, seed: Seed) -> Line:
    """Return the rule for windows, with its result and one of its numbers left out."""
    padding = f"2 × {before}" if before == after else f"{before} + {after}"
    blanks = {seed.pick("part of the rule", 2)}
    pieces: list[Piece] = [given("(")] if stride > 1 else []
    pieces.append(_either(grouped(cells), say("cells"), 0 in blanks))
    if before + after:
        pieces += [given("+"), given(padding, say("padding"))]
    pieces += [given("−"), _either(grouped(window), say("window"), 1 in blanks)]
    if stride > 1:
        pieces += [given(")"), given("÷"), given(str(stride), say("stride"))]
    pieces += [given("+"), given("1", say("first"))]
    exact = (cells + before + after - window) % stride == 0
    pieces += [given("=" if exact else "→"), blank(grouped(places), say("places"), "short")]
    return Line(tuple(pieces), "" if exact else say("rounded down"))


def _either(text: str, name: str, left_out: bool) -> Piece:
    return blank(text, name, "short") if left_out else given(text, name)


def parameter_part(view: View, seed: Seed) -> Part | None:
    """Return how many numbers the layer learns; None where it shares none."""
    counted = counts(view.stage)
    if counted is None:
        return None
    say = view.say
    factors = [counted.filters, *counted.sides]
    names = [say("filters"), say("height"), say("width"), say("depth")]
    left_out = seed.pick("factor", len(factors))
    pieces = [
        _either(grouped(number), name, at == left_out)
        for at, (number, name) in enumerate(zip(factors, names, strict=True))
    ]
    own = [piece for factor in pieces[1:] for piece in (given("×"), factor)][1:]
    inside = [given("("), *own, *([given("+"), given("1", say("bias"))] if counted.bias else []), given(")")]
    total = blank(grouped(counted.parameters["shared"]), say("parameters"))
    head = say("How many parameters has the layer?")
    return Part(head, (Line((pieces[0], given("×"), *inside, given("="), total)),))


def volume_part(view: View, seed: Seed) -> Part:
    """Return how many numbers the layer's output has."""
    say, (maps, rows, columns) = view.say, view.stage.output_shape
    left_out = seed.pick("side", 3)
    sides = ((rows, say("height")), (columns, say("width")), (maps, say("depth")))
    pieces = [_either(grouped(number), name, at == left_out) for at, (number, name) in enumerate(sides)]
    line = (pieces[0], given("×"), pieces[1], given("×"), pieces[2], given("="))
    return Part(say("How many numbers does the layer give?"), (Line((*line, blank(grouped(rows * columns * maps)))),))


def next_part(view: View, following: tuple[Stage, str] | None) -> Part | None:
    """Return what the next layer makes of the number, where it looks at one number at a time."""
    if following is None:
        return None
    say, (stage, result) = view.say, following
    before = view.number(view.closeup.value)
    told = say("{before} stays as it is.") if before == result else say("{before} becomes {after}.")
    head = say("The next layer is {layer}. What does it make of your number, and why?").format(layer=stage.layer.type)
    return Part(head, (Line((blank(told.format(before=before, after=result), width="long"),)),))


def reader_of(run: Run, index: int) -> Stage | None:
    """Return the layer that reads each number of another alone and makes one of it; None where there is none."""
    for stage in run.stages[index + 1 :]:
        alike = stage.inputs == (index,) and stage.input_shape == stage.output_shape
        if alike and stage.geometry.size == (1, 1) and stage.geometry.channels_read(0) == (0, 1):
            return stage
    return None
