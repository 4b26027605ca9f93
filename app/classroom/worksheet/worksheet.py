"""A worksheet: the picture and the place, what is to be worked out, and a question, on one page of paper.

Which numbers are left out, a seed says: the same seed gives the sheet and its answers.
"""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.classroom.beats import Spot, state_at
from app.classroom.facts import facts_of, filled
from app.classroom.lesson import Lesson, Question
from app.classroom.worksheet.parts import Part, Seed
from app.classroom.worksheet.room import fitting
from app.classroom.worksheet.rules import next_part, other_sizes, parameter_part, reader_of, size_part, volume_part
from app.classroom.worksheet.sums import number_parts
from app.errors import NotFound, Unfit
from app.explorer.opening import opened, settled
from app.explorer.pictures import Pictures
from app.explorer.state import State
from app.explorer.view import Say, View, view_of
from app.lab import Lab, Run
from app.messages import catalogue
from app.numerics.window import Span
from app.pictures.gallery import GALLERY
from app.pipeline.document import ImageInput
from app.rendering.svg import Face

MOST_RULED = 48  # cells a side of a map whose cells are ruled
UNTOLD = "____"  # a number that the sheet asks for
NUMBER = re.compile(r"[−\d.,]+")
SIZES, PARAMETERS = "places", "sharing"  # looks that are about them
PAPER = 100_000  # bytes that one page takes at most while it is made: its words, and what is drawn of them


@dataclass(frozen=True)
class Sheet:
    """One page."""

    title: str
    sentence: str
    foot: str
    parts: tuple[Part, ...]
    shape: tuple[int, int, int]  # of the picture: rows, columns, sheets
    picture: str  # what it is called; nothing for one's own
    photo: Face
    window: Span | None  # what the number has read, or has seen, of it
    last: Span | None  # the last window of its row
    map: tuple[int, int] | None  # rows and columns; None of a vector
    cell: tuple[int, int]
    at: tuple[int, int, int, int]  # layer, channel, row, column, as people count
    layer: str
    ruled: bool
    sized: bool  # how large the map is, is not asked


async def sheet_of(state: State, lab: Lab, language: str, seed: int) -> Sheet:
    """Return the worksheet of a view of the explorer."""
    return await _made(state, lab, language, seed, "", "", None)


async def sheets_of(
    lesson: Lesson, lab: Lab, language: str, seed: int, steps: Sequence[int], *, answers: bool
) -> tuple[list[Sheet], list[int]]:
    """Return the worksheets of some steps of a lesson, counted from 1, and the steps that cannot be shown.

    A step without layers has no worksheet. Raise Unfit where all together cost more than one run may.
    """
    sheets = []
    there = await _affordable(lesson, lab, steps)
    lost = [number for number in steps if number not in there]
    for number in there:
        try:
            step = lesson.steps[number - 1]
            state = await _state_of(lesson, number, lab)
            told = [step.sentence, *((step.question.because, step.question.ask) if step.question else ())]
            facts = await facts_of(state, lab, told, language)
            asked = {**facts, "value": UNTOLD}
            sheet = await _made(
                state,
                lab,
                language,
                seed,
                lesson.title,
                filled(step.sentence, asked),
                step.question and _filled(step.question, facts if answers else asked),
                number,
            )
            if sheet.sentence and answers:
                sheet = replace(sheet, sentence=filled(step.sentence, facts))
            sheets.append(sheet)
        except (NotFound, Unfit):  # its picture has gone just now, or its numbers grow past what can be written
            lost.append(number)
    return sheets, sorted(lost)


async def _state_of(lesson: Lesson, number: int, lab: Lab) -> State:
    """Return the state of a step, made anew for each: of a lesson's states at most one is in memory at a time."""
    return await state_at(lesson, Spot(number, "say"), lab)


