"""A way of looking at one layer: what its address says, what it is called, what its template needs.

Looks that are drawn (`draw`) show one place with its sum below and move by themselves in the browser; the others are
asked for anew at every place.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from app.explorer.looks.steps import Steps
from app.explorer.state import State
from app.explorer.templating.context import Context
from app.explorer.view import Say, View
from app.lab import Lab, Run
from app.pipeline.plan import Stage
from app.rendering.figure.layout import Layout
from app.rendering.figure.scene import Scene


@dataclass(frozen=True)
class LookRequest:
    """What a look is made from: a number of a layer with all that is known of it, and the state that it is seen in."""

    lab: Lab
    run: Run
    state: State
    view: View
    recent: tuple[str, ...] = ()  # pictures of the visitor's own


# Makes a picture of a layer (its number, or "input") as the fields of its address ask; raises NotFound.
Picture = Callable[[Lab, Run, str, Mapping[str, str]], Awaitable[bytes]]


async def nothing(asked: LookRequest) -> Context:
    """Return an empty context."""
    return Context()


def everywhere(stage: Stage) -> bool:
    """Tell that a look says something of every layer."""
    return True


def any_run(stages: Sequence[Stage], index: int) -> bool:
    """Tell that a look says something of a layer whatever stands around it."""
    return True


def with_a_loss(stages: Sequence[Stage], index: int) -> bool:
    """Tell whether a run ends in shares, by which a loss says how wrong it is."""
    return stages[-1].layer.scores


def as_it_is(state: State, stage: Stage) -> State | None:
    """Return the state unchanged."""
    return state


def where_it_is(view: View, state: State) -> State:
    """Return the state unchanged."""
    return state


@dataclass(frozen=True)
class Look:
    """One way; found by its name are

    templates/looks/<name>.html    what it shows; not of one that is drawn
    static/css/looks/<name>.css    its style, where it has one
    static/js/looks/<name>.js      its script, where it has one: `begin` is called once, when the look is first there
    """

    name: str  # as the address has it
    title: str  # msgid: what the link to it says
    help: str  # msgid: one sentence
    order: int  # among the others, in the menu
    context: Callable[[LookRequest], Awaitable[Context]] = nothing
    draw: Callable[[Scene, Layout], Element] | None = None
    applies: Callable[[Stage], bool] = everywhere  # whether it says anything of a layer
    needs: Callable[[Sequence[Stage], int], bool] = any_run  # whether it says anything of a layer in its run
    moves: bool = True  # with the place; False where it shows the whole layer
    whole: bool = False  # shows all layers: their names stand in it, and the ribbon not above it
    pictures: Mapping[str, Picture] = field(default_factory=dict)  # of its own, at /parts/<name>/<run>/<layer>.png
    scripts: tuple[str, ...] = ()  # of static/js, where they are others than its own
    lasting: bool = True  # the same state looks the same for ever; False where it shows what may expire
    asks: bool = False  # shows the question, where one is asked
    stands: bool = False  # its link stands beside the menu, as that of a drawing does, and of what shows a whole layer
    enter: Callable[[View, State], State] = where_it_is  # where its link leads on a layer
    foot: str = ""  # the fragment beside its template that stands in place of the tape deck
    beyond: str = ""  # the look that goes on with what it tells, on layers of which it says nothing
    renew: Callable[[View, State], State] | None = None  # where it stands once the picture is another; None: as before
    chapter: str = ""  # of the lesson, that explains what it shows; of a drawing the layer says which
    # on the clicker's path (app/explorer/path.py)
    facet: str = ""  # what it shows of a layer: one of Layer.facets
    stop: Callable[[State, Stage], State | None] = as_it_is  # how a state comes to it; None where it says nothing there
    words: Callable[[Stage, Say], str] | None = None  # what it is called there; else by its title
    steps: Callable[[View, State], Steps] | None = None  # what it shows one after the other

    def says(self, run: Run, index: int) -> bool:
        """Tell whether it says anything of a layer of a run."""
        return self.applies(run.stages[index]) and self.needs(run.stages, index)

    def called(self, stage: Stage, say: Say) -> str:
        """Return what is said before it comes."""
        return self.words(stage, say) if self.words else say(self.title)

    def comes(self, state: State, stage: Stage) -> State | None:
        """Return the state in which it stands on the path; None where it says nothing of the layer."""
        return self.stop(state.but(view=self.name, edit=""), stage) if self.applies(stage) else None
