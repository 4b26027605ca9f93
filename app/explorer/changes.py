"""What an act did, in one sentence for those who cannot see it: the difference between two states of the explorer."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import get_args

import numpy as np

from app.explorer.checkpoints import Trained, share_right, trained
from app.explorer.classes import class_names
from app.explorer.looks.registry import LOOKS
from app.explorer.networks import title_of
from app.explorer.scales import NAMES, RANGES, colours_of
from app.explorer.state import State
from app.lab import Run
from app.layers import Layer
from app.layers.layer import Array, Weights
from app.layers.references import PICTURE
from app.layers.weights import PresetWeights, RandomWeights
from app.messages import N_
from app.pictures import gallery
from app.pictures.picture import Resample
from app.pipeline.plan import Stage
from app.printing.digits import read_digits
from app.printing.numbers import brief, fixed, grouped
from app.whole_numbers import read_whole

Say = Callable[[str], str]
Layers = tuple[Layer, ...]
MOST_TOLD = 8  # names of layers or filters in a sentence
MOST_COMPARED = 100_000  # weights of a layer that are looked at one by one
PARTS = {
    "": N_("Settings of {type}, layer {number}."),
    "fresh": N_("Settings of {type}, layer {number}; its filters are new, random ones."),
    "inputs": N_("What {type}, layer {number}, reads."),
    "weights": N_("Filters of {type}, layer {number}."),
    "gallery": N_("Gallery of filters for {type}, layer {number}."),
    "pattern": N_("A pattern for {type}, layer {number}, to look for."),
}
MODES = {"RGB": N_("colour"), "L": N_("grey")}
FILTERS = {name: name for name in get_args(Resample)}  # Pillow's names
FITS = {"cover": N_("crop"), "contain": N_("add borders"), "stretch": N_("stretch")}
SCALES = {"byte": "0 … 255", "unit": "0 … 1"}


def change(before: tuple[State, Run], after: tuple[State, Run], say: Say) -> str:
    """Return what is other in the state after an act; nothing where that is the place alone, or nothing at all."""
    found = [*_input(before, after, say), *_layers(before, after, say)]
    if after[0].edit or not found:  # that a card has gone with its layer needs no saying
        found += _card(before[0], after, say)
    found += [*_look(before[0], after[0], say), *_options(before[0], after[0], say), *_truth(before[0], after, say)]
    if not found and before[0].layer != after[0].layer and after[1].stages:
        found.append(_stop(after[1].stages, after[0].layer, say))
    return " ".join(found)


def removed(before: Run, after: Run) -> bool:
    """Tell whether one layer has gone, and nothing else is other."""
    was, now = _unlinked(before.document.layers), _unlinked(after.document.layers)
    return before.document.input == after.document.input and _left_out(was, now, _parting(was, now))


def _unlinked(layers: Layers) -> Layers:
    """Return layers less what they read: numbers that are others when a layer comes or goes."""
    return tuple(layer.reading(None) for layer in layers)


def _parting(was: Layers, now: Layers) -> int:
    """Return the first layer that is other."""
    pairs = zip(was, now, strict=False)
    return next((i for i, (old, new) in enumerate(pairs) if old != new), min(len(was), len(now)))


def _left_out(more: Layers, fewer: Layers, index: int) -> bool:
    """Tell whether one list has but the layer at `index`, where they part, more than the other."""
    return len(more) == len(fewer) + 1 and more[index + 1 :] == fewer[index:]


def _stop(stages: Sequence[Stage], index: int, say: Say) -> str:
    text = say("{type}, layer {number} of {count}, {size}.")
    layer, size = stages[index].layer, _sides(stages[index].output_shape)
    kind = f"{layer.name}, {layer.type}" if layer.name else layer.type
    return text.format(type=kind, number=index + 1, count=len(stages), size=size)


def _input(before: tuple[State, Run], after: tuple[State, Run], say: Say) -> Iterator[str]:
    """Yield what is other in the picture and in how it is read."""
    (was, now), shape = (state.document.input for state, _ in (before, after)), after[1].input_shape
    if was.image != now.image:
        entry = gallery.GALLERY.get(now.image or "")
        name = say(entry.title) if entry else say("Your picture") if now.image else say("Numbers")
        yield say("Picture: {name}, {size}.").format(name=name, size=_sides(shape))
    elif before[1].input_shape[1:] != shape[1:]:
        yield say("The input is now {size}.").format(size=_sides(shape))
    elif now.image is None and was != now:
        yield say("Other numbers in the input.")
    names = (("mode", MODES, N_("Colour: {choice}.")), ("fit", FITS, N_("Where the shape differs: {choice}.")))
    filters = ("resample", FILTERS, N_("Resized by: {choice}."))
    for field, words, text in (*names, filters, ("scale", SCALES, N_("Values of a pixel: {choice}."))):
        value = getattr(now, field, None)
        if getattr(was, field, None) != value and isinstance(value, str) and value in words:
            yield say(text).format(choice=say(words[value]))


def _layers(before: tuple[State, Run], after: tuple[State, Run], say: Say) -> Iterator[str]:
    """Yield which layer has come, gone, moved or changed."""
    was, now = before[1].document.layers, after[1].document.layers
    stages = after[1].stages
    if was == now:
        return
    if trains := _trained(was, now):
        epoch, loss, _ = trains.checkpoint
        text = say("Epoch {epoch}: {share} right, loss {loss}.")
        yield text.format(epoch=epoch, share=share_right(trains.checkpoint), loss=fixed(loss, 2))
        return
    was, now = _unlinked(was), _unlinked(now)
    same = _parting(was, now)
    if was == now:
        yield from _inputs(before[1], after[1], say)
    elif _left_out(now, was, same):
        text = say("{type} added as layer {number}, {size}.")
        yield text.format(type=now[same].type, number=same + 1, size=_sides(stages[same].output_shape))
    elif _left_out(was, now, same):
        yield say("{type}, layer {number}, removed.").format(type=was[same].type, number=same + 1)
    elif was[same + 1 :] == now[same + 1 :] and was[same].type == now[same].type:
        yield from _settings(before[1].stages[same], stages[same], say)
    elif name := title_of(after[1].document, say):
        yield say("Network: {name}, layers: {count}.").format(name=name, count=len(now))
    elif len(was) != len(now):
        yield say("Layers now: {recipe}.").format(recipe=_listed([each.type for each in now], say) or say("none"))
    elif (here := after[0].layer) < len(was) and all(layer in was for layer in now):
        text = say("{type} is now layer {number} of {count}.")
        yield text.format(type=now[here].type, number=here + 1, count=len(now))
    else:
        yield say("The recipe has changed; the last layer makes {size}.").format(size=_sides(stages[-1].output_shape))


def _inputs(before: Run, after: Run, say: Say) -> Iterator[str]:
    """Yield which layers read other outputs."""
    for was, now in zip(before.stages, after.stages, strict=True):
        if was.inputs != now.inputs:
            names = [_output(after.stages, source, say) for source in now.inputs]
            text = say("{type}, layer {number}, reads {outputs}; it makes {size}.")
            size, outputs = _sides(now.output_shape), _listed(names, say)
            yield text.format(type=now.layer.type, number=now.index + 1, outputs=outputs, size=size)


def _output(stages: Sequence[Stage], number: int, say: Say) -> str:
    if number == PICTURE:
        return say("the input")
    return say("layer {number}, {type}").format(number=number + 1, type=stages[number].layer.type)


def _trained(was: Layers, now: Layers) -> Trained | None:
    """Return how far a network is trained that was the same, at another epoch."""
    before, after = trained(was), trained(now)
    same = before and after and before.model.id == after.model.id and before.epoch != after.epoch
    return after if same and [layer.type for layer in was] == [layer.type for layer in now] else None


def _settings(was: Stage, now: Stage, say: Say) -> Iterator[str]:
    """Yield what is other in one layer, and the size that this gives."""
    told = [
        f"{name} {_value(now, name, say)}"
        for name in now.layer.settings()
        if getattr(was.layer, name) != getattr(now.layer, name)
    ]
    if told and was.output_shape != now.output_shape:
        told.append(say("now {size}").format(size=_sides(now.output_shape)))
    if told:
        yield say("{changes}.").format(changes=say(", ").join(told))
    if was.layer.name != now.layer.name:
        yield say("It is called {name}.").format(name=now.layer.name) if now.layer.name else say("It has no name.")
    weights, before = (getattr(stage.layer, "weights", None) for stage in (now, was))
    if weights is None or before == weights:
        return
    if isinstance(weights, RandomWeights):
        yield say("Random weights from seed {seed}.").format(seed=weights.seed)
    elif isinstance(weights, PresetWeights) and (told_names := _names(before, weights, say)):
        yield told_names
    else:
        yield _weights(was, now, say)


def _names(was: object, now: PresetWeights, say: Say) -> str:
    """Return which filters have other names; nothing where numbers are other."""
    old, new = was.names if isinstance(was, PresetWeights) else (), now.names
    other = [k for k, name in enumerate(new) if k >= len(old) or old[k] != name]
    if not other or not all(isinstance(new[k], str) for k in other):
        return ""
    if len(other) == 1 and len(old) == len(new):
        return say("Filter {filter}: {name}.").format(filter=other[0] + 1, name=new[other[0]])
    return say("Filters: {names}.").format(names=_listed([each if isinstance(each, str) else "…" for each in new], say))


def _weights(was: Stage, now: Stage, say: Say) -> str:
    """Return which filters have other weights, and the weight where it is one."""
    if now.parameters > MOST_COMPARED or was.input_shape[0] != now.input_shape[0]:
        return say("Other weights.")
    old, new = (stage.layer.weights_for(stage.input_shape) for stage in (was, now))
    earlier, weight = _by_filter(was, old), _by_filter(now, new)
    if earlier is None or weight is None or earlier.shape != weight.shape:
        return say("Other weights.")
    changed = np.argwhere(earlier != weight)
    bias = [k for k in range(len(weight)) if "bias" in new and old["bias"][k] != new["bias"][k]]
    if len(changed) == 1 and not bias:
        place = changed[0]
        text = say("Filter {filter}, channel {channel}, row {row}, column {column}: {value}.")
        which = dict(zip(("filter", "channel", "row", "column"), (int(at) + 1 for at in place), strict=False))
        return text.format(**{"row": 1, "column": 1, **which}, value=brief(weight[tuple(place)].item()))
    if len(bias) == 1 and not len(changed):
        value = brief(new["bias"][bias[0]].item())
        return say("Filter {filter}: its bias is {value}.").format(filter=bias[0] + 1, value=value)
    which_filters = sorted({*(int(place[0]) for place in changed), *bias})
    if len(which_filters) == len(weight) > 1:
        return say("All filters have other weights.")
    listed = _listed([str(number + 1) for number in which_filters], say)
    return say("Other weights: filter {numbers}.").format(numbers=listed)


def _listed(names: Sequence[str], say: Say) -> str:
    """Return names as a sentence has them: all of a few, of many the first and how many more."""
    text = say(", ").join(names[:MOST_TOLD])
    more = len(names) - MOST_TOLD
    return say("{names} and {count} more").format(names=text, count=grouped(more)) if more > 0 else text


def _by_filter(stage: Stage, arrays: Weights) -> Array | None:
    """Return the weights of a layer, filter by filter."""
    weight = arrays.get("weight")
    filters = stage.layer.filters(stage.input_shape, weight) if weight is not None and weight.ndim == 4 else None
    return weight if filters is None else filters


def _card(before: State, after: tuple[State, Run], say: Say) -> Iterator[str]:
    """Yield which part of which card is open."""
    state, run = after
    if before.edit == state.edit or (before.edit.partition(".")[2] == "fresh" and state.edit == before.edit[:-6]):
        return
    number, _, part = state.edit.partition(".")
    if not state.edit:
        yield say("The card is closed.")
    elif number.isdecimal() and int(number) < len(run.stages) and part in PARTS:
        yield say(PARTS[part]).format(type=run.stages[int(number)].layer.type, number=int(number) + 1)


def _look(before: State, after: State, say: Say) -> Iterator[str]:
    if before.view != after.view:
        yield say("View: {title}.").format(title=say(LOOKS[after.view].title))


def _options(before: State, after: State, say: Say) -> Iterator[str]:
    """Yield which options are other."""
    was, now = dict(before.options), dict(after.options)
    if was.get("predict") != now.get("predict") and not (was.get("predict") and now.get("predict")):
        yield (
            say("Predict first: numbers are hidden until they are guessed.")
            if "predict" in now
            else say("No more guessing: numbers are shown.")
        )
    colours = colours_of(after)
    if was.get("colours") != now.get("colours"):
        yield say("Colours of the maps: {name}.").format(name=say(NAMES[colours.kind]))
    if was.get("range") != now.get("range"):
        text = say("Range of the colours: {name}.")
        yield text.format(name=say(RANGES[colours.range]) if colours.range in RANGES else f"± {colours.range}")
    if was.get("digits") != now.get("digits"):
        yield _digits(now, say)
    if was.get("folded") != now.get("folded") and before.layer == after.layer:
        yield say("The block is folded.") if "folded" in now else say("The block is open, layer by layer.")


def _truth(before: State, after: tuple[State, Run], say: Say) -> Iterator[str]:
    """Yield which class the picture is taken for, where that is another."""
    state, run = after
    label = read_whole(state.option("label"), run.stages[-1].output_shape[0]) if run.stages else None
    if label is not None and before.option("label") != state.option("label"):
        name = class_names(run, len(run.stages) - 1, say)[label]
        yield say("The picture is taken for {name}.").format(name=name)


def _digits(options: Mapping[str, str], say: Say) -> str:
    name = read_digits(options.get("digits", "")).name
    if not name:
        return say("Numbers as usual.")
    text = say("Numbers with {count} decimals.") if name[0] == "d" else say("Numbers with {count} digits that count.")
    return text.format(count=name[1:])


def _value(stage: Stage, name: str, say: Say) -> str:
    value = getattr(stage.layer, name)
    if value is None and name == "stride":
        value = stage.geometry.step  # a pool that moves by its own size
    if isinstance(value, tuple):
        return _sides(value) if len(set(value)) > 1 else str(value[0])
    return (say("yes") if value else say("no")) if isinstance(value, bool) else str(value)


def _sides(shape: Sequence[int]) -> str:
    """Return a shape as it is read: rows, columns, channels."""
    return " × ".join(map(grouped, (*shape[1:], shape[0]) if len(shape) > 2 else shape))
