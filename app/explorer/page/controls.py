"""Where the controls of the page lead: other sizes of the input, other places of the window."""

from dataclasses import dataclass
from typing import get_args

from app.explorer.state import State
from app.explorer.view import View
from app.lab import Run
from app.pictures.picture import Resample
from app.pipeline.document import ImageInput
from app.rendering.arrangement import arranged

FILTERS = get_args(Resample)
SIZES = (16, 24, 32, 48, 64, 96, 128, 224, 256)
Choice = tuple[object, str, bool]  # a value, its address, whether it is the present one


@dataclass(frozen=True)
class InputChoices:
    """What the menu of sizes offers."""

    sizes: list[Choice]
    own: tuple[str, bool]  # the picture's own size: its address, whether it is the present one
    modes: list[Choice]
    scales: list[Choice]
    fits: list[Choice]
    filters: list[Choice]  # where it is not resized as usual, to see it and to go back


@dataclass(frozen=True)
class Moves:
    """The addresses of the places before and after, for who has no JavaScript."""

    first: str
    back: str
    next: str
    last: str


@dataclass(frozen=True)
class Jumps:
    """The addresses of the largest and the smallest number of the map at work."""

    strongest: str
    weakest: str


def input_choices(state: State) -> InputChoices | None:
    """Return the sizes, colours and scales that a picture could be read with; None where the input is numbers."""
    source = state.document.input
    if not isinstance(source, ImageInput):
        return None

    def among(field: str, *values: str) -> list[Choice]:
        now = getattr(source, field)
        return [(value, state.of_input(**{field: value}).address(), value == now) for value in values]

    return InputChoices(
        [
            (size, state.of_input(height=size, width=size).address(), source.height == source.width == size)
            for size in SIZES
        ],
        (state.of_input(height=None, width=None).address(), source.height is None and source.width is None),
        among("mode", "RGB", "L"),
        among("scale", "byte", "unit"),
        among("fit", "cover", "contain", "stretch"),
        among("resample", *FILTERS) if source.resample != FILTERS[0] else [],
    )


def jumps_of(state: State, view: View) -> Jumps:
    """Return where the strongest and the weakest number are."""
    strongest, weakest = (view.extremes[name] for name in ("strongest", "weakest"))
    return Jumps(state.but(place=strongest, edit="").address(), state.but(place=weakest, edit="").address())


def moves_of(state: State, run: Run) -> Moves:
    """Return where the buttons lead."""
    plan = arranged(run.stages[state.layer].output_shape)
    here = plan.index(state.place)

    def go(number: int) -> str:
        number = max(0, min(plan.sheets * plan.count - 1, number))
        return state.but(place=plan.at(number), edit="").address()

    first = here - here % plan.count
    return Moves(go(first), go(here - 1), go(here + 1), go(first + plan.count - 1))
