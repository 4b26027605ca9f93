"""What the explorer's forms change: one setting, the source of the weights, single weights, the order of layers."""

import random
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import numpy as np

from app.errors import BrokenRequest, Unfit
from app.explorer.editing.filter_edits import changed, kernel_in, pattern
from app.explorer.editing.inputs import wanted
from app.explorer.editing.naming import MOST_NAMED, filters_from, preset, spread_of, still_named
from app.explorer.editing.pasting import pasted, pasted_bias
from app.explorer.editing.ranges import Setting
from app.explorer.editing.typed import read_block, read_number
from app.explorer.state import State
from app.lab import Lab, Run
from app.layers import Layer
from app.layers.layer import Array
from app.layers.weights import PresetWeights
from app.messages import N_
from app.numerics.kernels import KERNELS, Spread, own_size
from app.pipeline.document import ImageInput
from app.pipeline.plan import Stage
from app.printing.numbers import brief
from app.whole_numbers import read_signed, read_whole, read_wholes

Fields = Mapping[str, str]
Stages = Sequence[Stage]
MOST_EDITED = 4_000_000  # weights of a layer whose single weights can be changed by a form
FRESH = "fresh"  # behind the layer in `edit`: its filters have just been replaced by random ones
MANY = 100_000  # weights, whose changing takes long enough to need a computing slot
MOST_STEP = 1000
BETWEEN = str.maketrans("×x·,", "    ")  # what stands between the numbers of a field
LARGEST_WHOLE = 9  # of weights that are rounded to whole numbers


def last_held(
    lab: Lab, run: Run, state: State, fields: dict[str, str], say: Callable[[str], str]
) -> tuple[dict[str, str], str]:
    """Return what a form sets after a burst of steps: the last value that holds; and a word where that is another."""
    name, index = fields.get("field", ""), _layer(state, fields)
    if name not in state.document.layers[index].settings():
        return fields, ""
    wanted = _value(state.document.layers[index], name, fields.get("value", "").strip())
    value, word = Setting(state, run, lab, index, name, say).reached(wanted)
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return ({**fields, "value": text} if word else fields), word


async def edited(lab: Lab, run: Run, state: State, fields: Fields) -> State:
    """Return the state after the operation `op` of a form on `run`, which is that of the state now; raise a Mistake.

    What it takes is done off the event loop, the writing of the new address with it.
    """
    weights = sum(stage.parameters for stage in run.stages)

    def work() -> State:
        after = changed_state(state, run.stages, fields)
        assert after.address()
        return after

    return await (lab.queue.heavy if weights > MANY else lab.queue.light)(work)


def changed_state(state: State, stages: Stages, fields: Fields) -> State:
    """Return the state after the operation of a form, whose layers are, as planned, `stages`; raise a Mistake."""
    operation = OPERATIONS.get(fields.get("op", ""))
    if operation is None:
        raise BrokenRequest("This form does not say what to change.")
    return operation(state, fields, stages)


def _set(state: State, fields: Fields, stages: Stages) -> State:
    """Change one setting: a number, two numbers, a word or a truth value."""
    name, text = fields.get("field", ""), fields.get("value", "").strip()
    index = _layer(state, fields)
    kind = type(state.document.layers[index])
    if name not in kind.settings():
        raise Unfit('There is no setting named "{field}" here.', field=name[:60])
    value = _value(state.document.layers[index], name, text)
    step = fields.get("step", "")  # to the next value that can be, which may be more than one away
    by = read_signed(step, MOST_STEP) or 0
    if by and isinstance(value, (int, float, list)) and not isinstance(value, bool):
        value = [part + by for part in value] if isinstance(value, list) else value + by
    resized = _resized(state.document.layers[index], name, value)
    after = state.setting(index, {name: value, **resized})
    if state.edit and state.edit.partition(".")[2] in ("", FRESH):  # the card says so where the filters were replaced
        after = after.but(edit=f"{index}.{FRESH}" if resized.get("weights", 0) is None else str(index))
    return after


