"""The dense layer: every output is a weighted sum of all inputs."""

import numpy as np

from app.numerics import Floats

BLOCK_FLOATS = 1 << 18  # weights held in double precision at a time


def linear(x: Floats, weight: Floats, bias: Floats | None) -> Floats:
    """Return weight @ x + bias.

    Parameters
    ----------
    x
        Inputs, shape (I,).
    weight
        Shape (O, I), as in PyTorch.
    bias
        Shape (O,), added to each sum; None adds nothing.

    Returns
    -------
    ndarray
        Float32, shape (O,): sums in double precision, rounded once. Sums beyond float32 are infinite or NaN, without a
        warning.

    Raises
    ------
    ValueError
        Where shapes disagree.

    Notes
    -----
    The definition is that of `torch.nn.Linear` for one vector.
    """
    if weight.ndim != 2 or x.shape != weight.shape[1:]:
        raise ValueError(f"weights of {weight.shape} do not fit inputs of {x.shape}")
    if bias is not None and bias.shape != weight.shape[:1]:
        raise ValueError(f"{len(weight)} outputs need {len(weight)} biases, not shape {bias.shape}")
    inputs = x.astype(np.float64)
    sums = np.empty(len(weight), np.float64)
    rows = max(1, BLOCK_FLOATS // len(inputs))
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        for start in range(0, len(weight), rows):
            part = slice(start, start + rows)
            sums[part] = weight[part].astype(np.float64) @ inputs
        if bias is not None:
            sums += bias
        return sums.astype(np.float32)
