"""What each picture of a batch says of a weight, their mean, and the step that follows: as printed they add up."""

from dataclasses import dataclass
from decimal import Decimal

from app.explorer.sums.weight_sum import FINEST, descent_line, digits_of
from app.layers.meeting import Weight
from app.printing.working import Working, working
from app.training.next_batch import NextBatch
from app.training.weight_change import WeightChange

SHOWN = 16  # pictures


@dataclass(frozen=True)
class Saying:
    """What one picture says."""

    number: int  # in the batch, from 0
    label: int  # the number of its class
    gradient: Decimal


@dataclass(frozen=True)
class BatchRow:
    """The pictures of a batch, and what becomes of the weight."""

    sayings: tuple[Saying, ...]
    count: int  # of all pictures
    others: Decimal | None  # what those that are not shown say, together
    mean: Decimal
    exact: bool  # as printed, the mean is that of the numbers
    rate: float
    alone: Working | None  # −rate × mean, where the change is another
    line: Working  # weight − rate × mean, or weight + change
    change: WeightChange


def batch_row(coming: NextBatch, index: int, weight: Weight, change: WeightChange) -> BatchRow:
    """Return what a batch says of a weight of layer `index`, for which `change` says what it does."""
    assert change.batch is not None
    said = [coming.example(index, weight, number) for number in range(len(coming))]
    shown, hidden = said[:SHOWN], said[SHOWN:]
    extent = max(map(abs, said), default=0.0)
    places = digits_of(extent, 2)
    parts: list[tuple[float, int | None]] = [(one, places) for one in shown]
    parts += [(sum(hidden), places)] if hidden else []
    rate, plain = coming.rate(index), coming.optimizer.plain
    alone = working(
        "product",
        [(-rate, None), (change.batch, digits_of(abs(change.batch)))],
        -rate * change.batch,
        _step_digits(change),
    )
    line = descent_line(change, rate, change.batch) if plain else _step(change)
    gradient = line.parts[2] if plain else alone.parts[1]
    found = working("mean", [*parts, (len(said), None)], change.batch, max(places, decimals_of(gradient)))
    printed = found.parts[:-1]
    labels = coming.batch.labels.tolist()
    return BatchRow(
        tuple(Saying(number, labels[number], printed[number]) for number in range(len(shown))),
        len(said),
        printed[-1] if hidden else None,
        found.total,
        found.exact,
        rate,
        None if plain else alone,
        line,
        change,
    )


def decimals_of(number: Decimal) -> int:
    """Return with how many decimals a number is printed."""
    return max(0, -int(number.as_tuple().exponent))


def _step_digits(change: WeightChange) -> int:
    """Return the decimals that a change takes to be seen."""
    return min(FINEST, max(4, digits_of(abs(change.update), 2)))


def _step(change: WeightChange) -> Working:
    """Return weight + change = the next weight."""
    decimals = _step_digits(change)
    return working("sum", [(change.weight, decimals), (change.update, decimals)], change.next, decimals)
