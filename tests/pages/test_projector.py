"""On a projector the page says one sheet at a time, every state of it is a link, and what is printed adds up."""

from decimal import Decimal

import numpy as np
import pytest
from fastapi.testclient import TestClient

from tests.pages.reading import Element, link, number, numbers, read

pytestmark = pytest.mark.reads

FIRST = "conv2d(6, 5, weights=random(7)) | relu | max_pool2d(2)"
WIDE = "conv2d({maps}, 3, weights=random(1)) | relu | conv2d(4, 3, weights=random(2))"


def board(client: TestClient, recipe: str, **fields) -> Element:
    """Return the page of a state on a projector."""
    answer = client.get(link(recipe, projector=1, **{"scale": "byte", **fields}))
    assert answer.status_code == 200, answer.text
    return read(answer.text)


def line(page: Element) -> tuple[list[Decimal], Decimal]:
    """Return the terms of the line of subtotals with their signs, and the result."""
    terms, sign = [], 1
    for element in page.one(class_="subtotals").parts:
        if not isinstance(element, Element) or element.has("total"):
            continue
        if element.has("op"):
            sign = -1 if element.text == "−" else 1
        else:
            terms.append(sign * number(element.one(class_="num").text))
            sign = 1
    return terms, number(page.one("output", "answer").text)


@pytest.mark.parametrize("maps", [1, 4, 5, 64])
def test_the_subtotals_that_are_told_and_the_rest_add_up_as_printed(client, maps):
    rng = np.random.default_rng(maps)
    for sheet in (0, maps - 1, maps, int(rng.integers(maps))):
        at = f"2.{rng.integers(4)}.{rng.integers(28)}.{rng.integers(28)}"
        page = board(client, WIDE.format(maps=maps), at=at, sheet=sheet)
        terms, total = line(page)
        assert sum(terms) == total
        told = [int(part.attributes["data-speak"]) for part in page.all("a", "part")]
        assert len(told) <= 4
        assert sheet == maps or sheet in told
        assert page.one(class_="subtotals").attributes["data-sheet"] == str(sheet)


def test_the_sheet_that_speaks_is_the_one_in_the_address(client):
    run = client.get("/api/v1/runs", params={"image": "coffee", "size": 32, "recipe": FIRST, "scale": "byte"}).json()
    step = client.get(f"/api/v1/runs/{run['id']}/layers/0/steps/3/7/16").json()
    for sheet, word in enumerate(("red", "green", "blue")):
        page = board(client, FIRST, at="0.3.7.16", sheet=sheet)
        block = page.one("table", "block")
        assert block.one("caption").text.startswith(word)
        cells = [[number(next(cell.all("span", name)).text) for cell in block.all("td")] for name in ("v", "wt")]
        patch, kernel = (np.array(step[name][sheet], float).ravel() for name in ("patch", "kernel"))
        np.testing.assert_array_equal(np.array(cells[0], float), patch)
        np.testing.assert_allclose(np.array(cells[1], float), kernel, atol=0.000501)
        spoken = [part.text for part in page.all("a", "part") if part.attributes.get("aria-current")]
        assert len(spoken) == 1
        assert spoken[0].endswith(word)
    page = board(client, FIRST, at="0.3.7.16", sheet=3)
    assert not list(page.all("table", "block"))
    so_far = [number(cell.text) for cell in page.one("table", "column").all("td", "so")]
    assert so_far[-1] == line(page)[1]


def test_cells_that_do_not_give_their_subtotal_are_said_to_be_rounded(client):
    marked = set()
    for sheet, at in ((0, "0.2.0.15"), (1, "0.2.0.15"), (2, "0.0.3.4"), (0, "0.1.9.9")):
        page = board(client, "conv2d(6, 5)", at=at, sheet=sheet)
        cells = [[number(cell.one(class_=name).text) for name in ("v", "wt")] for cell in page.one("table").all("td")]
        for part in page.all("a", "part"):
            told = part.one(class_="num").text
            if part.attributes.get("aria-current"):
                given = abs(round(sum((v * w for v, w in cells), Decimal(0)), 2)) == number(told)
                assert given == ("≈" not in told)
                marked.add(given)
            else:
                assert "≈" not in told
    assert False in marked


@pytest.mark.parametrize(
    ("asked", "speaks"), [("", None), ("0", "0"), ("99", "3"), ("-1", None), ("red", None), ("٣", None)]
)
def test_any_sheet_that_is_asked_for_is_answered_and_without_one_the_figure_has_the_word(client, asked, speaks):
    page = board(client, FIRST, sheet=asked)
    assert page.one(class_="subtotals").attributes.get("data-sheet") == speaks
    assert bool(list(page.all(class_="about"))) == (speaks is None)


def test_every_sheet_is_a_link_without_scripts(client):
    page = board(client, FIRST, at="0.3.7.16")
    links = [a for a in page.all("a") if "data-speak" in a.attributes]
    assert [a.attributes["data-speak"] for a in links] == ["0", "1", "2", "3"]
    for there in links:
        answer = read(client.get(there.attributes["href"]).text)
        assert answer.one(class_="subtotals").attributes["data-sheet"] == there.attributes["data-speak"]
        assert answer.one("html").attributes.get("data-projector") == ""


def test_a_filter_too_large_to_print_is_told_by_its_largest_products(client):
    page = board(client, "conv2d(4, 11, weights=random(3))", size=64, at="0.1.5.5", sheet=1)
    rows = list(page.one(class_="pictured").one("table").all("tr"))
    terms = []
    for row in rows:
        sign, amount = row.all("td")
        terms.append(numbers(amount.text)[-1] * (-1 if sign.text == "−" else 1))
    told = next(part for part in page.all("a", "part") if part.attributes.get("aria-current"))
    parts, _ = line(page)
    assert sum(terms) == parts[int(told.attributes["data-speak"])]
    assert sorted(map(abs, terms[:-1]), reverse=True) == [abs(term) for term in terms[:-1]]


def test_the_projector_is_light_whatever_was_chosen(client):
    client.cookies.set("theme", "dark")
    answer = client.get(link(FIRST, projector=1, theme="dark"))
    page = read(answer.text)
    assert "data-theme" not in page.one("html").attributes
    assert "theme=dark" not in " ".join(image.attributes["href"] for image in page.all("image"))
    assert "theme" not in answer.cookies
    leave = client.get(page.one("a", id="projector").attributes["href"])
    assert read(leave.text).one("html").attributes.get("data-theme") == "dark"


def test_only_a_projector_has_what_is_for_projectors(client):
    page = read(client.get(link(FIRST)).text)
    assert "data-projector" not in page.one("html").attributes
    assert not list(page.all(class_="subtotals"))
    assert not [a for a in page.all("link") if "projector" in a.attributes["href"]]
    assert not list(page.all(id="laser-on"))
    there = read(client.get(page.one("a", id="projector").attributes["href"]).text)
    plate = there.one(class_="plate")
    assert {svg.attributes["class"].split()[1] for svg in plate.all("svg", "figure")} == {
        "board",
        "board-medium",
        "narrow",
    }


def test_what_is_to_be_predicted_is_not_told_by_the_sum_so_far(client):
    page = board(client, FIRST, at="0.3.7.16", sheet=3, predict=1)
    shown = board(client, FIRST, at="0.3.7.16", sheet=3)
    answer = shown.one("output", "answer").text
    assert answer not in page.one(id="sum").text
