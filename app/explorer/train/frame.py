"""What stands around the parts of a training that change: its data, its settings, its network."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from app.explorer.templating.context import Context
from app.explorer.train.draft import BATCHES, EPOCHS, METHODS, RATES, SETS, sizes
from app.explorer.train.snapshot import examples_faces
from app.layers import LAYERS
from app.messages import N_
from app.rendering.palette import Theme
from app.rendering.svg import Face
from app.training.data import DataSet
from app.training.network import fitted
from app.training.shapes import SHAPES, SIZES
from app.training.training import Training

Say = Callable[[str], str]
SHAPE_NAMES = (N_("circle"), N_("cross"), N_("line"), N_("square"))
KEYS = (
    (N_("Space"), N_("Run or pause")),
    ("N", N_("One batch")),
    ("R", N_("Back to the seed")),
    ("?", N_("These keys")),
)


@dataclass(frozen=True)
class Stop:
    """One volume of the network in the ribbon."""

    name: str
    shape: tuple[int, int, int]
    index: int | None  # of the layer; None for the input
    settings: dict[str, str]  # that can be changed before the start


@dataclass(frozen=True)
class FrameContext(Context):
    """What templates/train.html shows around the parts that change."""

    language: str
    theme: Theme
    projector: bool
    options: dict[str, str]  # that addresses carry along
    name: str  # the id of the training; nothing before it has begun
    owned: bool  # this browser holds its key
    fields: dict[str, str]  # of the draft of it
    classes: list[tuple[str, int, list[Face]]]  # each name, how many pictures to learn from, some of them
    learned: int
    stops: list[Stop]
    parameters: int
    wrong: str  # why the draft cannot be
    life: int | None  # how long it is kept from now on, seconds; None for ever, or not at all yet
    link: str  # the whole address, for others
    choices: "Choices"


@dataclass(frozen=True)
class Around:
    """Who looks at a training, and how."""

    language: str
    theme: Theme
    projector: bool
    options: dict[str, str]
    say: Say
    name: str = ""
    owned: bool = True
    wrong: str = ""
    life: int | None = None
    link: str = ""


@dataclass(frozen=True)
class Choices:
    """What can be chosen before the start."""

    sets: dict[str, str]  # each with its name, a msgid
    methods: dict[str, str]
    shapes: tuple[str, ...]
    sizes: range
    rates: tuple[str, ...]
    batches: tuple[str, ...]
    epochs: tuple[str, ...]
    kinds: tuple[str, ...]  # of layers
    keys: tuple[tuple[str, str], ...]


CHOICES = Choices(
    SETS,
    {name: title for name, (title, _) in METHODS.items()},
    SHAPES,
    SIZES,
    RATES,
    BATCHES,
    EPOCHS,
    tuple(name for name, kind in LAYERS.items() if not kind.scores and not kind.merges),
    KEYS,
)


def frame(around: Around, training: Training, data: DataSet, sheet: str, fields: dict[str, str]) -> FrameContext:
    """Return what stands around a training; some of the pictures of `data` lie on the `sheet` at that address."""
    names = training.data.names
    rows = examples_faces(data, sheet)
    each = training.data.counts[0] // len(names)
    counts = np.bincount(data.learned.labels, minlength=len(names)).tolist() if around.name else [each] * len(names)
    return FrameContext(
        around.language,
        around.theme,
        around.projector,
        around.options,
        around.name,
        around.owned,
        fields,
        list(zip(class_words(training, around.say), counts, rows, strict=True)),
        training.data.counts[0],
        stops_of(training, around.say),
        parameters_of(training),
        around.wrong,
        around.life,
        around.link,
        CHOICES,
    )


def class_words(training: Training, say: Say) -> list[str]:
    """Return the names of the classes, those of ours in the language of the page."""
    names = training.data.names
    return [say(name) for name in names] if training.data.set == "shapes" else list(names)


def stops_of(training: Training, say: Say) -> list[Stop]:
    """Return the volumes of a network that fits."""
    stops = [Stop(say("Input"), training.data.shape, None, {})]
    for index, (_, made) in enumerate(fitted(training.layers, training.data.shape)):
        layer = training.layers[index]
        stops.append(Stop(layer.type, made, index, sizes(layer)))
    return stops


def parameters_of(training: Training) -> int:
    """Return how many numbers the network learns."""
    shapes = fitted(training.layers, training.data.shape)
    return sum(layer.parameters(read) for layer, (read, _) in zip(training.layers, shapes, strict=True))
