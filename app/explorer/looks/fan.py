"""The fan: every map of the layer side by side, each with its filter and its range; of a vector, every number.

They stand in their order, the strongest first, or those first that are most like the map of the place (`sort=`).
"""

from app.explorer.colour_tiles import colour_tile
from app.explorer.looks.look import Context, Look, LookRequest
from app.explorer.scales import scale_of
from app.layers import Place
from app.messages import N_
from app.numerics.kernels import KERNELS
from app.numerics.likeness import likeness
from app.rendering.legend import alone
from app.rendering.svg import Face, markup

MOST_CARDS = 64  # more are a number of elements that no page can bear
MOST_BEHIND = 24  # while a card lies over them
MOST_LARGE = 6  # cards with each slice of their filter; more are smaller, with the filter as one strip or colour tile
MOST_SLICES = 3
LARGE = 2_000_000  # numbers, of which it takes a while to say how alike they are
SORTS = {
    "": N_("in order"),
    "strength": N_("strongest first"),
    "mean": N_("largest mean first"),
    "likeness": N_("most alike first"),
}


async def _context(asked: LookRequest) -> Context:
    """Return one card a map, or a number; of very many, those around the place."""
    state, view = asked.state, asked.view
    names = list(getattr(getattr(view.layer, "weights", None), "names", ()))
    count, here = view.stage.output_shape[0], state.place.channel
    vector = view.target.single or view.stage.vector
    sort = state.option("sort") if state.option("sort") in SORTS and not vector else ""
    measured = await _measured(asked, sort)
    most = MOST_BEHIND if state.edit else MOST_CARDS
    first = 0 if sort else max(0, min(here - most // 2, count - most))
    small = min(count, most) > MOST_LARGE and not vector
    order = sorted(range(count), key=lambda channel: (-measured[channel], channel)) if sort else range(count)
    cards = []
    for channel in order[first : first + most]:
        there = state.but(place=state.place._replace(channel=channel), view="flat", edit="")
        _, row, column = view.target.cell(Place(channel, 0, 0))
        whole = view.map_face(channel)
        part = None if vector else view.result.channels[channel]
        slices, tile = view.slices(channel)[:MOST_SLICES], colour_tile(view, channel)
        cards.append(
            {
                "channel": channel,
                "href": there.address(),
                "current": channel == here,
                "face": whole.part(column, row, 1, 1) if vector else whole,
                "slices": () if small else slices,
                "tile": tile,
                "strip": _strip([face for _, face in slices]) if small and slices and not tile else None,
                "name": names[channel] if channel < len(names) else "",
                "help": KERNELS[names[channel]].sentence if channel < len(names) else "",
                "value": float(view.result.output.flat[channel]) if vector else None,
                "like": measured[channel] if sort == "likeness" else None,
                "low": part.minimum if part else 0.0,
                "high": part.maximum if part else 0.0,
                "dead": channel in view.dead,
            }
        )
    sheet_of_all = view.map_face(0) if view.target.single and not view.target.column else None
    return {
        "fan": cards,
        "fan_count": count,
        "fan_first": first,
        "small": small,
        "vector": vector,
        "sheet_of_all": sheet_of_all,
        "sorts": []
        if vector or count == 1
        else [
            (view.say(name), state.with_options(sort=value).address(), value == sort, value)
            for value, name in SORTS.items()
        ],
        "sorted_by": sort,
        "fan_legend": markup(alone(scale_of(view), view.say)),
    }


def _strip(slices: list[Face]) -> Face:
    """Return slices of one filter, neighbours on their sheet, as one picture."""
    face, last = slices[0], slices[-1]
    return face.part(0, 0, last.x + last.columns - face.x, face.rows)


async def _measured(asked: LookRequest, sort: str) -> list[float]:
    """Return what the maps are sorted by, a number each; none where they stand in their order."""
    result, queue = asked.view.result, asked.lab.queue
    if sort == "strength":
        return [max(-part.minimum, part.maximum) for part in result.channels]
    if sort == "mean":
        return [part.mean for part in result.channels]
    if sort == "likeness":
        place = queue.heavy if result.output.size > LARGE else queue.light
        found = await place(lambda: likeness(result.output, asked.state.place.channel))
        return list(map(float, found))
    return []


LOOK = Look("fan", "Fan", "All maps of the layer, each with its filter.", 30, _context, moves=False)
