"""The long comparison of the engine with PyTorch: `make parity`."""

import random

import pytest

pytest.importorskip("torch")

from tests.golden.case import assert_equal
from tests.golden.make_golden import draw, theirs

pytestmark = pytest.mark.parity


@pytest.mark.parametrize("block", range(5))
def test_five_hundred_random_cases_agree(block):
    chance = random.Random(1000 + block)  # noqa: S311 - not a secret
    for _ in range(100):
        sides, channels, filters = chance.choice([(20, 4, 6), (90, 6, 80), (600, 3, 8), (12, 300, 64)])
        case = draw(chance, sides, channels, filters)
        assert_equal(case, theirs(case))