def _resized(layer: Layer, name: str, value: Any) -> dict[str, Any]:
    """Return what becomes of fixed weights at another size: the first where fewer are wanted, else random ones.

    Without a bias they stay, without their own.
    """
    weights = getattr(layer, "weights", None)
    if name == "bias" and value is False and weights is not None and weights.has_bias():
        return {"weights": weights.without_bias()}
    shape = weights.known_shape() if weights is not None and name in layer.fixed_by_weights else None
    same: Collection[object] = (value, (value, value)) if not isinstance(value, list) else (tuple(value),)
    if weights is None or not shape or getattr(layer, name) in same:
        return {}
    fewer = isinstance(value, int) and 0 < value < shape[0] and name != "kernel_size"
    if fewer and (first := weights.first(value)) is not None:
        return {"weights": first}
    return {"weights": None}


def _value(layer: Layer, name: str, text: str) -> Any:
    """Read what stands in a field: 3 · 3, 5 · 3 × 5 · 0.2 · 1/5 · same · true; nothing where it may be left out."""
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    parts = [part for part in text.translate(BETWEEN).split() if part]
    numbers = [number for part in parts if (number := read_signed(part)) is not None]
    if parts and len(numbers) == len(parts):
        return numbers[0] if len(numbers) == 1 else numbers
    if not text and name in layer.typed:
        return None
    if not text:
        raise Unfit("{field} is empty; give a number.", field=name)
    decimal = read_number(text)
    return text if decimal is None else decimal


def _move(state: State, fields: Fields, stages: Stages) -> State:
    index, by = _layer(state, fields), -1 if fields.get("by") == "-1" else 1
    return state.moving(index, by)


def _reads(state: State, fields: Fields, stages: Stages) -> State:
    """Let a layer read other outputs."""
    index = _layer(state, fields)
    return state.setting(index, {"inputs": wanted(state.document.layers, index, fields)})


def _name(state: State, fields: Fields, stages: Stages) -> State:
    """Call a layer something else, or nothing."""
    return state.setting(_layer(state, fields), {"name": fields.get("value", "").strip() or None})


def _roll(state: State, fields: Fields, stages: Stages) -> State:
    """Draw new random weights from a seed that nobody chose."""
    return _with_weights(state, fields, {"init": "random", "seed": random.randrange(10_000)})  # noqa: S311


def _seed(state: State, fields: Fields, stages: Stages) -> State:
    index = _layer(state, fields)
    seed = _value(state.document.layers[index], "seed", fields.get("seed", ""))
    return _with_weights(state, fields, {"init": "random", "seed": seed})


def _preset(state: State, fields: Fields, stages: Stages) -> State:
    """Take named kernels, one filter a name; or one of them, `kernel`, in the place of one filter."""
    if fields.get("kernel"):
        return _kernel(state, fields, stages)
    names = [name for name in fields.get("names", "").split(",") if name]
    if not names:
        raise Unfit("Choose at least one filter.")
    index = _layer(state, fields)
    weights = preset(names, _spread(state, index), None)
    return state.setting(index, {"weights": weights, "out_channels": None, "kernel_size": None})


def _spread(state: State, index: int) -> Spread:
    return spread_of(getattr(state.document.layers[index], "weights", None))


def _spreading(state: State, fields: Fields, stages: Stages) -> State:
    """Let named filters have their own numbers on every sheet, or the mean over the sheets."""
    index = _layer(state, fields)
    weights = getattr(state.document.layers[index], "weights", None)
    if not isinstance(weights, PresetWeights):
        raise Unfit("Only filters with a name are spread over the sheets; take some from the gallery first.")
    return state.setting(index, {"weights": {**weights.fields("python"), "spread": fields.get("spread", "")}})


def _kernel(state: State, fields: Fields, stages: Stages) -> State:
    """Put a named kernel in the place of one filter; the others stay, with their names where they have any.

    Where all filters then have one size of their own, the layer takes it; else each is centred in the largest.
    """
    index, arrays, channel = _filter(state, fields, stages, N_("This layer has no filters that could be replaced."))
    layer, name, weight = stages[index].layer, fields["kernel"], arrays["weight"]
    spread = _spread(state, index)
    filters = filters_from(getattr(layer, "weights"), weight) if layer.named else []  # noqa: B009
    if name in KERNELS and 0 < len(filters) <= MOST_NAMED:
        filters[channel] = name
        if len({own_size(each) for each in filters}) == 1:
            weight = np.zeros((*weight.shape[:2], *own_size(name)), np.float32)  # refused only where it cannot be read
    one, bias = kernel_in(name, weight.shape[1:], spread)
    if "bias" in arrays:
        arrays["bias"][channel] = bias
    if 0 < len(filters) <= MOST_NAMED:
        return state.setting(index, {"weights": preset(filters, spread, arrays.get("bias")), "kernel_size": None})
    weight[channel] = one
    return state.setting(index, {"weights": _given(stages[index], arrays)})


