"""The numbers of a map counted along its scale, each bar in the colour of its numbers; the legend is the axis."""

from collections.abc import Callable, Sequence
from xml.etree.ElementTree import Element

import numpy as np

from app.numerics import Floats
from app.rendering.legend import legend, words
from app.rendering.scales import Scale
from app.rendering.svg import add, drawing, label

LARGE = 1e38
BARS = 51  # odd, so that one bar stands over zero
PAD, TALL = 10, 64  # px


def counts_along(values: Floats, low: float, high: float) -> tuple[int, ...]:
    """Return how many of `values` lie in each of BARS equal parts of low … high; the ends have what lies beyond."""
    if high <= low:
        return (0,) * (BARS // 2) + (int(values.size),) + (0,) * (BARS // 2)
    clipped = np.clip(values, low, high)
    wide = clipped.astype(np.float64) if high > LARGE else clipped  # their differences are more than float32 holds
    found, _ = np.histogram(wide, BARS, (low, high))
    return tuple(int(count) for count in found)


def histogram(counts: Sequence[int], scale: Scale, say: Callable[[str], str], width: int) -> Element:
    """Return the drawing: bars as high as the square root of their count, so that the few are seen beside the many."""
    spoken = say("How often each number occurs, along the scale")
    figure = drawing(width, TALL + 62, spoken, class_="figure histogram")
    inner, most = width - 2 * PAD, max(counts, default=0) or 1
    step = inner / len(counts)
    bars = "".join(
        f"M{PAD + step * i:.2f} {TALL:.1f}v{-TALL * (count / most) ** 0.5:.2f}h{step:.2f}V{TALL}z"
        for i, count in enumerate(counts)
        if count
    )
    clip = add(figure, "clipPath", id="histogram-bars")
    add(clip, "path", d=bars)
    add(
        figure,
        "image",
        class_="legend",
        href=scale.href,
        x=PAD,
        y=0,
        width=inner,
        height=TALL,
        preserveAspectRatio="none",
        clip_path="url(#histogram-bars)",
    )
    add(figure, "path", class_="edge", d=bars, data_counts=" ".join(map(str, counts)))
    legend(figure, scale, PAD, TALL + 4, inner)
    label(figure, width / 2, TALL + 56, words(scale, say), text_anchor="middle", class_="sub")
    return figure
