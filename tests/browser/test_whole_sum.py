"""The product on demand, the menu of digits, the filter turned by half: by mouse, by keyboard alone, by touch."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.rest import rest
from tests.browser.screen import FIRST, Screen
from tests.pages.reading import numbers

BIG = "conv2d(2, 11, weights=random(7))"
MANY = "conv2d(64, 3) | relu | conv2d(2, 3)"
PLACE = "0.3.7.16"


def read_out(screen: Screen, text: str) -> None:
    """The product is read out above the blocks."""
    expect(screen.all("#sum .product output")).to_have_text(text)


def told(screen: Screen, cell: str) -> str:
    """What the server wrote of a cell's product."""
    return screen.all(f'#sum td[data-cell="{cell}"]').get_attribute("data-product") or ""


def where(screen: Screen) -> list[list[float]]:
    """Where the parts of the sum stand."""
    return screen.page.evaluate(
        "[...document.querySelectorAll('.term, .total, .answer, #plate')].map((e) => "
        "{ const b = e.getBoundingClientRect(); return [b.x, b.y, b.width, b.height]; })"
    )


def test_a_product_by_mouse(page: Page) -> None:
    screen = Screen(page).open(FIRST, scale="byte", at=PLACE)
    before, product = where(screen), told(screen, "1.2.3")
    assert numbers(product)[0] * numbers(product)[1] == numbers(product)[2]
    cell = screen.all('#sum td[data-cell="1.2.3"]')
    cell.hover()
    read_out(screen, product)
    assert where(screen) == before, "nothing moves"
    screen.all(".bar .name").hover()
    read_out(screen, "")
    cell.click()
    read_out(screen, product)
    assert screen.fields["pin"] == "w.1.2.3"
    screen.all(".bar .name").hover()
    expect(cell).to_have_css("outline-width", "2px")
    read_out(screen, product)
    screen.press("Control+Home")
    screen.press("ArrowRight")  # the place moves on; the cell is held
    expect(screen.all("#sum .sum")).to_have_attribute("data-at", "0.3.7.17")
    read_out(screen, told(screen, "1.2.3"))
    screen.follow(page.url)
    read_out(screen, told(screen, "1.2.3"))
    screen.press("Escape")
    read_out(screen, "")
    assert "pin" not in screen.fields
    screen.all('#sum td[data-cell="0.0.0"]').click()
    screen.all('#sum td[data-cell="0.0.0"]').click()
    screen.all(".bar .name").hover()
    read_out(screen, "")


def test_a_product_by_keyboard_alone(page: Page) -> None:
    screen = Screen(page).open(FIRST, scale="byte", at=PLACE)
    for _ in range(60):
        screen.press("Tab")
        if page.evaluate("document.activeElement.matches('#sum td')"):
            break
    focus = "document.activeElement.dataset.cell"
    assert page.evaluate(focus) == "0.0.0"
    read_out(screen, told(screen, "0.0.0"))
    for key, cell in (("ArrowRight", "0.0.1"), ("ArrowDown", "0.1.1"), ("ArrowLeft", "0.1.0"), ("ArrowUp", "0.0.0")):
        screen.press(key)
        assert page.evaluate(focus) == cell
        read_out(screen, told(screen, cell))
    for _ in range(5):
        screen.press("ArrowRight")
    assert page.evaluate(focus) == "1.0.0", "from block to block"
    expect(screen.all("#sum .sum")).to_have_attribute("data-at", PLACE)  # the window stays
    screen.press("Enter")
    page.wait_for_function("location.search.includes('pin=w.1.0.0')")
    expect(screen.all("#sum td.held")).to_have_attribute("data-cell", "1.0.0")
    rest(page)
    assert page.evaluate(focus) == "1.0.0", "the focus stays, though the sum is made anew"
    screen.press("ArrowDown")
    assert page.evaluate(focus) == "1.1.0"
    screen.press("Escape")
    page.wait_for_function("!location.search.includes('pin=')")
    expect(screen.all("#sum td.held")).to_have_count(0)


