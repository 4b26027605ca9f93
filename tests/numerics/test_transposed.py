"""Claims about transposed convolution: its definition by plain loops, both ways to compute it, exact whole numbers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.numerics import transposed
from app.numerics.spread import Spread
from app.numerics.transposed import conv_transpose, cost, upsample
from tests.numerics.cases import numbers, pairs


@st.composite
def cases(draw):
    """Draw arguments that fit; about half have whole numbers."""
    groups, depth, per_group = draw(st.sampled_from((1, 1, 2, 3))), draw(st.integers(1, 2)), draw(st.integers(1, 2))
    size, stride, padding, dilation = draw(pairs(1, 4)), draw(pairs(1, 4)), draw(pairs(0, 2)), draw(pairs(1, 3))
    added = tuple(draw(st.integers(0, max(pair) - 1)) for pair in zip(stride, dilation, strict=True))
    spread, shape = Spread(size, stride, padding, added, dilation), draw(pairs(1, 6))
    if not all(spread.output_length(axis, shape[axis]) for axis in (0, 1)):
        spread = Spread(size, stride, (0, 0), added, dilation)
    seed, whole = draw(st.integers(0, 2**32 - 1)), draw(st.booleans())
    x = numbers(seed, (depth * groups, *shape), whole)
    weight = numbers(seed + 1, (depth * groups, per_group, *size), whole)
    bias = numbers(seed + 2, per_group * groups, whole) if draw(st.booleans()) else None
    return x, weight, bias, spread, groups, whole


def by_loops(x, weight, bias, spread, groups):
    """Return every cell times the filter, added where it comes to lie; in double precision."""
    (channels, rows, columns), per_group = x.shape, weight.shape[1]
    shape = [spread.output_length(axis, n) for axis, n in enumerate((rows, columns))]
    out = np.zeros((per_group * groups, *shape))
    if bias is not None:
        out += bias[:, None, None]
    for channel, row, column in np.ndindex(channels, rows, columns):
        group = channel // (channels // groups)
        for map_, down, across in np.ndindex(weight.shape[1:]):
            place = (row * spread.stride[0] - spread.padding[0] + down * spread.dilation[0],
                     column * spread.stride[1] - spread.padding[1] + across * spread.dilation[1])  # fmt: skip
            if 0 <= place[0] < shape[0] and 0 <= place[1] < shape[1]:
                product = float(x[channel, row, column]) * float(weight[channel, map_, down, across])
                out[group * per_group + map_, place[0], place[1]] += product
    return out


@pytest.mark.parametrize("way", ["phases", "adding", "chosen"])
@given(case=cases(), band=st.sampled_from((1, 50, 1 << 18)))
def test_it_is_its_definition_whichever_way_it_is_computed(way, case, band):
    *arguments, groups, whole = case
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(transposed, "BAND_FLOATS", band)
        if way != "chosen":
            patch.setattr(transposed, "_costs", lambda *_: (0, 1) if way == "phases" else (1, 0))
        ours = conv_transpose(*arguments, groups=groups)
    theirs = by_loops(*arguments, groups)
    assert ours.shape == theirs.shape
    assert ours.dtype == np.float32
    if whole:
        assert np.array_equal(ours, theirs)
    x, weight, bias, spread = arguments
    sizes = by_loops(np.abs(x), np.abs(weight), None if bias is None else np.abs(bias), spread, groups)
    assert np.abs(ours - theirs).max() <= 1e-6 * sizes.max()


@given(cases())
def test_what_it_costs_grows_with_the_input_and_covers_the_products(case):
    x, weight, _, spread, groups, _ = case
    costs = [
        cost(*(transposed.Spreading.of(spread, axis, x.shape[axis + 1] + more) for axis in (0, 1)),
             len(x) // groups, weight.shape[1] * groups)
        for more in range(4)
    ]  # fmt: skip
    assert costs == sorted(costs)
    places = [spread.output_length(axis, x.shape[axis + 1]) for axis in (0, 1)]
    if spread.padding == (0, 0):
        assert costs[0] >= min(x.size * weight[0].size, weight.shape[1] * groups * places[0] * places[1])


def test_a_large_filter_on_few_cells_takes_no_more_than_its_products():
    x, weight = numbers(1, (1, 2, 3), False), numbers(2, (1, 1, 700, 900), False)
    ours = conv_transpose(x, weight, None, Spread((700, 900)))
    assert ours.shape == (1, 701, 902)
    assert np.allclose(ours[0, 300, 450], (x[0] * weight[0, 0, 299:301, 448:451][::-1, ::-1]).sum(), atol=1e-5)


@given(shape=st.tuples(st.integers(1, 3), st.integers(1, 7), st.integers(1, 7)), scale=pairs(1, 4))
def test_upsampling_repeats_each_cell(shape, scale):
    x = numbers(3, shape, False)
    assert np.array_equal(upsample(x, scale), x.repeat(scale[0], 1).repeat(scale[1], 2))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"weight": np.zeros((2, 1, 3, 3), np.float32)}, "spread"),
        ({"groups": 2}, "groups"),
        ({"bias": np.zeros(3, np.float32)}, "2 biases"),
        ({"spread": Spread((2, 2), padding=(9, 0))}, "no place"),
    ],
)
def test_what_does_not_fit_is_refused(change, words):
    arguments = {
        "x": np.zeros((3, 4, 5), np.float32), "weight": np.zeros((3, 2, 2, 2), np.float32), "bias": None,
        "spread": Spread((2, 2)), "groups": 1,
    } | change  # fmt: skip
    with pytest.raises(ValueError, match=words):
        conv_transpose(**arguments)
