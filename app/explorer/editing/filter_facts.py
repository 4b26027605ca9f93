"""What the numbers of one filter say: how much they add up to, whether two passes do as well, and what kind it is.

Nothing here is a name that somebody gave: each kind is a claim about the weights, and a filter of no simple kind is
told to be of none.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import atan2, pi

import numpy as np

from app.layers.layer import Array
from app.messages import N_
from app.printing.numbers import rounded, written

Say = Callable[[str], str]
NOTHING = 1e-4  # of the gain: a sum that float32 weights reach by rounding alone
SAME = 1e-3  # of the length: how far weights may be from an exact symmetry
RANK = 1e-5  # of the largest singular value
COLOUR = 0.1  # of the gain, that a sheet must add up to so that its colour counts
LEANS = 0.3  # of the largest first moment, from which on there is one direction
DIRECTIONS = (  # clockwise from the right, as rows are counted downwards
    N_("to the right"),
    N_("to the lower right"),
    N_("downwards"),
    N_("to the lower left"),
    N_("to the left"),
    N_("to the upper left"),
    N_("upwards"),
    N_("to the upper right"),
)


@dataclass(frozen=True)
class FilterFacts:
    """One filter (sheets, rows, columns) in a few numbers and two sentences."""

    sum: float
    gain: float  # the largest answer to values between −1 and 1
    mean: float
    length: float
    ranks: tuple[int, ...]  # of each sheet
    across: int  # of the filter as sheets × cells: 1 where all sheets are one pattern, weighted
    rank_sentence: str
    kind: str
    kind_sentence: str


def filter_facts(weight: Array, say: Say = str) -> FilterFacts:
    """Return what the numbers of a filter (sheets, rows, columns) say."""
    exact = weight.astype(np.float64)
    ranks = tuple(_rank(sheet) for sheet in exact)
    across = _rank(exact.reshape(len(exact), -1))
    kind, sentence = _kind(exact, say)
    return FilterFacts(
        sum=float(exact.sum()),
        gain=float(np.abs(exact).sum()),
        mean=float(exact.mean()),
        length=float(np.linalg.norm(exact)),
        ranks=ranks,
        across=across,
        rank_sentence=_separable(weight.shape, ranks, across, say),
        kind=kind,
        kind_sentence=sentence,
    )


def _rank(matrix: np.ndarray) -> int:
    values = np.linalg.svd(matrix, compute_uv=False)
    return int((values > RANK * values[0]).sum()) if values[0] else 0


def _separable(shape: tuple[int, ...], ranks: tuple[int, ...], across: int, say: Say) -> str:
    """Return what the ranks mean for the work, where they mean anything."""
    sheets, rows, columns = shape
    most = max(ranks)
    if min(rows, columns) == 1 or not most:
        return ""
    if most > 1:
        text = say("not separable: a sum of {rank} separable filters").format(rank=most)
    elif rows == columns:
        text = say("separable: two passes of {side} instead of {all} products").format(side=rows, all=rows * columns)
    else:
        text = say("separable: passes of {rows} and {columns} instead of {all} products").format(
            rows=rows, columns=columns, all=rows * columns
        )
    return text + say("; all sheets are one pattern, weighted") if sheets > 1 and across == 1 else text


def _kind(weight: np.ndarray, say: Say) -> tuple[str, str]:
    """Return a name for what the weights do, and the sentence that they bear out."""
    total, gain = weight.sum(), np.abs(weight).sum()
    if not gain:
        return say("zero"), say("Every weight is 0: the map is the bias everywhere.")
    even, cells = np.abs(total) <= NOTHING * gain, np.abs(weight).max(axis=0) > NOTHING * np.abs(weight).max()
    if cells.sum() == 1:
        return _one_cell(weight, cells, say)
    if weight.min() >= 0 or weight.max() <= 0:
        if abs(total - 1) <= NOTHING:
            return say("smoothing"), say("No weight is negative and they add up to 1: each number is a weighted mean.")
        return say("smoothing"), say("All weights have one sign: each number is a weighted mean, times {sum}.").format(
            sum=number(total)
        )
    sums = weight.sum(axis=(1, 2)) / gain
    if sums.max() > COLOUR and sums.min() < -COLOUR:
        return say("contrast of sheets"), say("Some sheets count for it and others against it: it tells them apart.")
    if even:
        return _balanced(weight, say)
    if _stands_out(weight):
        if abs(total - 1) <= NOTHING:
            return say("sharpening"), say(
                "The middle less its surroundings, adding up to 1: even surfaces stay, differences grow."
            )
        return say("sharpening"), say(
            "The middle less its surroundings: differences grow, an even surface is multiplied by {sum}."
        ).format(sum=number(total))
    return say("no simple kind"), say(
        "Weights of both signs that add up to {sum}: an even surface is multiplied by that."
    ).format(sum=number(total))


def _one_cell(weight: np.ndarray, cells: np.ndarray, say: Say) -> tuple[str, str]:
    """Return what a filter does that reads one place of each sheet alone."""
    row, column = (int(at[0]) for at in np.nonzero(cells))
    given = weight[:, row, column]
    down, right = 2 * row - (weight.shape[1] - 1), 2 * column - (weight.shape[2] - 1)
    mean = np.allclose(given, 1 / len(given), atol=NOTHING)
    if not (down or right):
        if mean:
            if len(given) == 1:
                return say("identity"), say("Reads the middle alone: the map is its input.")
            return say("identity"), say("The mean of the sheets, in place.")
        return say("single cells"), say("Reads the middle of each sheet alone: a mix of sheets, nothing around counts.")
    if mean:
        return say("shift"), say("Reads one place beside the middle: the picture, moved.")
    return say("single cells"), say("Reads one place beside the middle: a mix of sheets, moved.")


def _balanced(weight: np.ndarray, say: Say) -> tuple[str, str]:
    """Return the kind of a filter whose weights add up to 0."""
    turned, length = weight[:, ::-1, ::-1], np.linalg.norm(weight)
    if np.linalg.norm(turned + weight) <= SAME * length:
        rows, columns = (np.arange(side) - (side - 1) / 2 for side in weight.shape[1:])
        right, down = float((weight.sum(axis=(0, 1)) * columns).sum()), float((weight.sum(axis=(0, 2)) * rows).sum())
        reach = float((np.abs(weight) * np.hypot(rows[:, None], columns[None])).sum())
        if np.hypot(right, down) >= LEANS * reach:
            where = DIRECTIONS[round(atan2(down, right) / (pi / 4)) % 8]
            return say("edge"), say(
                "Half a turn changes its sign: positive where it grows brighter {direction}."
            ).format(direction=say(where))
        return say("edge of no one direction"), say(
            "Half a turn changes its sign, but its sheets lean to different sides; an even surface gives 0."
        )
    if np.linalg.norm(turned - weight) <= SAME * length:
        return say("zero-mean, even"), say("Even surfaces and even slopes give 0; lines, spots and corners do not.")
    if np.abs(weight.sum(axis=(1, 2))).max() <= NOTHING * np.abs(weight).sum():
        return say("zero-mean"), say("An even surface gives 0, whatever its brightness.")
    return say("zero-mean"), say("The weights add up to 0: where all sheets hold one and the same number, it gives 0.")


def _stands_out(weight: np.ndarray) -> bool:
    """Tell whether the middle counts for, and all around it against."""
    _, rows, columns = weight.shape
    if not (rows % 2 and columns % 2) or weight.sum() <= 0:
        return False
    around = weight.copy()
    around[:, rows // 2, columns // 2] = 0
    return bool(weight[:, rows // 2, columns // 2].min() >= 0 and around.max() <= 0)


def number(value: float) -> str:
    """Return a fact as people read it: three decimals at most, no trailing zeros; what rounding leaves of 0 is 0."""
    return written(rounded(value, 3).normalize() + 0)
