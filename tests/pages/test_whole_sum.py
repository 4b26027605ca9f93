"""What is printed adds up as printed: terms to the total, products to subtotals, the largest and the rest, formulas."""

import random
import re
from decimal import ROUND_HALF_UP, Decimal
from io import BytesIO
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

import numpy as np
import pytest
from fastapi.testclient import TestClient

from app.printing.digits import read_digits
from tests.browser.screen import START
from tests.pages.reading import Element, decimals_of, link, number, numbers, printed, printed_sum, read

pytestmark = pytest.mark.reads

LAYERS = (
    "conv2d({f}, {k}, weights=random({seed}))",
    "conv2d({f}, ({k}, {j}), stride=({s}, 1), weights=random({seed}))",
    "conv2d({f}, {k}, padding={p}, weights=random({seed}))",
    'conv2d({f}, {k}, padding={p}, padding_mode="{mode}", weights=random({seed}))',
    'conv2d({f}, ({k}, {j}), padding="same", dilation=(1, 2), weights=random({seed}))',
    'conv2d(weights=preset("sobel_x", "gaussian", "emboss"))',
)
GROUPS = "conv2d(6, 3) | conv2d(12, {k}, padding=1, groups={g}, weights=random({seed}))"
MANY = "conv2d({many}, 3) | relu | conv2d(3, {k}, weights=random({seed}))"
BIG = "conv2d(2, ({big}, {k}), weights=random({seed}))"
DIGITS = ("", *(f"d{n}" for n in range(7)), *(f"s{n}" for n in range(2, 8)), "d9", "nonsense")
SCALES = ("unit", "byte", "mean:0.5,0.4,0.3;std:0.2,0.25,0.5")
DOCUMENTS, PLACES = 40, 5


def drawn(seed: int) -> dict[str, str]:
    """Return a state drawn by a seed, its last layer a convolution."""
    draw = random.Random(seed)  # noqa: S311 - the same states every time
    recipe = draw.choice((*LAYERS, *LAYERS, GROUPS, MANY, BIG))
    values = {
        "f": draw.randint(1, 4),
        "k": draw.randint(1, 5),
        "j": draw.randint(1, 5),
        "s": draw.randint(1, 3),
        "p": draw.randint(0, 2),
        "g": draw.choice((1, 2, 3, 6)),
        "mode": draw.choice(("zeros", "reflect", "replicate", "circular")),
        "many": draw.choice((7, 20, 64)),
        "big": draw.choice((6, 11)),
        "seed": draw.randrange(99),
    }
    mode = draw.choice(("RGB", "L"))
    scale = draw.choice(SCALES)
    if mode == "L" and ":" in scale:
        scale = "mean:0.5;std:0.2"
    return {
        "image": draw.choice(("coffee", "chelsea", "camera", "rocket")),
        "size": str(draw.choice((16, 24))),
        "mode": mode,
        "scale": scale,
        "recipe": recipe.format(**values),
        "digits": draw.choice(DIGITS),
        "view": draw.choice(("figure", "flat")),
    }


def digits_of(number: Decimal) -> int:
    """Return how many digits of a number count, where its last zeros do not."""
    return len(number.normalize().as_tuple().digits)


def opened(client: TestClient, fields: dict[str, str]) -> tuple[Element, str]:
    """Return the page of a state, and the id of its run."""
    answer = client.get("/?" + urlencode(fields))
    assert answer.status_code == 200, answer.text
    page = read(answer.text)
    return page, page.one(id="app").attributes["data-run"]


def part(client: TestClient, run: str, at: str, **more: str) -> tuple[Element, str]:
    """Return the sum at a place, as a tree and as text."""
    answer = client.get(f"/parts/sum/{run}?" + urlencode({"at": at, **more}))
    assert answer.status_code == 200, answer.text
    return read(answer.text), answer.text


def somewhere(client: TestClient, run: str, draw: random.Random) -> tuple[str, dict[str, Any]]:
    """Return a place of the last layer, and how the API tells its number."""
    layers = client.get(f"/api/v1/runs/{run}").json()["layers"]
    place = [draw.randrange(length) for length in layers[-1]["output_shape"]]
    at = ".".join(map(str, (len(layers) - 1, *place)))
    return at, client.get(f"/api/v1/runs/{run}/layers/{len(layers) - 1}/steps/{'/'.join(map(str, place))}").json()


