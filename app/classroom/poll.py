"""A poll: a question with choices, one answer a phone, and what is told of it in each state.

open ──► shown ◄─► closed      answers come while it is open; how they are spread is told from the first `shown` on
  └────────────────► ┘
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeGuard

from app.classroom.told import Poll as PollReport
from app.classroom.told import State
from app.errors import Busy, Mistake, shown

FEWEST, MOST = 2, 6  # choices
LONGEST_QUESTION, LONGEST_CHOICE = 300, 120  # characters
MOST_ANSWERS = 2_000  # of one poll
UNWRITABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")  # controls, and halves of characters


@dataclass(frozen=True)
class Poll:
    """A poll; its answers, by phone the number of a choice from 0, grow while it stays the same poll."""

    question: str
    choices: tuple[str, ...]
    right: str | None
    address: str
    state: State = "open"
    told: bool = False  # whether it has been shown
    answers: dict[str, int] = field(default_factory=dict, compare=False)

    def report(self) -> PollReport:
        """Return what all may know."""
        facts: PollReport = {
            "question": self.question,
            "choices": list(self.choices),
            "address": self.address,
            "state": self.state,
            "answered": len(self.answers),
        }
        if self.told:
            given = list(self.answers.values())
            facts["counts"] = [given.count(number) for number in range(len(self.choices))]
            facts["right"] = self.right
        return facts

    def turned(self, state: State) -> "Poll":
        """Return it in another state."""
        return replace(self, state=state, told=self.told or state == "shown")

    def number(self, choice: object) -> int:
        """Return which of its choices somebody answers, from 0; raise Mistake where it is none, or too late."""
        if self.state != "open":
            raise Mistake("Answers are not taken any more; wait for the next question.")
        if isinstance(choice, int) and not isinstance(choice, bool) and 0 <= choice < len(self.choices):
            return choice
        if isinstance(choice, str) and choice in self.choices:
            return self.choices.index(choice)
        raise Mistake(
            "{answer} is none of the {count} choices; answer {choices}.",
            answer=shown(choice),
            count=len(self.choices),
            choices=", ".join(map(shown, self.choices)),
            pointer="/answer",
        )

    def answer(self, phone: str, choice: object) -> str:
        """Take the answer of a phone in place of any before; return the choice. Raise Mistake where it is none."""
        number = self.number(choice)
        if phone not in self.answers and len(self.answers) >= MOST_ANSWERS:
            raise Busy("{count} phones have answered, as many as can.", count=f"{MOST_ANSWERS:,}", retry_after=60)
        self.answers[phone] = number
        return self.choices[number]

    def put_back(self, phone: str, number: int | None) -> None:
        """Have the answer of a phone be what it was before; None: it had not answered."""
        if number is None:
            self.answers.pop(phone, None)
        else:
            self.answers[phone] = number


def read_poll(fields: Mapping[str, Any], address: str) -> Poll:
    """Return the poll that fields describe, at `address` where they name none; raise Mistake."""
    question = _question(fields.get("question"))
    given = fields.get("choices")
    if not isinstance(given, list) or not FEWEST <= len(given) <= MOST:
        count = len(given) if isinstance(given, list) else shown(given)
        raise Mistake(
            "A question has {least} to {most} choices, here {count}; give a list of texts.",
            least=FEWEST,
            most=MOST,
            count=count,
            pointer="/choices",
        )
    choices = tuple(_choice(choice, number) for number, choice in enumerate(given))
    for number, choice in enumerate(choices):
        if choice in choices[:number]:
            raise Mistake(
                "{choice} is given twice; choices differ.", choice=shown(choice), pointer=f"/choices/{number}"
            )
    right = fields.get("right")
    if right is not None and right not in choices:
        raise Mistake(
            "right is {right}, which is none of the {count} choices; give one of them, or leave it out.",
            right=shown(right),
            count=len(choices),
            pointer="/right",
        )
    return Poll(question, choices, right, address)


def _question(text: object) -> str:
    """Return a question that people can read; raise Mistake."""
    if not _is_line(text):
        raise Mistake("The question is {value}; write a line of text.", value=shown(text), pointer="/question")
    if len(text) > LONGEST_QUESTION:
        raise Mistake(
            "The question has {count} characters; the most is {most}.",
            count=len(text),
            most=LONGEST_QUESTION,
            pointer="/question",
        )
    return text


def _choice(text: object, number: int) -> str:
    """Return a choice, from 0, that people can read; raise Mistake."""
    pointer = f"/choices/{number}"
    if not _is_line(text):
        raise Mistake(
            "Choice {number} is {value}; write a line of text.", number=number + 1, value=shown(text), pointer=pointer
        )
    if len(text) > LONGEST_CHOICE:
        raise Mistake(
            "Choice {number} has {count} characters; the most is {most}.",
            number=number + 1,
            count=len(text),
            most=LONGEST_CHOICE,
            pointer=pointer,
        )
    return text


def _is_line(text: object) -> TypeGuard[str]:
    """Tell whether this is a line of text that is not empty."""
    return isinstance(text, str) and bool(text.strip()) and not UNWRITABLE.search(text)
