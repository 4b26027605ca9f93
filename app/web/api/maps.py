"""What a layer of a run holds, as an answer: lists, a NumPy file, a sheet of pictures, and the drawing of a number."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from fastapi import Request

from app.errors import NotFound, Unfit, shown
from app.explorer.drawing import map_picture, step_svg
from app.lab import Lab, Run
from app.layers import Place
from app.layers.layer import Array
from app.rendering.scales import Colours, read_colours
from app.results import Result
from app.web.api.json_text import json_bytes
from app.web.asgi.answers import PNG, SVG, Artifact, Json, NumPy
from app.web.asgi.artifacts import NumPyFile, immutable, immutable_json, picture_theme
from app.web.asgi.language import language_of
from app.whole_numbers import read_whole

Nested = list[list[list[float]]] | list[list[float]] | list[float] | float  # of one channel, or a vector, fewer axes
JSON_BYTES = 40  # a number, that writing it takes at once
MOST_JSON_NUMBERS = 4_000_000  # about 50 MB of text; more is for .npy


@dataclass(frozen=True)
class Maps:
    """The maps of a layer, or one of them, that an address asks for."""

    run: Run
    index: int | None  # None: the input
    channel: int | None  # None: all
    axes: tuple[int, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        return self.axes if self.channel is None else self.axes[1:]

    @property
    def layer(self) -> str:
        """The layer as addresses name it."""
        return "input" if self.index is None else str(self.index)

    @property
    def name(self) -> str:
        return f"{self.run.document.ids[0 if self.index is None else self.index + 1]}-{self.layer}-{self.channel}"

    def of(self, result: Result) -> Array:
        """Return the array."""
        return (result.output if self.channel is None else result.output[self.channel]).reshape(self.shape)


def maps_of(run: Run, index: int | None, channel: str | None) -> Maps:
    """Return all maps of a layer, or one; raise NotFound where there is none of that number."""
    axes = run.stages[index].output_axes if index is not None else run.input_shape
    return Maps(run, index, None if channel is None else whole(channel, "channel", axes[0]), tuple(axes))


def colours_of(kind: str, range_: str) -> Colours:
    """Return the colours of a sheet; raise Unfit for a kind that there is not. Whoever asks looks at its range."""
    colours = read_colours(kind, range_)
    if colours.kind != kind:
        raise Unfit("colours must be signed, one or grey, not {given}.", given=shown(kind), pointer="/colours")
    return colours


async def json_answer(request: Request, lab: Lab, maps: Maps) -> Artifact[Nested]:
    """Return maps as nested lists."""
    speakable(math.prod(maps.shape), "output.npy, or one channel with ?channel=0")

    async def make() -> Json[Nested]:
        numbers = maps.of(await lab.result(maps.run, maps.index))
        return await lab.render(lambda: json_bytes(cast(Nested, numbers)), JSON_BYTES * numbers.size)

    return await immutable_json(request, f"{maps.name}-json", make)


async def npy_answer(request: Request, lab: Lab, maps: Maps) -> Artifact[NumPy]:
    """Return maps as a NumPy file."""

    async def make() -> NumPyFile:
        result = await lab.result(maps.run, maps.index)
        return NumPyFile(maps.of(result), result)

    return await immutable(request, f"{maps.name}-npy", NumPy, make, f"layer-{maps.layer}.npy")


async def png_answer(request: Request, lab: Lab, maps: Maps, colours: Colours) -> Artifact[PNG]:
    """Return maps as one sheet."""
    theme = picture_theme(request)
    key = f"{maps.name}-png-{colours.kind}-{colours.range}-{theme}"
    return await immutable(
        request, key, PNG, lambda: map_picture(lab, maps.run, maps.index, maps.channel, theme, colours)
    )


async def drawing_answer(request: Request, lab: Lab, run: Run, index: int, place: Place) -> Artifact[SVG]:
    """Return the drawing of one number."""
    theme, language = picture_theme(request), language_of(request)
    drawing = await immutable(
        request,
        f"{step_name(run, index, place)}-svg-{theme}-{language}",
        SVG,
        lambda: step_svg(lab, run, index, place, theme, language),
    )
    drawing.headers["Vary"] = "Accept-Language, Cookie"
    return drawing


def step_name(run: Run, index: int, place: Place) -> str:
    """Return what tells a number from all others."""
    return f"{run.document.ids[index + 1]}-{'.'.join(map(str, place))}"


def place_in(run: Run, index: int | None, texts: Sequence[str]) -> tuple[int, Place]:
    """Return the place of a layer's output that channel, row and column name; raise NotFound."""
    if index is None:
        raise NotFound("A number of the input has no steps: it is where the steps begin.")
    named = zip(texts, Place._fields, run.stages[index].output_shape, strict=True)
    return index, Place(*(whole(text, name, length) for text, name, length in named))


def layer_index(run: Run, text: str) -> int | None:
    """Return the index of the layer that an address names; None for `input`; raise NotFound."""
    if text == "input":
        return None
    if not run.stages and read_whole(text) is not None:
        raise NotFound("This run has no layers; its only array is the input.")
    return whole(text, "layer", len(run.stages))


def whole(text: str, name: str, count: int) -> int:
    """Return the number that an address names, below `count`; raise NotFound."""
    number = read_whole(text, count)
    if number is not None:
        return number
    raise NotFound(
        "There is no {name} {text}; here they run from 0 to {last}.", name=name, text=text[:20], last=count - 1
    )


def speakable(count: int, instead: str) -> None:
    """Refuse more numbers than JSON is good for."""
    if count > MOST_JSON_NUMBERS:
        raise Unfit(
            "{count} numbers are too many for JSON (at most {most}); take {instead}.",
            count=f"{count:,}",
            most=f"{MOST_JSON_NUMBERS:,}",
            instead=instead,
        )