def added(row: list[ElementTree.Element]) -> Decimal:
    """Return what the numbers and signs of a formula's row make."""
    total, sign = Decimal(0), 1
    for element in row:
        if element.tag == "mo":
            sign = {"−": -1, "+": 1}[element.text or ""]
        else:
            assert element.tag == "mn"
            total, sign = total + sign * number(element.text or ""), 1
    return total


def formula(text: str) -> tuple[Decimal, Decimal]:
    """Return what the numbers in the formula of a page make, and the number that it says they make."""
    tree = ElementTree.fromstring(text[text.index("<math") : text.index("</math>") + 7])  # noqa: S314 - our own page
    rows = {row.get("class"): list(row[2]) for row in tree.iter("mtr")}
    return added(rows["numbers"]), added(rows["value"])


@pytest.mark.parametrize("seed", range(DOCUMENTS))
def test_the_printed_terms_sum_to_the_printed_result(client: TestClient, seed: int) -> None:
    fields = drawn(seed)
    _, run = opened(client, fields)
    draw = random.Random(seed + 500)  # noqa: S311 - the same places every time
    for _ in range(PLACES):
        at, step = somewhere(client, run, draw)
        tree, text = part(client, run, at, digits=fields["digits"])
        shown = printed_sum(tree)
        assert sum(shown.terms) + shown.bias + shown.remainder == shown.total
        way = read_digits(fields["digits"])
        if way.kind == "s":  # each number has its own digits that count
            assert all(digits_of(term) <= way.count for term in (*shown.terms, shown.bias, shown.total))
            made, told = formula(text)
            assert made == told == shown.total
            continue
        assert {decimals_of(term) for term in (*shown.terms, shown.bias)} == {shown.decimals}
        assert shown.total == printed(float(np.float32(step["value"])), shown.decimals)
        single = Decimal(1e-6 * float(np.abs(step["products"]).sum()))  # the map's own number is float32
        assert abs(shown.remainder) <= Decimal(1).scaleb(-shown.decimals) * (len(shown.terms) + 2) / 2 + single
        channels = len(step["channel_sums"])
        named = [int(term.attributes["data-term"]) for term in tree.all(class_="term") if not term.has("others")]
        for channel, term in zip(named, shown.terms, strict=False):
            assert term == printed(step["channel_sums"][channel], shown.decimals)
        assert (len(named) == len(shown.terms)) == (len(named) == channels)
        if fields["digits"] in DIGITS[1:8]:
            assert shown.decimals == int(fields["digits"][1])

        # every product that is told
        scale = Decimal(1).scaleb(-shown.decimals)
        for cell in tree.all("td"):
            if "data-product" in cell.attributes:
                c, r, k = map(int, cell.attributes["data-cell"].split("."))
                value, weight, result = numbers(cell.attributes["data-product"])
                assert result == printed(step["products"][c][r][k], shown.decimals)
                assert abs(value * weight - result) <= scale * Decimal("0.501")
                assert ("=" in cell.attributes["data-product"]) <= (value * weight == result)

        # the largest of a filter too large to print
        largest = [number(cell.text) for cell in tree.all("td", "result")]
        if largest:
            assert sum(largest) + shown.bias == shown.total
        else:
            assert np.asarray(step["products"]).size <= 6 * 25

        # the formula
        made, told = formula(text)
        assert made == told == shown.total

        # the sentence says the same numbers
        said = numbers(tree.one(class_="sentence").text.partition(":")[2])
        assert said[-1] == shown.total


@pytest.mark.parametrize("fields", [{}, {"digits": "d1"}, {"digits": "s6"}, {"scale": "unit"}])
def test_the_products_of_a_block_sum_to_its_subtotal(client: TestClient, fields: dict[str, str]) -> None:
    _, run = opened(client, {"image": "coffee", "size": "24", "scale": "byte", "recipe": "conv2d(2, 4)", **fields})
    for channel in range(3):
        tree, _ = part(client, run, "0.1.7.9", pin=f"w.{channel}", **fields)
        term = tree.one(class_="term", **{"data-term": str(channel)})
        products = [number(cell.text) for cell in term.all("span", "p")]
        left = next(tree.all(class_="left"), None)
        rest = number(left.text.replace("− ", "−").split(" ", 1)[1].replace("+ ", "")) if left else Decimal(0)
        assert len(products) == 16
        assert sum(products) + rest == printed_sum(tree).terms[channel]


