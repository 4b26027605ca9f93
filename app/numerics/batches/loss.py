"""How wrong shares are: cross-entropy, taken together with softmax, whose exponentials cancel."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.numerics import Floats

Labels = NDArray[np.intp]


class Loss(NamedTuple):
    """The loss of each example, and the gradient of their mean by what goes into softmax."""

    losses: NDArray[np.float64]
    gradient: Floats
    right: NDArray[np.bool_]  # whether the largest share is that of the label; the first of equal ones counts

    @property
    def mean(self) -> float:
        """The loss of the batch."""
        return float(self.losses.mean())


def cross_entropy(x: Floats, labels: Labels) -> Loss:
    """Return −log softmax(x)[label] of each example.

    Parameters
    ----------
    x
        What goes into softmax, shape (classes, …, N), where all axes between are 1.
    labels
        Shape (N,), from 0 to classes − 1.

    Returns
    -------
    Loss
        Losses in double precision; the gradient has the shape of `x`.

    Notes
    -----
    The definition is that of `torch.nn.CrossEntropyLoss`. The largest number is subtracted first, so nothing overflows.
    """
    numbers = x.reshape(len(x), -1).astype(np.float64)
    count = numbers.shape[1]
    each = np.arange(count)
    right = numbers.argmax(axis=0) == labels
    numbers -= numbers.max(axis=0)
    of_label = numbers[labels, each]
    with np.errstate(under="ignore"):
        shares = np.exp(numbers)
        sums = shares.sum(axis=0)
        shares /= sums
        shares[labels, each] -= 1
        gradient = (shares / count).astype(x.dtype).reshape(x.shape)
    return Loss(np.log(sums) - of_label, gradient, right)


def cross_entropy_by_shares(shares: Floats, labels: Labels) -> Floats:
    """Return the gradient of the mean of −log shares[label] by the `shares` (classes, …, N) that softmax gave.

    Only the share of the label is asked for, so all others have 0; it is infinite where that share is 0.
    """
    found = np.zeros_like(shares)
    lines, each = found.reshape(len(shares), -1), np.arange(len(labels))
    with np.errstate(divide="ignore"):
        lines[labels, each] = -1 / (len(labels) * shares.reshape(len(shares), -1)[labels, each])
    return found
