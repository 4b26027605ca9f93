"""The curve of a function of one number, small, with a point of it marked."""

from collections.abc import Callable

from markupsafe import Markup

from app.rendering.svg import add, drawing, markup, path

WIDTH, HEIGHT, EDGE = 168.0, 112.0, 8.0  # px
LEAST_REACH = 4.0  # to either side of zero: activations bend there
STEPS = 96


def curve(function: Callable[[float], float], x: float) -> Markup:
    """Return the curve of `function` around zero, as far as `x` lies, and the way of `x` along it to both axes."""
    reach = max(LEAST_REACH, 1.25 * abs(x))
    xs = [reach * (2 * step / STEPS - 1) for step in range(STEPS + 1)]
    ys = [function(each) for each in xs]
    low, high = min(0.0, *ys), max(0.0, *ys)
    tall = (high - low) or 1.0

    def at(u: float, v: float) -> tuple[float, float]:
        return (
            EDGE + (WIDTH - 2 * EDGE) * (u + reach) / (2 * reach),
            HEIGHT - EDGE - (HEIGHT - 2 * EDGE) * (v - low) / tall,
        )

    picture = drawing(WIDTH, HEIGHT, "", class_="curve", width=WIDTH, height=HEIGHT)
    axes = path([at(-reach, 0), at(reach, 0)], False) + path([at(0, low), at(0, high)], False)
    add(picture, "path", class_="axes", d=axes)
    add(picture, "path", class_="line", d=path([at(u, v) for u, v in zip(xs, ys, strict=True)], False))
    y = function(x)
    add(picture, "path", class_="way", d=path([at(x, 0), at(x, y), at(0, y)], False))
    (in_x, in_y), (out_x, out_y) = at(x, 0), at(x, y)
    add(picture, "circle", class_="in", cx=in_x, cy=in_y, r=4.5)
    add(picture, "circle", class_="out", cx=out_x, cy=out_y, r=5.5)
    return markup(picture)