def _pattern(state: State, fields: Fields, stages: Stages) -> State:
    """Make one filter look for a painted pattern: fields p.<row>.<column> hold colours."""
    refusal = N_("This layer has no filters that could look for a pattern.")
    index, arrays, channel = _filter(state, fields, stages, refusal)
    arrays["weight"][channel] = pattern(fields, arrays["weight"].shape[1:])
    return state.setting(index, {"weights": _given(stages[index], arrays)})


def _filter(state: State, fields: Fields, stages: Stages, refusal: str) -> tuple[int, dict[str, Array], int]:
    """Return the layer, its filters and the one of them that a form names; raise Unfit(refusal) where it has none."""
    index = _layer(state, fields)
    arrays = _filters(stages[index])
    (channel,) = _within(fields.get("channel") or "0", arrays["weight"].shape[:1])
    if arrays["weight"].ndim != 4:
        raise Unfit(refusal)
    return index, arrays, channel


def _weights(state: State, fields: Fields, stages: Stages) -> State:
    """Change weights of a filter: fields w.<channel>.<row>.<column> and bias, and then what `change` does to it.

    A `block` that was pasted goes in from the field `from` on. With `scope` all, the change is made to all filters of
    the layer.
    """
    index = _layer(state, fields)
    arrays = _filters(stages[index])
    (channel,) = _within(fields.get("channel") or "0", arrays["weight"].shape[:1])
    axes = arrays["weight"].shape[1:] if arrays["weight"].ndim == 4 else stages[index].input_shape  # of one filter
    filter_ = arrays["weight"][channel].reshape(axes)
    for name, text in fields.items():
        if name.startswith("w."):
            _change(filter_, _within(name[2:], filter_.shape), text)
    if "bias" in arrays and "bias" in fields:
        _change(arrays["bias"], (channel,), fields["bias"])
    before = arrays["weight"].shape
    if fields.get("block", "").strip():
        arrays |= _with_block(fields, arrays, channel, axes)
    if fields.get("change"):
        weight = arrays["weight"]
        if weight.ndim != 4:
            raise Unfit("This layer has no filters that could be turned.")
        everyone = fields.get("scope") == "all"
        arrays["weight"] = changed(weight, list(range(len(weight))) if everyone else [channel], fields["change"])
    layer = stages[index].layer
    sizes = dict.fromkeys(layer.fixed_by_weights if arrays["weight"].shape != before else ())  # as the weights have it
    return state.setting(index, {"weights": _given(stages[index], arrays), **sizes})


def _with_block(fields: Fields, arrays: dict[str, Array], channel: int, axes: tuple[int, ...]) -> dict[str, Array]:
    """Return what of the weights a pasted block changes; filters that are added have no bias."""
    block, weight, at = read_block(fields["block"]), arrays["weight"], fields.get("from", "")
    if at == "bias" and "bias" in arrays:
        return {"bias": pasted_bias(arrays["bias"], block)}
    sheet, row, column = _within(at[2:] or "0.0.0", axes)
    after = pasted(weight.reshape(-1, *axes), channel, (sheet, row, column), block)
    changes = {"weight": after if weight.ndim == 4 else after.reshape(len(after), -1)}
    if "bias" in arrays and len(after) != len(weight):
        changes["bias"] = np.append(arrays["bias"], np.zeros(len(after), np.float32))[: len(after)]
    return changes


def _flip(state: State, fields: Fields, stages: Stages) -> State:
    """Turn one filter by half a turn, or with `channel` empty all of them: what tells convolution from correlation."""
    index = _layer(state, fields)
    arrays = _filters(stages[index])
    weight = arrays["weight"]
    if weight.ndim != 4:
        raise Unfit("This layer has no filters that could be turned.")
    chosen = slice(None) if not fields.get("channel") else _within(fields["channel"], weight.shape[:1])
    turned = weight.copy()
    turned[chosen] = weight[chosen][..., ::-1, ::-1]
    if np.array_equal(turned, weight):
        raise Unfit("Half a turn leaves this filter as it is: it is symmetric, and its map would stay the same.")
    return state.setting(index, {"weights": _given(stages[index], {**arrays, "weight": turned})})