@pytest.mark.layout
def test_a_product_by_touch(open_page: Callable[..., Page]) -> None:
    screen = Screen(open_page(390, 844, has_touch=True)).open(FIRST, scale="byte", at=PLACE)
    cell = screen.all('#sum td[data-cell="0.2.2"]')
    product = told(screen, "0.2.2")
    before = where(screen)
    cell.tap()
    of = screen.all('.sub[data-term="0"] .of')
    expect(of).to_have_text(product)
    expect(of).to_be_visible()
    assert where(screen) == before, "nothing moves"
    assert screen.page.evaluate("document.documentElement.scrollWidth") == 390
    cell.tap()
    expect(of).to_be_hidden()
    screen.all('.sub[data-term="1"] .part').tap()  # opens the block
    expect(screen.all('#sum td[data-cell="1.2.2"]')).to_be_visible()
    screen.all('.sub[data-term="1"] .part').tap()  # shows its products
    expect(screen.all('.term[data-term="1"] .p')).to_have_count(25)
    expect(screen.all('#sum td[data-cell="1.2.2"]')).to_be_visible()


def test_the_products_of_a_block_by_its_subtotal(page: Page) -> None:
    screen = Screen(page).open(FIRST, scale="byte", at=PLACE)
    before = where(screen)
    screen.all('.sub[data-term="2"] .part').click()
    expect(screen.all("#sum .p")).to_have_count(25)
    found = [numbers(text)[0] for text in screen.all("#sum .p").all_text_contents()]
    assert sum(found) == screen.sum.terms[2]
    assert where(screen) == before
    screen.press("Escape")
    expect(screen.all("#sum .p")).to_have_count(0)
    screen.all('.sub[data-term="2"] .part').focus()
    screen.press("Enter")
    expect(screen.all("#sum .p")).to_have_count(25)
    page.go_back()
    expect(screen.all("#sum .p")).to_have_count(0)


@pytest.mark.layout
@pytest.mark.parametrize("size", [(1280, 720), (1024, 768), (390, 844)])
def test_a_large_filter_is_a_picture_and_its_largest_products(
    open_page: Callable[..., Page], size: tuple[int, int]
) -> None:
    screen = Screen(open_page(*size, has_touch=size[0] < 700)).open(BIG, scale="byte", at="0.1.4.5")
    rows = screen.all(".largest tr")
    expect(rows).to_have_count(6)
    expect(screen.all(".products .ring").first).to_be_attached()
    link = screen.all(".largest a").nth(2)
    cell = (link.get_attribute("data-hold") or "").removeprefix("w.")
    factors = screen.all(".largest tr").nth(2).locator(".result").inner_text()
    (link.tap if size[0] < 700 else link.click)()
    screen.page.wait_for_function("cell => location.search.includes(`pin=w.${cell}`)", arg=cell)
    shown = screen.all("#sum .of:not(:empty)" if size[0] < 700 else "#sum .product b")
    expect(shown).to_be_visible()
    assert numbers(shown.inner_text())[2] == numbers(factors)[0]
    if size[0] > 700:
        picture = screen.all('[data-picture^="0 "] svg').bounding_box()
        assert picture
        unit = picture["width"] / 11
        screen.page.mouse.click(picture["x"] + 3.5 * unit, picture["y"] + 6.5 * unit)
        screen.page.wait_for_function("location.search.includes('pin=w.0.6.3')")
        screen.all('[data-picture^="0 "]').focus()
        screen.press("ArrowRight")
        screen.page.wait_for_function("location.search.includes('pin=w.0.6.4')")
        assert screen.page.evaluate("[document.documentElement.scrollHeight, innerHeight]") == [size[1], size[1]]
    assert screen.page.evaluate("document.documentElement.scrollWidth") == size[0]


@pytest.mark.layout
def test_of_many_channels_the_strongest_have_a_block_and_the_others_are_one(page: Page) -> None:
    screen = Screen(page).open(MANY, at="2.1.4.5")
    expect(screen.all(".term")).to_have_count(4)
    expect(screen.all(".others .part")).to_contain_text("61 other maps")
    sum_ = screen.sum
    assert sum(sum_.terms) + sum_.bias + sum_.remainder == sum_.total
    assert page.evaluate(
        "[...document.querySelectorAll('#sum .part, #sum .total, .largest')].every((e) => "
        "e.getBoundingClientRect().right <= innerWidth)"
    )


