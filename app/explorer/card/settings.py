"""The card that edits a layer: its settings, each within what can be, and its filters."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, get_args

from markupsafe import Markup

from app.errors import Mistake
from app.explorer.card.inputs import Inputs, inputs_of
from app.explorer.editing.additions import fits
from app.explorer.editing.edits import FRESH
from app.explorer.editing.ranges import Range, Setting, layer_of
from app.explorer.fields import query
from app.explorer.looks import places, sharing
from app.explorer.state import State, along
from app.lab import Lab, Run
from app.layers import Layer
from app.layers.layer import Weights
from app.layers.references import PICTURE
from app.pipeline.plan import Stage
from app.pipeline.wiring import readers
from app.printing.numbers import about
from app.rendering.diagrams.places import Length, lengths
from app.rendering.diagrams.sharing import Counts, areas, counts
from app.rendering.svg import markup
from app.whole_numbers import read_whole

AREA = 226.0  # px of the square that is drawn for everything connected
FILTERS = ("weights", "gallery", "pattern")  # the parts that are about filters
INPUTS = "inputs"  # the part about what the layer reads


@dataclass(frozen=True)
class Field:
    """A setting of a layer, with what it may be."""

    name: str
    help: str
    value: object
    words: list[str]  # that it may be
    kind: str  # bool, word, number
    text: str
    range: Range | None  # of a number that goes by steps
    fixed: bool  # by the weights: another value replaces them
    same_href: str  # the address at which padding keeps the size, or no longer does


@dataclass(frozen=True)
class Card:
    """The card that edits a layer; what its filters need is in `filters`."""

    index: int
    stage: Stage
    layer: Layer
    fields: list[Field]
    part: str  # settings, inputs, weights, gallery, pattern
    weights: Any  # what the document says of them
    fresh: bool  # the weights are new ones
    names: list[str]  # of the filters
    settings_href: str
    parts: dict[str, str]  # address of each part about filters
    close_href: str
    add_href: str  # what can stand behind it
    remove_href: str  # nothing where it cannot go
    left: bool  # there is a layer with which it could change places
    right: bool
    bound: str  # why it cannot be removed
    inputs: Inputs | None  # where that part is open
    inputs_href: str
    arrays: Weights
    places_href: str
    sharing_href: str
    lengths: tuple[Length, Length]
    counts: Counts | None
    fewer: str  # times fewer parameters than everything connected
    parameters: int
    areas: Markup | str


def card(run: Run, state: State, lab: Lab, say: Callable[[str], str] = str) -> Card | None:
    """Return what the card that edits a layer shows, where one is open."""
    index_text, _, part = state.edit.partition(".")
    index = read_whole(index_text, len(run.stages))
    if index is None:
        return None
    stage = run.stages[index]
    layer = stage.layer
    problem = fits(lambda: state.removing(index), run, lab)
    there = along(state, [each.output_shape for each in run.stages], index)
    weights = getattr(layer, "weights", None)
    shows_weights = part in FILTERS and layer.learned
    arrays = layer.weights_for(stage.input_shape) if shows_weights else {}
    here, counted = state.but(layer=index, place=there, edit=""), counts(stage)
    return Card(
        index=index,
        stage=stage,
        layer=layer,
        fields=[] if shows_weights or part == INPUTS else _fields(Setting(state, run, lab, index, "", say)),
        part=part if shows_weights or part == INPUTS else "settings",
        weights=weights,
        fresh=part == FRESH,
        names=[] if weights is None else weights.labels(),
        settings_href=state.but(edit=str(index)).address(),
        parts={name: state.but(edit=f"{index}.{name}", layer=index, place=there).address() for name in FILTERS}
        if layer.learned
        else {},
        close_href=state.but(edit="").address(),
        add_href=f"/add?{query({**state.all_fields(), 'after': str(index)})}",
        remove_href="" if problem else state.removing(index).address(),
        left=stage.inputs != (PICTURE,),
        right=bool(readers(state.document.layers, index)),
        bound=_bound(run, index, problem, say) if problem else "",
        inputs=inputs_of(run, index, say) if part == INPUTS else None,
        inputs_href=state.but(edit=f"{index}.{INPUTS}").address(),
        arrays=arrays,
        places_href=here.but(view=places.LOOK.name).address() if places.LOOK.applies(stage) else "",
        sharing_href=here.but(view=sharing.LOOK.name).address() if sharing.LOOK.applies(stage) else "",
        lengths=lengths(stage),
        counts=counted,
        fewer=about(counted.times("full")) if counted else "",
        parameters=stage.parameters,
        areas=markup(areas(counted, AREA, kinds=("full", "shared"))) if counted else "",
    )


def _bound(run: Run, index: int, problem: Mistake, say: Callable[[str], str]) -> str:
    """Return why a layer cannot be removed: which layer would no longer fit."""
    after = layer_of(problem)
    if after is None:
        return problem.say(say)
    reader = after + (after >= index)
    if run.stages[reader].layer.merges:
        text = say("Without it what layer {number}, {type}, joins no longer goes together; change that layer first.")
        return text.format(number=reader + 1, type=run.stages[reader].layer.type)
    text = say("Without it layer {number}, {type}, does not fit, which is to be changed first: {why}")
    return text.format(number=reader + 1, type=run.stages[reader].layer.type, why=problem.say(say))


def _fields(setting: Setting) -> list[Field]:
    """Return the settings of a layer, each with what it may be."""
    fields = []
    layer = setting.run.stages[setting.index].layer
    for name in layer.settings():
        info = type(layer).model_fields[name]
        one = replace(setting, name=name)
        value = one.value
        words = [a for a in _literals(info.annotation) if isinstance(a, str)]
        kind = (
            "bool" if isinstance(value, bool) else "word" if isinstance(value, str) and name != "padding" else "number"
        )
        stepped = kind == "number" and name not in layer.typed and not isinstance(value, (str, float))
        fields.append(
            Field(
                name=name,
                help=info.description or "",
                value=value,
                words=words,
                kind=kind,
                text=_words(value),
                range=one.range() if stepped else None,
                fixed=name in layer.fixed_by_weights and bool(getattr(layer, "weights").known_shape()),  # noqa: B009
                same_href=_same(one) if name == "padding" and "same" in words else "",
            )
        )
    return fields


def _same(setting: Setting) -> str:
    """Return the address at which padding keeps the size, or no longer does; nothing where it cannot."""
    wanted = 0 if setting.value == "same" else "same"
    state, index = setting.state, setting.index
    return state.setting(index, {setting.name: wanted}).address() if setting.takes(wanted) else ""


def _literals(annotation: Any) -> list[Any]:
    found: list[Any] = []
    for part in get_args(annotation):
        found.extend(_literals(part) if get_args(part) else [part])
    return found


def _words(value: Any) -> str:
    if not isinstance(value, tuple):
        return "" if value is None else str(value)
    return str(value[0]) if len({*value}) == 1 else (" × " if len(value) == 2 else " · ").join(map(str, value))