def _whole(state: State, fields: Fields, stages: Stages) -> State:
    """Read pixels as 0 to 255 and round the weights up to a layer to whole numbers, so that every sum is exact."""
    index = _layer(state, fields)
    if isinstance(state.document.input, ImageInput):
        state = state.of_input(scale="byte")
    for number, stage in enumerate(stages[: index + 1]):
        if stage.layer.learned and stage.layer.filters(stage.input_shape, _weights_of(stage)["weight"]) is not None:
            arrays = _filters(stage)
            factors = whole_factors(arrays["weight"])
            whole = {name: np.rint((array.T * factors).T).astype(np.float32) for name, array in arrays.items()}
            state = state.setting(number, {"weights": _given(stage, whole)})
    return state


def whole_factors(weight: Array) -> Array:
    """Return for each filter what makes its weights whole or nearly so, the largest at most 9.

    A named kernel that is spread over three channels gets its own numbers back; the largest of others becomes 9.
    """
    factors = np.ones(len(weight), np.float32)
    for number, filter_ in enumerate(np.abs(weight.reshape(len(weight), -1))):
        if most := filter_.max():
            unit = filter_[filter_ > 0].min()
            exact = most / unit <= LARGEST_WHOLE and np.allclose(
                np.rint(filter_ / unit) * unit, filter_, atol=most / 1e4
            )
            factors[number] = 1 / unit if exact else LARGEST_WHOLE / most
    return factors


def _weights_of(stage: Stage) -> dict[str, Array]:
    """Return the weights of a layer, to be changed; raise Unfit where they are too many."""
    if stage.layer.learned and stage.parameters > MOST_EDITED:
        raise Unfit("This layer has too many weights to change here; the recipe and the API reach all.")
    return {name: array.copy() for name, array in stage.layer.weights_for(stage.input_shape).items()}


def _filters(stage: Stage) -> dict[str, Array]:
    """Return the weights of a layer, to be changed; raise Unfit where it has no filters or too many weights."""
    arrays = _weights_of(stage)
    if arrays.get("weight") is None or arrays["weight"].ndim < 2:
        raise Unfit("This layer has no weights to change.")
    filters = stage.layer.filters(stage.input_shape, arrays["weight"]) if arrays["weight"].ndim == 4 else None
    return arrays if filters is None else {**arrays, "weight": filters}


def _given(stage: Stage, arrays: Mapping[str, Array]) -> dict[str, Any]:
    """Return what `_filters` gave, changed, as the weights of the layer: filters that are as their names keep these."""
    weights = getattr(stage.layer, "weights")  # noqa: B009
    named = still_named(weights, arrays["weight"], arrays.get("bias"))
    return named or {"init": "values", **arrays, "weight": stage.layer.weight_of(arrays["weight"])}


def _change(array: Array, place: tuple[int, ...], text: str) -> None:
    """Set a weight to what its field says; a field that still shows it, shortened, leaves it exactly as it is."""
    if text.strip() != brief(array[place].item()):
        array[place] = _decimal(text)


def _within(text: str, shape: tuple[int, ...]) -> tuple[int, ...]:
    """Read the place of a weight, as 2.0.1, in an array of `shape`."""
    place = read_wholes(text, len(shape))
    if place and all(at < length for at, length in zip(place, shape, strict=True)):
        return place
    raise BrokenRequest("The form names a weight that is not there; open it again.")


def _decimal(text: str) -> float:
    number = read_number(text)
    if number is None:
        raise Unfit(
            "A weight is a number, such as −0.5 or 1/9, and no larger than 3.4e38; not {given}.", given=repr(text[:40])
        )
    return number


def _with_weights(state: State, fields: Fields, weights: dict[str, Any]) -> State:
    return state.setting(_layer(state, fields), {"weights": weights})


def _layer(state: State, fields: Fields) -> int:
    index = read_whole(fields.get("layer", ""), len(state.document.layers))
    if index is None:
        raise BrokenRequest("The form names a layer that is not there.")
    return index


OPERATIONS: dict[str, Callable[[State, Fields, Stages], State]] = {
    "set": _set,
    "move": _move,
    "reads": _reads,
    "name": _name,
    "roll": _roll,
    "seed": _seed,
    "preset": _preset,
    "spread": _spreading,
    "pattern": _pattern,
    "weights": _weights,
    "flip": _flip,
    "whole": _whole,
}
