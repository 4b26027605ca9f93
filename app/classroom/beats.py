"""Beats, what a step shows one after the other: say ─► do ─► ask ─► reveal ─► rule. Each has its own address."""

from dataclasses import dataclass

from app.classroom.addresses import fields_in
from app.classroom.claims import applied
from app.classroom.lesson import Lesson, Step
from app.explorer.opening import settled, state_of
from app.explorer.questions import REVEAL
from app.explorer.state import State
from app.lab import Lab
from app.whole_numbers import read_whole

BEATS = ("say", "do", "ask", "reveal", "rule")
PREDICT = {"number": "1", "sign": "sign", "size": "1"}  # what the explorer's own field says
SIZE = "places"  # the look that asks for the size


@dataclass(frozen=True)
class Spot:
    """Where one is in a lesson."""

    step: int  # from 1
    beat: str

    @property
    def text(self) -> str:
        """The spot as addresses write it."""
        return str(self.step) if self.beat == BEATS[0] else f"{self.step}.{self.beat}"


def beats_of(step: Step) -> tuple[str, ...]:
    """Return the beats that a step has."""
    has = {
        "say": True,
        "do": step.task is not None,
        "ask": step.question is not None,
        "reveal": step.question is not None,
        "rule": step.question is not None and bool(step.question.rule),
    }
    return tuple(beat for beat in BEATS if has[beat])


def read_spot(text: str, lesson: Lesson) -> Spot:
    """Return the spot that `step` of an address names, or the nearest that exists."""
    number, _, beat = text.partition(".")
    step = max(1, min(read_whole(number[:12]) or 1, len(lesson.steps)))
    there = beats_of(lesson.steps[step - 1])
    before = BEATS[: BEATS.index(beat) + 1] if beat in BEATS else BEATS[:1]
    return Spot(step, next(each for each in reversed(before) if each in there))


def spots(lesson: Lesson) -> list[Spot]:
    """Return all spots of a lesson in their order."""
    return [Spot(number, beat) for number, step in enumerate(lesson.steps, 1) for beat in beats_of(step)]


def after(spot: Spot, lesson: Lesson) -> Spot | None:
    """Return the next spot; None behind the last."""
    there = beats_of(lesson.steps[spot.step - 1])
    rest = there[there.index(spot.beat) + 1 :]
    if rest:
        return Spot(spot.step, rest[0])
    return Spot(spot.step + 1, BEATS[0]) if spot.step < len(lesson.steps) else None


def before(spot: Spot, lesson: Lesson) -> Spot | None:
    """Return the spot before; None before the first."""
    there = beats_of(lesson.steps[spot.step - 1])
    earlier = there[: there.index(spot.beat)]
    if earlier:
        return Spot(spot.step, earlier[-1])
    return Spot(spot.step - 1, beats_of(lesson.steps[spot.step - 2])[-1]) if spot.step > 1 else None


async def state_at(lesson: Lesson, spot: Spot, lab: Lab) -> State:
    """Return the state that a spot shows, in a frame; nothing of it is computed."""
    return await state_of_step(lesson.steps[spot.step - 1], spot.beat, lab)


async def state_of_step(step: Step, beat: str, lab: Lab) -> State:
    """Return the state that a beat of a step shows.

    What the explorer itself asks is hidden from the first beat on, but for a size, which has a look of its own.
    """
    state = await state_of({**fields_in(step.address), "path": "/embed"}, lab)
    state = settled(state, await lab.outline(state.document))
    reached, question = BEATS.index(beat), step.question
    if step.task is not None and reached >= BEATS.index("do"):
        state = await applied(step.task.until, state, lab)
    if question is None:
        return state
    revealed = reached >= BEATS.index("reveal")
    if question.kind and (question.kind != "size" or reached >= BEATS.index("ask")):
        state = state.but(view=SIZE) if question.kind == "size" else state
        state = state.with_options(predict=PREDICT[question.kind])
    if revealed and question.shows:
        state = await applied(question.shows, state, lab)
    return state.but(guess=REVEAL) if revealed and question.kind else state
