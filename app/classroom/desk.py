"""A lesson on its teacher's desk: its steps in a list, and the one in hand with all that can be said of it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from app.classroom.addresses import fields_in
from app.classroom.beats import state_of_step
from app.classroom.editing import mark
from app.classroom.lesson import Lesson, Question, Step, read_step
from app.classroom.named import images_in, images_of
from app.classroom.screen import Say, Screen, framed
from app.errors import LessonMistake, Mistake
from app.explorer.blocks import called
from app.explorer.looks.registry import LOOKS
from app.explorer.opening import state_of
from app.explorer.state import State
from app.lab import Lab
from app.messages import N_

CHOICES = 6
OWN, NONE = "own", "none"
KINDS: Mapping[str, str] = {
    NONE: N_("none"),
    "number": N_("the number"),
    "sign": N_("its sign"),
    "size": N_("the size"),
    OWN: N_("my own"),
}
ASKS: Mapping[str, str] = {
    "number": N_("asks for the number"),
    "sign": N_("asks for its sign"),
    "size": N_("asks for the size"),
    OWN: N_("asks a question of yours"),
}
WORDS = ("sentence", "say", "notes")
MOST_KNOWN = 2_000
_known: dict[str, State] = {}  # what addresses show, lately


@dataclass(frozen=True)
class Row:
    """A step in the list."""

    number: int
    was: str  # its mark
    words: str
    where: str
    asks: str
    picture: str  # its address; nothing where its photo has gone
    here: bool


@dataclass(frozen=True)
class Form:
    """What can be said of a step, as it is typed."""

    sentence: str
    say: str
    notes: str
    kind: str
    ask: str
    choices: tuple[str, ...]  # CHOICES of them, some empty
    right: int  # which of them, from 1; 0 for none yet
    because: str
    address: str


@dataclass(frozen=True)
class Hand:
    """The step in hand."""

    number: int
    was: str  # its mark
    form: Form
    figure: str  # the address of the explorer in a frame; nothing where it cannot be opened
    gone: str  # the photo that has gone; nothing where it is there
    shared: int  # how many steps show that photo
    task: str  # what is to be done in it


def form_of(step: Step) -> Form:
    """Return a step as its form shows it."""
    question = step.question or Question.model_construct(kind=None)
    own = question if step.question and not question.kind else None
    choices = own.choices if own else ()
    return Form(
        step.sentence,
        step.say,
        step.notes,
        NONE if step.question is None else question.kind or OWN,
        own.ask if own else "",
        (*choices, *[""] * (CHOICES - len(choices))),
        choices.index(own.right) + 1 if own else 0,
        question.because if step.question else "",
        step.address,
    )


def typed(fields: Mapping[str, str], form: Form) -> Form:
    """Return a form as it was sent."""
    choices = tuple(fields.get(f"choice{number}", "").strip() for number in range(1, CHOICES + 1))
    right = fields.get("right", "")
    kind = fields.get("kind", form.kind)
    said: dict[str, Any] = {name: fields[name] for name in (*WORDS, "ask", "because", "address") if name in fields}
    if not any(name.startswith("choice") for name in fields):
        return replace(form, kind=kind if kind in KINDS else NONE, **said)
    number = int(right) if right in map(str, range(1, CHOICES + 1)) else 0
    return replace(form, kind=kind if kind in KINDS else NONE, choices=choices, right=number, **said)


def stepped(step: Step, fields: Mapping[str, str]) -> Step:
    """Return a step with what its form says; what the form does not speak of stays. Raise LessonMistake."""
    form = typed(fields, form_of(step))
    document: dict[str, Any] = step.model_dump(mode="json", exclude_defaults=True)
    document |= {name: getattr(form, name) for name in (*WORDS, "address")}
    before: dict[str, Any] = document.pop("question", {})
    kept = {name: before[name] for name in ("shows", "rule") if name in before}
    if form.kind == OWN:
        _check_own(form)
        choices = [choice for choice in form.choices if choice]
        right = form.choices[form.right - 1] if form.right else ""
        document["question"] = {
            **kept, "ask": form.ask, "choices": choices, "right": right, "because": form.because
        }  # fmt: skip
    elif form.kind != NONE:
        because = {"because": before["because"]} if "because" in before else {}
        document["question"] = {**kept, **because, "kind": form.kind}
    return read_step(document)


def _check_own(form: Form) -> None:
    """Raise LessonMistake, in words of the form, where a question of one's own is not whole."""
    if not form.ask.strip():
        raise LessonMistake("Write what you ask.", pointer="/question/ask")
    if not form.right or not form.choices[form.right - 1]:
        raise LessonMistake("Mark which of the answers is right.", pointer="/question/right")


async def rows_of(name: str, lesson: Lesson, at: int, lab: Lab, screen: Screen) -> tuple[Row, ...]:
    """Return the steps of a lesson as a list, step `at` (from 1) in hand."""
    gone = await photos_gone(lesson, lab)
    rows = []
    for number, step in enumerate(lesson.steps, 1):
        lost = bool(images_of(step) & gone)
        picture = f"/lesson/{name}/picture.png?step={number}&theme={screen.theme}&v={mark(step)}"
        kind = "" if step.question is None else step.question.kind or OWN
        rows.append(
            Row(
                number,
                mark(step),
                (step.sentence or step.say).partition("\n")[0].strip() or screen.say("No sentence yet"),
                await where_of(step, lab, screen.say),
                screen.say(ASKS[kind]) if kind else "",
                "" if lost else picture,
                number == at,
            )
        )
    return tuple(rows)


async def photos_gone(lesson: Lesson, lab: Lab) -> frozenset[str]:
    """Return the photos that a lesson names and that are not there any longer."""
    images = images_in(lesson)
    return await lab.queue.light(lambda: frozenset(image for image in images if not lab.album.has(image)))


async def where_of(step: Step, lab: Lab, say: Say) -> str:
    """Return what a step shows, in few words: conv2d · figure · row 8, column 17."""
    try:
        state = _known.get(step.address) or await state_of(fields_in(step.address), lab)
    except Mistake:
        return say("cannot be opened")
    if len(_known) >= MOST_KNOWN:
        _known.clear()
    _known[step.address] = state
    look = LOOKS[state.view]
    if not state.document.layers:
        return say("the picture")
    layer = state.document.layers[min(state.layer, len(state.document.layers) - 1)]
    words = [called(layer), say(look.title)]
    if state.view in ("figure", "flat"):
        place = say("row {row}, column {column}")
        words.append(place.format(row=state.place.row + 1, column=state.place.column + 1))
    return " · ".join(words)


async def in_hand(lesson: Lesson, at: int, lab: Lab, screen: Screen, form: Form | None = None) -> Hand:
    """Return step `at`, from 1, of a lesson, with what was typed for it where that is not its own."""
    step = lesson.steps[at - 1]
    gone = next(iter(images_of(step) & await photos_gone(lesson, lab)), "")
    figure = ""
    if not gone:
        try:
            figure = framed(await state_of_step(step, "say", lab), screen).address()
        except Mistake:
            figure = ""
    return Hand(
        at,
        mark(step),
        form or form_of(step),
        figure,
        gone,
        sum(gone in images_of(each) for each in lesson.steps) if gone else 0,
        step.task.do if step.task else "",
    )
