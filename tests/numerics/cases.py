"""Random cases of convolution and pooling, for Hypothesis: small, oblong, and with whole or broken numbers."""

from typing import NamedTuple

import numpy as np
from hypothesis import strategies as st

from app.numerics.pooling import Means
from app.numerics.window import Window

MODES = ("zeros", "reflect", "replicate", "circular")


class Conv(NamedTuple):
    x: np.ndarray
    weight: np.ndarray
    bias: np.ndarray | None
    window: Window
    mode: str
    groups: int


class Pool(NamedTuple):
    x: np.ndarray
    window: Window
    means: Means


def pairs(low, high):
    return st.tuples(st.integers(low, high), st.integers(low, high))


def numbers(seed, shape, whole):
    """Return float32 numbers, whole ones from −9 to 9 or normal ones; Hypothesis shrinks shapes, not each number."""
    generator = np.random.default_rng(seed)
    drawn = generator.integers(-9, 10, shape) if whole else generator.normal(size=shape)
    return drawn.astype(np.float32)


@st.composite
def convs(draw, modes=MODES, whole=None, sides=9, filters=(1, 2, 33)):
    """Draw a convolution that fits."""
    groups = draw(st.sampled_from((1, 1, 2, 3)))
    depth, per_group = draw(st.integers(1, 3)), draw(st.sampled_from(filters))
    size, stride, dilation = draw(pairs(1, 4)), draw(pairs(1, 3)), draw(pairs(1, 3))
    mode = draw(st.sampled_from(modes))
    shape = draw(pairs(1, sides))
    padding = []
    for axis in (0, 1):
        most = {"reflect": shape[axis] - 1, "circular": shape[axis]}.get(mode, 4)
        padding.append((draw(st.integers(0, min(4, most))), draw(st.integers(0, min(4, most)))))
    window = Window(size, stride, tuple(padding), dilation)
    if 0 in window.output_shape(shape):  # make the input large enough
        shape = tuple(max(n, reach) for n, reach in zip(shape, window.reach, strict=True))
    seed = draw(st.integers(0, 2**32 - 1))
    is_whole = draw(st.booleans()) if whole is None else whole
    x = numbers(seed, (depth * groups, *shape), is_whole)
    weight = numbers(seed + 1, (per_group * groups, depth, *size), is_whole)
    bias = numbers(seed + 2, per_group * groups, is_whole) if draw(st.booleans()) else None
    return Conv(x, weight, bias, window, mode, groups)


@st.composite
def pools(draw, sides=12, gaps=((1, 1),), divisors=(None,)):
    """Draw a pool that fits."""
    size, stride = draw(pairs(1, 5)), draw(pairs(1, 6))
    padding = tuple(draw(st.integers(0, n // 2)) for n in size)
    gap = draw(st.sampled_from(gaps))
    least = [max(1, (n - 1) * g + 1 - 2 * p) for n, g, p in zip(size, gap, padding, strict=True)]
    shape = tuple(draw(st.integers(n, max(n, sides))) for n in least)
    x = numbers(draw(st.integers(0, 2**32 - 1)), (draw(st.integers(1, 3)), *shape), draw(st.booleans()))
    window = Window(size, stride, tuple((p, p) for p in padding), gap, ceil_mode=draw(st.booleans()))
    return Pool(x, window, Means(draw(st.booleans()), draw(st.sampled_from(divisors))))
