"""The ground floor: arrays in, arrays out; it knows NumPy and nothing else."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
