"""Cross-correlation, the sum that networks call convolution: one definition, several ways to compute it.

`direct` does every product, and so does `depthwise`, for many small channels with filters of their own; `winograd`
needs a quarter of them for 3×3 windows; `separable` splits filters that are a column times a row; `spectral` multiplies
in the frequency domain, for large windows. Measurements choose.
"""

from functools import lru_cache
from math import prod
from typing import Literal, NamedTuple

import numpy as np

from app.numerics import Floats
from app.numerics.bands import direct
from app.numerics.depthwise import depthwise
from app.numerics.memory import fresh
from app.numerics.padding import PADDING_MODES
from app.numerics.separable import Factors, factors, separable, swept_bytes
from app.numerics.spectral import spectral, spectrum_bytes
from app.numerics.window import Pair, Window
from app.numerics.winograd import carried_bytes, fits, winograd

READABLE = 128 * 128  # cells up to which a person reads the numbers: whole ones stay whole there
# From which window, in cells, each method is ahead of the direct one (measured by `make bench`).
SEPARABLE = 49
MOST_SPLIT = 256  # filters times channels: finding the factors of more takes longer than they save
SPECTRAL = (900, 400, 225)  # with 1, 2 or more channels and filters
FEW = 16  # places, below which transforming the filters takes longer than all products
MANY, SMALL = 192, 196  # from so many channels on, each with a filter of its own, and up to so many places: depthwise
WINOGRAD = 32  # channels and filters …
DIRECT, TILES = 12_000_000, 48_000_000  # bytes that the direct method, and Winograd's, work in at most, about
TILED = 256  # … over maps of so many places, and of no fewer places than channels or filters


def correlate(
    x: Floats,
    weight: Floats,
    bias: Floats | None,
    window: Window,
    *,
    padding_mode: str = "zeros",
    groups: int = 1,
) -> Floats:
    """Slide every filter over the input and return the maps of their sums.

    Parameters
    ----------
    x
        Input, shape (C, H, W).
    weight
        Filters, shape (O, C / groups, kh, kw); they are not flipped. Filter o reads the channels of group
        o // (O / groups).
    bias
        Shape (O,), added to each sum; None adds nothing.
    window
        Geometry; its size is (kh, kw). Padding may be unequal on the two sides.
    padding_mode
        What stands in the padding: `zeros`, `reflect`, `replicate` or `circular`.
    groups
        Number of groups that channels and filters fall into; C is a depthwise convolution.

    Returns
    -------
    ndarray
        Maps, float32, C-order, shape (O, Ho, Wo). The same call gives the same bits. Whole numbers give whole numbers,
        exactly, up to 2^24 (on inputs over 128×128 within rounding). Sums beyond float32 are infinite or NaN, without
        a warning.

    Raises
    ------
    ValueError
        Where shapes disagree, the window does not fit, or the mode is unknown.

    Notes
    -----
    The definition is that of `torch.nn.Conv2d` for one picture. Memory: input, output and a few MiB.
    """
    x, weight = np.ascontiguousarray(x, np.float32), np.asarray(weight, np.float32)
    bias = None if bias is None else np.asarray(bias, np.float32)
    plan = _plan(x.shape, weight.shape, window, groups)
    if bias is not None and bias.shape != (len(weight),):
        raise ValueError(f"{len(weight)} filters need {len(weight)} biases, not shape {bias.shape}")
    if padding_mode not in PADDING_MODES:
        raise ValueError(f"padding_mode is {padding_mode!r}; it must be one of {', '.join(PADDING_MODES)}")
    out = fresh((len(weight), *plan.places))
    match _method(x, weight, plan):
        case "depthwise":
            depthwise(x, weight, bias, window, padding_mode, out)
        case "winograd":
            winograd(x, weight, bias, window, padding_mode, out)
        case "spectral":
            spectral(x, weight, bias, window, padding_mode, out)
        case "direct":
            direct(x, weight, bias, window, padding_mode, groups, out)
        case Factors() as parts:
            separable(x, parts, bias, window, padding_mode, out)
    return out


def working_bytes(shape: tuple[int, int, int], filters: tuple[int, ...], window: Window, groups: int) -> int:
    """Return the bytes that `correlate` works in at most, beside its input, its output and the filters.

    `shape` is that of the input, `filters` that of the weight. Which method it takes depends on the numbers, too: this
    is the most of those that may be.
    """
    depth, places = filters[1], window.places(shape[1:])
    cells = prod(shape) + filters[0] * prod(places)
    most = min(16 * cells, DIRECT) + cells // 2
    if groups > 1 or window.stride != (1, 1):
        return most
    if fits(window) and min(depth, filters[0]) >= WINOGRAD:
        tiles = min(15 * (2 * depth + filters[0]) * prod(places), TILES)
        return max(most, tiles + carried_bytes(filters[0], depth) + cells // 2)
    if window.size[0] * window.size[1] >= SEPARABLE and window.dilation == (1, 1):
        most = max(most, swept_bytes(places), spectrum_bytes(filters, places) + cells // 2)
    return most


class Plan(NamedTuple):
    """What follows from shapes alone, found once for all pictures that go through a layer."""

    places: Pair  # rows and columns of them
    last: bool  # depthwise, and the method in which channels stand last is ahead of the direct one
    tiled: bool  # Winograd's method is
    split: bool  # where the filters are a column times a row, taking them so is
    spectral: bool  # the product in the frequency domain is


@lru_cache(1024)
def _plan(shape: tuple[int, ...], filters: tuple[int, ...], window: Window, groups: int) -> Plan:
    """Return the plan for an input and filters of these shapes; raise ValueError where they disagree."""
    count, depth = filters[:2]
    if filters[2:] != window.size:
        raise ValueError(f"the filters are {filters[2:]} and the window is {window.size}")
    if groups < 1 or count % groups or depth * groups != shape[0]:
        raise ValueError(f"{count} filters of {depth} channels in {groups} groups do not fit {shape[0]} channels")
    places = window.places((shape[1], shape[2]))
    if groups > 1 or window.stride != (1, 1):
        last = shape[0] == groups == count >= MANY and prod(places) <= SMALL
        return Plan(places, last, tiled=False, split=False, spectral=False)
    taps, many = prod(window.size), min(count, depth)
    tiled = fits(window) and many >= WINOGRAD and prod(places) >= max(TILED, many)
    large = window.dilation == (1, 1) and taps >= SEPARABLE
    wide = taps >= SPECTRAL[min(len(SPECTRAL), many) - 1] and prod(places) >= FEW
    return Plan(places, False, tiled, large and count * depth <= MOST_SPLIT, large and wide)


def _method(x: Floats, weight: Floats, plan: Plan) -> Literal["direct", "depthwise", "winograd", "spectral"] | Factors:
    """Return the fastest method for these numbers, and with separable filters their factors."""
    if plan.last:
        return "depthwise"
    if not (plan.tiled or plan.split or plan.spectral) or not _may_round(x, weight):
        return "direct"
    if plan.tiled:
        return "winograd"
    if plan.split and (parts := factors(weight)):
        return parts
    return "spectral" if plan.spectral else "direct"


def _may_round(x: Floats, weight: Floats) -> bool:
    """Tell whether sums may be rounded otherwise than the direct ones: not where a person reads whole numbers."""
    if x[0].size > READABLE:
        return True
    return not (_whole(weight) and _whole(x))


def _whole(numbers: Floats) -> bool:
    """Tell whether all are whole numbers; most others show it among the first."""
    first = numbers.reshape(-1)[:64]
    return np.array_equal(first, np.rint(first)) and np.array_equal(numbers, np.rint(numbers))
