"""The strip: a network from random to trained, epoch by epoch, in the bar where the recipe stands otherwise."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from markupsafe import Markup

from app.explorer.checkpoints import UNTRAINED, Trained, addresses, share_right, told, trained
from app.explorer.colour_tiles import contact_sheet
from app.explorer.page.keys import Key, epoch_keys
from app.explorer.state import State
from app.explorer.view import Say, View
from app.lab import Lab, Run
from app.layers.cells import Place
from app.layers.models import Checkpoint
from app.pipeline.classes import class_names, prediction
from app.printing.numbers import fixed
from app.printing.shares import portion
from app.rendering.diagrams.learning import learning_curves

BROAD = 330.0  # px that the track has in a window of 1280
APART = 34.0  # px from the name of a stop to the next
FROM_END = 62.0  # … and to the name of an end, which is a word


@dataclass(frozen=True)
class Stop:
    """A checkpoint on the track."""

    epoch: int
    name: str  # what stands under it; nothing where there is no room
    right: str
    loss: str
    told: str  # what it is, in words
    href: str
    now: bool


class Answer(NamedTuple):
    """What a network says that the picture shows."""

    name: str
    share: str
    href: str  # of the scores of all classes


class Column(NamedTuple):
    """What stands at the right of the figure, and where the other is: all filters in colour, or all maps."""

    filters: bool
    other_href: str


@dataclass(frozen=True)
class Strip:
    """What templates/_strip.html shows."""

    curves: Markup
    stops: list[Stop]
    now: Stop
    column: Column | None  # none where the layer has no filters in colour
    answer: Answer | None  # none where the network gives none
    keys: Key


def strip_of(state: State, view: View | None, answer: Answer | None) -> Strip | None:
    """Return the strip of a state; None where its network is not trained, or each epoch would need a stored run."""
    network = trained(state.document.layers)
    if network is None or view is None or state.needs_run:
        return None
    checkpoints, say = network.model.epochs, view.say
    names = _names([each.epoch for each in checkpoints], say)
    links = addresses(state, network)
    stops = [_stop(each, name, links[each.epoch], network, say) for each, name in zip(checkpoints, names, strict=True)]
    return Strip(
        curves=learning_curves(checkpoints, network.index),
        stops=stops,
        now=stops[network.index],
        column=_column(state, view),
        answer=answer,
        keys=epoch_keys(projector=bool(state.option("projector"))),
    )


async def answer_of(lab: Lab, run: Run, state: State, say: Say) -> Answer | None:
    """Return what a network says that the picture shows, with the share of certainty; None where it says nothing."""
    last = len(run.stages) - 1
    if not class_names(run.stages, last):
        return None
    scores = (await lab.result(run, last)).output.ravel()
    found = prediction(run.document, run.stages, scores.tolist())
    if not found:
        return None
    there = state.but(layer=last, place=Place(int(scores.argmax()), 0, 0), view="scores", edit="")
    return Answer(say(found[0].label), portion(found[0].probability, 0), there.address())


def _stop(checkpoint: Checkpoint, name: str, href: str, network: Trained, say: Say) -> Stop:
    now = checkpoint.epoch == network.epoch
    return Stop(
        checkpoint.epoch, name, share_right(checkpoint), fixed(checkpoint.loss, 2), told(checkpoint, say), href, now
    )


def _names(epochs: Sequence[int], say: Say) -> list[str]:
    """Return what stands under each stop: the ends are words, and between them stand numbers where there is room."""
    step = BROAD / len(epochs)
    every = -(-APART // step)
    last = len(epochs) - 1
    names = []
    for index, epoch in enumerate(epochs):
        room = index % every == 0 and min(index, last - index) * step >= FROM_END
        names.append(str(epoch) if room else "")
    names[0] = say("random") if epochs[0] == UNTRAINED else str(epochs[0])
    names[-1] = say("trained")
    return names


def _column(state: State, view: View) -> Column | None:
    if not contact_sheet(view):
        return None
    return Column(view.in_colour, state.with_options(column="maps" if view.in_colour else "").address())
