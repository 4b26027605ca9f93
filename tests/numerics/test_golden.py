"""Claim: we agree with PyTorch, on 260 cases that it computed (tests/golden/make_golden.py)."""

import json
from pathlib import Path

import numpy as np
import pytest

from tests.golden.case import assert_equal

with np.load(Path(__file__).parents[1] / "golden" / "cases.npz") as stored:
    LISTING, RESULTS = json.loads(stored["cases"].tobytes()), stored["results"]
ENDS = np.cumsum([0] + [int(np.prod(shape)) for shape in LISTING["shapes"]])


@pytest.mark.parametrize("kind", ["conv2d", "relu", "max_pool2d", "avg_pool2d", "conv_transpose2d", "upsample2d"])
def test_golden_cases_of_pytorch(kind):
    numbers = [number for number, case in enumerate(LISTING["cases"]) if case["type"] == kind]
    assert len(numbers) > 10
    for number in numbers:
        theirs = RESULTS[ENDS[number] : ENDS[number + 1]].reshape(LISTING["shapes"][number])
        assert_equal(LISTING["cases"][number], theirs)
