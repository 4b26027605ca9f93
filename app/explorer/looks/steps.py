"""What a look shows one after the other: the sheets of a sum, the maps of a layer, the hops of a number going home.

They are numbered, and the numbers rise; the one that is shown need not be among those that a clicker stops at.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from app.explorer.state import State
from app.explorer.view import View
from app.printing.numbers import grouped


class Step(NamedTuple):
    """Where one can go: the state that shows it, and what it is called."""

    state: State
    words: str


@dataclass(frozen=True)
class Steps:
    """The steps of a look in one state."""

    numbers: Sequence[int]  # rising
    here: int
    at: Callable[[int], Step]
    elsewhere: bool = False  # at other places, so that they are not on a path that stays at one

    @property
    def after(self) -> Step | None:
        """The step after the present one; None behind the last."""
        index = bisect_right(self.numbers, self.here)
        return self.at(self.numbers[index]) if index < len(self.numbers) else None

    @property
    def before(self) -> Step | None:
        """The step before the present one; None before the first."""
        index = bisect_left(self.numbers, self.here)
        return self.at(self.numbers[index - 1]) if index else None

    @property
    def last(self) -> Step:
        """The last step."""
        return self.at(self.numbers[-1])


def map_by_map(view: View, state: State) -> Steps:
    """Return the maps of the layer, or the numbers of a vector, at the place of the present one."""
    name = view.say("number {number}") if view.target.single else view.say("map {number}")

    def at(channel: int) -> Step:
        there = state.but(place=state.place._replace(channel=channel), edit="")
        return Step(there, name.format(number=grouped(channel + 1)))

    return Steps(range(view.stage.output_shape[0]), state.place.channel, at, elsewhere=True)
