"""The volumes of the ribbon: in true proportions, and no longer than a stop may be."""

from app.rendering.diagrams.volume import DEEPEST, volume
from app.rendering.svg import Face


def size(channels: int) -> tuple[float, float]:
    """Return how wide and how high a block of 28 × 28 maps is drawn, 2 px a cell."""
    drawn = volume(Face("", (28, 28), 0, 0, 28, 28), channels, 2, "")
    return float(drawn.attrib["width"]), float(drawn.attrib["height"])


def test_a_layer_of_thousands_of_maps_is_a_stop_like_others() -> None:
    few, more, thousands, most = (size(channels) for channels in (4, 8, 4096, 8192))
    assert few < more < thousands == most
    assert thousands[0] <= few[0] + DEEPEST
