"""Addresses of the explorer as lessons hold them: written by people, so that percent-encoding is optional."""

from difflib import get_close_matches
from urllib.parse import parse_qsl

from app.errors import LessonMistake, shown
from app.explorer.fields import SETTINGS, query
from app.explorer.looks.registry import LOOKS
from app.explorer.options import OPTIONS
from app.explorer.state import HELD, place_of

DOCUMENT = ("image", "values", "run", "recipe", "layers", *SETTINGS)
PLACE = ("at", "layer", "to_channel", "to_row", "to_column")
KNOWN = (*DOCUMENT, *PLACE, "view", *HELD, *OPTIONS, "path", "of")
OF_SCREENS = ("lang", "theme", "projector", "walk", "path", "of")
MOST_FIELDS = 60


def fields_in(address: str) -> dict[str, str]:
    """Return the fields of an address of the explorer."""
    pairs = address.partition("?")[2].split("&", MOST_FIELDS)
    return dict(parse_qsl("&".join(pairs[:MOST_FIELDS])))


def with_fields(address: str, **changed: str) -> str:
    """Return an address with some of its fields changed."""
    return "/?" + query({**fields_in(address), **changed})


def for_anybody(address: str) -> str:
    """Return an address without what belongs to the screen on which it was found."""
    fields = fields_in(address)
    if not fields.keys() & set(OF_SCREENS):
        return address
    kept = {name: text for name, text in fields.items() if name not in OF_SCREENS}
    return "/?" + query(kept) if kept else "/"


def check_fields(address: str) -> None:
    """Raise LessonMistake where an address has a field that the explorer does not know, or cannot read."""
    for name, text in fields_in(address).items():
        if name not in KNOWN:
            nearest = get_close_matches(name[:40], KNOWN, 1, 0.5)
            raise LessonMistake(
                "An address has no field {name}; did you mean {nearest}?"
                if nearest
                else "An address has no field {name}; copy it from the address bar.",
                name=shown(name[:40]),
                nearest=nearest[0] if nearest else "",
            )
        if name == "at" and place_of(text) is None:
            raise LessonMistake(
                "at is layer.channel.row.column, four numbers from 0 as in at=0.3.7.16, not {given}.",
                given=shown(text[:40]),
            )
        if name == "view" and text not in LOOKS:
            raise LessonMistake(
                "There is no view {given}; there are {names}.", given=shown(text[:40]), names=", ".join(LOOKS)
            )
