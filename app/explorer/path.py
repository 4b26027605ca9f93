"""The clicker's path: through a network with one key, a few views of each layer, and one place in all of them.

    conv2d   figure ─► each sheet ─► the sum ─► all maps ─► why 28? ─┐
    relu     figure ─► before and after ─┐◄──────────────────────────┘
    …        figure ─► all maps ─► trace it home ─► hop after hop ─► the end; start again

Which views a layer has says the layer (`facets`), which look shows them says the look (`facet`), and what a look shows
one after the other says its `steps`. `walk` in the address is the place that the path keeps, where that is another
layer's, and the view in which the path stands. A view that is neither the figure nor that one was opened by a person:
its own steps come first, then the path goes on where it was left.

walk=0.3.7.16        the path keeps this place of layer 0
walk=0.3.7.16.fan    … and stands at all maps, or was left there
"""

from dataclasses import dataclass
from typing import NamedTuple

from app.explorer.looks.look import Look
from app.explorer.looks.registry import LOOKS
from app.explorer.looks.steps import Step, Steps
from app.explorer.questions import REVEAL
from app.explorer.state import DRAWN, State, along, place_of
from app.explorer.view import View
from app.lab import Run
from app.layers import Place

FIGURE, HOME = "number", "home"  # the facets with which every layer and every network are told


class Walk(NamedTuple):
    """What the path remembers."""

    layer: int
    place: Place
    look: str = ""  # nothing for the figure

    @property
    def text(self) -> str:
        """What the address holds."""
        return ".".join(map(str, (self.layer, *self.place, *([self.look] if self.look else []))))


@dataclass(frozen=True)
class Path:
    """Where a clicker leads from a state."""

    on: Step
    back: Step | None  # none at the beginning
    away: Step | None  # from a view that a person opened, at once


def led(path: Path, way: str, state: State) -> State:
    """Return the state to which "next" or "prev" leads, as the page calls its links."""
    step = path.back if way == "prev" else path.on
    return step.state if step else state


def path_of(run: Run, view: View, state: State) -> Path | None:
    """Return where a clicker leads; None where there is no projector."""
    return _Here(run, view, state).path if state.option("projector") else None


def carried(run: Run, walk: Walk, index: int) -> Place:
    """Return the place of layer `index` that the path keeps: where one number alone reads it, that; else what looks at
    the same part of the picture.
    """
    shapes, place = [stage.output_shape for stage in run.stages], walk.place
    start = State(run.document, walk.layer, walk.place)
    if index <= walk.layer:
        return along(start, shapes, index)
    here = walk.layer
    for stage in run.stages[walk.layer + 1 : index + 1]:
        if here not in stage.inputs:
            continue
        cells, here = stage.geometries[stage.inputs.index(here)].read_by(place), stage.index
        first, last = cells.channels
        if last - first == int(cells.rows.sum()) == int(cells.columns.sum()) == 1:
            place = Place(first, int(cells.rows.argmax()), int(cells.columns.argmax()))
        else:
            place = along(start, shapes, stage.index)
    return place if here == index else along(start, shapes, index)


def read_walk(text: str, run: Run) -> Walk | None:
    """Read what the address holds; None where it is no place of the run."""
    parts = text.split(".")
    found, look = place_of(".".join(parts[:4])), ".".join(parts[4:])
    if found is None or found[0] >= len(run.stages) or (look and look not in LOOKS):
        return None
    shape = run.stages[found[0]].output_shape
    return Walk(*found, look) if all(at < length for at, length in zip(found[1], shape, strict=True)) else None


def kept(run: Run, state: State) -> State:
    """Return a state whose `walk` is true of it: once the window has moved, another place is kept."""
    walk = read_walk(state.walk, run) if state.option("projector") else None
    if walk is None:
        return state.but(walk="")
    if state.view in DRAWN:
        walk = walk._replace(look="")
    if state.view in (*DRAWN, walk.look) and carried(run, walk, state.layer) != state.place:
        walk = Walk(state.layer, state.place, walk.look)
    return _with(state, walk)


