"""Whether a lesson can be played: each address opens, each task can be done, each reveal can be shown.

Only shapes are planned, and no network runs. What is planned is counted before it is: a lesson may have so many layers
in all its steps together, each document once.
"""

import asyncio
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import partial

from app.classroom.addresses import check_fields, fields_in
from app.classroom.claims import OF_DOCUMENT, Claims, applied, failing
from app.classroom.lesson import Lesson, Step
from app.classroom.named import images_in, images_named
from app.errors import BrokenRequest, LessonMistake, Mistake, NotFound, Unfit
from app.explorer.opening import settled, shared, state_of
from app.explorer.state import LONGEST_ADDRESS, State
from app.lab import Lab, Run
from app.links import Shared
from app.pipeline.document import Document

MOST_LAYERS = 20_000  # of all documents of a lesson
FAULTS = (BrokenRequest, NotFound, Unfit)  # of what was written; others are of the moment


@dataclass
class Found:
    """What the addresses of a lesson name."""

    documents: dict[str, Document] = field(default_factory=dict)  # those that an address knows by their number alone
    images: set[str] = field(default_factory=set)
    runs: dict[str, Run] = field(default_factory=dict)  # planned, by id
    layers: int = 0

    def note(self, what: Shared) -> None:
        """Note what a state names."""
        self.images.update(what.images)
        self.documents.update({document.id: document for document in what.documents[1:]})


async def checked(lesson: Lesson, lab: Lab, before: Lesson | None = None) -> tuple[Lesson, Found]:
    """Return a lesson as it is kept, and what it names; raise LessonMistake, with a pointer, where it cannot be played.

    Of the addresses that it had `before`, and of what it claimed, a picture may have expired. An address that is too
    long for an address bar is kept by the number of its run.
    """
    known = {step.address for step in before.steps} if before else set()
    images = images_in(before) if before else set()
    found, steps = Found(), []
    for number, step in enumerate(lesson.steps):
        try:
            steps.append(await _checked(step, lab, found, images, known=step.address in known))
        except LessonMistake as mistake:
            raise mistake.within(f"/steps/{number}") from None
        await asyncio.sleep(0)
    return lesson.model_copy(update={"steps": tuple(steps)}), found


async def _checked(step: Step, lab: Lab, found: Found, images: Collection[str], *, known: bool) -> Step:
    """Return a step as it is kept; raise LessonMistake, with a pointer inside it, where it cannot be played."""
    try:
        check_fields(step.address)
        state = await state_of(fields_in(step.address), lab)
        run = await _planned(state.document, lab, found)
        what = await shared(state, lab)
        if not known:
            await _there(what.images, lab)
    except FAULTS as mistake:
        if known and isinstance(mistake, NotFound):
            return step
        raise _at("/address", mistake) from None
    state = settled(state, run)
    found.note(what)
    if state.needs_run:
        found.documents[state.document.id] = state.document
    task, question = step.task, step.question
    if question is not None and question.kind and not run.stages:
        raise LessonMistake(
            "The explorer asks for the {kind} of a layer, and this address has no layers.",
            kind=question.kind,
            pointer="/question/kind",
        )
    reached = state if task is None else await _carried_out(task.until, state, lab, found, images, "/task/until")
    if question is not None and question.shows:
        await _carried_out(question.shows, reached, lab, found, images, "/question/shows")
    long = len(step.address) > LONGEST_ADDRESS
    return step.model_copy(update={"address": state.address()}) if long else step


async def _there(images: Iterable[str], lab: Lab) -> None:
    """Raise NotFound where one of some pictures is gone."""
    for image in images:
        if not await lab.album.size(image):
            await lab.album.picture(image)  # which says that it is


async def _planned(document: Document, lab: Lab, found: Found) -> Run:
    """Return the plan of a document, made once; raise LessonMistake where all together have too many layers."""
    known = found.runs.get(document.id)
    if known is not None:
        return known
    found.layers += len(document.layers)
    if found.layers > MOST_LAYERS:
        raise LessonMistake(
            "Up to this step the networks have {count} layers together; the most is {most}. Make two lessons of it.",
            count=f"{found.layers:,}",
            most=f"{MOST_LAYERS:,}",
        )
    found.runs[document.id] = run = await lab.outline(document)
    return run


async def _carried_out(
    claims: Claims, before: State, lab: Lab, found: Found, images: Collection[str], pointer: str
) -> State:
    """Return the state to which claims lead; raise LessonMistake where they cannot hold.

    Of known `images` one may have expired.
    """
    named = images_named(claims)
    try:
        await _there(named.difference(images), lab)
        state = await applied(claims, before, lab, partial(_planned, lab=lab, found=found))
        run = await _planned(state.document, lab, found)
        found.note(await shared(state, lab))
    except FAULTS as mistake:
        if isinstance(mistake, NotFound) and named.intersection(images):
            return before
        name = next((name for name in OF_DOCUMENT if name in claims), "")
        raise _at(f"{pointer}/{name}" if name else pointer, mistake) from None
    state, shapes = settled(state, run), [stage.output_shape for stage in run.stages]
    wrong = failing(claims, state, shapes)
    if wrong and not shapes:
        raise LessonMistake(
            "{name} cannot be {given}: this address has no layers.", name=wrong, given=claims[wrong], pointer=pointer
        )
    if wrong:
        channels, rows, columns = shapes[state.layer]
        raise LessonMistake(
            "{name} can never be {given}: there are {layers} layers, and layer {layer} has {channels} channels of "
            "{rows} rows and {columns} columns.",
            name=wrong,
            given=claims[wrong],
            layers=len(shapes),
            layer=state.layer + 1,
            channels=channels,
            rows=rows,
            columns=columns,
            pointer=f"{pointer}/{wrong}",
        )
    return state


def _at(pointer: str, mistake: Mistake) -> LessonMistake:
    """Return a mistake with its place in the step; one of ours that is inside keeps its own."""
    found = mistake if isinstance(mistake, LessonMistake) else LessonMistake.of(mistake)
    found.pointer = pointer
    return found
