"""Facts in braces: numbers of the state that a text stands beside, by an allow-list of names.

A text is no format string: `{rows}` is found and replaced, and nothing else in braces is anything.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches

from app.errors import LessonMistake, shown
from app.explorer.state import State
from app.explorer.view import view_of
from app.lab import Lab, Run
from app.printing.numbers import grouped

IN_BRACES = re.compile(r"\{([^{}\n]{0,40})\}")
TIMES = "\u00a0×\u00a0"  # sizes stay in one line
BEFORE_UNIT = re.compile(r"(?<=[0-9]) (?=%|‰|(?:ms|kB|MB|px)\b)")  # and a number with its unit


def _picture(run: Run, state: State) -> Iterable[tuple[str, int | str]]:
    _, rows, columns = run.input_shape
    return (("picture_rows", rows), ("picture_columns", columns))


def _place(run: Run, state: State) -> Iterable[tuple[str, int | str]]:
    place = state.place
    yield from (("layer", state.layer + 1), ("channel", place.channel + 1))
    yield from (("row", place.row + 1), ("column", place.column + 1))


def _sizes(run: Run, state: State) -> Iterable[tuple[str, int | str]]:
    stage = run.stages[state.layer]
    (channels, rows, columns), geometry = stage.output_shape, stage.geometry
    yield from (("channels", channels), ("rows", rows), ("columns", columns))
    yield from zip(("input_channels", "input_rows", "input_columns"), stage.input_shape, strict=True)
    yield from (("kernel_rows", geometry.size[0]), ("kernel_columns", geometry.size[1]))
    yield "stride", _one(geometry.step or (1, 1))
    yield "padding", _one((max(geometry.border[0]), max(geometry.border[1])))
    first, last = geometry.channels_read(state.place.channel)
    yield "products", (last - first) * geometry.size[0] * geometry.size[1]
    yield from (("parameters", stage.parameters), ("places", rows * columns), ("outputs", channels * rows * columns))


def _one(pair: tuple[int, int]) -> int | str:
    return pair[0] if pair[0] == pair[1] else f"{pair[0]}{TIMES}{pair[1]}"


NAMES = (
    *("value", "row", "column", "channel", "layer", "rows", "columns", "channels"),
    *("input_rows", "input_columns", "input_channels", "picture_rows", "picture_columns"),
    *("kernel_rows", "kernel_columns", "stride", "padding", "parameters", "products", "places", "outputs"),
)


def check_names(text: str) -> None:
    """Raise LessonMistake where something stands in braces that is no fact."""
    for found in IN_BRACES.finditer(text):
        if found[1] not in NAMES:
            nearest = get_close_matches(found[1], NAMES, 1, 0.6)
            raise LessonMistake(
                "There is no fact {name}; in braces may stand {names}."
                if not nearest
                else "There is no fact {name}; did you mean {{{nearest}}}? In braces may stand {names}.",
                name=shown(found[0]),
                nearest=nearest[0] if nearest else "",
                names=", ".join(NAMES),
            )


def filled(text: str, facts: Mapping[str, str]) -> str:
    """Return a text with its facts put in; one that is not known of this state stays as a question mark."""
    told = IN_BRACES.sub(lambda found: facts.get(found[1], "?") if found[1] in NAMES else found[0], text)
    return kept_together(told)


def kept_together(text: str) -> str:
    """Return a text in which no line ends before or behind a ×, nor between a number and its unit."""
    return BEFORE_UNIT.sub("\u00a0", text.replace(" × ", TIMES))


def names_in(texts: Iterable[str]) -> frozenset[str]:
    """Return the names of the facts that texts speak of."""
    return frozenset(found[1] for text in texts for found in IN_BRACES.finditer(text))


async def facts_of(state: State, lab: Lab, texts: Iterable[str], language: str = "en") -> dict[str, str]:
    """Return the facts of a state that texts speak of, as they are printed; nothing is computed but for `value`."""
    wanted = names_in(texts)
    if not wanted:
        return {}
    run = await lab.outline(state.document)
    parts: list[Callable[[Run, State], Iterable[tuple[str, int | str]]]] = [_picture]
    if run.stages:
        parts += [_place, _sizes]
    found = dict(fact for part in parts for fact in part(run, state))
    facts = {name: grouped(fact) if isinstance(fact, int) else fact for name, fact in found.items() if name in wanted}
    if "value" in wanted and run.stages:
        view = await view_of(
            lab, await lab.open(state.document), state.layer, state.place, "light", language, state.option("digits")
        )
        facts["value"] = view.number(view.closeup.value)
    return facts
