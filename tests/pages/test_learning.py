"""How one weight learns, as the page says it: printed numbers add up, and are those of the API."""

import io
import math
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient

from tests.pages.reading import Element, decimals_of, link, number, numbers, printed, read

pytestmark = pytest.mark.reads

NET = (
    "conv2d(4, 3, padding=1, weights=random(7)) | relu | max_pool2d(2) | conv2d(6, (2, 3), groups=2)"
    " | linear(12) | softmax"
)
LABEL = 2
AT = "0.2.0.0"  # a filter that gradients come back to


def page(client: TestClient, at: str, pin: str = "", recipe: str = NET, **fields: object) -> Element:
    """Return the page of a weight."""
    more = {"pin": pin} if pin else {}
    answer = client.get(link(recipe, size=12, at=at, view="weight", **more, **fields))
    assert answer.status_code == 200, answer.text
    return read(answer.text)


def change(client: TestClient, layer: int, place: str, label: int = LABEL) -> dict[str, Any]:
    """Return what the API says of a weight."""
    run = client.get("/api/v1/runs", params={"image": "coffee", "size": 12, "recipe": NET}).json()["id"]
    path = f"/api/v1/runs/{run}/layers/{layer}/gradients/{place}"
    told: dict[str, Any] = client.get(path, params={"label": label}).json()
    return told


def written(look: Element) -> tuple[list[tuple[Decimal, Decimal]], Decimal, Decimal, int]:
    """Return the pairs, the rest and the sum of a page, and in which power of ten gradients are."""
    pairs = [
        (number(li.one(class_="v").text), number(li.one(class_="wt").text)) for li in look.one("ol", "block").all("li")
    ]
    part = look.one(class_="part")
    rest = next(
        (Decimal(small.one(class_="num").text.replace(" ", "").replace("−", "-")) for small in part.all("small")),
        Decimal(0),
    )
    power = int(numbers(next(part.all(class_="unit")).one("sup").text)[0]) if any(part.all(class_="unit")) else 0
    return pairs, rest, number(part.one(class_="gradient").text), power


@pytest.mark.parametrize("pin", ["w.0.0.0", "w.2.1.2", "w.1.2.1"])
@pytest.mark.parametrize("size", ["", "s2", "d5"])
def test_what_is_printed_adds_up(client: TestClient, pin: str, size: str) -> None:
    look = page(client, AT, pin, label=LABEL, digits=size).one("section", "weight")
    told = change(client, 0, f"{AT[2]}{pin[1:]}".replace(".", "/"))
    pairs, rest, total, power = written(look)
    made = sum((value * gradient for value, gradient in pairs), Decimal(0))
    assert printed(float(made), decimals_of(total)) + rest == total
    assert total == printed(told["example"] * 10.0**power, decimals_of(total))
    shown = [gradient for row in told["gradient"] for gradient in row if gradient]
    if len(shown) == len(pairs):
        assert all(
            abs(float(b) - g * 10.0**power) <= 0.6 * 10.0 ** -decimals_of(b)
            for (_, b), g in zip(pairs, shown, strict=True)
        )
    weight, rate, gradient = (
        number(part.one("b").text.strip("()")) for part in look.one(class_="equation").all("span", "operand")
    )
    after = number(look.one("output", "answer").text)
    assert printed(float(weight - rate * gradient), decimals_of(after)) == after
    assert weight == printed(told["weight"], decimals_of(weight))
    assert after == printed(told["next"], decimals_of(after))


def test_the_loss_begins_as_what_was_said_less_the_truth(client: TestClient) -> None:
    look = page(client, AT, label=LABEL).one("section", "weight")
    rows = list(look.one("table").one("tbody").all("tr"))
    assert len(rows) == 8  # of 12 classes
    for row in rows:
        said, truth, gradient = (numbers(cell.text)[-1] for cell in row.all("td"))
        assert said - abs(truth) == gradient
    (true,) = [row for row in rows if row.has("true")]
    assert true.one("a").text == f"class {LABEL + 1}"
    share, loss = numbers(look.one(class_="logarithm").text)
    assert printed(-math.log(float(abs(share))), decimals_of(loss)) == loss
    assert number(look.one("h2").one(class_="num").text) == loss


def test_without_a_class_in_the_address_the_likeliest_is_taken(client: TestClient) -> None:
    rows = page(client, AT).one("table").one("tbody").all("tr")
    said = {row.has("true"): numbers(row.all("td").__next__().text)[0] for row in rows}
    assert said[True] == max(said.values())


def test_the_deck_walks_the_weights_of_the_filter(client: TestClient) -> None:
    whole = page(client, "3.4.1.0", "w.1.1.2", label=LABEL)
    deck = whole.one("cs-transport").attributes
    assert (deck["data-field"], deck["data-layer"], deck["data-channels"], deck["data-places"]) == (
        "pin",
        "w",
        "2",
        "6",
    )
    assert deck["data-index"] == "11"
    assert "pin=w.1.1.1" in whole.one("a", id="back").attributes["href"]
    assert "pin=w.1.0.0" in whole.one("a", id="first").attributes["href"]
    hrefs = [a.attributes["href"] for a in whole.one("nav", "others").all("a")]
    assert ["at=3.3.1.0" in hrefs[0], "at=3.5.1.0" in hrefs[1]] == [True, True]