@pytest.mark.parametrize("recipe", ["conv2d(16, 3) | conv2d(8, 3)", "conv2d(6, 3) | conv2d(8, 3)"])
def test_the_cells_of_a_block_give_its_subtotal_or_it_is_said_to_be_rounded(client: TestClient, recipe: str) -> None:
    _, run = opened(client, {"image": "coffee", "size": "24", "scale": "unit", "recipe": recipe})
    marked = []
    for place in range(4):
        tree, _ = part(client, run, f"1.2.5.{place}")
        shown = printed_sum(tree)
        below = tree.all("span", "sub")
        for term, sub, total in zip(tree.all(class_="term"), below, shown.terms, strict=True):
            cells = [
                [Decimal(cell.one(class_=name).text.replace("−", "-")) for name in ("v", "wt")]
                for cell in term.all("td")
            ]
            if cells:
                made = sum((v * w for v, w in cells), Decimal(0)).quantize(total, ROUND_HALF_UP)
                assert (made == total) == ("≈" not in sub.text)
                marked.append(made == total)
    assert any(marked)
    assert len(shown.terms) == 4, "of many maps three, and the others as one"


def test_a_product_is_there_without_a_script(client: TestClient) -> None:
    fields = {"image": "coffee", "size": 32, "scale": "byte"}
    tree = read(client.get(link('conv2d(weights=preset("edge_x"))', **fields, at="0.0.7.16", pin="w.1.0.2")).text)
    held = tree.one("td", "held")
    assert held.attributes["data-cell"] == "1.0.2"
    assert tree.one(class_="product").one("b").text == held.attributes["data-product"]
    chosen = [option.attributes["value"] for option in tree.one(class_="product").all("option")]
    assert chosen == []
    rest = read(client.get(link('conv2d(weights=preset("edge_x"))', **fields)).text)
    assert len(list(rest.one(class_="product").all("option"))) == 75


@pytest.mark.parametrize("pin", ["w.9.0.0", "w.0.0", "w", "w.a.b.c", "x", "w.0.0.0.0", "w.-1", "w.99999999999"])
def test_a_pin_that_means_nothing_holds_nothing(client: TestClient, pin: str) -> None:
    tree = read(client.get(link("conv2d(2, 3)", at=START, pin=pin)).text)
    assert not list(tree.all("td", "held"))
    assert not list(tree.all("span", "p"))


