"""A prediction: what a learner is asked about a place before it is shown, and what is said to the answer.

`predict` in the address says which question: "1" the number, "sign", "winner"; the looks that are about a count ask for
that count. `guess` is the answer; it belongs to the one place that it was given at, and the next place asks anew.
"""

from dataclasses import dataclass
from typing import NamedTuple

LOOKS_ASK = {"places": "size", "sharing": "parameters"}  # looks about a count ask for it, whatever `predict` says
COUNTS = ("size", "parameters")


class Verdict(NamedTuple):
    """What is said to an answer; `right` is None where it could not be read as one."""

    right: bool | None
    text: str


@dataclass(frozen=True)
class Prediction:
    """A question about a place, and the answer to it where there is one."""

    kind: str  # value, sign, winner, size, parameters
    question: str  # in words
    guess: str
    verdict: Verdict | None
    others: tuple[tuple[str, str], ...] = ()  # what else can be asked: what `predict` says then, and words for it
    hint: bool = False  # the parts that are added are shown
    way: str = "shared"  # how the cells are connected, where parameters are asked for

    @property
    def hidden(self) -> bool:
        """Whether the answer is still to come."""
        return self.verdict is None or self.verdict.right is None

    @property
    def lasts(self) -> bool:
        """Whether the answer holds at every place of the layer."""
        return self.kind in COUNTS

    def asks(self, kind: str) -> bool:
        """Tell whether this is what is asked, and not answered yet."""
        return self.hidden and self.kind == kind