async def _affordable(lesson: Lesson, lab: Lab, steps: Sequence[int]) -> list[int]:
    """Return those steps whose picture is there; raise Unfit where all of them cost too much."""
    there: list[int] = []
    costs: dict[tuple[str, int], int] = {}  # of the layers of each network up to the one that is printed
    most = lab.settings.run_max_multiplications
    for number in steps:
        try:
            state = await _state_of(lesson, number, lab)
            run = await lab.open(state.document)
        except NotFound:
            continue
        if run.stages:
            state = settled(state, run)
            read = min(state.layer + 2, len(run.stages))  # the next layer too: a sheet asks for one of its numbers
            costs[run.id, read] = sum(stage.cost for stage in run.stages[:read])
        if sum(costs.values()) > most and len(steps) > 1:
            raise Unfit(
                "Up to step {number} of {steps}, this worksheet takes {count} multiplications, or comparisons as dear; "
                "the most on one worksheet is {most}. Open a step of the lesson, and print its worksheet alone.",
                number=number,
                steps=len(steps),
                count=f"{sum(costs.values()):,}",
                most=f"{most:,}",
            )
        there.append(number)
        await asyncio.sleep(0)
    return there


def _filled(question: Question, facts: dict[str, str]) -> Question:
    words = {name: filled(getattr(question, name), facts) for name in ("ask", "because")}
    return question.model_copy(update=words)


async def _made(
    state: State,
    lab: Lab,
    language: str,
    number: int,
    title: str,
    sentence: str,
    question: Question | None,
    step: int = 0,
) -> Sheet:
    run, state = await opened(state, lab)
    say, seed = catalogue(language).gettext, Seed(number, f"{state.address()} {step}")
    view = (
        await view_of(lab, run, state.layer, state.place, "light", language, state.option("digits"))
        if run.stages
        else None
    )
    todo = await _parts(lab, run, state, view, seed, language) if view else []
    asked = [_question(question)] if question and question.ask else []
    parts = fitting(todo, asked, sentence)
    told = {found.strip(".,") for found in NUMBER.findall(sentence)}
    if told & {
        answer for part in parts for answer in part.answers() if len(answer) > 1
    }:  # one digit is there by chance
        sentence = ""  # it tells what is asked
    return _page(run, state, view, say, number, title or say("One number"), sentence, parts)


async def _parts(lab: Lab, run: Run, state: State, view: View, seed: Seed, language: str) -> list[Part]:
    """Return what is to be done, what the view is about first."""
    number = await lab.queue.light(lambda: number_parts(view, seed))
    size, parameters = size_part(view, seed), parameter_part(view, seed)
    following = None
    if (reader := reader_of(run, view.index)) is not None:
        after = await view_of(lab, run, reader.index, state.place, "light", language, state.option("digits"))
        following = reader, after.number(after.closeup.value)
    last = next_part(view, following)
    if state.view == SIZES and size:
        order = [size, other_sizes(view, seed), parameters]
    elif state.view == PARAMETERS:
        order = [parameters, *number, size]
    else:
        order = [*number, size, last, parameters]
    if not any(order) and not view.stage.vector:
        order = [volume_part(view, seed)]
    return [part for part in order if part is not None]


def _question(question: Question) -> Part:
    boxes = tuple((choice, choice == question.right) for choice in question.choices)
    return Part(question.ask, boxes=boxes, because=question.because)


def _page(
    run: Run, state: State, view: View | None, say: Say, number: int, title: str, sentence: str, parts: Sequence[Part]
) -> Sheet:
    channels, rows, columns = run.input_shape
    source = run.document.input
    entry = GALLERY.get(source.image or "") if isinstance(source, ImageInput) else None
    fields = state.all_fields()
    named = [f"{name}={fields[name]}" for name in ("image", "size", "height", "width", "at", "run") if name in fields]
    photo = Pictures(run, "light").photo()
    window = last = None
    if view is not None:
        near = view.reads is None and not view.source.single
        window = view.span if near else view.closeup.receptive_field
        if near and any(part.draws for part in parts):
            last = view.geometry.around(view.place._replace(column=view.stage.output_shape[2] - 1))
    shape = view.stage.output_shape if view else (0, 0, 0)
    vector = view is None or view.target.single
    place = state.place
    return Sheet(
        title,
        sentence,
        " · ".join([*named, f"seed={number}"]),
        tuple(parts),
        (rows, columns, channels),
        say(entry.title) if entry else "",
        photo,
        window,
        last,
        None if vector else (shape[1], shape[2]),
        (place.row, place.column),
        (state.layer + 1, place.channel + 1, place.row + 1, place.column + 1),
        view.called if view else "",
        max(shape[1:]) <= MOST_RULED,
        not any(part.sizes for part in parts),
    )
