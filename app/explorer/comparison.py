"""The other side of a comparison: what `with=` in the address says, a small difference from the state itself.

with=image:chelsea   another picture        with=channel:2   another map of the layer
with=seed:3          other random weights   with=layer:0     another layer of the same run
with=padding:2       another setting        with=epoch:0     the same network, less trained
with=run:<id>        any other run
with=pictures        every picture          with=camera      what the camera sees

Anything else is ignored: what stands beside a map is then what suits its layer.
"""

import re
from dataclasses import dataclass
from fractions import Fraction

from app.errors import Mistake
from app.explorer.checkpoints import at_epoch, trained
from app.explorer.state import State, within
from app.lab import Lab, Run
from app.layers import Place
from app.layers.references import PICTURE
from app.numerics.axis import Pair
from app.pipeline.document import ImageInput
from app.rendering.arrangement import arranged

SETTINGS = ("padding", "stride", "dilation", "kernel_size")
ALONE = ("pictures", "camera")
FORMS = re.compile(
    r"(image):([\w-]{1,64})|(seed):(\d{1,15})|(padding|stride|dilation|kernel_size):(\d{1,2})"
    r"|(channel|layer|epoch):(\d{1,5})|(run):([0-9a-f]{32})",
    re.ASCII,
)
WITH = "with"


@dataclass(frozen=True)
class Counterpart:
    """The other side: its state, and in what it differs."""

    kind: str
    value: str
    run: Run
    state: State

    @property
    def text(self) -> str:
        """The difference as the address has it."""
        return f"{self.kind}:{self.value}"


def read_with(text: str) -> tuple[str, str] | None:
    """Read `with=`: what differs, and how; None for nonsense."""
    if text in ALONE:
        return text, ""
    found = FORMS.fullmatch(text)
    if not found:
        return None
    kind, value = (part for part in found.groups() if part is not None)
    return kind, value


def beside(state: State, text: str, **changes: object) -> State:
    """Return `state` compared with what `text` says."""
    return state.with_options(**{WITH: text}).but(view="compare", edit="", **changes)


def alone(state: State) -> State:
    """Return one side by itself, in the figure."""
    return state.with_options(**{WITH: ""}).but(view="figure", edit="", pin="")


def layer_with(state: State, field: str) -> int | None:
    """Return the layer that is changed where `field` is: the one in view, or the nearest on its ways that has it."""
    layers, ways = state.document.layers, {state.layer}
    for index in range(state.layer, -1, -1):
        if index not in ways:
            continue
        if field in type(layers[index]).model_fields and (field != "weights" or layers[index].learned):
            return index
        ways.update(layers[index].reads(index))
    return None


def changed(state: State, kind: str, value: str) -> State | None:
    """Return the state that differs as said; None where it cannot or does not; raise Unfit where it makes no layer."""
    after: State | None = None
    if kind == "image" and isinstance(state.document.input, ImageInput):
        after = state.of_input(image=value)
    elif kind == "channel":
        after = state.but(place=state.place._replace(channel=int(value)))
    elif kind == "layer" and int(value) < len(state.document.layers):
        after = state.but(layer=int(value))
    elif kind == "seed" and (index := layer_with(state, "weights")) is not None:
        after = state.setting(index, {"weights": {"init": "random", "seed": int(value)}})
    elif kind == "epoch" and trained(state.document.layers):
        after = at_epoch(state, int(value))
    elif kind in SETTINGS and (index := layer_with(state, kind)) is not None:
        after = state.setting(index, {kind: int(value)})
    return None if after is None or after == state else after


def usual(run: Run, state: State) -> list[str]:
    """Return what stands beside a state where nothing is said: the best first, then what may be left."""
    stage = run.stages[state.layer]
    found = []
    if network := trained(state.document.layers):
        found.append(f"epoch:{network.model.epochs[0 if network.index else -1].epoch}")
    before = stage.inputs[0]
    if before != PICTURE and not stage.layer.learned and stage.input_shape == stage.output_shape:
        found.append(f"layer:{before}")
    source = run.document.input
    if isinstance(source, ImageInput):
        found.append("image:coffee" if source.image == "chelsea" else "image:chelsea")
    channels = stage.output_shape[0]
    if not arranged(stage.output_shape).single and channels > 1:
        found.append(f"channel:{(state.place.channel + 1) % channels}")
    return [*found, "seed:1", "seed:2", f"layer:{max(0, before)}", f"layer:{state.layer}"]


