"""Where a class stands, in words, and where one press leads: the beats of a lesson; without a lesson a clicker's path
where there is a projector, else the layers.
"""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from app.classroom.addresses import fields_in
from app.classroom.beats import read_spot, state_at
from app.classroom.book import BOOK
from app.classroom.facts import facts_of, filled
from app.classroom.lesson import Lesson
from app.classroom.way import Stand, back, on_screen, onward
from app.errors import NotFound, Unfit
from app.explorer.opening import opened, state_of
from app.explorer.page.parts import seen
from app.explorer.path import path_of
from app.explorer.state import State, along
from app.lab import Lab, Run
from app.messages import catalogue

Say = Callable[[str], str]
LESSONS = "/lesson/"
WAYS = ("next", "prev")
OPTIONS = ("projector", "lang", "theme")  # that the way keeps


@dataclass(frozen=True)
class Ahead:
    """Where a press leads."""

    address: str
    words: str  # what comes there, or is asked, never what the answer is


@dataclass(frozen=True)
class Standing:
    """Where a class is."""

    title: str
    here: str  # what is shown, in a lesson
    where: str  # a sentence for those who have gone their own way
    step: int  # from 1; 0 where there are none
    steps: int
    asking: bool  # the class is asked something here
    next: Ahead | None
    before: Ahead | None


def is_lesson(address: str) -> bool:
    """Tell whether an address is that of a lesson at one of its steps."""
    return address.startswith(LESSONS)


def name_in(address: str) -> str:
    """Return the slug or id in the address of a lesson."""
    return address.removeprefix(LESSONS).partition("?")[0].partition("/")[0]


async def standing(address: str, lesson: Lesson | None, lab: Lab, language: str) -> Standing:
    """Return where a class is at an address; `lesson` is what the address of a lesson names."""
    if lesson is not None:
        return await _in_lesson(address, lesson, lab, language)
    return await _in_explorer(address, lab, language)


def nowhere(language: str) -> Standing:
    """Return where a class is whose lesson, or picture, has been deleted: the way on is the explorer."""
    say = catalogue(language).gettext
    gone = say("What this room was at has been deleted")
    return Standing(gone, "", gone, 0, 0, False, Ahead("/", say("The explorer")), None)


async def _in_lesson(address: str, lesson: Lesson, lab: Lab, language: str) -> Standing:
    say, name, fields = catalogue(language).gettext, name_in(address), fields_in(address)
    board = bool(fields.get("projector"))
    spot = on_screen(read_spot(fields.get("step", ""), lesson), lesson, board=board)
    stand = Stand(name, lesson, spot, over=bool(fields.get("end")))

    async def ahead(there: Stand | None) -> Ahead | None:
        if there is None:
            return None
        ends = {"end": "1"} if there.over else {}
        options = {option: fields[option] for option in OPTIONS if option in fields}
        query = urlencode({"step": there.spot.text, **ends, **options})
        return Ahead(f"{LESSONS}{there.name}?{query}", await _words(there, lab, language))

    told = told_at(address, lesson, language)
    if stand.chapter:
        where = say("The class is at chapter {chapter}, step {step}.").format(chapter=stand.chapter, step=spot.step)
    else:
        where = say("The class is at step {step} of {steps}.").format(step=spot.step, steps=len(lesson.steps))
    return Standing(
        told.title,
        await _words(stand, lab, language),
        where,
        spot.step,
        len(lesson.steps),
        spot.beat == "ask",
        await ahead(onward(stand, board=board)),
        await ahead(back(stand, board=board)),
    )


def told_at(address: str, lesson: Lesson, language: str) -> Lesson:
    """Return the lesson of an address as it is read: a chapter in the language of the reader."""
    return lesson.told(catalogue(language).gettext) if name_in(address) in BOOK else lesson


async def _words(stand: Stand, lab: Lab, language: str) -> str:
    """Return what comes at a spot, with its facts."""
    say, spot = catalogue(language).gettext, stand.spot
    lesson = told_at(LESSONS + stand.name, stand.lesson, language)
    if stand.over:
        return say("The end.")
    if spot.beat in ("reveal", "rule"):
        return say("The answer") if spot.beat == "reveal" else say("The rule")
    step = lesson.steps[spot.step - 1]
    task = step.task.do if step.task else ""
    question = (step.question.ask if step.question else "") or say("A question to the class")
    lines = (step.say or step.sentence).splitlines() or [lesson.title]
    text = {"do": task, "ask": question}.get(spot.beat, lines[0])
    try:
        facts = await facts_of(await state_at(stand.lesson, spot, lab), lab, [text], language)
    except (NotFound, Unfit):  # its picture has gone, or its numbers cannot be
        facts = {}
    return filled(text, facts)


async def _in_explorer(address: str, lab: Lab, language: str) -> Standing:
    say = catalogue(language).gettext
    run, state = await opened(await state_of(fields_in(address), lab), lab)
    if not run.stages:
        return Standing(say("The explorer"), "", say("The class is at the input."), 0, 0, False, None, None)
    view = await seen(lab, run, state, "light", language)
    stage = run.stages[state.layer]
    where = say("The class is at layer {number} of {count}, {type}.")
    where = where.format(number=state.layer + 1, count=len(run.stages), type=stage.layer.type)
    ways: tuple[Ahead | None, Ahead | None]
    if state.guess and state.option("predict"):  # what the class was asked is told: nothing is hidden any more
        after = state.with_options(predict="").but(guess="")
        ways = (Ahead(after.address(), say("On, without the question")), None)
    elif path := path_of(run, view, state):
        on, back = path.on, path.back
        ways = (Ahead(on.state.address(), on.words), back and Ahead(back.state.address(), back.words))
    else:
        ways = (_layer(run, state, state.layer + 1, say), _layer(run, state, state.layer - 1, say))
    return Standing(say("The explorer"), "", where, state.layer + 1, len(run.stages), view.hidden, *ways)


def _layer(run: Run, state: State, index: int, say: Say) -> Ahead | None:
    """Return the way to a layer, at the place that looks at the same part of the picture."""
    if not 0 <= index < len(run.stages):
        return None
    shapes = [stage.output_shape for stage in run.stages]
    there = state.but(layer=index, place=along(state, shapes, index), sheet="", pin="", edit="")
    words = say("Layer {number}: {type}").format(number=index + 1, type=run.stages[index].layer.type)
    return Ahead(there.address(), words)
