"""Numbers as people type and paste them, each against what they mean when written out."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from app.errors import Unfit
from app.explorer.editing.pasting import pasted, pasted_bias
from app.explorer.editing.typed import read_block, read_number

WHOLE = arrays(np.int64, array_shapes(min_dims=2, max_dims=4, max_side=4), elements=st.integers(-300, 300))


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("3", 3), (" −3 ", -3), ("-0.5", -0.5), ("0,5", 0.5), (".25", 0.25), ("2.", 2), ("+1e-3", 1e-3), ("1/9", 1 / 9),
        ("−1 / 4", -0.25), ("1,5/3", 0.5), ("3.4e38", 3.4e38),
    ],
)  # fmt: skip
def test_a_number_is_read_as_people_write_it(text, number):
    assert read_number(text) == pytest.approx(number, rel=1e-15)


@pytest.mark.parametrize(
    "text", ["", "a", "1/0", "1/2/3", "/2", "1,2,3", "1 2", "nan", "inf", "1e39", "0x10", "1_000", "٣", "--1", "1" * 99]
)
def test_what_is_no_number_is_none(text):
    assert read_number(text) is None


@pytest.mark.parametrize(
    ("text", "block"),
    [
        ("1\t0\t−1\r\n2\t0\t-2\r\n", [[1, 0, -1], [2, 0, -2]]),
        ("0,5\t1\n2\t3,25", [[0.5, 1], [2, 3.25]]),
        ("1 0 -1\n  2   0 -2", [[1, 0, -1], [2, 0, -2]]),
        ("1, 0, -1\n2, 0, -2,", [[1, 0, -1], [2, 0, -2]]),
        ("1,0,-1", [[1, 0, -1]]),
        ("0,5 1,5\n2,5 3", [[0.5, 1.5], [2.5, 3]]),
        ("0,5; 1\n2; 1/4", [[0.5, 1], [2, 0.25]]),
        ("1/9 2/9\n1 .5", [[1 / 9, 2 / 9], [1, 0.5]]),
        ("1 2\n3 4\n\n5 6\n7 8", [[[1, 2], [3, 4]], [[5, 6], [7, 8]]]),
        ("1\t2\n\t\n5\t6", [[[1, 2]], [[5, 6]]]),
        ("w0[:,:,0]\n1 2\nw0[:,:,1]\n3 4", [[[1, 2]], [[3, 4]]]),
        ("Filter W0 (2x1x2)\n1 2\nChannel 2:\n3 4", [[[1, 2]], [[3, 4]]]),
        ("[[1, 0], [0, −1]]", [[1, 0], [0, -1]]),
        ("[1, 2, 1/4]", [[1, 2, 0.25]]),
        ("w = np.array([[1., 0.],\n [0., -1.]], dtype=float32)", [[1, 0], [0, -1]]),
        ("tensor([[[1, 2], [3, 4]]])", [[[1, 2], [3, 4]]]),
        ("[[1. 0.]\n [0. 2.]]", [[1, 0], [0, 2]]),
        ("[[1, 2], [3, 4]],\n[[5, 6], [7, 8]]", [[[1, 2], [3, 4]], [[5, 6], [7, 8]]]),
        ("[(1, 2), (3, 4)]", [[1, 2], [3, 4]]),
        ("7", [[7]]),
    ],
)
def test_a_block_is_read_from_where_people_copy_it(text, block):
    np.testing.assert_array_equal(read_block(text), block)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no numbers"),
        ("1 2\n3 x", "Row 2, column 2: 'x' is no number"),
        ("1\t\t3", "Row 1, column 2: '' is no number"),
        ("1 2\n3", "Row 2 has 1 numbers, the first 2"),
        ("1 2\n3 4\n\n5 6", "Sheet 2 has 1 rows, the first 2"),
        ("abc\n1 2", "'abc'"),
        ("[[1, 2], [3]]", "not all of one length"),
        ("[[1, [2]]]", "not all of one length"),
        ("[[1, null]]", "Number 2 of the list, 'null'"),
        ("[[1, 2]", "does not close"),
        ("[[]]", "no numbers"),
        ("[[[[[1]]]]]", "nested too deeply"),
        ("[" * 100_000, "is no number"),
        ("1 " * 300_000, "600,000 characters"),
    ],
)
def test_what_a_block_cannot_be_is_said_with_its_place(text, said):
    with pytest.raises(Unfit) as told:
        read_block(text)
    assert said in str(told.value)


def test_blank_lines_before_the_rows_are_passed_once():
    assert read_block("\n" * 200_000 + "1\n" * 100_000).shape == (100_000, 1)


@given(WHOLE)
def test_a_python_list_and_sheets_of_rows_are_read_as_they_were_written(numbers):
    np.testing.assert_array_equal(read_block(str(numbers.tolist())), numbers)
    np.testing.assert_array_equal(read_block(np.array2string(numbers, threshold=10_000)), numbers)
    sheets = numbers.reshape(-1, *numbers.shape[-2:]) if numbers.ndim > 2 else numbers[None]
    for between in ("\t", " ", ", ", ";"):
        text = "\n\n".join("\n".join(between.join(map(str, row)) for row in sheet) for sheet in sheets.tolist())
        np.testing.assert_array_equal(read_block(text), sheets if len(sheets) > 1 else sheets[0])


# ---- where it goes

FILTERS = np.arange(2 * 3 * 2 * 4, dtype=np.float32).reshape(2, 3, 2, 4)  # no two axes are alike
HERE = (1, 0, 1)  # sheet 2, row 1, column 2


def test_a_block_in_a_sheet_begins_at_the_field_where_it_was_pasted():
    after = pasted(FILTERS, 1, HERE, np.float64([[-1, -2], [-3, -4]]))
    assert after[1, 1].tolist() == [[FILTERS[1, 1, 0, 0], -1, -2, FILTERS[1, 1, 0, 3]],
                                    [FILTERS[1, 1, 1, 0], -3, -4, FILTERS[1, 1, 1, 3]]]  # fmt: skip
    assert np.count_nonzero(after != FILTERS) == 4


def test_a_block_as_large_as_a_sheet_is_that_sheet():
    block = -np.ones((2, 4))
    assert np.array_equal(pasted(FILTERS, 0, HERE, block)[0, 1], block)


@pytest.mark.parametrize("form", [(3, 2, 4), (6, 4)])
def test_all_sheets_of_a_filter_are_that_filter(form):
    block = -np.arange(24.0).reshape(form)
    after = pasted(FILTERS, 1, HERE, block)
    assert np.array_equal(after[1], block.reshape(3, 2, 4))
    assert np.array_equal(after[0], FILTERS[0])


@pytest.mark.parametrize("form", [(2, 3, 2, 4), (6, 2, 4), (12, 4), (2, 24)])
def test_all_sheets_of_all_filters_are_these(form):
    block = -np.arange(48.0).reshape(form)
    assert np.array_equal(pasted(FILTERS, 1, HERE, block), block.reshape(2, 3, 2, 4))


def test_all_filters_may_be_more_and_of_another_size():
    block = np.arange(3 * 3 * 3 * 3.0).reshape(9, 3, 3)
    assert np.array_equal(pasted(FILTERS, 0, HERE, block), block.reshape(3, 3, 3, 3))
    assert pasted(FILTERS[:1, :1], 0, (0, 0, 0), np.ones((5, 5))).shape == (1, 1, 5, 5)


@pytest.mark.parametrize(
    ("block", "said"),
    [
        (np.ones((2, 4, 2)), "2 sheets, and a filter here reads 3"),
        (np.ones((3, 3, 3)), "sheets of 3×3, and this layer's filters have 2×4"),
        (np.ones((1, 2, 2, 4)), "read 2 sheets, and here are 3"),
        (np.ones((2, 2, 2, 4)), "read 2 sheets, and here are 3"),
        (np.ones((1, 4)), "1×4 numbers, and from row 1, column 2 on here are 2×3"),
    ],
)
def test_what_fits_nowhere_is_said_with_both_sizes(block, said):
    with pytest.raises(Unfit) as told:
        pasted(FILTERS, 0, HERE, block)
    assert said in str(told.value)


def test_biases_are_pasted_one_a_filter():
    bias = np.zeros(3, np.float32)
    assert pasted_bias(bias, np.float64([[1], [2], [3]])).tolist() == [1, 2, 3]
    with pytest.raises(Unfit, match="2 numbers, and here are 3 biases"):
        pasted_bias(bias, np.float64([[1, 2]]))
