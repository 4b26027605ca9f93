"""Colour scales: one byte a number, and a palette that says what colour each byte is.

Signed numbers lie on 255 bytes, linear in value, byte 127 exactly zero: orange below, paper at zero, violet above, the
colour growing as |v|^0.8 so that small numbers are seen. Changing the scale or the theme changes the palette alone:
the other scales, one colour and grey, have the same bytes. Their lightness grows evenly with the number, from −extent,
or from zero where no number is negative. The stops of the signed scale are the tokens --neg-3 … --pos-3 of the style
sheet; a test holds the two equal.
"""

from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from app.pictures.png import png

Theme = Literal["light", "dark"]
Bytes = NDArray[np.uint8]
ZERO = 127  # the byte of the number 0
CLEAR = 255  # the byte of no number: the gaps between maps
GAMMA = 0.8
STOPS: dict[Theme, tuple[str, ...]] = {
    "light": ("7f3b08", "c8681a", "f5bd78", "f7f5f1", "c5bde0", "7d6db3", "2d004b"),
    "dark": ("ffd2a0", "d98432", "6b4118", "23272e", "453c74", "8a7bd0", "ddd5ff"),
}
Kind = Literal["signed", "one", "grey"]
KINDS: tuple[Kind, ...] = ("signed", "one", "grey")
RAMPS: dict[
    tuple[Kind, Theme], tuple[str, ...]
] = {  # equal steps of lightness; violet, with a little of its neighbours
    ("one", "light"): (*("f7f4f7", "eec5f5", "d89cec", "bb79db", "995cc1", "75459f", "513475", "312547", "161619"),),
    ("one", "dark"): (*("27252c", "413459", "604287", "8251af", "a466ce", "c381e3", "dca3ef", "efc9f5", "f9f2fa"),),
    ("grey", "light"): ("000000", "ffffff"),
    ("grey", "dark"): ("000000", "ffffff"),
}
# below and above a range that was set by hand: no colour of any scale
BEYOND = ("00b4c4", "ffd21f")
TINTS = ((255, 150, 138), (166, 222, 150), (150, 190, 255))  # red, green and blue sheets at their lightest


def signed_bytes(x: NDArray[np.float32], extent: float, *, clips: bool = False) -> Bytes:
    """Return the bytes of the numbers `x` on the scale −extent … +extent; NaN, no number, is clear.

    Where the scale `clips`, its first and last byte are kept for the numbers beyond it.
    """
    scaled = x * np.float32(ZERO / extent if extent > 0 else 0)
    scaled += np.float32(ZERO)
    np.rint(scaled, out=scaled)
    np.clip(scaled, clips, 2 * ZERO - clips, out=scaled)
    if clips:
        np.copyto(scaled, 0, where=x < -extent)
        np.copyto(scaled, 2 * ZERO, where=x > extent)
    np.copyto(scaled, CLEAR, where=np.isnan(scaled))
    return scaled.astype(np.uint8)


@lru_cache
def signed_palette(theme: Theme) -> bytes:
    """Return the 256 colours of the signed scale, 3 bytes each."""
    stops = _colours(STOPS[theme])
    t = (np.arange(256) - ZERO) / ZERO
    at = (np.sign(t) * np.minimum(np.abs(t), 1) ** GAMMA + 1) * (len(stops) - 1) / 2
    return _between(at, stops)


@lru_cache
def palette(kind: Kind, theme: Theme, *, from_zero: bool = False, clips: bool = False) -> bytes:
    """Return the 256 colours of a scale, 3 bytes each; `from_zero` where it shows no negative number."""
    if kind == "signed":
        colours = signed_palette(theme)
    else:
        stops = _colours(RAMPS[kind, theme])
        start = ZERO if from_zero else 0
        t = np.clip((np.arange(256) - start) / (2 * ZERO - start), 0, 1)
        colours = _between(t * (len(stops) - 1), stops)
    if not clips:
        return colours
    low, high = map(bytes.fromhex, BEYOND)
    return low + colours[3 : 6 * ZERO] + high + colours[6 * ZERO + 3 :]


@lru_cache
def palettes(theme: Theme) -> bytes:
    """Return the colours of all scales, 256 each: the signed one, then of each other kind from −extent, and from zero.

    With them a browser shows a picture that it has in other colours. Which of two it takes the colour of CLEAR tells,
    which is never seen: red 1 in a picture without negative numbers.
    """
    parts = [signed_palette(theme)]
    return b"".join(parts + [palette(kind, theme, from_zero=zero) for kind in KINDS[1:] for zero in (False, True)])


@lru_cache
def scale_png(theme: Theme, kind: Kind = "signed", *, from_zero: bool = False) -> bytes:
    """Return a scale as a picture of one row, for legends."""
    levels = np.arange(ZERO if from_zero else 0, 2 * ZERO + 1, dtype=np.uint8)
    return png(levels[None], palette(kind, theme, from_zero=from_zero))


@lru_cache
def tint_palette(channel: int | None) -> bytes:
    """Return 256 colours from near black to a light red, green or blue; None: to white."""
    light = (255, 255, 255) if channel is None else TINTS[channel]
    dark = (0, 0, 0) if channel is None else (12, 13, 16)
    return _between(np.arange(256) / 255, np.array([dark, light]))


def _colours(stops: tuple[str, ...]) -> NDArray[np.int_]:
    return np.array([list(bytes.fromhex(stop)) for stop in stops])


def _between(at: NDArray[np.float64], stops: NDArray[np.int_]) -> bytes:
    channels = [np.interp(at, np.arange(len(stops)), stops[:, i]) for i in range(3)]
    return np.rint(np.stack(channels, axis=-1)).astype(np.uint8).tobytes()
