"""Claims about a state, as tasks and reveals make them: {column: last}, {row: 20-28}, {image: not chelsea}.

Places are counted from 1, as people read them. A claim can be asked (`holds`) and carried out (`applied`): the widget
does the task itself, and the reveal shows what it speaks of.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from difflib import get_close_matches

from app.errors import LessonMistake, shown
from app.explorer.fields import SETTINGS
from app.explorer.looks.registry import LOOKS
from app.explorer.opening import state_of
from app.explorer.options import OPTIONS
from app.explorer.state import HELD, State, within
from app.lab import Lab, Run
from app.layers import Place
from app.layers.geometry import Shape
from app.pictures.gallery import PHOTOGRAPHS
from app.pipeline import recipe
from app.pipeline.document import Document, ImageInput
from app.whole_numbers import read_whole

Claims = Mapping[str, str]
Plan = Callable[[Document], Awaitable[Run]]
PLACES = ("layer", "channel", "row", "column")
OF_DOCUMENT = ("image", *SETTINGS, "recipe")
BESIDE = ("lang", "theme", "projector", "column", "hide")  # options that are no part of what is learned
OPEN = tuple(name for name in (*HELD, *OPTIONS) if name not in BESIDE)
NAMES = (*PLACES, "view", *OF_DOCUMENT, *OPEN)
NOT = "not "  # before the picture that it must not be: any other, one's own too
MOST, LONGEST = 12, 4000  # claims at a time; characters of one


def read_claims(value: object) -> dict[str, str]:
    """Return claims as a lesson holds them; raise LessonMistake for a name or a form that says nothing of a state."""
    if not isinstance(value, Mapping) or not value:
        raise LessonMistake("Write what holds of the state, as in {{column: last}}, not {given}.", given=shown(value))
    if len(value) > MOST:
        raise LessonMistake("At most {most} things may be claimed of a state at a time.", most=MOST)
    return {str(name): _read(str(name), each) for name, each in value.items()}


def _read(name: str, value: object) -> str:
    pointer = f"/{name[:60]}"
    if name not in NAMES:
        nearest = get_close_matches(name[:60], NAMES, 1, 0.5)
        raise LessonMistake(
            "A state has no {name}; did you mean {nearest}?" if nearest else "A state has no {name}; it has {names}.",
            name=shown(name[:60]),
            nearest=nearest[0] if nearest else "",
            names=", ".join(NAMES),
            pointer=pointer,
        )
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise LessonMistake("{name} must be a text or a number, not {given}.", name=name, given=shown(value))
    text = str(value).strip()
    if len(text) > LONGEST:
        raise LessonMistake("{name} has more than {most} characters.", name=name, most=LONGEST, pointer=pointer)
    if name in PLACES and _range(text, 10**9) is None:
        raise LessonMistake(
            "{name} is first, last, a number from 1 or a range like 20-28, not {given}.",
            name=name,
            given=shown(text),
            pointer=pointer,
        )
    if name == "view" and text not in LOOKS:
        raise LessonMistake(
            "There is no view {given}; there are {names}.", given=shown(text), names=", ".join(LOOKS), pointer=pointer
        )
    return text


def _range(text: str, count: int) -> tuple[int, int] | None:
    """Return the first and last place, from 0, that a claim allows of `count`; None where it cannot be read."""
    if text in ("first", "last"):
        return (0, 0) if text == "first" else (count - 1, count - 1)
    first, dash, last = text.replace("–", "-").partition("-")
    low = read_whole(first.strip())
    high = read_whole(last.strip()) if dash else low
    return None if low is None or high is None or not 1 <= low <= high else (low - 1, high - 1)


def _places(state: State, shapes: Sequence[Shape]) -> dict[str, tuple[int, int]]:
    """Return where a state is on each axis, from 0, and of how many places."""
    channels, rows, columns = shapes[state.layer]
    return {
        "layer": (state.layer, len(shapes)),
        "channel": (state.place.channel, channels),
        "row": (state.place.row, rows),
        "column": (state.place.column, columns),
    }


def failing(claims: Claims, state: State, shapes: Sequence[Shape]) -> str:
    """Return the first claim that does not hold of a state whose layers have outputs of `shapes`; nothing where all do.

    The state must be at a place that exists.
    """
    places = _places(state, shapes) if shapes else {}
    return next((name for name, text in claims.items() if not _holds(name, text, state, places)), "")


def holds(claims: Claims, state: State, shapes: Sequence[Shape]) -> bool:
    """Tell whether all claims hold of a state."""
    return not failing(claims, state, shapes)


def _holds(name: str, text: str, state: State, places: Mapping[str, tuple[int, int]]) -> bool:
    if name in PLACES:
        at, count = places.get(name, (-1, 0))
        span = _range(text, count)
        return span is not None and span[0] <= at <= span[1]
    if name == "view":
        return state.view == text
    if name in HELD:
        return bool(getattr(state, name) == text)
    if name in OPEN:
        return state.option(name) == (OPTIONS[name](text) or text)
    return _of_document(name, text, state)


def _of_document(name: str, text: str, state: State) -> bool:
    source = state.document.input
    if name == "recipe":
        return recipe.write(recipe.read(text)) == state.document.recipe
    if not isinstance(source, ImageInput):
        return False
    if name == "image" and text.startswith(NOT):
        return source.image != text.removeprefix(NOT).strip()
    if name == "size":
        return str(source.height) == str(source.width) == text
    return str(getattr(source, name)) == text


def _of_another_picture(claims: Claims) -> bool:
    return claims.get("image", "").startswith(NOT)


async def applied(claims: Claims, state: State, lab: Lab, plan: Plan | None = None) -> State:
    """Return a state of which the claims hold, as far as they can; raise Mistake where what they ask for cannot be.

    Whoever knows some plans already, or counts them, gives its own way to `plan` a document.
    """
    changed = {name: text for name, text in claims.items() if name in OF_DOCUMENT}
    if _of_another_picture(changed):
        if holds({"image": changed["image"]}, state, ()):
            del changed["image"]
        else:
            unwanted = changed["image"].removeprefix(NOT).strip()
            changed["image"] = next(name for name in PHOTOGRAPHS if name != unwanted)
    if changed:
        fields = state.form_fields()
        if "size" in changed:
            fields = {name: text for name, text in fields.items() if name not in ("height", "width")}
        state = (await state_of({**fields, **changed}, lab)).but(path=state.path)
    if "view" in claims:
        state = state.but(view=claims["view"])
    held = {name: claims[name] for name in HELD if name in claims}
    state = state.but(**held).with_options(
        **{name: text for name, text in claims.items() if name in OPTIONS and name in OPEN}
    )
    shapes = [stage.output_shape for stage in (await (plan or lab.outline)(state.document)).stages]
    return moved(claims, state, shapes)


def moved(claims: Claims, state: State, shapes: Sequence[Shape]) -> State:
    """Return a state at the nearest place where the claims about its place hold."""
    if not shapes:
        return state

    def nearest(name: str, at: int, count: int) -> int:
        span = _range(claims[name], count) if name in claims else None
        return at if span is None else max(span[0], min(span[1], at))

    state = state.but(layer=min(nearest("layer", state.layer, len(shapes)), len(shapes) - 1))
    counts = dict(zip(PLACES[1:], shapes[state.layer], strict=True))
    wanted = [nearest(name, at, counts[name]) for name, at in zip(PLACES[1:], state.place, strict=True)]
    return within(state.but(place=Place(*wanted)), shapes)