async def counterpart_of(lab: Lab, run: Run, state: State, text: str) -> tuple[Counterpart | None, Mistake | None]:
    """Return the other side, and what is wrong with the one that was asked for."""
    wrong = None
    asked = read_with(text)
    for kind, value in [asked] if asked and asked[0] not in ALONE else []:
        try:
            if found := await _opened(lab, run, state, kind, value):
                return found, None
        except Mistake as mistake:
            wrong = mistake
    for usually in usual(run, state):
        kind, value = usually.split(":")
        try:
            if found := await _opened(lab, run, state, kind, value):
                return found, wrong
        except Mistake:
            continue
    return None, wrong


async def _opened(lab: Lab, run: Run, state: State, kind: str, value: str) -> Counterpart | None:
    """Return the other side, planned, at the place that looks at the same part of the picture."""
    if kind == "run":
        other = await lab.run(value)
        if not other.stages or other.id == run.id:
            return None
        there = State(other.document, state.layer, state.place, state.view, options=state.options, path=state.path)
    else:
        changes = changed(state, kind, value)
        if changes is None:
            return None
        there = changes
        other = run if there.document == run.document else await lab.open(there.document)
    there = within(there, [stage.output_shape for stage in other.stages])
    if kind == "channel" and (
        arranged(run.stages[state.layer].output_shape).single or there.place.channel == state.place.channel
    ):
        return None
    place = facing(run, state, other, there)
    return Counterpart(kind, value, other, there.but(place=place, guess="", sheet=""))


def facing(run: Run, state: State, other: Run, there: State) -> Place:
    """Return the place of the other side that looks at the same part of the picture; the same where maps are alike."""
    mine, theirs = run.stages[state.layer], other.stages[there.layer]
    if mine.output_shape[1:] == theirs.output_shape[1:]:
        return there.place._replace(row=state.place.row, column=state.place.column)
    cells = []
    for axis, here in enumerate((state.place.row, state.place.column)):
        field, other_field = mine.fields[axis], theirs.fields[axis]
        middle = field.middle + here * field.jump
        middle *= Fraction(other.input_shape[1 + axis], run.input_shape[1 + axis])
        cell = round((middle - other_field.middle) / other_field.jump)
        cells.append(max(0, min(theirs.output_shape[1 + axis] - 1, cell)))
    return Place(there.place.channel, *cells)


def offset(run: Run, state: State, other: Run, there: State) -> Pair | None:
    """Return how many cells further on the other map has the same part of the picture; None where no number says it."""
    mine, theirs = run.stages[state.layer], other.stages[there.layer]
    if arranged(mine.output_shape).single or arranged(theirs.output_shape).single:
        return (0, 0) if mine.output_shape == theirs.output_shape else None
    if mine.output_shape[1:] == theirs.output_shape[1:]:
        return 0, 0
    if mine.jump is None or mine.jump != theirs.jump or run.input_shape[1:] != other.input_shape[1:]:
        return None
    found = [
        divmod(field.middle - other_field.middle, field.jump)
        for field, other_field in zip(mine.fields, theirs.fields, strict=True)
    ]
    return None if any(rest for _, rest in found) else (int(found[0][0]), int(found[1][0]))


def swapped(run: Run, state: State, other: Counterpart) -> State:
    """Return the comparison with its sides the other way round."""
    layers = state.document.layers
    back = f"run:{run.id}"
    if other.kind == "image":
        back = f"image:{state.document.input.image}"
    elif other.kind == "channel":
        back = f"channel:{state.place.channel}"
    elif other.kind == "layer":
        back = f"layer:{state.layer}"
    elif other.kind == "epoch" and (network := trained(layers)):
        back = f"epoch:{network.epoch}"
    elif other.kind == "seed" and (index := layer_with(state, "weights")) is not None:
        weights = getattr(layers[index], "weights")  # noqa: B009
        back = f"seed:{weights.seed}" if weights.init == "random" else back
    elif other.kind in SETTINGS and (index := layer_with(state, other.kind)) is not None:
        value = getattr(layers[index], other.kind)
        if isinstance(value, tuple) and value[0] == value[1]:
            back = f"{other.kind}:{value[0]}"
    return beside(other.state, back)
