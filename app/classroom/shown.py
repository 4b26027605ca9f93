"""What a screen shows of an address of the classroom: the explorer in a frame, and the words beside it.

/lesson/<name>?step=3.ask    a step of a lesson, as far as it has come
/?image=…                    a view of the explorer, and its own sentence
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from app.classroom.addresses import fields_in
from app.classroom.asked import Asked, choices_of, in_words, verdict
from app.classroom.beats import BEATS, Spot, state_at
from app.classroom.facts import facts_of, filled, kept_together
from app.classroom.lesson import Lesson, Step
from app.classroom.screen import Screen, address_of, framed
from app.classroom.standing import missing_of, standing
from app.classroom.way import Stand, on_screen
from app.errors import NotFound, Unfit
from app.explorer.fields import query
from app.explorer.looks.registry import LOOKS
from app.explorer.opening import opened, settled
from app.explorer.page.parts import seen
from app.explorer.questions import REVEAL
from app.explorer.state import State
from app.explorer.templating.context import Context
from app.explorer.templating.templates import sentence_of
from app.lab import Lab, Run
from app.pictures.album import OF_PICTURE

GLIDE_MS = 600  # in which the figure does a task itself
LONGEST_ANSWER = 40  # characters
ENDS = (". ", "! ", "? ", "。", "！", "？")
Put = Callable[[str], str]


@dataclass(frozen=True)
class SetTask:
    """A task, and where one stands with it."""

    do: str
    met: bool
    done: str = ""
    now: str = ""


@dataclass(frozen=True)
class Shown:
    """All that one screen shows."""

    address: str  # of the classroom
    figure: str  # of the frame
    explorer: str  # the same view, without a frame around it
    view: str
    projector: bool
    title: str = ""  # of the lesson
    heading: str = ""  # on a projector
    line: str = ""
    sentence: str = ""
    rule: str = ""
    notes: str = ""
    beat: str = ""
    glow: tuple[str, ...] = ()
    glide: int = 0  # milliseconds in which the figure goes to where it is now
    task: SetTask | None = None
    question: Asked | None = None
    done: bool = False  # nothing is left to do here
    lost: bool = False  # its picture has gone, or something else is
    wrong: str = ""  # what
    keeps: bool = False  # a picture of one's own stays while the step does


@dataclass(frozen=True)
class StepContext(Context):
    """What templates/lesson/_step.html shows."""

    shown: Shown


@dataclass(frozen=True)
class TaskContext(Context):
    """What templates/lesson/_task.html shows."""

    task: SetTask


async def shown_view(state: State, lab: Lab, screen: Screen) -> Shown:
    """Return a view of the explorer, with its own sentence."""
    run, state = await opened(state, lab)
    sentence = ""
    if run.stages:
        view = await seen(lab, run, state, screen.theme, screen.language)
        sentence = await lab.queue.light(lambda: sentence_of(view))
    state = replace(state, path="/")
    return Shown(
        address=state.address(),
        figure=framed(state, screen).address(),
        explorer=state.address(),
        view=state.view,
        projector=screen.projector,
        heading=screen.say(LOOKS[state.view].title),
        line=sentence,
        sentence=sentence,
    )


async def shown_step(stand: Stand, lab: Lab, screen: Screen, answer: str = "") -> Shown:
    """Return a step of a lesson as far as it has come; `answer` is the guess that has been made.

    Where its picture or its run has gone, or its numbers cannot be, that is said in its place, and the words stay.
    """
    try:
        return await _shown_step(stand, lab, screen, answer)
    except NotFound as gone:
        return _without_figure(stand, screen, "" if gone.pointer == OF_PICTURE else gone.say(screen.say))
    except Unfit as mistake:  # its numbers grow past what can be written, which shows once they are computed
        return _without_figure(stand, screen, mistake.say(screen.say))


def _without_figure(stand: Stand, screen: Screen, wrong: str = "") -> Shown:
    """Return a step of which nothing can be drawn: what it says, and where another picture is chosen."""
    lesson = screen.told(stand.name, stand.lesson)
    step = lesson.steps[stand.spot.step - 1]
    heading, line = _few(step, "say", lambda _: lambda text: filled(text, {}), lesson.title, None)
    fields = {**fields_in(step.address), **screen.options}
    return Shown(
        address=address_of(stand, screen.options),
        figure=f"/embed?{query(fields)}",
        explorer=f"/?{query(fields)}",
        view=fields.get("view", ""),
        projector=screen.projector,
        title=kept_together(lesson.title),
        heading=heading,
        line=line,
        sentence=filled(step.sentence, {}),
        notes=filled(step.notes, {}),
        beat=stand.spot.beat,
        lost=True,
        wrong=wrong,
    )


async def _shown_step(stand: Stand, lab: Lab, screen: Screen, answer: str) -> Shown:
    board = screen.projector
    stand = replace(stand, spot=on_screen(stand.spot, stand.lesson, board=board))
    spot, lesson = stand.spot, screen.told(stand.name, stand.lesson)
    step = lesson.steps[spot.step - 1]
    reached = frozenset(BEATS[: BEATS.index(spot.beat) + 1])
    state, run = await state_of_spot(stand.lesson, spot, lab, answer)
    if answer and step.question and step.question.kind and "reveal" in reached:
        view = await seen(lab, run, state, screen.theme, screen.language)
        if view.hidden:  # what cannot be read as an answer is none
            return await _shown_step(replace(stand, spot=Spot(spot.step, "ask")), lab, screen, "")
    put = await _putting(stand, step, state, lab, screen.language)
    task = None
    if step.task and stand.step.task:
        met, here = "do" in reached, (await state_of_spot(stand.lesson, spot, lab))[0]
        missing = "" if met else missing_of(stand.step.task, here, run)
        now = standing(missing, state, run, screen.say) if missing else ""
        task = SetTask(put("do")(step.task.do), met, put("do")(step.task.done), now)
    question = await _asked(stand, step, reached, put, answer, lab, screen, state, run)
    told = question is not None and question.told
    rule = put("reveal")(step.question.rule) if step.question and told and (not board or "rule" in reached) else ""
    heading, line = _few(step, spot.beat, put, lesson.title, question)
    if stand.over:
        heading, line = screen.say("The end."), screen.say("PgDn again: contents")
    return Shown(
        address=address_of(stand, screen.options, answer if told else ""),
        figure=framed(state, screen).address(),
        explorer=replace(state, path="/").address(),
        view=state.view,
        projector=board,
        title=kept_together(lesson.title),
        heading=heading,
        line=line,
        sentence=put("say")(step.sentence),
        rule="" if stand.over and board else rule,
        notes=put("say")(step.notes),
        beat=spot.beat,
        glow=step.glow,
        glide=GLIDE_MS if step.task and spot.beat in ("do", "ask") else 0,
        task=task,
        question=None if stand.over and board else question,
        keeps=step.task is not None and "image" in step.task.until,
        done=(task is None or task.met) and (question is None or told),
    )


async def state_of_spot(lesson: Lesson, spot: Spot, lab: Lab, answer: str = "") -> tuple[State, Run]:
    """Return the state of a spot, with one's own guess where the explorer itself asks, and its run."""
    state = await state_at(lesson, spot, lab)
    if answer and state.guess == REVEAL:
        state = state.but(guess=answer[:LONGEST_ANSWER])
    run = await lab.open(state.document)
    return settled(state, run), run


