"""The ways of looking at a layer, one file each; this list is the registry: to add a look, add its name here."""

from app.web.looks import compare, fan, figure, flat, forward, places, sharing, shift, stack, trace
from app.web.looks import map as map_
from app.web.looks.look import Asked, Look

LOOKS: dict[str, Look] = {
    look.name: look
    for look in (
        figure.LOOK,
        flat.LOOK,
        fan.LOOK,
        stack.LOOK,
        map_.LOOK,
        trace.LOOK,
        forward.LOOK,
        places.LOOK,
        sharing.LOOK,
        shift.LOOK,
        compare.LOOK,
    )
}
FIRST = figure.LOOK.name

__all__ = ["FIRST", "LOOKS", "Asked", "Look"]
