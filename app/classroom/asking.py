"""What a class is asked, and when: a lesson's beat `ask` opens its question, `reveal` shows it, moving on closes it.

Without a lesson the teacher asks: the sign of a number that the figure then hides, the size of a map, or anything.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from app.classroom.addresses import fields_in
from app.classroom.beats import Spot, read_spot, state_at
from app.classroom.course import is_lesson, name_in, told_at
from app.classroom.facts import facts_of, filled
from app.classroom.lesson import Lesson
from app.classroom.poll import Poll
from app.explorer.opening import settled, state_of
from app.explorer.page.parts import seen
from app.explorer.questions import REVEAL, question
from app.explorer.view import View
from app.lab import Lab
from app.messages import LANGUAGES
from app.printing.numbers import rounded

Say = Callable[[str], str]
SIZE = "places"  # the look that asks for the size
KINDS = ("sign", "size", "number")
PREDICT = {"sign": "sign", "size": "1", "number": "1"}  # what the explorer's own field says
BESIDE = ("guess", "sheet", "walk", "projector", "lang", "theme", "hide")  # fields that make no other question


@dataclass(frozen=True)
class Asked:
    """A question to a class."""

    question: str
    choices: tuple[str, ...]  # none where a number is asked for
    right: str
    address: str  # of the state in which it is asked

    def fields(self) -> dict[str, Any]:
        """Return it as polls are described."""
        answers = {"kind": "choice", "choices": list(self.choices)} if self.choices else {"kind": "number"}
        return {
            **answers,
            "question": self.question,
            "right": self.right or None,
            "address": self.address,
        }


async def kinds_at(address: str, lab: Lab) -> tuple[str, ...]:
    """Return the kinds of questions that can be asked of the state of an address: none where it has no layer."""
    state = await state_of(fields_in(address), lab)
    return KINDS if (await lab.outline(state.document)).stages else ()


async def asked_of_view(address: str, kind: str, lab: Lab, language: str) -> Asked | None:
    """Return the question of a kind to the state of an address, its answer hidden; None where it has no layer."""
    state = await state_of(fields_in(address), lab)
    run = await lab.open(state.document)
    if not run.stages:
        return None
    state = settled(state.but(view=SIZE) if kind == "size" else state, run)
    state = state.with_options(predict=PREDICT[kind]).but(guess="")
    view = await seen(lab, run, state, "light", language)
    text, choices, right = _question(kind, view)
    return Asked(text, choices, right, state.address())


def _question(kind: str, view: View) -> tuple[str, tuple[str, ...], str]:
    say = view.say
    if kind == "size":
        size = view.stage.output_shape[0 if view.stage.vector else 1]
        read = view.stage.input_shape[1]
        sizes = _sizes(size, read, view.stage.geometry.size[0])
        return question(view, "size", ""), tuple(map(str, sizes)), str(size)
    truth = rounded(view.closeup.value, view.decimals)
    if kind == "number":
        return question(view, "value", ""), (), f"{truth:f}"
    below, above = say("below 0"), say("above 0")
    choices = (below, above, "0") if not truth else (below, above)
    return question(view, "sign", ""), choices, "0" if not truth else above if truth > 0 else below


def _sizes(size: int, read: int, window: int) -> list[int]:
    """Return the size and others that it is mistaken for: that of the input, one off, a whole window less."""
    others = [read, size - 1, read - window, size + 1, size + 2, size + 3]
    likely = dict.fromkeys(other for other in others if other > 0 and other != size)
    return sorted([size, *list(likely)[:3]])


async def asked_in_lesson(lesson: Lesson, address: str, lab: Lab, language: str) -> Asked | None:
    """Return the question of the step at an address; None where it has none."""
    spot = read_spot(fields_in(address).get("step", ""), lesson)
    own = lesson.steps[spot.step - 1].question
    if own is None:
        return None
    state = await state_at(lesson, Spot(spot.step, "ask"), lab)
    if own.kind:
        found = await asked_of_view("/?" + state.address().partition("?")[2], own.kind, lab, language)
        return found and Asked(found.question, found.choices, found.right, address)
    told = told_at(address, lesson, language).steps[spot.step - 1].question or own
    facts = await facts_of(state, lab, [told.ask, *told.choices], language)
    choices = tuple(filled(choice, facts) for choice in told.choices)
    return Asked(filled(told.ask, facts), choices, choices[own.choices.index(own.right)], address)


async def because(lesson: Lesson, address: str, lab: Lab, language: str) -> str:
    """Return why the answer to the question of a step is right."""
    spot = read_spot(fields_in(address).get("step", ""), lesson)
    own = told_at(address, lesson, language).steps[spot.step - 1].question
    if own is None or not own.because:
        return ""
    state = await state_at(lesson, Spot(spot.step, "reveal"), lab)
    return filled(own.because, await facts_of(state, lab, [own.because], language))


async def asked_in(poll: Poll, lesson: Lesson | None, lab: Lab, language: str) -> dict[str, str]:
    """Return what our words in a poll are in a language, by how they were asked; a teacher's own stay."""
    sized = fields_in(poll.address).get("view") == SIZE
    kind = "size" if sized else "sign" if poll.choices else "number"
    if lesson is None and "predict" not in fields_in(poll.address):
        return {}

    async def asked(tag: str) -> Asked | None:
        if lesson is None:
            return await asked_of_view(poll.address, kind, lab, tag)
        return await asked_in_lesson(lesson, poll.address, lab, tag)

    said = await asked(language)
    for tag in LANGUAGES:
        there = await asked(tag)
        if said and there and (there.question, there.choices) == (poll.question, poll.choices):
            return dict(zip((there.question, *there.choices), (said.question, *said.choices), strict=True))
    return {}


def same_question(one: str, other: str) -> bool:
    """Tell whether two addresses ask the same, whatever is said to it."""
    if is_lesson(one) != is_lesson(other):
        return False
    if is_lesson(one):
        steps = [fields_in(each).get("step", "1").partition(".")[0] for each in (one, other)]
        return name_in(one) == name_in(other) and steps[0] == steps[1]
    first, second = (
        {name: text for name, text in fields_in(each).items() if name not in BESIDE} for each in (one, other)
    )
    return first == second


def next_state(poll_state: str, at: str, address: str) -> str:
    """Return in which state a poll that was asked at an address is once the class has moved to another."""
    fields = fields_in(address)
    if same_question(at, address):
        beat = fields.get("step", "").partition(".")[2]
        revealed = beat in ("reveal", "rule") if is_lesson(address) else bool(fields.get("guess"))
        if revealed:
            return "shown" if poll_state != "closed" else poll_state
        return "closed" if is_lesson(address) and beat in ("", "say", "do") else poll_state
    bound = is_lesson(at) or "predict" in fields_in(at)
    return "closed" if bound or poll_state == "shown" else poll_state


def revealed(address: str) -> str:
    """Return the address at which the explorer tells what it has asked."""
    path, _, query = address.partition("?")
    kept = "&".join(part for part in query.split("&") if not part.startswith("guess="))
    return f"{path}?{kept}&guess={REVEAL}"


def settled_again(address: str) -> str:
    """Return the address of the explorer without the question that it was asked."""
    path, _, query = address.partition("?")
    return f"{path}?" + "&".join(part for part in query.split("&") if not part.startswith(("guess=", "predict=")))
