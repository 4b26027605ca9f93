"""What can be added to a network: every kind of layer, with settings to begin with, and a residual block of several."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from app.errors import Mistake, Unfit
from app.explorer.editing.ranges import layer_of
from app.explorer.state import State
from app.lab import Lab, Run
from app.layers import LAYERS, Layer, Shape
from app.layers.merge import Merge, written
from app.layers.reading import read_layer
from app.layers.references import PICTURE
from app.messages import N_
from app.pipeline.wiring import readers

Say = Callable[[str], str]
RESIDUAL = N_("residual block")
LEARNS_THE_REST = N_("Two convolutions learn what is added to what goes in: conv2d, relu, conv2d, add, relu.")
BLOCK = "residual"  # its name, with a number behind it


@dataclass(frozen=True)
class Addition:
    """Something that could be added."""

    kind: str
    text: str  # what it does, or why it does not fit
    href: str  # nothing where it does not


def fits(make: Callable[[], State], run: Run, lab: Lab) -> Mistake | None:
    """Return why there is no such state, or why it cannot be; None where it can."""
    try:
        lab.replan(run, make().document)
    except Mistake as mistake:
        return mistake
    return None


def adding(run: Run, state: State, after: int, lab: Lab, say: Say) -> list[Addition]:
    """Return what can stand behind layer `after` (−1: the picture): where to, or why it does not fit."""

    def offered(kind: str, text: str, make: Callable[[], Sequence[Layer]]) -> Addition:
        try:
            new = make()
            there = state.adding(after, *new)
        except Mistake as mistake:
            return Addition(kind, mistake.say(say), "")
        problem = fits(lambda: there, run, lab)
        if problem:
            return Addition(kind, _misfit(run, after, len(new), problem, say), "")
        return Addition(kind, say(text), there.address())

    kinds = [
        offered(kind, (layer.__doc__ or "").strip(), partial(_new, kind, run, after)) for kind, layer in LAYERS.items()
    ]
    return [*kinds, offered(say(RESIDUAL), LEARNS_THE_REST, partial(_residual, run, after))]


def beginnings(run: Run, state: State, lab: Lab, say: Say) -> list[Addition]:
    """Return the usual ones of what can stand behind the picture."""
    return [each for each in adding(run, state, PICTURE, lab, say) if each.kind in LAYERS and LAYERS[each.kind].usual]


def starter(kind: str) -> Layer:
    """Return a new layer of `kind` with settings to begin with."""
    return read_layer({"type": kind, **LAYERS[kind].starter})


def _new(kind: str, run: Run, after: int) -> list[Layer]:
    """Return a new layer for the place behind `after`; raise Unfit where it finds nothing to join with."""
    layer = starter(kind)
    if not isinstance(layer, Merge):
        return [_as_many(layer, run, after)]
    other = _partner(layer, run, after)
    if other is None:
        raise Unfit(layer.lonely, shape=written(_shape(run, after)), pointer="/inputs")
    return [layer.reading((after, other))]


def _as_many(layer: Layer, run: Run, after: int) -> Layer:
    """Return a layer that makes as many maps as it reads, where others read these and it says how many it makes."""
    if "out_channels" not in layer.settings() or not readers([stage.layer for stage in run.stages], after):
        return layer
    return read_layer({**layer.fields("python"), "out_channels": _shape(run, after)[0]})


def _misfit(run: Run, after: int, count: int, problem: Mistake, say: Say) -> str:
    """Return why `count` new layers do not fit behind `after`, by the later layer that no longer would."""
    number, why = layer_of(problem), problem.say(say)
    was = -1 if number is None else number - count
    if was <= after:
        return why
    if run.stages[was].layer.merges:
        text = say("Then what layer {number}, {type}, joins no longer goes together.")
        return text.format(number=was + 1, type=run.stages[was].layer.type)
    text = say("Then layer {number}, {type}, does not fit: {why}")
    return text.format(number=was + 1, type=run.stages[was].layer.type, why=why)


def _partner(layer: Merge, run: Run, after: int) -> int | None:
    """Return the nearest output before `after` that can be joined with its own; None where none can.

    Of those something has been learned since the nearest is wanted: a relu and what it reads say nearly the same.
    """
    here, vector = _shape(run, after), _vector(run, after)
    found = [
        number
        for number in range(after - 1, PICTURE - 1, -1)
        if _vector(run, number) == vector and layer.joins(here, _shape(run, number))
    ]
    learned = max((stage.index for stage in run.stages[: after + 1] if stage.layer.learned), default=PICTURE)
    return next((number for number in found if number < learned), found[0] if found else None)


def _residual(run: Run, after: int) -> list[Layer]:
    """Return the layers of a residual block behind layer `after`."""
    count = _shape(run, after)[0]
    convolution = {"type": "conv2d", "out_channels": count, "kernel_size": 3, "padding": 1}
    way = [convolution, {"type": "relu"}, convolution]
    joined = {"type": "add", "inputs": [after, after + len(way)]}
    names = {stage.layer.name.partition("/")[0] for stage in run.stages if stage.layer.name}
    block = next(f"{BLOCK}{number}" for number in range(1, len(names) + 2) if f"{BLOCK}{number}" not in names)
    layers = map(read_layer, [*way, joined, {"type": "relu"}])
    return [layer.called(f"{block}/{layer.type}") for layer in layers]


def _shape(run: Run, number: int) -> Shape:
    return run.input_shape if number == PICTURE else run.stages[number].output_shape


def _vector(run: Run, number: int) -> bool:
    return number != PICTURE and run.stages[number].vector
