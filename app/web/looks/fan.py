"""The fan: every map of the layer side by side, each with its filter and its range."""

from app.numerics.kernels import KERNELS
from app.web.looks.look import Asked, Context, Look


async def _context(asked: Asked) -> Context:
    """Return one card a map."""
    state, seen = asked.state, asked.seen
    names = list(getattr(getattr(seen.layer, "weights", None), "names", ()))
    parts = seen.result.channels or (seen.result.whole,) * seen.stage.output_shape[0]  # a vector is one map
    cards = []
    for channel in range(seen.stage.output_shape[0]):
        there = state.but(place=state.place._replace(channel=channel), view="flat", edit="")
        cards.append(
            {
                "channel": channel,
                "href": there.address(),
                "current": channel == state.place.channel,
                "face": seen.map_face(channel),
                "slices": seen.slices(channel)[:3],
                "name": names[channel] if channel < len(names) else "",
                "help": KERNELS[names[channel]].sentence if channel < len(names) else "",
                "low": parts[channel].minimum,
                "high": parts[channel].maximum,
            }
        )
    return {"fan": cards}


LOOK = Look("fan", "Fan", "All maps of the layer, each with its filter.", _context, moves=False)
