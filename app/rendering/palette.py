"""Colour scales: one byte a number, and a palette that says what colour each byte is.

Signed numbers lie on 255 bytes, linear in value, byte 127 exactly zero: orange below, paper at zero, violet above, the
colour growing as |v|^0.8 so that small numbers are seen. Changing the scale or the theme changes the palette alone.
The stops are the tokens --neg-3 … --pos-3 of the style sheet; a test holds the two equal.
"""

from functools import lru_cache
from io import BytesIO
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Theme = Literal["light", "dark"]
Bytes = NDArray[np.uint8]
ZERO = 127  # the byte of the number 0
CLEAR = 255  # the byte of no number: the gaps between maps
GAMMA = 0.8
STOPS: dict[Theme, tuple[str, ...]] = {
    "light": ("7f3b08", "c8681a", "f5bd78", "f7f5f1", "c5bde0", "7d6db3", "2d004b"),
    "dark": ("ffd2a0", "d98432", "6b4118", "23272e", "453c74", "8a7bd0", "ddd5ff"),
}
TINTS = ((255, 150, 138), (166, 222, 150), (150, 190, 255))  # red, green and blue sheets at their lightest


def signed_bytes(x: NDArray[np.float32], extent: float) -> Bytes:
    """Return the bytes of the numbers `x` on the scale −extent … +extent; NaN, no number, is clear."""
    scaled = x * np.float32(ZERO / extent if extent > 0 else 0)
    scaled += np.float32(ZERO)
    np.rint(scaled, out=scaled)
    np.clip(scaled, 0, 2 * ZERO, out=scaled)
    np.copyto(scaled, CLEAR, where=np.isnan(scaled))
    return scaled.astype(np.uint8)


@lru_cache
def signed_palette(theme: Theme) -> bytes:
    """Return the 256 colours of the signed scale, 3 bytes each."""
    stops = np.array([[int(stop[i : i + 2], 16) for i in (0, 2, 4)] for stop in STOPS[theme]])
    t = (np.arange(256) - ZERO) / ZERO
    at = (np.sign(t) * np.minimum(np.abs(t), 1) ** GAMMA + 1) * (len(stops) - 1) / 2
    return _between(at, stops)


@lru_cache
def scale_png(theme: Theme) -> bytes:
    """Return the signed scale as a picture of 255×1 pixels, for legends."""
    strip = Image.frombytes("P", (2 * ZERO + 1, 1), bytes(range(2 * ZERO + 1)))
    strip.putpalette(signed_palette(theme))
    out = BytesIO()
    strip.save(out, "PNG")
    return out.getvalue()


@lru_cache
def tint_palette(channel: int | None) -> bytes:
    """Return 256 colours from near black to a light red, green or blue; None: to white."""
    light = (255, 255, 255) if channel is None else TINTS[channel]
    dark = (0, 0, 0) if channel is None else (12, 13, 16)
    return _between(np.arange(256) / 255, np.array([dark, light]))


def _between(at: NDArray[np.float64], stops: NDArray[np.int_]) -> bytes:
    channels = [np.interp(at, np.arange(len(stops)), stops[:, i]) for i in range(3)]
    return np.rint(np.stack(channels, axis=-1)).astype(np.uint8).tobytes()
