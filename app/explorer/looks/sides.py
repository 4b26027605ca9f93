"""What the two sides of a comparison are called, and what else could stand on the right."""

from dataclasses import dataclass
from typing import Any

from app.explorer.checkpoints import UNTRAINED, trained
from app.explorer.comparison import SETTINGS, Counterpart, beside, layer_with
from app.explorer.looks.look import LookRequest
from app.explorer.view import Say, View
from app.messages import N_
from app.pictures import gallery
from app.pipeline.document import ImageInput
from app.rendering.arrangement import arranged

MOST_FILTERS = 16  # in the menu
SEEDS = range(8)
LABELS = {
    "padding": N_("padding"),
    "stride": N_("stride"),
    "dilation": N_("dilation"),
    "kernel_size": N_("filter size"),
}


@dataclass(frozen=True)
class Choices:
    """What else could stand on the right, each with its address and whether it does."""

    kinds: dict[str, list[tuple[str, str, bool]]]  # labels of what differs in one way
    images: list[tuple[str, str, str, bool]]  # ids and titles of pictures


def names_of(asked: LookRequest, other: Counterpart, there: View) -> tuple[str, str]:
    """Return what each side is called: that in which they differ."""
    say, state = asked.view.say, asked.state
    if other.kind == "image":
        return title_of(state.document.input.image, say), title_of(other.value, say)
    if other.kind == "channel":
        text = say("filter {number}") if asked.view.layer.learned else say("map {number}")
        return text.format(number=state.place.channel + 1), text.format(number=there.place.channel + 1)
    if other.kind == "layer":
        mine, theirs = asked.view.layer.type, there.layer.type
        if abs(state.layer - other.state.layer) == 1:
            later, word = (mine, 0) if state.layer > other.state.layer else (theirs, 1)
            both = (say("after {layer}").format(layer=later), say("before {layer}").format(layer=later))
            return (both[0], both[1]) if word == 0 else (both[1], both[0])
        text = say("{layer}, layer {number}")
        return (
            text.format(layer=mine, number=state.layer + 1),
            text.format(layer=theirs, number=other.state.layer + 1),
        )
    if other.kind == "epoch":
        networks = [trained(each.document.layers) for each in (state, other.state)]
        return tuple(_epoch(each.epoch, say) for each in networks if each)  # type: ignore[return-value]
    if other.kind in SETTINGS:
        index = layer_with(state, other.kind)
        assert index is not None
        label = say(LABELS[other.kind])
        return tuple(  # type: ignore[return-value]
            f"{label} {_written(getattr(each.document.layers[index], other.kind))}" for each in (state, other.state)
        )
    if other.kind == "seed":
        index = layer_with(state, "weights")
        assert index is not None
        return _weights(getattr(state.document.layers[index], "weights"), say), _weights(  # noqa: B009
            getattr(other.state.document.layers[index], "weights"),  # noqa: B009
            say,
        )
    return say("This run"), say("The other run")


def _epoch(epoch: int, say: Say) -> str:
    return say("random, before training") if epoch == UNTRAINED else say("epoch {number}").format(number=epoch)


def _weights(weights: Any, say: Say) -> str:
    if weights.init == "random":
        return say("random, seed {seed}").format(seed=weights.seed)
    return say("named filters") if weights.init == "preset" else say("these weights")


def _written(value: object) -> str:
    if not isinstance(value, tuple):
        return str(value)
    return str(value[0]) if value[0] == value[1] else f"{value[0]} × {value[1]}"


def title_of(image: str | None, say: Say) -> str:
    """Return what a picture is called."""
    entry = gallery.GALLERY.get(image or "")
    return say(entry.title) if entry else say("Your picture")


def choices(asked: LookRequest, other: Counterpart, own: tuple[str, ...]) -> Choices:
    """Return what else could stand on the right.

    Pictures are the visitor's `own`, then the one that a link has put there, then the gallery's.
    """
    run, state, say = asked.run, asked.state, asked.view.say
    shape = run.stages[state.layer].output_shape
    offered: dict[str, list[tuple[str, str]]] = {
        "layer": [
            (f"{i + 1} · {stage.layer.name or stage.layer.type}", str(i))
            for i, stage in enumerate(run.stages)
            if i != state.layer
        ],
        "channel": []
        if arranged(shape).single
        else [(str(c + 1), str(c)) for c in range(min(shape[0], MOST_FILTERS)) if c != state.place.channel],
    }
    if network := trained(state.document.layers):
        epochs = [each.epoch for each in network.model.epochs if each.epoch != network.epoch]
        offered["epoch"] = [(say("random") if epoch == UNTRAINED else str(epoch), str(epoch)) for epoch in epochs]
    elif (index := layer_with(state, "weights")) is not None:
        mine = getattr(state.document.layers[index], "weights")  # noqa: B009
        offered["seed"] = [(str(seed), str(seed)) for seed in SEEDS if getattr(mine, "seed", None) != seed]
    for field, values in (("padding", range(4)), ("stride", range(1, 4))):
        if (index := layer_with(state, field)) is not None:
            now = getattr(state.document.layers[index], field)
            offered[field] = [(str(value), str(value)) for value in values if now != (value, value)]
    kinds = {
        kind: [
            (label, beside(state, f"{kind}:{value}").address(), other.text == f"{kind}:{value}") for label, value in v
        ]
        for kind, v in offered.items()
        if v
    }
    images = []
    if isinstance(run.document.input, ImageInput):
        there = [other.value] if other.kind == "image" else []
        offer = dict.fromkeys([*own, *(image for image in there if image not in gallery.GALLERY), *gallery.GALLERY])
        images = [
            (image, title_of(image, say), beside(state, f"image:{image}").address(), other.text == f"image:{image}")
            for image in offer
            if image != run.document.input.image
        ]
    return Choices(kinds, images)
