"""Random weights that are the same bits on every machine and for ever.

A weight is made from one raw word of PCG64 by operations that IEEE 754 rounds exactly (+ − × ÷ √, and frexp, which is
exact): the inverse of the normal distribution, with a logarithm of our own, since those of C libraries differ in the
last bit.
"""

from math import prod
from weakref import WeakValueDictionary

import numpy as np
from numpy.typing import NDArray

from app.numerics import Floats

CHUNK = 1 << 16  # words a time, so that memory is the result and about 5 MiB
LN2 = 0.6931471805599453

# Wichura's AS241 (PPND16): numerator and denominator, highest power first, in the middle, the tails, the far tails.
# fmt: off
MIDDLE = (
    (2509.0809287301226727, 33430.575583588128105, 67265.770927008700853, 45921.953931549871457,
     13731.693765509461125, 1971.5909503065514427, 133.14166789178437745, 3.387132872796366608),
    (5226.495278852854561, 28729.085735721942674, 39307.89580009271061, 21213.794301586595867,
     5394.1960214247511077, 687.1870074920579083, 42.313330701600911252, 1.0),
)
TAIL = (
    (7.7454501427834140764e-4, 0.0227238449892691845833, 0.24178072517745061177, 1.27045825245236838258,
     3.64784832476320460504, 5.7694972214606914055, 4.6303378461565452959, 1.42343711074968357734),
    (1.05075007164441684324e-9, 5.475938084995344946e-4, 0.0151986665636164571966, 0.14810397642748007459,
     0.68976733498510000455, 1.6763848301838038494, 2.05319162663775882187, 1.0),
)
FAR_TAIL = (
    (2.01033439929228813265e-7, 2.71155556874348757815e-5, 0.0012426609473880784386, 0.026532189526576123093,
     0.29656057182850489123, 1.7848265399172913358, 5.4637849111641143699, 6.6579046435011037772),
    (2.04426310338993978564e-15, 1.4215117583164458887e-7, 1.8463183175100546818e-5, 7.868691311456132591e-4,
     0.0148753612908506148525, 0.13692988092273580531, 0.59983220655588793769, 1.0),
)
# fmt: on

Doubles = NDArray[np.float64]
_drawn: WeakValueDictionary[tuple[int, tuple[int, ...], int], Floats] = WeakValueDictionary()


def normal_weights(seed: int, shape: tuple[int, ...], fan_in: int) -> Floats:
    """Draw weights from the normal distribution with mean 0 and standard deviation sqrt(2 / fan_in).

    Parameters
    ----------
    seed
        Whole number, at least 0.
    shape
        Shape of the result; the words of the generator fill it in C order, one a weight.
    fan_in
        Number of cells that one sum reads, at least 1.

    Returns
    -------
    ndarray
        Float32, of `shape`, read-only; the same bits for the same arguments on every machine. While somebody holds
        them, the same arguments give the same array: to draw takes many times as long as to use.

    Notes
    -----
    The deviation is that of He, Zhang, Ren & Sun, "Delving deep into rectifiers" (ICCV 2015).
    """
    known = _drawn.get((seed, shape, fan_in))
    if known is None:
        _drawn[seed, shape, fan_in] = known = _draw(seed, shape, fan_in)
    return known


def _draw(seed: int, shape: tuple[int, ...], fan_in: int) -> Floats:
    generator = np.random.PCG64(seed)
    deviation = np.sqrt(np.float64(2) / np.float64(fan_in))
    numbers = np.empty(prod(shape), np.float32)
    for start in range(0, len(numbers), CHUNK):
        part = numbers[start : start + CHUNK]
        part[:] = normal_quantile(generator.random_raw(len(part))) * deviation
    result = numbers.reshape(shape)
    result.flags.writeable = False
    return result


def normal_quantile(words: NDArray[np.uint64]) -> Doubles:
    """Return the standard normal number below which a share u of the distribution lies, u given by 64-bit words.

    Parameters
    ----------
    words
        Shape (n,); u = (top 53 bits + 0.5) · 2^-53, so never 0 or 1, and complementary words give opposite numbers.

    Returns
    -------
    ndarray of float64
        Shape (n,), within ±8.3; relative error about 1e-15.

    Notes
    -----
    M. J. Wichura, "Algorithm AS 241: The percentage points of the normal distribution", Applied Statistics 37 (1988).
    """
    odd = 2 * (words >> np.uint64(11)).astype(np.int64) + 1 - (1 << 53)  # (u − ½) · 2^54: u itself needs 54 bits
    centred = odd * 2.0**-54
    result = centred * _ratio(MIDDLE, 0.180625 - centred * centred)
    outer = np.abs(centred) > 0.425
    share = ((1 << 53) - np.abs(odd[outer])) * 2.0**-54  # the nearer of u and 1 − u
    depth = np.sqrt(-_logarithm(share))
    tail = np.where(depth <= 5, _ratio(TAIL, depth - 1.6), _ratio(FAR_TAIL, depth - 5))
    result[outer] = np.where(odd[outer] < 0, -tail, tail)
    return result


def _ratio(polynomials: tuple[tuple[float, ...], tuple[float, ...]], at: Doubles) -> Doubles:
    numerator, denominator = (_polynomial(coefficients, at) for coefficients in polynomials)
    return numerator / denominator


def _polynomial(coefficients: tuple[float, ...], at: Doubles) -> Doubles:
    """Horner's rule: one product and one sum a power, always in this order."""
    result = np.full_like(at, coefficients[0])
    for coefficient in coefficients[1:]:
        result = result * at + coefficient
    return result


def _logarithm(x: Doubles) -> Doubles:
    """Natural logarithm: x = m · 2^e, √½ ≤ m < √2, and log m = 2 artanh s with s = (m − 1) / (m + 1), |s| < 0.172."""
    mantissa, exponent = np.frexp(x)
    low = mantissa < 0.7071067811865476
    mantissa, exponent = np.where(low, 2 * mantissa, mantissa), np.where(low, exponent - 1, exponent)
    s = (mantissa - 1) / (mantissa + 1)
    series = _polynomial(tuple(2 / (2 * k + 1) for k in range(11, -1, -1)), s * s)
    result: Doubles = exponent * LN2 + s * series
    return result
