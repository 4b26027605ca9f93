"""Class activation: where a network ends in a map a class, each map tells where in the picture its score came from.

    … ─ maps, one a class ─ the mean of each ─ laid out as a vector ─ softmax

Zhou, Khosla, Lapedriza, Oliva and Torralba, Learning Deep Features for Discriminative Localization, 2016, whose weights
are here one for a class's own map and zero for the others.
"""

from collections.abc import Sequence

from app.pipeline.plan import Stage


def class_maps(stages: Sequence[Stage]) -> int | None:
    """Return the layer whose map k averages to the score of class k; None where the network does not end so."""
    if not stages or not stages[-1].layer.scores:
        return None
    at = stages[-1].inputs[0]
    while at >= 0 and stages[at].layer.rearranges:
        at = stages[at].inputs[0]
    if at < 0 or not stages[at].layer.averages(stages[at].input_shape):
        return None
    maps = stages[at].inputs[0]
    return maps if maps >= 0 else None
