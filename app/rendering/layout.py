"""The three widths of screen for which a drawing is laid out, and the legend that every layout has."""

from dataclasses import dataclass
from xml.etree.ElementTree import Element

from app.rendering.scene import Scene
from app.rendering.svg import add, label


@dataclass(frozen=True)
class Layout:
    """Measures of one width of screen, px."""

    name: str
    width: float
    shallow: float  # height above a written-out sum
    deep: float  # height above a single line
    cap: float  # above the sheets, for headings
    bottom: float  # below them, for names and legends
    gap: float  # between sheets of the input, across
    most: float  # px a cell
    lens: float  # height of the filter
    lens_gap: float
    stack_gap: float
    stack_space: float  # from the map at work to the stack
    figures: float  # type size of the numbers in a window
    corner: float  # kept free for the stack and the links at the top right
    heading: float  # least width of the map at work with its heading

    def height(self, scene: Scene) -> float:
        """Return the height of the drawing: a layer without weights leaves it more room."""
        return self.shallow if scene.slices else self.deep

    @property
    def small(self) -> bool:
        return self.gap == 0


LAYOUTS = {
    layout.name: layout
    for layout in (
        Layout("wide", 1224, 262, 384, 36, 24, 42, 6.9, 109, 38, 40, 78, 19, 300, 178),
        Layout("medium", 980, 270, 400, 36, 24, 34, 6.2, 90, 28, 27, 30, 16, 262, 145),
        Layout("narrow", 358, 150, 170, 30, 4, 0, 4.6, 62, 16, 0, 0, 14, 0, 0),
    )
}


def legend(parent: Element, scene: Scene, x: float, y: float, width: float, extent: str) -> None:
    """Draw the signed scale with its ends and a tick at zero."""
    add(
        parent,
        "image",
        class_="legend",
        href=scene.legend_href,
        x=x,
        y=y,
        width=width,
        height="10",
        preserveAspectRatio="none",
    )
    add(
        parent,
        "path",
        class_="edge legend-edge",
        d=f"M{x:.1f} {y:.1f}h{width:.1f}v10h{-width:.1f}zM{x + width / 2:.1f} {y - 3:.1f}v16",
    )
    for at, text, anchor in (
        (x, "−" + extent, "start"),
        (x + width / 2, "0", "middle"),
        (x + width, "+" + extent, "end"),
    ):
        label(parent, at, y + 29, text, text_anchor=anchor, class_="tick")