def post(client: TestClient, **fields: object) -> str:
    """Return the address that a form leads to."""
    answer = client.post("/edit", data=fields, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


@pytest.mark.parametrize("weights", ['preset("sobel_x", "box")', "random(3)"])
def test_whole_numbers_are_whole_everywhere(client: TestClient, weights: str) -> None:
    fields = {
        "image": "chelsea",
        "size": "24",
        "recipe": f"conv2d({'2, 3, ' * ('random' in weights)}weights={weights})",
    }
    address = post(client, **fields, layer=0, op="whole", shapes="3.24.24", at="0.1.3.5")
    text = client.get(address + "&pin=w.1").text
    tree = read(text)
    shown = printed_sum(tree)
    assert shown.decimals == 0
    assert shown.remainder == 0
    for class_ in ("v", "wt", "p", "part", "answer"):
        found = [
            number(cell.one(class_="num").text if class_ in ("part", "answer") else cell.text)
            for cell in tree.one(class_="sum").all(class_=class_)
        ]
        assert found
        assert all(decimals_of(n) == 0 for n in found)
    assert all(" = " in cell.attributes["data-product"] for cell in tree.all("td") if "data-product" in cell.attributes)
    if "sobel" in weights:
        assert {abs(number(cell.text)) for cell in tree.one(class_="term", **{"data-term": "0"}).all("span", "wt")} == {
            1
        }


def test_two_decimals_and_whole_pixels_need_no_rounding(client: TestClient) -> None:
    tree = read(client.get("/").text)
    told = [cell.attributes["data-product"] for cell in tree.all("td") if "data-product" in cell.attributes]
    assert len(told) == 75
    for text in told:
        value, weight, result = numbers(text)
        assert " = " in text
        assert value * weight == result
    cells = [cell for cell in tree.all("td") if "data-product" in cell.attributes]
    for cell, text in zip(cells, told, strict=True):  # reproducible from what stands in the cell
        assert [number(cell.one(class_="v").text), number(cell.one(class_="wt").text)] == numbers(text)[:2]


def test_the_digits_of_an_address_reach_the_drawing_too(client: TestClient) -> None:
    tree = read(client.get(link("conv2d(2, 3) | relu", at="0.1.2.3", digits="d5")).text)
    assert tree.one(class_="plate").attributes["data-decimals"] == "5"
    told = [tag.text for tag in tree.all("text", "tag")]
    assert told
    assert all(number(text) == printed_sum(tree).total for text in told)
    relu = printed_sum(read(client.get(link("conv2d(2, 3) | relu", at="1.1.2.3", digits="d1")).text))
    assert relu.decimals == 1
    assert relu.total == max(relu.terms)


def test_a_filter_is_turned_by_half_and_back(client: TestClient) -> None:
    fields = {"image": "coffee", "size": "16", "recipe": "conv2d(3, (2, 3), weights=random(4))"}
    weights = client.get(f"/api/v1/runs/{opened(client, fields)[1]}/layers/0/weight.npy")
    before = np.load(BytesIO(weights.content))

    def after(address: str) -> np.ndarray:
        run = read(client.get(address).text).one(id="app").attributes["data-run"]
        return np.load(BytesIO(client.get(f"/api/v1/runs/{run}/layers/0/weight.npy").content))

    one = after(post(client, **fields, layer=0, op="flip", shape="3.16.16", channel=1))
    np.testing.assert_array_equal(one[1], before[1][:, ::-1, ::-1])
    np.testing.assert_array_equal(one[[0, 2]], before[[0, 2]])
    every = after(post(client, **fields, layer=0, op="flip", shape="3.16.16", channel=""))
    np.testing.assert_array_equal(every, before[:, :, ::-1, ::-1])


def test_half_a_turn_of_a_symmetric_filter_is_said_to_change_nothing(client: TestClient) -> None:
    recipe = 'conv2d(weights=preset("gaussian", "sobel_x", "emboss"))'
    said = []
    for channel in range(3):
        tree = read(client.get(link(recipe, edit="0.weights", at=f"0.{channel}.0.0")).text)
        said.append([p.text for p in tree.one(class_="flip").all("p")][-1])
        assert ("disabled" in next(tree.one(class_="flip").all("button")).attributes) == (channel == 0)
    assert "same map" in said[0]
    assert "sign" in said[1]
    assert "turned pattern" in said[2]
    refused = client.post(
        "/edit",
        data={
            "image": "coffee",
            "size": "16",
            "recipe": recipe,
            "layer": 0,
            "op": "flip",
            "shape": "3.16.16",
            "channel": 0,
        },
    )
    assert refused.status_code == 422
    assert "symmetric" in refused.text


def test_a_large_count_is_written_one_way(client: TestClient) -> None:
    for view in ("figure", "trace"):
        fields = {"size": 32, "scale": "byte", "at": "2.1.0.0", "view": view}
        page = read(client.get(link("conv2d(4, 3) | flatten | linear(5)", **fields)).text)
        assert "3600" not in re.sub("∑.*?·", "", page.one("main").text)  # a formula has no thousands
        assert "3,600" in page.one("main").text
        assert "1 × 1 × 3,600" in page.one(class_="ribbon").text


@pytest.mark.parametrize("digits", ["", "d4"])
@pytest.mark.parametrize(
    "recipe", ["conv2d(4, 11)", "conv2d(64, 3, weights=random(1)) | conv2d(2, 3, weights=random(2))"]
)
def test_the_factors_of_a_largest_product_give_it_or_it_is_said_to_be_rounded(
    client: TestClient, recipe: str, digits: str
) -> None:
    at = f"{recipe.count('|')}.1.3.3"
    page = read(client.get(link(recipe, size=32, scale="byte", at=at, digits=digits)).text)
    told = [[cell.text for cell in row.all("td", "num")] for row in page.one("table", "largest").all("tr")][:-1]
    assert len(told) == 5
    for factors, result in told:
        value, weight = numbers(factors)
        given = (value * weight).quantize(number(result), ROUND_HALF_UP) == number(result)
        assert given or "≈" in result
        assert digits or given
