"""Fields that are not known, and fields given twice, are faults: who mistypes one is told, rather than not heard."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from functools import wraps
from itertools import chain, islice
from typing import ParamSpec, TypeVar

from app.errors import Mistake, RepeatedField, UnknownField, shown

P = ParamSpec("P")
T = TypeVar("T")
MOST_FAULTS = 20  # that are told of one request
LONGEST = 60  # characters of a name that are looked at, and quoted


def nearest(word: str, known: Iterable[str]) -> str:
    """Return which of the words that are known somebody may have meant; nothing where none is near."""
    spellings = {name.lower(): name for name in reversed(list(known))}
    meant = word[:LONGEST].lower()
    found = get_close_matches(meant, spellings, 1, 0.6) or [name for name in spellings if name.startswith(meant or " ")]
    return spellings[found[0]] if found else ""


def unknown_field(name: str, known: Collection[str], pointer: str | None = None) -> UnknownField:
    """Return the mistake of a field that is none of those that are known; `pointer`: where it is, if not on top."""
    near = nearest(name, known)
    return UnknownField(
        "There is no field {name} here; did you mean {nearest}?"
        if near
        else "There is no field {name} here; there are {names}."
        if known
        else "There is no field {name} here; there are none.",
        name=shown(name),
        nearest=near,
        names=", ".join(known),
        pointer=f"/{escaped(name)}" if pointer is None else pointer,
    )


def repeated_field(name: str, pointer: str | None = None) -> RepeatedField:
    """Return the mistake of a field that is given twice."""
    return RepeatedField(
        "The field {name} is given twice; give it once.",
        name=shown(name),
        pointer=f"/{escaped(name)}" if pointer is None else pointer,
    )


def check_fields(names: Iterable[str], known: Collection[str]) -> None:
    """Raise what is wrong with the names of fields: those that are not known, and those that are there twice."""
    given = Counter(iter(names))
    if len(given) < given.total() or not given.keys() <= set(known):
        unknown = (unknown_field(name, known) for name in given if name not in known)
        repeated = (repeated_field(name) for name, count in given.items() if count > 1)
        raise together(islice(chain(unknown, repeated), MOST_FAULTS))


@contextmanager
def noted(found: list[Mistake], place: str = "") -> Iterator[None]:
    """Add a mistake to those that are found, and go on; `place`: where what is looked at lies."""
    try:
        yield
    except Mistake as mistake:
        found.append(mistake.within(place) if place else mistake)


def together(found: Iterable[Mistake]) -> Mistake:
    """Return the first of some mistakes, which tells the others, as many as are told at once."""
    first, *others = [each for one in found for each in (one, *one.others)][:MOST_FAULTS]
    for other in others:  # none is told, or moved, twice
        other.others = ()
    first.others = tuple(others)
    return first


class Carried(ValueError):
    """Takes a mistake through pydantic, which goes on to the other fields: any other exception ends its reading."""

    def __init__(self, mistake: Mistake) -> None:
        super().__init__(str(mistake))
        self.mistake = mistake


def carried(check: Callable[P, T]) -> Callable[P, T]:
    """Return what checks a field for pydantic, its mistakes Carried."""

    @wraps(check)
    def checked(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return check(*args, **kwargs)
        except Mistake as mistake:
            raise Carried(mistake) from None

    return checked


def escaped(name: str) -> str:
    """Return a name as a part of a JSON pointer (RFC 6901), and not at length."""
    return name[:LONGEST].replace("~", "~0").replace("/", "~1")
