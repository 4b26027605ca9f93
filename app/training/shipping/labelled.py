"""Pictures with what they show, as a file of a data set has them."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.pictures.picture import Bytes


class Labelled(NamedTuple):
    """Pictures, each with the number of its class."""

    pictures: Bytes  # (example, channel, row, column)
    labels: NDArray[np.intp]
