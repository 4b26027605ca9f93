"""What the card of a layer offers to read: the outputs before it that fit, the nearest first; and its name."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from app.errors import Mistake
from app.explorer.editing.inputs import as_typed
from app.lab import Run
from app.layers import Shape
from app.layers.merge import Merge
from app.layers.references import LONGEST_NAME, PICTURE
from app.pipeline.plan import Stage

MOST = 8  # outputs that are offered; any can be typed


@dataclass(frozen=True)
class Source:
    """An output that could be read."""

    number: int  # as people count: 0 is the input
    label: str
    now: bool  # it is read


@dataclass(frozen=True)
class Inputs:
    """What templates/_inputs.html shows."""

    text: str
    sources: list[Source]
    several: bool  # it reads several: each is one more, or one less
    name: str
    longest_name: int


def inputs_of(run: Run, index: int, say: Callable[[str], str]) -> Inputs:
    """Return what layer `index` reads and could read."""
    stage = run.stages[index]
    takes = _joining(stage) if isinstance(stage.layer, Merge) else _alone(stage)
    volumes = [(run.input_shape, False), *((each.output_shape, each.vector) for each in run.stages[:index])]
    nearest = range(index - 1, PICTURE - 1, -1)
    fitting = [number for number in nearest if number in stage.inputs or takes(*volumes[number + 1])]
    return Inputs(
        as_typed(stage.layer, index),
        [Source(number + 1, _label(run.stages, number, say), number in stage.inputs) for number in fitting[:MOST]],
        stage.layer.merges,
        stage.layer.name or "",
        LONGEST_NAME,
    )


def _label(stages: Sequence[Stage], number: int, say: Callable[[str], str]) -> str:
    return say("Input") if number == PICTURE else stages[number].layer.name or stages[number].layer.type


def _joining(stage: Stage) -> Callable[[Shape, bool], bool]:
    layer = stage.layer
    assert isinstance(layer, Merge)
    return lambda shape, vector: vector == stage.from_vector and layer.joins(stage.input_shape, shape)


def _alone(stage: Stage) -> Callable[[Shape, bool], bool]:
    """Return which outputs a layer could read and make the same shape of, so that all behind it goes on as it is."""

    @cache
    def takes(shape: Shape, vector: bool) -> bool:
        try:
            made = stage.layer.form([shape], [vector]), stage.layer.geometries([shape])[0].shape
        except Mistake:
            return False
        return made == (stage.vector, stage.output_shape)

    return takes
