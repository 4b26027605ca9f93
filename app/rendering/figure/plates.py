"""Which drawing a number has: one of a window and a lens, or one of several outputs that meet."""

from xml.etree.ElementTree import Element

from app.rendering.figure import flat as flat_plate
from app.rendering.figure.layout import Layout
from app.rendering.figure.merged import Merged
from app.rendering.figure.merged_flat import merged_flat
from app.rendering.figure.plate import Plate
from app.rendering.figure.scene import Scene


def plate(scene: Scene, layout: Layout) -> Element:
    """Return the figure of `scene` in `layout`."""
    alone = scene.joins and (layout.small or scene.source.single)  # the map at work is all that there is to see
    return (Merged if scene.inlets and not alone else Plate)(scene, layout).draw()


def flat(scene: Scene, layout: Layout) -> Element:
    """Return the flat view of `scene` in `layout`."""
    several = scene.inlets and not scene.joins
    return merged_flat(scene, layout) if several else flat_plate.flat(scene, layout)
