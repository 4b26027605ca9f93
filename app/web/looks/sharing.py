"""One filter for all places, against weights of their own at each place, against everything connected."""

from app.pipeline import Stage
from app.rendering.sharing import KINDS, areas, counts
from app.rendering.svg import markup
from app.web.looks.look import Asked, Context, Look


async def _context(asked: Asked) -> Context:
    """Return the counts of the three ways, the one in force drawn."""
    state, stage = asked.state, asked.seen.stage
    kind = state.pin if state.pin in KINDS else KINDS[0]
    counted = counts(stage)
    assert counted is not None
    return {
        "kind": kind,
        "counts": counted,
        "areas": markup(areas(counted, 200, kind)),
        "switch": [(name, state.but(pin=name).address()) for name in KINDS],
    }


def _shares(stage: Stage) -> bool:
    return counts(stage) is not None


LOOK = Look(
    "sharing",
    "Shared weights",
    "One filter for all places, against weights of their own, against everything connected.",
    _context,
    applies=_shares,
)
