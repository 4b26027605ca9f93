"""The question of a step as far as it has come: later, open, told; with what is said to one's own guess."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app.classroom.lesson import Question
from app.classroom.screen import Say
from app.explorer.questions import question as asked_by_explorer
from app.explorer.view import View
from app.whole_numbers import read_whole

KINDS = {"number": "value", "sign": "sign", "size": "size"}  # what the explorer calls its own questions


@dataclass(frozen=True)
class Choice:
    """An answer that one may give."""

    text: str
    right: bool
    mine: bool


@dataclass(frozen=True)
class Asked:
    """A question as a screen shows it."""

    ask: str
    kind: str  # asked by the explorer itself, in the figure
    choices: tuple[Choice, ...]
    open: bool
    told: bool
    verdict: str  # on one's own guess
    because: str
    action: str  # where a guess goes
    fields: Mapping[str, str]  # and what goes with it


def choices_of(question: Question, put: Callable[[str], str], answer: str) -> tuple[Choice, ...]:
    """Return the answers of a question; `answer` is the number of one's own, from 1."""
    mine = read_whole(answer, len(question.choices) + 1) if question.choices else None
    return tuple(
        Choice(put(text), text == question.right, number == mine) for number, text in enumerate(question.choices, 1)
    )


def verdict(choices: tuple[Choice, ...], say: Say) -> str:
    """Return what is said to one's own guess, without praise or blame; nothing where there is none."""
    mine = next((choice for choice in choices if choice.mine), None)
    if mine is None:
        return ""
    if mine.right:
        return say("You said {guess}, and so it is.").format(guess=mine.text)
    right = next(choice.text for choice in choices if choice.right)
    return say("You said {guess}; it is {right}.").format(guess=mine.text, right=right)


def in_words(question: Question, put: Callable[[str], str], view: View | None) -> str:
    """Return the question itself: its own words, or those of the explorer."""
    if question.kind and view is not None:
        return asked_by_explorer(view, KINDS[question.kind], "shared")
    return put(question.ask)
