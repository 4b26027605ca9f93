"""Predict, then reveal: which question is put to a place, and how its answer is judged."""

import re
from decimal import ROUND_HALF_UP, Decimal

from app.explorer.prediction import COUNTS, LOOKS_ASK, Prediction, Verdict
from app.explorer.view import View
from app.explorer.window_numbers import MOST_LISTED
from app.printing.numbers import grouped, rounded, written
from app.rendering.diagrams.sharing import KINDS, counts
from app.whole_numbers import read_whole

LISTING = ("figure", "flat")  # looks with the numbers of the window written below
WRITTEN = re.compile(r"[+-]?(\d{1,15}(\.\d{0,9})?|\.\d{1,9})")
THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+")
LONGEST = 40  # characters of an answer
REVEAL = "?"  # the answer of who only wants to see it


def read_number(text: str, *, count: bool = False) -> Decimal | None:
    """Return the number that a person wrote, with a comma or a point and any minus sign; None where it is none.

    A comma is the decimal sign, unless it marks thousands: beside a point, or in groups of three of a `count`.
    """
    text = re.sub(r"[\s\u00a0\u202f'’_]", "", text.replace("−", "-").replace("–", "-"))
    if ("," in text and "." in text) or (count and THOUSANDS.fullmatch(text)):
        text = text.replace(",", "")
    text = text.replace(",", ".")
    return Decimal(text) if WRITTEN.fullmatch(text) else None


def kinds_for(view: View, look: str) -> tuple[str, ...]:
    """Return what can be asked about one number of a layer; which one is kept, where all that are read are listed."""
    few = look in LISTING and view.layer.type == "max_pool2d" and 1 < len(view.numbers.counted) <= MOST_LISTED
    return ("value", "sign", *(["winner"] if few else []))


def predicted(view: View, look: str, asked: str, guess: str, pin: str = "") -> Prediction | None:
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
    verdict = judge(kind, guess, view, way) if guess else None
    return Prediction(kind, question(view, kind, way), guess, verdict, tuple(others), hint, way)


def question(view: View, kind: str, way: str) -> str:
    """Return the question in words; `way` is how the cells are connected, where parameters are asked for."""
    say = view.say
    if kind == "size":
        if view.stage.vector:
            return say("How many numbers does the output have?")
        return say("How many rows does each map have after this layer?")
    if kind == "parameters":
        return {
            "shared": say("How many parameters does this layer have?"),
            "local": say("How many parameters would it have with weights of its own at each place?"),
            "full": say("How many parameters would it have with everything connected?"),
        }[way]
    if kind == "sign":
        return say("Is it above or below zero?")
    return say("Which number is kept?") if kind == "winner" else say("What is the number?")


def judge(kind: str, answer: str, view: View, way: str = "shared") -> Verdict:
    """Return what is said to `answer`."""
    if answer == REVEAL:
        return Verdict(False, view.say("It is {value}.").format(value=_truth(kind, view, way)))
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
        return _count(guess, _counted(kind, view, way), view)
    return _value(guess, truth, view)


def _counted(kind: str, view: View, way: str) -> int:
    """Return the count that is asked for."""
    shape, ways = view.stage.output_shape, counts(view.stage) if kind == "parameters" else None
    return ways.parameters[way] if ways else shape[0 if view.stage.vector else 1]


def _truth(kind: str, view: View, way: str) -> str:
    """Return what is asked for, as printed."""
    return grouped(_counted(kind, view, way)) if kind in COUNTS else view.number(view.closeup.value)


def _value(guess: Decimal, truth: Decimal, view: View) -> Verdict:
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


def _count(guess: Decimal, count: int, view: View) -> Verdict:
    say, off = view.say, guess - count
    numbers = {"guess": f"{guess:,f}".replace("-", "−"), "value": grouped(count), "off": f"{abs(off):,f}"}
    if not off:
        return Verdict(True, say("Exactly: {value}.").format(**numbers))
    text = say("You said {guess}; it is {value}: {off} too many.") if off > 0 else ""
    return Verdict(False, (text or say("You said {guess}; it is {value}: {off} too few.")).format(**numbers))


def _sign(answer: str, truth: Decimal, view: View) -> Verdict:
    say, value = view.say, written(truth)
    right = answer == ("zero" if not truth else "above" if truth > 0 else "below")
    if not truth:
        text = say("Yes: it is {value}, neither.") if right else say("No: it is {value}, neither above nor below.")
    elif truth > 0:
        text = say("Yes: it is {value}, above zero.") if right else say("No: it is {value}, above zero: violet.")
    else:
        text = say("Yes: it is {value}, below zero.") if right else say("No: it is {value}, below zero: orange.")
    return Verdict(right if answer in ("zero", "above", "below") else None, text.format(value=value))


def _winner(answer: str, view: View) -> Verdict:
    """Compare a cell, counted from 0 among the numbers of the window in reading order, with those that are largest."""
    say, counted = view.say, view.numbers.counted
    cell = read_whole(answer, len(counted))
    if cell is None:
        return Verdict(None, say("Choose one of the numbers in the window."))
    chosen, value = counted[cell][0], view.closeup.value
    numbers = {"chosen": view.input_number(chosen), "value": view.number(value)}
    if chosen == value:
        return Verdict(True, say("Yes: {value} is the largest and is kept.").format(**numbers))
    return Verdict(False, say("You chose {chosen}; {value} is larger and is kept.").format(**numbers))
