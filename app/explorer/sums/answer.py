"""What a network answers, and its loss: where learning begins, in a few subtractions."""

from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from app.explorer.sums.weight_sum import digits_of
from app.printing.numbers import fixed, rounded
from app.printing.working import Working, working

MOST_ROWS = 10  # classes that all have a row; of more …
FEWER = 8  # … so many


@dataclass(frozen=True)
class LossRow:
    """One class: what the network said, what is true, and the gradient by its score: the first less the second."""

    index: int
    said: Decimal
    truth: int
    gradient: Decimal


@dataclass(frozen=True)
class Answer:
    """What a network says of its picture, and how wrong that is where one class is taken for true."""

    names: list[str]  # of the classes
    label: int  # the true one
    said: int  # the likeliest one …
    share: str  # … and its share
    rows: tuple[LossRow, ...]
    others: int  # classes that have no row
    line: Working  # −ln of the share of the true class


def answer_of(shares: np.ndarray, names: list[str], label: int, loss: float) -> Answer:
    """Return the answer that lies in `shares`; of many classes the likeliest have rows, and the true one."""
    chosen = list(range(len(shares)))
    if len(shares) > MOST_ROWS:
        likeliest = np.argsort(-shares, kind="stable")[:FEWER].tolist()
        chosen = sorted(likeliest if label in likeliest else [*likeliest[:-1], label])
    wrong, share, said = 1 - float(shares[label]), float(shares[label]), int(shares.argmax())
    decimals = max(2, min(6, digits_of(wrong, 2)))
    printed = {k: rounded(float(shares[k]), decimals) for k in chosen}
    rows = tuple(LossRow(k, printed[k], int(k == label), printed[k] - int(k == label)) for k in chosen)
    places = max(decimals, digits_of(share, 2))
    line = working("surprise", [(share, places)], loss, max(2, min(6, digits_of(loss, 2))))
    percent = f"{fixed(100 * float(shares[said]), 0)}\N{NO-BREAK SPACE}%"
    return Answer(names, label, said, percent, rows, len(shares) - len(rows), line)