async def _putting(stand: Stand, step: Step, state: State, lab: Lab, language: str) -> Callable[[str], Put]:
    """Return what puts facts into the words of a beat: those of the state that the words were about when they came.

    What a reveal changes of the figure is not said back to the sentence that stood there before.
    """
    facts: dict[str, Mapping[str, str]] = {}
    order = BEATS.index(stand.spot.beat)
    for beat, texts in _texts(step).items():
        there = state
        if BEATS.index(beat) < order:
            there, _ = await state_of_spot(stand.lesson, Spot(stand.spot.step, beat), lab)
        facts[beat] = await facts_of(there, lab, texts, language)
    return lambda beat: lambda text: filled(text, facts.get(beat, {})).strip()


def _texts(step: Step) -> dict[str, Iterable[str]]:
    """Return the words of a step by the beat with which they come."""
    task, question = step.task, step.question
    return {
        "say": (step.sentence, step.say, step.notes),
        **({"do": (task.do, task.done)} if task else {}),
        **({"ask": (question.ask, *question.choices), "reveal": (question.because, question.rule)} if question else {}),
    }


async def _asked(
    stand: Stand,
    step: Step,
    reached: frozenset[str],
    put: Callable[[str], Put],
    answer: str,
    lab: Lab,
    screen: Screen,
    state: State,
    run: Run,
) -> Asked | None:
    """Return the question of a step as far as it has come."""
    if (question := step.question) is None:
        return None
    told = "reveal" in reached
    view = await seen(lab, run, state, screen.theme, screen.language) if question.kind and run.stages else None
    choices = choices_of(question, put("ask"), answer)
    return Asked(
        ask=in_words(question, put("ask"), view),
        kind=question.kind or "",
        choices=choices,
        open="ask" in reached and not told,
        told=told,
        verdict=verdict(choices, screen.say) if told else "",
        because=put("reveal")(question.because) if told else "",
        action=f"/lesson/{stand.name}",
        fields={"step": Spot(stand.spot.step, "reveal").text, **screen.options},
    )


def _few(step: Step, beat: str, put: Callable[[str], Put], title: str, question: Asked | None) -> tuple[str, str]:
    """Return the heading and the line of a beat on a projector."""
    if beat == "do" and step.task:
        return _first_sentence(put("do")(step.task.done or step.task.do))
    if question and question.open:
        return question.ask, ""
    if question and question.told:
        return question.ask, question.because
    first, _, second = (step.say or step.sentence or title).partition("\n")
    return put("say")(first), put("say")(second)


def _first_sentence(text: str) -> tuple[str, str]:
    """Return the first sentence of a text, and the rest."""
    ends = [at + len(end) for end in ENDS if (at := text.find(end)) >= 0]
    end = min(ends, default=len(text))
    return text[:end].strip(), text[end:].strip()
