"""Activations: each cell from itself alone, a window of 1×1."""

import numpy as np

from app.numerics import Floats


def relu(x: Floats) -> Floats:
    """Return max(x, 0), cell by cell.

    Parameters
    ----------
    x
        Any shape, float32.

    Returns
    -------
    ndarray
        Same shape, float32, C-order; NaN stays NaN.

    Notes
    -----
    Nair & Hinton, "Rectified linear units improve restricted Boltzmann machines" (ICML 2010).
    """
    return np.maximum(x, np.float32(0), dtype=np.float32, order="C")
