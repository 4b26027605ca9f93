"""How a score came to be: the parts are what the maps add, and they add up as printed."""

from decimal import Decimal

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from app.explorer.sums.score import Part, maps_read, products, score_sum
from app.pipeline.document import read_document
from app.pipeline.plan import plan


def test_a_score_by_hand() -> None:
    x = np.float32([[[1, 2, 0]], [[0, 4, 5]], [[1, 1, 1]]])
    weight = np.float32([[[0.5, -1, 9]], [[7, 0.25, 0.5]], [[0.1, 0, 0]]])
    found = products(x, weight, (3, 1, 3))
    assert found[:2].tolist() == [[[0.5, -2, 0]], [[0, 1, 2.5]]]
    summed = score_sum(found, -0.25, float(found.sum()) - 0.25, 2)
    assert summed.parts == (
        Part(1, (0, 2), Decimal("3.50")),
        Part(0, (0, 1), Decimal("-1.50")),
        Part(2, (0, 0), Decimal("0.10")),
    )
    assert (summed.others, summed.rest, summed.bias, summed.total) == (0, 0, Decimal("-0.25"), Decimal("1.85"))


@given(
    arrays(np.float64, st.tuples(st.integers(1, 9), st.integers(1, 3), st.integers(1, 3)), elements=st.floats(-9, 9)),
    st.floats(-3, 3),
    st.integers(0, 4),
)
def test_what_is_printed_adds_up_to_the_last_digit(found: np.ndarray, bias: float, decimals: int) -> None:
    summed = score_sum(found, bias, float(found.sum()) + bias, decimals)
    assert sum(part.added for part in summed.parts) + summed.rest + summed.bias == summed.total
    assert len(summed.parts) + summed.others == len(found)
    shown = [abs(found[part.map].sum()) for part in summed.parts]
    others = [
        abs(found[index].sum()) for index in range(len(found)) if index not in {part.map for part in summed.parts}
    ]
    assert shown == sorted(shown, reverse=True)
    assert min(shown) >= max(others, default=0)
    for part in summed.parts:
        assert abs(found[part.map][part.cell]) == np.abs(found[part.map]).max()


def test_the_maps_are_those_before_they_were_laid_out_as_a_row() -> None:
    recipe = "conv2d(4, (1, 3)) | flatten | linear(3) | relu | linear(2)"
    stages = plan(
        read_document({"input": {"image": "chelsea"}, "recipe": recipe}),
        (3, 5, 8),
        most_multiplications=10**9,
        most_bytes=10**9,
    )
    assert maps_read(stages, 2) == (0, (4, 5, 6))
    assert maps_read(stages, 4) == (3, (3, 1, 1))
    assert maps_read(stages, 0) == (-1, (3, 5, 8))
