"""What is kept from page to page beside the state: each option as an address may hold it, whatever is written there."""

import re
from collections.abc import Callable, Mapping

from app.printing.digits import read_digits
from app.rendering.palette import KINDS
from app.rendering.scales import range_text
from app.whole_numbers import read_whole

WORD = re.compile(r"[A-Za-z0-9-]{1,16}")
HIDEABLE = ("recipe", "share", "layers", "picture", "explain", "transport")  # docs/hiding.md says what
LONGEST_DIFFERENCE = 80  # characters of `with`: a kind, and the id of a picture or a run


def _word(text: str) -> str:
    return text if WORD.fullmatch(text) else ""


def _share(text: str) -> str:
    share = read_whole(text)
    return "" if share is None else str(min(share, 100))


def _class(text: str) -> str:
    number = read_whole(text)
    return "" if number is None else str(number)


def _hidden(text: str) -> str:
    asked = text[:200].split(",")
    return ",".join(part for part in HIDEABLE if part in asked)


OPTIONS: Mapping[str, Callable[[str], str]] = {
    "lang": _word,
    "theme": lambda text: text if text in ("light", "dark") else "",
    "projector": lambda text: "1" if text else "",
    "hide": _hidden,
    "predict": _word,
    "digits": lambda text: read_digits(text).name,
    "colours": lambda text: text if text in KINDS else "",
    "range": lambda text: text if text == "own" else range_text(text[:40]),
    "input": lambda text: text if text == "own" else "",
    "sort": _word,
    "over": _share,
    "label": _class,
    "folded": lambda text: "1" if text else "",
    "column": lambda text: text if text == "maps" else "",
    "with": lambda text: text if len(text) <= LONGEST_DIFFERENCE else "",
}


def options_of(fields: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return the options that the fields of an address or a form hold; what cannot be is left out."""
    return tuple((name, text) for name, read in OPTIONS.items() if (text := read(fields.get(name, ""))))
