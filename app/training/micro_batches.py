"""A batch learned from in parts, side by side: micro-batches, whose gradients are summed in their order.

How many parts there are decides the sums, not how many threads: the bits are the same on any number of cores.
"""

from itertools import pairwise

import numpy as np

from app.layers.layer import Array
from app.numerics.batches.loss import Labels, Loss
from app.numerics.threads import share
from app.training.network import Learned, Network


def learn(network: Network, x: Array, labels: Labels, parts: int) -> Learned:
    """Return what `Network.learn` does of a batch (channel, row, column, example), from so many parts of it.

    Layers that follow the statistics of a batch, as batch normalization does, see parts of it, and so are not for this.
    """
    count = len(labels)
    bounds = np.linspace(0, count, min(parts, count) + 1).astype(int)
    places = [slice(first, end) for first, end in pairwise(bounds)]
    found: dict[int, Learned] = {}

    def of_part(index: int) -> None:
        some = places[index]
        found[index] = network.learn(np.ascontiguousarray(x[..., some]), labels[some])

    share(of_part, range(len(places)))
    learned = [found[index] for index in range(len(places))]
    assert not any(any(each.statistics) for each in learned), "a layer follows the statistics of the batch"
    weighed = [np.float32((some.stop - some.start) / count) for some in places]  # the parts of the mean
    weights = [
        {
            name: np.asarray(sum(w * each.weights[index][name] for w, each in zip(weighed, learned, strict=True)))
            for name in arrays
        }
        for index, arrays in enumerate(learned[0].weights)
    ]
    loss = Loss(
        np.concatenate([each.loss.losses for each in learned]),
        np.concatenate([w * each.loss.gradient for w, each in zip(weighed, learned, strict=True)], axis=-1),
        np.concatenate([each.loss.right for each in learned]),
    )
    return Learned(loss, weights, learned[0].statistics, [])