def _with(state: State, walk: Walk) -> State:
    """Return a state that remembers `walk`, if there is anything that it does not say itself."""
    itself = state.view in DRAWN and not walk.look and walk[:2] == (state.layer, state.place)
    return state.but(walk="" if itself else walk.text)


class _Here:
    """A state on the path, or beside it."""

    def __init__(self, run: Run, view: View, state: State) -> None:
        self.run, self.view, self.state, self.say = run, view, state, view.say
        self.index = view.index
        self.look = LOOKS[state.view]
        self.walk = read_walk(state.walk, run) or Walk(self.index, state.place)
        self.figure = next(look for look in LOOKS.values() if look.facet == FIGURE)
        self.at = self.figure if self.look.draw else self.look  # whose stop this is
        stands = self.at is self.figure or self.walk.look == self.at.name
        self.beside = not (stands and self.at in self._stops(self.index))

    @property
    def path(self) -> Path:
        asked = self.view.hidden and self.look.asks
        answer = Step(self.state.but(guess=REVEAL), self.say("the answer"))
        return Path(answer if asked else self._on(), self._back(), self._left() if self.beside else None)

    def _on(self) -> Step:
        if step := (steps := self._steps()) and steps.after:
            return self._kept(step)
        if self.beside:
            return self._left()
        stops, last = self._stops(self.index), len(self.run.stages) - 1
        if self.at != stops[-1]:
            return self._stop(stops[stops.index(self.at) + 1], self.index)
        if self.index < last:
            return self._stop(self._stops(self.index + 1)[0], self.index + 1)
        return Step(self._stop(self.figure, 0).state, self.say("the end; start again"))

    def _back(self) -> Step | None:
        if step := (steps := self._steps()) and steps.before:
            return self._kept(step)
        if self.beside:
            return self._left()
        stops = self._stops(self.index)
        if self.at != stops[0]:
            stop = self._stop(before := stops[stops.index(self.at) - 1], self.index)
            inner = self._steps_of(before, stop.state)
            return inner.last if inner else stop
        return self._stop(self._stops(self.index - 1)[-1], self.index - 1) if self.index else None

    def _stops(self, index: int) -> list[Look]:
        """Return the views of a layer, in their order."""
        stage = self.run.stages[index]
        facets = (*stage.layer.facets, *([HOME] if index == len(self.run.stages) - 1 else []))
        shown = {look.facet: look for look in LOOKS.values() if look.facet}
        there = self.state.but(layer=index)
        found = (shown[facet] for facet in facets if facet in shown)
        return [self.figure, *(look for look in found if look is not self.figure and look.comes(there, stage))]

    def _stop(self, look: Look, index: int) -> Step:
        """Return a view of a layer, at the place that the path keeps."""
        stage = self.run.stages[index]
        there = self.state.but(layer=index, place=carried(self.run, self.walk, index), sheet="", pin="")
        state = look.comes(there, stage) or there
        drawn = look is self.figure
        return Step(_with(state, self.walk._replace(look="" if drawn else look.name)), look.called(stage, self.say))

    # ---- what a view shows one after the other

    def _steps_of(self, look: Look, state: State) -> Steps | None:
        """Return the steps of a view that are on the path; beside it, all."""
        steps = look.steps(self.view, state) if look.steps else None
        return steps if steps and (self.beside or not steps.elsewhere) else None

    def _steps(self) -> Steps | None:
        return self._steps_of(self.at, self.state)

    def _kept(self, step: Step) -> Step:
        """Return a step that remembers where the path was left, or stays on it."""
        return Step(_with(step.state, self.walk), step.words)

    def _left(self) -> Step:
        """Return the view in which the path was left."""
        stops = {look.name: look for look in self._stops(self.index)}
        look = stops.get(self.walk.look, self.figure)
        stop, state = self._stop(look, self.index), self.state
        if look is self.figure and look.steps and state.sheet:
            there = look.steps(self.view, stop.state.but(sheet=state.sheet))
            stop = there.at(there.here)
        return Step(stop.state, self.say("back: {name}").format(name=stop.words))
