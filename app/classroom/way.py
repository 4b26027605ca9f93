"""The way through lessons, screen by screen: a chapter leads on to the next, a lesson of one's own ends with itself.

On a projector each beat is a screen. For who reads alone, beats that differ by few words share one: what is done is
seen beside the question that it leads to, and the rule beside the answer.

    projector   say ─► do ─► ask ─► reveal ─► rule ─► the next step
    reading     say ────────► ask ─► reveal ─────────► the next step
"""

from collections.abc import Sequence
from dataclasses import dataclass

from app.classroom.beats import Spot, after, beats_of, before
from app.classroom.book import BOOK
from app.classroom.lesson import Lesson, Step


@dataclass(frozen=True)
class Stand:
    """Where somebody stands: a lesson under its name, and a spot of it; `over` behind the last one."""

    name: str
    lesson: Lesson
    spot: Spot
    over: bool = False

    @property
    def step(self) -> Step:
        """The step that is shown."""
        return self.lesson.steps[self.spot.step - 1]

    @property
    def chapter(self) -> int | None:
        """Its number in the book, from 1; None for a lesson of one's own."""
        names = tuple(BOOK)
        return names.index(self.name) + 1 if self.name in BOOK else None


def screens_of(step: Step, *, board: bool) -> tuple[str, ...]:
    """Return the beats of a step that are screens: all on a projector, those that differ for a reader."""
    beats = beats_of(step)
    if board or step.question is None:
        return beats
    return (*(["say"] if step.task else []), "ask", "reveal")


def on_screen(spot: Spot, lesson: Lesson, *, board: bool) -> Spot:
    """Return the spot as whose screen another is shown."""
    screens, beats = screens_of(lesson.steps[spot.step - 1], board=board), beats_of(lesson.steps[spot.step - 1])
    later = [beat for beat in beats[beats.index(spot.beat) :] if beat in screens]
    return Spot(spot.step, later[0] if later else screens[-1])


def onward(stand: Stand, *, board: bool) -> Stand | None:
    """Return what comes next; None behind the end."""
    if stand.over:
        return None
    here, there = on_screen(stand.spot, stand.lesson, board=board), stand.spot
    while (spot := after(there, stand.lesson)) is not None:
        if on_screen(spot, stand.lesson, board=board) != here:
            return Stand(stand.name, stand.lesson, on_screen(spot, stand.lesson, board=board))
        there = spot
    if (name := neighbour(stand.name, 1)) is not None:
        return Stand(name, BOOK[name], on_screen(Spot(1, "say"), BOOK[name], board=board))
    return Stand(stand.name, stand.lesson, here, over=True)


def back(stand: Stand, *, board: bool) -> Stand | None:
    """Return what came before; None at the beginning."""
    if stand.over:
        return Stand(stand.name, stand.lesson, stand.spot)
    here, there = on_screen(stand.spot, stand.lesson, board=board), stand.spot
    while (spot := before(there, stand.lesson)) is not None:
        if on_screen(spot, stand.lesson, board=board) != here:
            return Stand(stand.name, stand.lesson, on_screen(spot, stand.lesson, board=board))
        there = spot
    if (name := neighbour(stand.name, -1)) is not None:
        lesson = BOOK[name]
        last = Spot(len(lesson.steps), beats_of(lesson.steps[-1])[-1])
        return Stand(name, lesson, on_screen(last, lesson, board=board))
    return None


def neighbour(name: str, by: int) -> str | None:
    """Return the chapter before or after one; None at the ends, and for a lesson of one's own."""
    names: Sequence[str] = tuple(BOOK)
    at = names.index(name) + by if name in BOOK else -1
    return names[at] if 0 <= at < len(names) else None


def walked(stand: Stand, *, board: bool) -> tuple[int, int]:
    """Return which screen of its lesson this is, from 0, and of how many."""
    screens = [
        Spot(number, beat)
        for number, step in enumerate(stand.lesson.steps, 1)
        for beat in screens_of(step, board=board)
    ]
    return screens.index(on_screen(stand.spot, stand.lesson, board=board)), len(screens)
