"""Changes of one's own lesson, step by step, as forms send them: what two tabs change at once is not lost silently.

A form says which step it is about by where it stood and by the mark of what it was (`mark`). Where the step has moved
since, it is found by its mark; where it is another one now, nothing is changed and both are shown.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace

from app.classroom.lesson import Lesson, Step, read_lesson
from app.classroom.lesson_document import document_of
from app.classroom.lessons import MOST_REMOVED, Edit, Kept, Removed
from app.errors import LessonMistake, NotFound


class Conflict(Exception):
    """The step has been changed, or taken out, by another tab meanwhile."""


def mark(step: Step) -> str:
    """Return what a step is told apart by from what it was before."""
    text = json.dumps(step.model_dump(mode="json"), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def place(lesson: Lesson, at: int, was: str) -> int:
    """Return where the step stands, from 0, that stood at `at` and had the mark `was`; raise Conflict."""
    if 0 <= at < len(lesson.steps) and mark(lesson.steps[at]) == was:
        return at
    found = next((index for index, step in enumerate(lesson.steps) if mark(step) == was), None)
    if found is None:
        raise Conflict
    return found


def _with(kept: Kept, steps: tuple[Step, ...]) -> Kept:
    return replace(kept, lesson=kept.lesson.model_copy(update={"steps": steps}))


def saved(at: int, was: str, change: Callable[[Step], Step]) -> Edit:
    """Return the edit that changes a step."""

    def edit(kept: Kept) -> Kept:
        steps, index = list(kept.lesson.steps), place(kept.lesson, at, was)
        steps[index] = change(steps[index])
        return _with(kept, tuple(steps))

    return edit


def moved(at: int, was: str, to: int) -> Edit:
    """Return the edit that moves a step to another place, from 0."""

    def edit(kept: Kept) -> Kept:
        steps, index = list(kept.lesson.steps), place(kept.lesson, at, was)
        step = steps.pop(index)
        steps.insert(max(0, min(to, len(steps))), step)
        return _with(kept, tuple(steps))

    return edit


def deleted(at: int, was: str) -> Edit:
    """Return the edit that takes a step out, which can be put back."""

    def edit(kept: Kept) -> Kept:
        index = place(kept.lesson, at, was)
        if len(kept.lesson.steps) == 1:
            raise LessonMistake("A lesson has at least one step; delete the lesson, or add another view before.")
        steps = (*kept.lesson.steps[:index], *kept.lesson.steps[index + 1 :])
        out = (*kept.removed, Removed(index, kept.lesson.steps[index]))[-MOST_REMOVED:]
        return replace(_with(kept, steps), removed=out)

    return edit


def put_back(kept: Kept) -> Kept:
    """Put the step back that was taken out last."""
    if not kept.removed:
        raise NotFound("There is nothing to put back; a lesson remembers its last {most} steps.", most=MOST_REMOVED)
    last, steps = kept.removed[-1], kept.lesson.steps
    at = min(last.at, len(steps))
    return replace(_with(kept, (*steps[:at], last.step, *steps[at:])), removed=kept.removed[:-1])


def added(step: Step) -> Edit:
    """Return the edit that adds a step at the end."""
    return lambda kept: _with(kept, (*kept.lesson.steps, step))


def titled(title: str, was: str) -> Edit:
    """Return the edit that calls the lesson something else."""

    def edit(kept: Kept) -> Kept:
        if kept.lesson.title != was:
            raise Conflict
        return replace(kept, lesson=read_lesson({**document_of(kept.lesson), "title": title}))

    return edit
