"""The darkest and the lightest value that a picture can have, on the scale on which its pixels are read."""

from app.layers.layer import Array
from app.pipeline.document import ImageInput, ValuesInput

ENDS = {"unit": (0.0, 1.0), "byte": (0.0, 255.0)}


def brightness_range(source: ImageInput | ValuesInput, pixels: Array) -> tuple[float, float] | None:
    """Return the ends of the scale of `pixels`, read from `source`; None where it is no picture."""
    if not isinstance(source, ImageInput):
        return None
    if isinstance(source.scale, str):
        return ENDS[source.scale]
    return float(pixels.min()), float(pixels.max()) + 1e-9
