"""The fan: every map of the layer side by side, each with its filter and its range; of a vector, every number."""

from app.layers import Place
from app.numerics.kernels import KERNELS
from app.web.looks.look import Asked, Context, Look

MOST_CARDS = 64  # more are a number of elements that no page can bear
MOST_SLICES = 3


async def _context(asked: Asked) -> Context:
    """Return one card a map, or a number; of very many, those around the place."""
    state, seen = asked.state, asked.seen
    names = list(getattr(getattr(seen.layer, "weights", None), "names", ()))
    count, here = seen.stage.output_shape[0], state.place.channel
    vector = seen.target.single or seen.stage.vector
    first = max(0, min(here - MOST_CARDS // 2, count - MOST_CARDS))
    cards = []
    for channel in range(first, min(count, first + MOST_CARDS)):
        there = state.but(place=state.place._replace(channel=channel), view="flat", edit="")
        _, row, column = seen.target.cell(Place(channel, 0, 0))
        whole = seen.map_face(channel)
        part = None if vector else seen.result.channels[channel]
        cards.append(
            {
                "channel": channel,
                "href": there.address(),
                "current": channel == here,
                "face": whole.part(column, row, 1, 1) if vector else whole,
                "slices": seen.slices(channel)[:MOST_SLICES],
                "name": names[channel] if channel < len(names) else "",
                "help": KERNELS[names[channel]].sentence if channel < len(names) else "",
                "value": float(seen.result.output.flat[channel]) if vector else None,
                "low": part.minimum if part else 0.0,
                "high": part.maximum if part else 0.0,
                "dead": channel in seen.dead,
            }
        )
    sheet_of_all = seen.map_face(0) if seen.target.single and not seen.target.column else None
    return {"fan": cards, "fan_count": count, "fan_first": first, "vector": vector, "sheet_of_all": sheet_of_all}


LOOK = Look("fan", "Fan", "All maps of the layer, each with its filter.", _context, moves=False)
