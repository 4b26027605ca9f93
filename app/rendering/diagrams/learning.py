"""Learning curves as the track of a slider: how right a network was, and its loss, at each of its checkpoints.

The drawing is stretched to whatever width it is given. Lines keep their strength then, and what is to stay round is a
line of no length with round ends. A checkpoint is STEP units wide, its stop in the middle.
"""

from collections.abc import Sequence

from markupsafe import Markup

from app.layers.models import Checkpoint
from app.rendering.svg import add, drawing, markup, path

STEP, HEIGHT = 10.0, 48.0
RAIL = 37.0  # where the stops lie
TOP, BOTTOM = 4.0, 31.0  # of the curves


def learning_curves(checkpoints: Sequence[Checkpoint], present: int) -> Markup:
    """Return the curves of the shares right, 0..1, and of the losses, the largest of them as high; one is `present`."""
    count = len(checkpoints)
    track = drawing(STEP * count, HEIGHT, "", class_="curves", preserveAspectRatio="none")
    stops = [STEP * (index + 0.5) for index in range(count)]
    add(track, "path", class_="rail", d=f"M{stops[0]:g} {RAIL:g}H{stops[-1]:g}")
    add(track, "path", class_="rail on", d=f"M{stops[0]:g} {RAIL:g}H{stops[present]:g}")
    most = max(each.loss for each in checkpoints) or 1.0
    losses, shares = [each.loss / most for each in checkpoints], [each.accuracy for each in checkpoints]
    for name, heights in (("loss", losses), ("right", shares)):
        points = [(x, BOTTOM - (BOTTOM - TOP) * height) for x, height in zip(stops, heights, strict=True)]
        add(track, "path", class_=f"curve {name}", d=path(points, False))
    add(track, "path", class_="dots", d="".join(f"M{x:g} {RAIL:g}h.01" for x in stops))
    now = add(track, "g", class_="now", transform=f"translate({stops[present]:g} 0)")
    add(now, "path", class_="line", d=f"M0 2V{RAIL:g}")
    for part in ("edge", "face"):
        add(now, "path", class_=part, d=f"M0 {RAIL:g}h.01")
    return markup(track)
