"""Class scores: what the network says of each class, and how the score of one came to be.

The classes stand in their own order, whatever their scores, so that a bar keeps its place while pictures and weights
change. The class that is explained is the place; the links to this look lead to the winner.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from app.errors import NotFound, Unfit
from app.explorer.classes import class_names
from app.explorer.looks.look import Look, LookRequest
from app.explorer.looks.mattered import Mattered, covered_picture, mattered
from app.explorer.looks.shift import whole_number
from app.explorer.looks.steps import map_by_map
from app.explorer.state import State
from app.explorer.sums.score import ScoreSum, heaviest, maps_read, products, score_sum
from app.explorer.templating.context import Context
from app.explorer.view import View, view_of
from app.lab import Lab, Run
from app.layers import Place
from app.layers.references import PICTURE
from app.pipeline.activation import class_maps
from app.pipeline.document import ENGINE
from app.pipeline.plan import Stage
from app.printing.shares import portions
from app.rendering.sheets.scores import MAP, PRODUCTS, WEIGHTS, score_png, score_tiles
from app.rendering.svg import Face

MOST_ROWS = 12  # classes that each have a row; of more the largest
SHOWN = 10  # … so many


@dataclass(frozen=True)
class Row:
    """What is said of one class."""

    index: int
    name: str
    score: str
    share: str  # nothing where there are no shares
    length: float  # of its bar, %
    below: bool  # the bar is of a number below zero
    won: bool
    here: bool
    href: str


@dataclass(frozen=True)
class Term:
    """A map of the score: its pictures, or where it is one number its arithmetic."""

    name: str
    faces: tuple[Face, Face, Face] | None  # the map, the weights, the products
    cell: tuple[int, int]  # of the largest product
    factors: tuple[float, float, float]  # the number, its weight, what they give
    added: str
    minus: bool


@dataclass(frozen=True)
class Made:
    """How one score came to be."""

    terms: tuple[Term, ...]
    sum: ScoreSum
    numbers: bool  # each map is one number
    decimals: tuple[int, int, int]  # of a number read, a weight, and what they give


@dataclass(frozen=True)
class Averaged:
    """Where a score is the mean of a map."""

    face: Face
    count: int  # of its numbers
    href: str  # of the view that lays it over the picture


@dataclass(frozen=True)
class ScoresContext(Context):
    """What templates/looks/scores.html shows."""

    rows: list[Row]
    others: int  # that have no row
    others_share: str
    rounding: str  # of the shares
    shared: bool  # the classes have shares
    named: str  # the class that is explained
    score: str
    share: str
    answers: bool
    made: Made | None
    averaged: Averaged | None
    mattered: Mattered | None
    refused: str  # why it is not known which part mattered


@dataclass(frozen=True)
class Layers:
    """Which layers give the scores and their shares; None where there is none."""

    scores: int | None
    shares: int | None


def layers_of(stages: tuple[Stage, ...], index: int) -> Layers:
    """Return the layers whose scores and shares are those of a layer that gives either."""
    if not stages[index].layer.scores:
        shares = (stage.index for stage in stages[index + 1 :] if stage.layer.scores and stage.inputs == (index,))
        return Layers(index, next(shares, None))
    (before,) = stages[index].inputs
    return Layers(before if before != PICTURE and _weighs(stages[before]) else None, index)


def _weighs(stage: Stage) -> bool:
    """Tell whether a layer makes a vector of weighted sums."""
    return stage.vector and stage.layer.learned


def _says(stage: Stage) -> bool:
    return stage.layer.scores or _weighs(stage)


async def _context(asked: LookRequest) -> ScoresContext:
    """Return the classes, and how the score of the place came to be."""
    lab, run, view, place = asked.lab, asked.run, asked.view, Place(asked.state.place.channel, 0, 0)
    layers = layers_of(run.stages, view.index)
    given = await lab.result(run, layers.shares) if layers.shares is not None else None
    scored = view
    if layers.scores not in (None, view.index):
        digits = asked.state.option("digits")
        scored = await view_of(lab, run, layers.scores or 0, place, view.theme, view.language, digits)
        scored = replace(scored, prediction=view.prediction)
    weighs = layers.scores is not None
    scores = scored.result.output.ravel() if weighs else view.before.output.ravel()
    shares = None if given is None else given.output.ravel()
    part, refused = None, ""
    if not view.hidden:
        try:
            of = layers.scores if layers.shares is None else layers.shares
            part = await mattered(asked, of or 0, shares=shares is not None)
        except Unfit as mistake:
            refused = mistake.say(view.say)
    shown = await lab.queue.light(lambda: _shown(asked, scored, scores, shares, weighs=weighs))
    return replace(shown, mattered=part, refused=refused)


def _shown(
    asked: LookRequest, scored: View, scores: NDArray[np.float32], shares: NDArray[np.float32] | None, *, weighs: bool
) -> ScoresContext:
    state, view, here = asked.state, asked.view, asked.state.place.channel
    names = class_names(asked.run, view.index, view.say)
    shown = list(range(len(scores)))
    if len(scores) > MOST_ROWS:
        largest = np.argsort(-scores, kind="stable")[:SHOWN].tolist()
        shown = sorted(largest if here in largest else [*largest[:-1], here])
    others = len(scores) - len(shown)
    printed = None
    if shares is not None:
        wide = shares.astype(np.float64)
        printed = portions([*wide[shown], *([max(0.0, 1 - wide[shown].sum())] if others else [])])
    decimals, extent = (scored.decimals if weighs else view.input_decimals), float(np.abs(scores).max())
    number = scored.number if weighs else view.input_number
    rows = [
        Row(
            index,
            names[index],
            number(float(scores[index])),
            printed.texts[at] if printed else "",
            100 * float(abs(scores[index]) / (extent or 1) if shares is None else shares[index]),
            shares is None and scores[index] < 0,
            index == int(scores.argmax()),
            index == here,
            state.but(place=state.place._replace(channel=index), edit="").address(),
        )
        for at, index in enumerate(shown)
    ]
    return ScoresContext(
        rows=rows,
        others=others,
        others_share=printed.texts[-1] if printed and others else "",
        rounding=f"{printed.remainder:f}" if printed and printed.remainder else "",
        shared=shares is not None,
        named=names[here],
        score=number(float(scores[here])),
        share=rows[shown.index(here)].share,
        answers=shares is not None or view.index == len(asked.run.stages) - 1,
        made=_made(scored, decimals) if weighs and not view.hidden else None,
        averaged=None if weighs or view.hidden else _averaged(asked),
        mattered=None,
        refused="",
    )


def _averaged(asked: LookRequest) -> Averaged | None:
    """Return the map whose mean is the score of the place; None where it is no such mean."""
    maps = class_maps(asked.run.stages) if asked.view.index == len(asked.run.stages) - 1 else None
    if maps is None:
        return None
    _, rows, columns = asked.run.stages[maps].output_shape
    face = asked.view.pictures.map(maps, asked.state.place.channel)
    return Averaged(face, rows * columns, asked.state.but(view="why", edit="").address())


def _made(view: View, decimals: int) -> Made:
    """Return how the score at the place of a view came to be."""
    weight, label, run = view.weight, view.place.channel, view.run
    assert weight is not None
    _, shape = maps_read(run.stages, view.index)
    x = view.before.output
    found = products(x, weight[label], shape)
    summed = score_sum(found, view.closeup.terms["bias"], view.closeup.value, decimals)
    numbers = shape[1:] == (1, 1)
    name = view.say("number {number}") if numbers else view.say("map {number}")
    plan = score_tiles(len(summed.parts), *shape[1:])
    prefix, theme = run.document.ids[view.index + 1], "&theme=dark" if view.theme == "dark" else ""
    href = f"/parts/score/{prefix}/{view.index}.png?v={ENGINE}&label={label}{theme}"
    terms = []
    for row, part in enumerate(summed.parts):
        at = (part.map, *part.cell)
        corners = [plan.corner(3 * row + tile) for tile in range(3)]
        tiles = [Face(href, plan.size, *corner, shape[2], shape[1], signed=True) for corner in corners]
        terms.append(
            Term(
                name.format(number=part.map + 1),
                None if numbers else (tiles[MAP], tiles[WEIGHTS], tiles[PRODUCTS]),
                part.cell,
                (float(x.reshape(shape)[at]), float(weight[label].reshape(shape)[at]), float(found[at])),
                f"{abs(part.added):,f}",
                part.added < 0,
            )
        )
    return Made(tuple(terms), summed, numbers, (view.input_decimals, view.weight_decimals, decimals))


async def score_picture(lab: Lab, run: Run, layer: str, fields: Mapping[str, str]) -> bytes:
    """Return the maps that weigh most in the score of the class `label`, their weights and products."""
    index = whole_number(layer, len(run.stages))
    stage = run.stages[index]
    if not _weighs(stage):
        raise NotFound("There is no picture {name} here.", name="score")
    label = whole_number(fields.get("label", ""), stage.output_shape[0])
    source, shape = maps_read(run.stages, index)
    before, result = await lab.some(run, (*stage.inputs, index))
    extents = await lab.extents(run, source if source >= 0 else None)

    def drawn() -> bytes:
        x, weight = before.output.reshape(shape), result.weights["weight"][label].reshape(shape)
        found = products(x, weight, shape)
        maps = heaviest(found)
        ends = [extents[channel] for channel in maps]
        return score_png(x[maps], weight[maps], found[maps], ends, "dark" if fields.get("theme") == "dark" else "light")

    return await lab.queue.light(drawn)


def winner(view: View, state: State) -> State:
    """Return the state at the class with the largest score; at its place while that is still to be guessed."""
    if view.hidden:
        return state
    return state.but(place=Place(int(view.result.output.argmax()), 0, 0))


LOOK = Look(
    "scores",
    "Class scores",
    "What the network says of each class, how one score came to be, and which part of the picture mattered.",
    25,
    _context,
    applies=_says,
    pictures={"score": score_picture, "covered": covered_picture},
    stands=True,
    enter=winner,
    renew=winner,
    steps=map_by_map,
    chapter="network",
)