@pytest.mark.parametrize("pin", ["", "w.9.0.0", "w.0.1", "i.0.0.0", "w.0.0.x"])
def test_a_weight_that_is_none_is_the_one_in_the_middle(client: TestClient, pin: str) -> None:
    assert page(client, AT, pin).one("cs-transport").attributes["data-index"] == "4"


@pytest.mark.parametrize("recipe", ["conv2d(2, 3) | relu", "conv2d(2, 3) | linear(3)"])
def test_a_run_without_a_loss_shows_the_figure(client: TestClient, recipe: str) -> None:
    whole = page(client, AT, recipe=recipe)
    assert not any(whole.all("section", "weight"))
    assert any(whole.all("cs-plate"))
    assert not any(whole.all("a", **{"data-look": "weight"}))


def test_what_costs_too_much_says_so(client: TestClient, app: Any) -> None:
    lab = app.state.lab
    lab.gradients._settings = lab.settings.model_copy(update={"run_max_multiplications": 1000})
    assert "Forward and back this needs" in page(client, AT).one("p", "refused").text


@pytest.mark.parametrize("recipe", [
    "conv2d(4, 1) | linear(3) | softmax", "global_avg_pool2d | conv2d(40, 1) | conv2d(3, 1) | flatten | softmax",
    "conv2d(2, 3, stride=3, padding=1, dilation=2) | linear(3) | softmax",
    "conv2d(weights=values([[[[0]]], [[[0]]]])) | linear(3) | softmax",
])  # fmt: skip
def test_every_form_of_filter_has_its_drawing(client: TestClient, recipe: str) -> None:
    for at in range(recipe.count("|") - 1):
        mode = {"mode": "L"} if "values" in recipe else {}
        answer = client.get(link(recipe, size=9, at=f"{at}.1.0.0", view="weight", **mode))
        assert answer.status_code == 200


@pytest.mark.parametrize(("layer", "recipe"), [
    (1, "conv2d(3, 3, weights=random(1)) | relu | conv2d(2, 3, weights=random(1)) | linear(3) | softmax"),
    (1, "conv2d(3, 3, weights=random(7)) | max_pool2d(3, 2, padding=1) | linear(3, weights=random(2)) | softmax"),
])  # fmt: skip
def test_what_came_to_a_place_passes_to_one_cell_or_to_none(client: TestClient, layer: int, recipe: str) -> None:
    run = client.get("/api/v1/runs", params={"image": "coffee", "size": 9, "recipe": recipe}).json()["id"]

    def array(index: int, name: str) -> Any:
        answer = client.get(f"/api/v1/runs/{run}/layers/{index}/{name}.npy", params={"label": 1} if "g" in name else {})
        return np.load(io.BytesIO(answer.content))

    came, passed, stood, made = (array(layer, "gradient"), array(layer - 1, "gradient"), array(layer - 1, "output"),
                                 array(layer, "output"))  # fmt: skip
    blocked = 0
    dropped = next(zip(*(stood[2] <= 0).nonzero(), strict=True), (1, 1)) if "relu" in recipe else (1, 1)
    for row, column in ((0, 0), (3, 2), map(int, dropped)):
        at = f"{layer}.2.{row}.{column}"
        look = read(client.get(link(recipe, size=9, at=at, view="back", label=1)).text).one("section", "back")
        told, on = (number(part.one("b").text) for part in look.one(class_="equation").all("span", "operand"))
        gradient = float(came[2, row, column])
        assert abs(float(told) - gradient) <= 0.6 * 10.0 ** -decimals_of(told)
        assert numbers(look.one("p", "rule").text)[-1] == int((passed[2] == 0).sum())
        cells = list(look.one("ol", "block").all("li"))
        gets = [cell for cell in cells if cell.has("gets")]
        if recipe.count("relu") and stood[2, row, column] <= 0:
            blocked += 1
            assert (on, gets) == (0, [])
        else:
            assert on == told
            assert len(gets) == 1
            value = number(gets[0].one(class_="v").text)
            assert abs(float(value) - made[2, row, column]) <= 0.6 * 10.0 ** -decimals_of(value)
        assert sum(number(cell.one(class_="wt").text) for cell in cells) == on
    assert blocked or "relu" not in recipe


def test_the_figure_leads_to_what_flows_back_only_where_there_is_a_loss(client: TestClient) -> None:
    for recipe, there in ((NET, True), ("conv2d(2, 3) | relu", False), ("relu | linear(2) | softmax", False)):
        whole = read(client.get(link(recipe, size=12, at=f"{recipe.split(' | ').index('relu')}.0.0.0")).text)
        assert any(whole.all("a", **{"data-look": "back"})) == there
