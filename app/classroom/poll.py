"""A poll: a question with choices, or for a number, one answer a phone, and what is told of it in each state.

open ──► shown ◄─► closed      answers come while it is open; how they are spread is told from the first `shown` on
  └────────────────► ┘
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, TypeGuard

from app.classroom.spread import Bar, spread
from app.classroom.told import Kind, State
from app.classroom.told import Poll as PollReport
from app.errors import Busy, Mistake, shown
from app.explorer.questions import read_number
from app.printing.numbers import written

Given = int | str  # an answer: the number of a choice, from 0, or the number that was typed
FEWEST, MOST = 2, 6  # choices
LONGEST_QUESTION, LONGEST_CHOICE = 300, 120  # characters
LONGEST_NUMBER = 40  # characters
MOST_ANSWERS = 2_000  # of one poll
UNWRITABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")  # controls, and halves of characters


@dataclass(frozen=True)
class Poll:
    """A poll; its answers, by phone, grow while it stays the same poll."""

    question: str
    choices: tuple[str, ...]  # none where a number is asked for
    right: str | None
    address: str
    state: State = "open"
    told: bool = False  # whether it has been shown
    answers: dict[str, Given] = field(default_factory=dict, compare=False)

    @property
    def kind(self) -> Kind:
        return "choice" if self.choices else "number"

    def report(self) -> PollReport:
        """Return what all may know."""
        facts: PollReport = {
            "question": self.question,
            "kind": self.kind,
            "choices": list(self.choices),
            "address": self.address,
            "state": self.state,
            "answered": len(self.answers),
        }
        if self.told:
            bars = self.bars()
            facts["counts"] = [bar.count for bar in bars]
            facts["right"] = self.right
            if not self.choices:
                facts["spread"] = [{"label": bar.label, "count": bar.count, "right": bar.right} for bar in bars]
        return facts

    def bars(self) -> tuple[Bar, ...]:
        """Return how the answers are spread."""
        given = list(self.answers.values())
        if self.choices:
            counted = enumerate(self.choices)
            return tuple(Bar(choice, given.count(number), choice == self.right) for number, choice in counted)
        return spread([Decimal(number) for number in given], None if self.right is None else Decimal(self.right))

    @property
    def said_right(self) -> int:
        """How many have said what is right."""
        return sum(map(self.is_right, self.answers.values()))

    def is_right(self, given: Given) -> bool:
        """Tell whether an answer is right; a number may be rounded."""
        if self.right is None:
            return False
        if isinstance(given, int):
            return self.choices[given] == self.right
        number, truth = Decimal(given), Decimal(self.right)
        rounded = 0 <= -int(number.as_tuple().exponent) < -int(truth.as_tuple().exponent)
        return number == (truth.quantize(number, ROUND_HALF_UP) if number and rounded else truth)

    def text(self, given: Given) -> str:
        """Return an answer as it is read."""
        return self.choices[given] if isinstance(given, int) else written(Decimal(given))

    @property
    def right_text(self) -> str:
        """What is right, as it is read; nothing where that is not known."""
        if self.right is None:
            return ""
        return self.right if self.choices else written(Decimal(self.right))

    def turned(self, state: State) -> "Poll":
        """Return it in another state."""
        return replace(self, state=state, told=self.told or state == "shown")

    def given(self, answer: object) -> Given:
        """Return what somebody answers; raise Mistake where it is no answer, or too late."""
        if self.state != "open":
            raise Mistake("Answers are not taken any more; wait for the next question.")
        if not self.choices:
            return _number(answer, "/answer")
        if isinstance(answer, int) and not isinstance(answer, bool) and 0 <= answer < len(self.choices):
            return answer
        if isinstance(answer, str) and answer in self.choices:
            return self.choices.index(answer)
        raise Mistake(
            "{answer} is none of the {count} choices; answer {choices}.",
            answer=shown(answer),
            count=len(self.choices),
            choices=", ".join(map(shown, self.choices)),
            pointer="/answer",
        )

    def answer(self, phone: str, answer: object) -> str:
        """Take the answer of a phone in place of any before, and return it. Raise Mistake where it is none."""
        given = self.given(answer)
        if phone not in self.answers and len(self.answers) >= MOST_ANSWERS:
            raise Busy("{count} phones have answered, as many as can.", count=f"{MOST_ANSWERS:,}", retry_after=60)
        self.answers[phone] = given
        return self.choices[given] if isinstance(given, int) else given

    def put_back(self, phone: str, given: Given | None) -> None:
        """Have the answer of a phone be what it was before; None: it had not answered."""
        if given is None:
            self.answers.pop(phone, None)
        else:
            self.answers[phone] = given


def _number(given: object, pointer: str) -> str:
    """Return a number as it is kept; raise Mistake where it is none that people write."""
    number = isinstance(given, str | int | float) and not isinstance(given, bool)
    read = read_number(str(given)[:LONGEST_NUMBER]) if number else None
    if read is None:
        raise Mistake("{value} is no number; write one like 12.5 or −3.", value=shown(given), pointer=pointer)
    return f"{read.normalize() + 0:f}" if read else "0"


def read_poll(fields: Mapping[str, Any], address: str) -> Poll:
    """Return the poll that fields describe, at `address` where they name none; raise Mistake."""
    question = _question(fields.get("question"))
    kind, right = fields.get("kind", "choice"), fields.get("right")
    if kind == "number":
        if "choices" in fields:
            raise Mistake("A question for a number has no choices; leave them out.", pointer="/choices")
        return Poll(question, (), None if right is None else _number(right, "/right"), address)
    if kind != "choice":
        raise Mistake("kind is {value}; send choice or number.", value=shown(kind), pointer="/kind")
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