def test_digits_are_chosen_by_mouse_and_kept_from_place_to_place(page: Page) -> None:
    screen = Screen(page).open(FIRST, scale="byte", at=PLACE)
    screen.all("#sum .digits > summary").click()
    expect(screen.all("#sum .formula math")).to_be_visible()
    with screen.changing():
        screen.all('#sum .digits button[value="d4"]').click()
    assert screen.fields["digits"] == "d4"
    assert screen.sum.decimals == 4
    screen.press("ArrowRight")
    expect(screen.all("#sum .sum")).to_have_attribute("data-at", "0.3.7.17")
    assert screen.sum.decimals == 4
    page.wait_for_function("document.querySelector('cs-plate').number !== null")
    assert numbers(screen.tag)[0] == screen.sum.total
    with screen.changing():
        page.go_back()
    assert screen.sum.decimals == 2


def test_digits_are_chosen_by_keyboard_alone(page: Page) -> None:
    screen = Screen(page).open(FIRST, scale="unit", at=PLACE)
    screen.all("#sum .digits > summary").focus()
    screen.press("Enter")
    expect(screen.all("#sum .digits .sheet")).to_be_visible()
    screen.all('#sum .digits button[value="s6"]').focus()
    with screen.changing():
        screen.press("Enter")
    assert screen.fields["digits"] == "s6"


@pytest.mark.layout
def test_digits_are_chosen_by_touch(open_page: Callable[..., Page]) -> None:
    screen = Screen(open_page(390, 844, has_touch=True)).open(FIRST, scale="byte", at=PLACE)
    screen.all("#sum .digits > summary").tap()
    box = screen.all("#sum .digits .sheet").bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    assert box["y"] >= 0
    with screen.changing():
        screen.all('#sum .digits button[value="d0"]').tap()
    assert screen.sum.decimals == 0


def test_the_formula_stays_open_while_the_place_moves(page: Page) -> None:
    screen = Screen(page).open(FIRST, scale="byte", at=PLACE)
    screen.all("#sum .digits > summary").click()
    value = screen.all("#sum .formula .value mn")
    before = value.text_content()
    page.evaluate(
        "document.dispatchEvent(new CustomEvent('cs:transport', { detail: { name: 'next' } }))"
    )  # as it plays
    expect(screen.all("#sum .sum")).to_have_attribute("data-at", "0.3.7.17")
    expect(value).to_be_visible()
    assert value.text_content() != before
    screen.press("Escape")
    expect(value).to_be_hidden()


def test_whole_numbers_and_back(page: Page) -> None:
    screen = Screen(page).open("conv2d(2, 3, weights=random(4))", at="0.1.2.3")
    screen.all("#sum .digits > summary").click()
    with screen.changing():
        screen.all("#sum .digits").get_by_role("button", name="Round pixels and weights").click()
    assert screen.sum.decimals == 0
    assert screen.sum.remainder == 0
    with screen.changing():
        page.go_back()
    assert screen.sum.decimals > 0


@pytest.mark.parametrize("how", ["mouse", "keys", "touch"])
def test_a_filter_is_flipped_and_back_undoes_it(open_page: Callable[..., Page], how: str) -> None:
    page = open_page(390, 844, has_touch=True) if how == "touch" else open_page()
    screen = Screen(page).open("conv2d(2, 3, weights=random(4))", at="0.1.2.3", edit="0.weights")
    first = screen.all('input[name="w.0.0.0"]')
    before, last = first.input_value(), screen.all('input[name="w.0.2.2"]').input_value()
    summary, button = screen.all(".flip summary"), screen.all(".flip button").first
    if how == "keys":
        summary.focus()
        screen.press("Enter")
        button.focus()
        with screen.changing():
            screen.press("Enter")
    elif how == "touch":
        summary.tap()
        with screen.changing():
            button.tap()
    else:
        summary.click()
        with screen.changing():
            button.click()
    expect(first).to_have_value(last)
    with screen.changing():
        page.go_back()
    expect(first).to_have_value(before)
