"""What follows from a document before any arithmetic: the shapes and costs of its stages, and what cannot be."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from app.errors import Mistake, TooDear, Word
from app.layers import Layer, Shape
from app.layers.geometry import Geometry
from app.layers.references import PICTURE
from app.numerics.axis import Pair
from app.numerics.field import Number, ReceptiveField, Ways
from app.pipeline.document import Document

# What a run may need too much of.
MULTIPLICATIONS = Word("multiplications, or comparisons as dear")
MAPS = Word("bytes for its maps")
WEIGHTS = Word("bytes for its weights")


@dataclass(frozen=True)
class Stage:
    """What is known of one layer of a document before any arithmetic."""

    index: int
    layer: Layer
    inputs: tuple[int, ...]  # the stages that it reads; −1: the picture
    geometries: tuple[Geometry, ...]  # what its numbers read of each of them
    ways: tuple[Ways, Ways]  # by which they have seen the picture, down and across
    cost: int  # of computing it, in multiplications or operations as dear
    parameters: int  # that it learns
    from_vector: bool = False  # its inputs are vectors
    vector: bool = False  # its output is a vector, an array of shape (n, 1, 1)

    @property
    def geometry(self) -> Geometry:
        """What its numbers read of its first input, which is all there is but where it merges several."""
        return self.geometries[0]

    @property
    def input_shape(self) -> Shape:
        """The shape of its first input."""
        return self.geometries[0].input_shape

    @property
    def input_shapes(self) -> tuple[Shape, ...]:
        """The shape of each input."""
        return tuple(geometry.input_shape for geometry in self.geometries)

    def read_for(self, channel: int) -> int:
        """Return the first of its inputs, from 0, of which the numbers of a map read anything."""
        ranges = (geometry.channels_read(channel) for geometry in self.geometries)
        return next(at for at, (first, last) in enumerate(ranges) if first < last)

    @property
    def output_shape(self) -> Shape:
        return self.geometries[0].shape

    @cached_property
    def bytes(self) -> int:
        """The bytes of its output and of what it learns."""
        return 4 * (math.prod(self.output_shape) + self.parameters)

    @cached_property
    def working_bytes(self) -> int:
        """The bytes that computing it takes at once beside its input, its output and what it learns."""
        return self.layer.working_bytes(self.input_shape)

    @property
    def fields(self) -> tuple[ReceptiveField, ReceptiveField]:
        """What its numbers have seen of the picture, down and across, by the way by which they have seen most."""
        return self.ways[0].largest, self.ways[1].largest

    @property
    def receptive_size(self) -> Pair:
        """Rows and columns of the picture that a number has seen, at most, edges ignored."""
        return self.ways[0].largest.size, self.ways[1].largest.size

    @property
    def jump(self) -> tuple[Number, Number] | None:
        """How far on the picture from what one place has seen to the next, down and across; ½ where it is finer.

        None where that is not the same by all ways on which the layer has seen it.
        """
        down, across = (ways.jump for ways in self.ways)
        return None if down is None or across is None else (down, across)

    @property
    def start(self) -> tuple[Number, Number]:
        """The row and column of the picture where what the first place has seen begins; padding lies before 0."""
        return self.fields[0].start, self.fields[1].start

    @property
    def input_axes(self) -> tuple[int, ...]:
        """The shape of the input as PyTorch has it: (n,) for a vector."""
        return self.input_shape[:1] if self.from_vector else self.input_shape

    @property
    def output_axes(self) -> tuple[int, ...]:
        """The shape of the output as PyTorch has it: (n,) for a vector."""
        return self.output_shape[:1] if self.vector else self.output_shape


class Volume(NamedTuple):
    """The picture, or the output of a stage."""

    shape: Shape
    vector: bool


class Fit(NamedTuple):
    """What a layer makes of what it reads, and what that takes."""

    layer: Layer
    geometries: tuple[Geometry, ...]
    output: Volume
    numbers: int  # of the output
    cost: int
    parameters: int


Known = dict[tuple[int, tuple[Volume, ...]], Fit]  # by the identity of a layer, which a fit keeps alive, and its inputs


def plan(
    document: Document, shape: Shape, *, most_multiplications: int, most_bytes: int, known: Known | None = None
) -> tuple[Stage, ...]:
    """Return the stages of `document` on an input of `shape`; raise Unfit for what cannot be or costs too much.

    What is `known` of its layers is not found again, and what is found is added: after one document, others that have
    most of its layers take little.
    """
    known = {} if known is None else known
    stages: list[Stage] = []
    volumes, ways = [Volume(shape, False)], [(Ways(), Ways())]  # of the picture, then of each stage
    cost, numbers = 0, math.prod(shape)
    for index, layer in enumerate(document.layers):
        inputs = layer.reads(index)
        read = (volumes[inputs[0] + 1],) if len(inputs) == 1 else tuple([volumes[number + 1] for number in inputs])
        key = (id(layer), read)
        try:
            fit = known.get(key) or known.setdefault(key, _fit(layer, read))
        except Mistake as mistake:
            raise mistake.within(f"/layers/{index}") from None
        ways.append(_seen([ways[number + 1] for number in inputs], fit.geometries))
        volumes.append(fit.output)
        vectors = read[0].vector, fit.output.vector
        stages.append(Stage(index, layer, inputs, fit.geometries, ways[-1], fit.cost, fit.parameters, *vectors))
        cost += fit.cost
        numbers += fit.numbers
        _afford(index, layer, MULTIPLICATIONS, cost, most_multiplications)
        _afford(index, layer, MAPS, 4 * numbers, most_bytes)
        _afford(index, layer, WEIGHTS, 4 * fit.parameters, most_bytes)
    return tuple(stages)


def needed_for(stages: Sequence[Stage], index: int) -> tuple[Stage, ...]:
    """Return the stages that the output of stage `index` is computed from, itself the last."""
    return tuple(stages[number] for number in needed(stages, [index]) if number != PICTURE)


def needed(stages: Sequence[Stage], wanted: Iterable[int], there: Callable[[int], bool] = lambda _: False) -> list[int]:
    """Return which outputs are to be computed for some that are wanted, in order; others may be `there` already."""
    missing = set(wanted)
    for number in range(max(missing, default=PICTURE), PICTURE, -1):
        if number in missing:
            missing.update(each for each in stages[number].inputs if each not in missing and not there(each))
    return sorted(missing)


def _fit(layer: Layer, read: tuple[Volume, ...]) -> Fit:
    shapes = [volume.shape for volume in read]
    vector = layer.form(shapes, [volume.vector for volume in read])
    geometries = layer.geometries(shapes)
    shape = geometries[0].shape
    return Fit(
        layer, geometries, Volume(shape, vector), math.prod(shape), layer.cost(shapes[0]), layer.parameters(shapes[0])
    )


def _seen(read: list[tuple[Ways, Ways]], geometries: tuple[Geometry, ...]) -> tuple[Ways, Ways]:
    """Return the ways by which a layer has seen the picture, from those of its inputs."""
    if len(read) == 1:
        return read[0][0].through(geometries[0].rows), read[0][1].through(geometries[0].columns)
    both = list(zip(read, geometries, strict=True))
    down = [ways[0].through(geometry.rows) for ways, geometry in both]
    across = [ways[1].through(geometry.columns) for ways, geometry in both]
    return Ways.of(down), Ways.of(across)


def _afford(index: int, layer: Layer, what: Word, count: int, most: int) -> None:
    """Refuse a run that, up to layer `index`, needs more than the most that is allowed of something."""
    if count > most:
        raise TooDear(
            "Up to layer {number} ({type}) this needs {count} {what}; the most is {most}. Use a smaller picture, "
            "fewer filters, a smaller window, less padding or a larger stride.",
            number=index + 1,
            type=f'{layer.type} "{layer.name}"' if layer.name else layer.type,
            count=f"{count:,}",
            what=what,
            most=f"{most:,}",
            pointer=f"/layers/{index}",
        )
