"""On a picture and layers in which no two axes are alike: where the window goes, and where a place is carried to."""

import re

import pytest
from playwright.sync_api import Page, expect

from app.explorer.state import along
from app.layers import Place
from tests import oblong
from tests.browser.screen import Screen
from tests.pages.reading import read
from tests.pages.test_trace import drawn

KEYS = {"ArrowRight": (0, 1), "ArrowDown": (1, 0), "ArrowLeft": (0, -1), "ArrowUp": (-1, 0)}


def opened(page: Page, at: str) -> Screen:
    return Screen(page).open(oblong.RECIPE, **oblong.SOURCE, size=None, at=at)


@pytest.mark.parametrize("layer", [oblong.CONV, oblong.POOL, oblong.SECOND])
def test_arrows_move_the_window_along_their_own_axis(page: Page, layer: int) -> None:
    row, column = oblong.SHAPES[layer][1] // 2, oblong.SHAPES[layer][2] // 2
    screen = opened(page, f"{layer}.1.{row}.{column}")
    for key in ("ArrowDown", "ArrowRight", "ArrowDown", "ArrowLeft", "ArrowDown", "ArrowUp"):
        screen.press(key)
        row, column = row + KEYS[key][0], column + KEYS[key][1]
        screen.expect_place(row * oblong.SHAPES[layer][2] + column + 1)
    assert screen.settled() == f"{layer}.1.{row}.{column}"
    window = screen.api.step(screen.run["id"], screen.at)["window"]
    quads = drawn(read(screen.all(".plate").inner_html()), "window", "window")
    assert window in quads  # where scripts have moved it to, it lies on the cells that the API names


@pytest.mark.parametrize("there", [oblong.CONV, oblong.POOL, oblong.SECOND])
def test_a_place_that_was_reached_in_the_browser_is_carried_to_another_layer(page: Page, there: int) -> None:
    layer = oblong.SECOND if there != oblong.SECOND else oblong.CONV
    _, rows, columns = oblong.SHAPES[layer]
    screen = opened(page, f"{layer}.1.{rows - 2}.1")
    screen.press("ArrowDown")
    screen.press("ArrowRight")
    place = Place(1, rows - 1, 2)
    screen.expect_place(place.row * columns + place.column + 1)
    with screen.changing():
        screen.all(f'.ribbon a.stop[data-along^="{there} "]').click()
    wanted = along(oblong.state(layer, place), oblong.SHAPES, there)
    expect(page).to_have_url(re.compile(rf"[?&]at={there}\.{wanted.channel}\.{wanted.row}\.{wanted.column}(&|$)"))
    assert screen.settled() == f"{there}.{wanted.channel}.{wanted.row}.{wanted.column}"
