"""Predict, then reveal: what a learner is asked about a place before it is shown, and what is said to the answer.

`predict` in the address says which question: "1" the number, "sign", "winner"; the looks that are about a count ask for
that count. `guess` is the answer; it belongs to the one place that it was given at, and the next place asks anew.
"""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, NamedTuple

from app.rendering.numbers import grouped, rounded, written
from app.rendering.sharing import KINDS, counts
from app.web.window_numbers import MOST_LISTED

if TYPE_CHECKING:
    from app.web.view import View

LOOKS_ASK = {"places": "size", "sharing": "parameters"}  # looks about a count ask for it, whatever `predict` says
LISTING = ("figure", "flat")  # looks with the numbers of the window written below
COUNTS = ("size", "parameters")
WRITTEN = re.compile(r"[+-]?(\d{1,15}(\.\d{0,9})?|\.\d{1,9})")
THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+")
LONGEST = 40  # characters of an answer


class Verdict(NamedTuple):
    """What is said to an answer; `right` is None where it could not be read as one."""

    right: bool | None
    text: str


def read_number(text: str, *, count: bool = False) -> Decimal | None:
    """Return the number that a person wrote, with a comma or a point and any minus sign; None where it is none.

    A comma is the decimal sign, unless it marks thousands: beside a point, or in groups of three of a `count`.
    """
    text = re.sub(r"[\s\u00a0\u202f'’_]", "", text.replace("−", "-").replace("–", "-"))
    if ("," in text and "." in text) or (count and THOUSANDS.fullmatch(text)):
        text = text.replace(",", "")
    text = text.replace(",", ".")
    return Decimal(text) if WRITTEN.fullmatch(text) else None


@dataclass(frozen=True)
class Prediction:
    """A question about a place, and the answer to it where there is one."""

    kind: str  # value, sign, winner, size, parameters
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


def kinds_for(view: "View", look: str) -> tuple[str, ...]:
    """Return what can be asked about one number of a layer; which one is kept, where all that are read are listed."""
    few = look in LISTING and view.layer.type == "max_pool2d" and 1 < len(view.numbers.counted) <= MOST_LISTED
    return ("value", "sign", *(["winner"] if few else []))


def predicted(view: "View", look: str, asked: str, guess: str, pin: str = "") -> Prediction | None:
    """Return the question that `asked`, what `predict` says, puts to a view in a look; None where it asks nothing."""
    if not asked:
        return None
    kind = LOOKS_ASK.get(look) or (asked if asked in kinds_for(view, look) else "value")
    guess = guess.strip()[:LONGEST]
    names = {"value": view.say("Its value"), "sign": view.say("Its sign"), "winner": view.say("Which one is kept")}
    others = [] if kind in COUNTS else [(name, names[name]) for name in kinds_for(view, look) if name != kind]
    hint = kind == "value" and asked == "sums"
    terms = view.closeup.terms
    if (
        kind == "value"
        and not hint
        and look in LISTING
        and len(terms.get("channel_sums", terms.get("largest", ()))) > 1
    ):
        others.append(("sums", view.say("Show the parts")))
    way = pin if kind == "parameters" and pin in KINDS else KINDS[0]
    return Prediction(kind, guess, judge(kind, guess, view, way) if guess else None, tuple(others), hint, way)


def question(view: "View") -> str:
    """Return the question in words."""
    say = view.say
    kind = view.prediction.kind if view.prediction else ""
    if kind == "size":
        if view.stage.vector:
            return say("How many numbers does the output have?")
        return say("How many rows does each map have after this layer?")
    if kind == "parameters":
        return {
            "shared": say("How many parameters does this layer have?"),
            "local": say("How many parameters would it have with weights of its own at each place?"),
            "full": say("How many parameters would it have with everything connected?"),
        }[view.prediction.way if view.prediction else "shared"]
    if kind == "sign":
        return say("Is it above or below zero?")
    return say("Which number is kept?") if kind == "winner" else say("What is the number?")


def judge(kind: str, answer: str, view: "View", way: str = "shared") -> Verdict:
    """Return what is said to `answer`."""
    if kind == "winner":
        return _winner(answer, view)
    truth = rounded(view.closeup.value, view.decimals)
    if kind == "sign":
        return _sign(answer, truth, view)
    guess = read_number(answer, count=kind in COUNTS or int(truth.as_tuple().exponent) >= 0)
    if guess is None:
        text = view.say("“{answer}” is not a number; write it like 12.5 or −3.").format(answer=answer)
        return Verdict(None, text)
    if kind in COUNTS:
        shape, ways = view.stage.output_shape, counts(view.stage) if kind == "parameters" else None
        count = ways.parameters[way] if ways else shape[0 if view.stage.vector else 1]
        return _count(guess, count, view)
    return _value(guess, truth, view)


def _value(guess: Decimal, truth: Decimal, view: "View") -> Verdict:
    """Compare a number with the one that is printed, as it is printed."""
    say, numbers = view.say, {"guess": written(guess), "value": written(truth), "off": written(abs(guess - truth))}
    if guess == truth:
        return Verdict(True, say("Exactly: {value}.").format(**numbers))
    places = -int(guess.as_tuple().exponent)
    if guess and 0 <= places < -int(truth.as_tuple().exponent) and guess == truth.quantize(guess, ROUND_HALF_UP):
        return Verdict(True, say("{value}; your {guess} is right, rounded.").format(**numbers))
    if not (guess and truth):
        text = say("You said {guess}; it is {value}: {off} off.")
    elif (guess < 0) == (truth < 0):
        text = say("You said {guess}; it is {value}: {off} off, right sign.")
    else:
        text = say("You said {guess}; it is {value}: {off} off, on the other side of zero.")
    return Verdict(False, text.format(**numbers))


def _count(guess: Decimal, count: int, view: "View") -> Verdict:
    say, off = view.say, guess - count
    numbers = {"guess": f"{guess:,f}".replace("-", "−"), "value": grouped(count), "off": f"{abs(off):,f}"}
    if not off:
        return Verdict(True, say("Exactly: {value}.").format(**numbers))
    text = say("You said {guess}; it is {value}: {off} too many.") if off > 0 else ""
    return Verdict(False, (text or say("You said {guess}; it is {value}: {off} too few.")).format(**numbers))


def _sign(answer: str, truth: Decimal, view: "View") -> Verdict:
    say, value = view.say, written(truth)
    right = answer == ("zero" if not truth else "above" if truth > 0 else "below")
    if not truth:
        text = say("Yes: it is {value}, neither.") if right else say("No: it is {value}, neither above nor below.")
    elif truth > 0:
        text = say("Yes: it is {value}, above zero.") if right else say("No: it is {value}, above zero: violet.")
    else:
        text = say("Yes: it is {value}, below zero.") if right else say("No: it is {value}, below zero: orange.")
    return Verdict(right if answer in ("zero", "above", "below") else None, text.format(value=value))


def _winner(answer: str, view: "View") -> Verdict:
    """Compare a cell, counted from 0 among the numbers of the window in reading order, with those that are largest."""
    say, counted = view.say, view.numbers.counted
    if not (answer.isascii() and answer.isdigit() and len(answer) < 4 and int(answer) < len(counted)):
        return Verdict(None, say("Choose one of the numbers in the window."))
    chosen, value = counted[int(answer)][0], view.closeup.value
    numbers = {"chosen": view.input_number(chosen), "value": view.number(value)}
    if chosen == value:
        return Verdict(True, say("Yes: {value} is the largest and is kept.").format(**numbers))
    return Verdict(False, say("You chose {chosen}; {value} is larger and is kept.").format(**numbers))
