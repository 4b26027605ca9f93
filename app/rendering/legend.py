"""The legend of a scale: its colours, its ends, a tick at zero, the smallest and largest number, what is clipped."""

from collections.abc import Callable
from unicodedata import east_asian_width
from xml.etree.ElementTree import Element

from app.printing.numbers import fixed
from app.printing.shares import share
from app.rendering.palette import BEYOND
from app.rendering.scales import Scale
from app.rendering.svg import add, label


def end_text(extent: float) -> str:
    """Return the end of a legend, short."""
    return fixed(extent, 0 if extent >= 100 else 1 if extent >= 10 else 2 if extent >= 0.1 else 3)


def words(scale: Scale, say: Callable[[str], str], shared: str = "") -> str:
    """Return what a scale is of, `shared` where it is not the layer's, and the share of numbers beyond it."""
    if scale.several:
        return say("each map its own scale")
    if scale.colours.own:
        return say("this map’s own scale")
    if scale.colours.extent is None or not scale.numbers:
        return shared or say("one scale for the layer")
    return say("{share} clipped").format(share=share(scale.clipped, scale.numbers, say, 1))


def breadth(told: str) -> float:
    """Return about how wide words beside a legend are, px."""
    return sum(16.0 if east_asian_width(letter) in "WF" else 8.3 for letter in told)


def legend(parent: Element, scale: Scale, x: float, y: float, width: float, *, large: bool = False) -> Element:
    """Draw a scale with its marks; the numbers it was made from stand in its data."""
    thick, below = (14, 39) if large else (10, 31.5)
    group = add(parent, "g", class_="scale-legend")
    add(
        group,
        "image",
        class_="legend",
        href=scale.href,
        x=x,
        y=y,
        width=width,
        height=thick,
        preserveAspectRatio="none",
    )
    zero = x + width * scale.at(0)
    add(
        group,
        "path",
        class_="edge legend-edge",
        d=f"M{x:.1f} {y:.1f}h{width:.1f}v{thick}h{-width:.1f}zM{zero:.1f} {y - 3:.1f}v{thick + 6}",
        data_zero=f"{scale.at(0):.4f}",
    )
    if scale.clipped:
        for there, end, way, name, colour in (
            (scale.minimum < scale.low, x, -1, "below", BEYOND[0]),
            (scale.maximum > scale.extent, x + width, 1, "above", BEYOND[1]),
        ):
            if there:
                d = f"M{end + way:.1f} {y:.1f}v{thick}l{8 * way} {-thick / 2}z"
                add(group, "path", fill=f"#{colour}", d=d, data_beyond=name)
    if scale.marks:
        for name, value in (("minimum", scale.minimum), ("maximum", scale.maximum)):
            at = scale.at(value)
            d = f"M{x + width * at:.2f} {y + thick + 1:.1f}l-3.5 4.5h7z"
            mark = add(group, "path", class_="legend-mark", d=d, data_mark=name)
            mark.set("data-value", repr(value))
            mark.set("data-at", f"{at:.4f}")
    most = "" if scale.several else end_text(scale.extent)
    texts = [(x + width, "+" + most, "end"), (zero, "0", "start" if scale.from_zero else "middle")]
    if not scale.extent and not scale.several:
        texts = texts[1:]  # every number is 0
    elif not scale.from_zero:
        texts.append((x, "−" + most, "start"))
    for place, text, anchor in texts:
        label(group, place, y + below, text, text_anchor=anchor, class_="tick")
    return group


def alone(scale: Scale, say: Callable[[str], str], width: int = 260, shared: str = "") -> Element:
    """Return the legend as a drawing of its own, its words beneath."""
    pad, text = 10, words(scale, say, shared)
    figure = Element(
        "svg",
        {
            "class": "figure legend-alone",
            "viewBox": f"0 0 {width + 2 * pad} 62",
            "width": str(width + 2 * pad),
            "height": "62",
            "role": "img",
            "aria-label": text
            if scale.several
            else f"{text}: {'−' * (not scale.from_zero)}{end_text(-scale.low)} … {end_text(scale.extent)}",
        },
    )
    legend(figure, scale, pad, 4, width)
    label(figure, pad + width / 2, 57, text, text_anchor="middle", class_="sub")
    return figure
