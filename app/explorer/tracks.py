"""Where the window is at each place, as the page holds it for the browser to look up: static/js/figure/tracks.js."""

from app.numerics.axis import Axis


def track(axis: Axis) -> str:
    """Return "start step size" where the window slides evenly along an axis, else a run "first:end" for each place."""
    if axis.affine:
        return f"{axis.affine.start} {axis.affine.step} {axis.reach}"
    runs = (axis.span(place) for place in range(axis.places))
    return " ".join(f"{run[0]}:{run[1]}" if run else ":" for run in runs)


def meetings(axis: Axis) -> str:
    """Return which taps of the window meet a cell at each place along an axis: 3,1 2,0 and so on; - for none."""
    return " ".join(",".join(map(str, axis.taps(place))) or "-" for place in range(axis.places))
