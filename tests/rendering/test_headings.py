"""What stands over the parts of a figure: as much as there is room for, a filter's name before its size."""

import pytest

from app.rendering.figure.headings import AIR, Heading, fitted
from app.rendering.figure.layout import LAYOUTS

FILTER = Heading("Filter 4", "5 × 5 × 3", "warm")


@pytest.mark.parametrize(
    ("room", "sizes", "beside"),
    [
        (17 * 9 + AIR, True, "warm  5 × 5 × 3"),
        (14 * 9 + AIR, True, "warm"),
        (17 * 9 + AIR, False, "warm"),
        (4 * 9 + AIR, True, ""),
    ],
)
def test_a_filter_has_its_name_beside_it_before_its_size(room: float, sizes: bool, beside: str) -> None:
    assert FILTER.beside(room, 9, sizes) == beside


def test_a_long_name_stands_without_a_size_and_a_size_without_a_name() -> None:
    assert Heading("Filter 4", "5 × 5", "laplacian_of_gaussian").beside(900, 9, True) == "laplacian_of_gaussian"
    assert Heading("Input", "32 × 32").beside(900, 9, True) == "32 × 32"
    assert Heading("Input", "32 × 32").beside(900, 9, False) == ""


def test_what_reaches_into_the_next_is_left_out_in_the_middle_alone() -> None:
    long = Heading("A heading of many words")
    found = fitted([(0, long), (60, long), (120, long)], 150, LAYOUTS["wide"])
    assert [(x, text) for x, text, _ in found] == [(0, long.text), (120, long.text)]
    found = fitted([(0, long), (60, Heading("A")), (900, long)], 990, LAYOUTS["wide"])
    assert [x for x, _, _ in found] == [0, 900]
