"""The scales of a view: of one map, of all maps of the layer, of its filters; and the links that choose another."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from markupsafe import Markup

from app.explorer.state import State
from app.explorer.view import View
from app.messages import N_
from app.rendering.legend import alone
from app.rendering.palette import KINDS, Theme
from app.rendering.scales import Colours, Scale, read_colours
from app.rendering.svg import markup

NAMES = {"signed": N_("two colours"), "one": N_("one colour"), "grey": N_("black to white")}
INPUTS = {"": N_("as it is"), "own": N_("range of its values")}
RANGES = {"": N_("one for the layer"), "own": N_("each map its own")}


def scale_href(theme: Theme, colours: Colours, from_zero: bool) -> str:
    """Return the address of the picture of a scale."""
    kind = "" if colours.kind == "signed" else f"&colours={colours.kind}"
    return f"/scale.png?theme={theme}{kind}{'&from=zero' if from_zero and kind else ''}"


def colours_of(state: State) -> Colours:
    """Return what an address asks of colours."""
    asked = read_colours(state.option("colours"), state.option("range"))
    return replace(asked, stretched=state.option("input") == "own")


def scale_of(view: View, channel: int | None = None) -> Scale:
    """Return the scale of one map of a view's layer, or of all of them."""
    result, colours, extent = view.result, view.colours, view.extent
    alone_ = channel is not None and result.channels
    part = result.channels[channel] if alone_ and channel is not None else result.whole
    if colours.own and alone_:
        extent = max(-part.minimum, part.maximum, 0.0)
    clipped, numbers = 0, result.output[channel] if alone_ else result.output
    if colours.extent is not None:
        extent = colours.extent
        clipped = int(np.count_nonzero(np.abs(numbers) > np.float32(extent)))
    from_zero = colours.kind != "signed" and result.whole.minimum >= 0  # one palette colours all maps of a layer
    href = scale_href(view.theme, colours, from_zero)
    several = colours.own and bool(result.channels) and channel is None
    ends = part.minimum, part.maximum
    return Scale(colours, extent, *ends, clipped, numbers.size, href, from_zero, several, not several)


def weight_scale(view: View) -> Scale:
    """Return the scale of the filters: signed, whatever the maps have."""
    extent, plain = view.weight_extent, Colours()
    return Scale(plain, extent, -extent, extent, href=scale_href(view.theme, plain, False), marks=False)


@dataclass(frozen=True)
class Chooser:
    """The menu of scales: links, and the legend as it is now."""

    kinds: list[tuple[str, str, bool]]
    ranges: list[tuple[str, str, bool]]
    inputs: list[tuple[str, str, bool]]  # how the picture is seen, where the input is one
    next: str  # the address with the next kind
    set: str  # the range that was set by hand
    legend: Markup


def chooser(view: View, state: State, say: Callable[[str], str]) -> Chooser:
    """Return what the menu of scales offers."""
    now = view.colours

    def link(**fields: str) -> str:
        return state.with_options(**fields).address()

    usual = {"signed": ""}
    kinds = [(say(NAMES[kind]), link(colours=usual.get(kind, kind)), kind == now.kind) for kind in KINDS]
    following = KINDS[(KINDS.index(now.kind) + 1) % len(KINDS)]
    return Chooser(
        kinds,
        [(say(name), link(range=value), value == now.range) for value, name in RANGES.items()],
        [(say(name), link(input=value), (value == "own") == now.stretched) for value, name in INPUTS.items()]
        if view.run.document.input.image
        else [],
        link(colours=usual.get(following, following)),
        now.range if now.extent is not None else "",
        markup(alone(scale_of(view, state.place.channel), say)),
    )
