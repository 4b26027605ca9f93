"""A number traced home, and a pixel followed forward: what the pages draw and print is what the API says."""

import random
import re
from decimal import Decimal
from typing import Any, NamedTuple

import numpy as np
import pytest
from fastapi.testclient import TestClient

from tests import oblong
from tests.browser.screen import FIRST, START
from tests.pages.reading import Element, decimals_of, link, number, printed, read
from tests.pages.test_twins import api, page
from tests.pipelines import chance, pipeline

pytestmark = pytest.mark.reads

DEEP = (
    "conv2d(6, 5, weights=random(1)) | relu | max_pool2d(2) | conv2d(8, 3, weights=random(2)) | relu | max_pool2d(2) | "
    "flatten | linear(7, weights=random(3)) | relu | linear(10, weights=random(4)) | softmax"
)


class Hop(NamedTuple):
    """One column as a person reads it."""

    volume: int
    span: dict[str, list[int]] | None  # as the API writes it
    heading: str
    href: str
    texts: tuple[str, ...]  # the numbers of its table, in reading order
    won: tuple[str, ...]
    words: str

    @property
    def layer(self) -> int | str:
        """As the API names it."""
        return self.volume - 1 if self.volume else "input"

    @property
    def channel(self) -> int:
        """The map in front, from 0."""
        found = re.search(r"(?:Map|Number)s? (\d+)", self.heading)
        return int(found[1]) - 1 if found else 0


def hops_of(tree: Element) -> list[Hop]:
    """Read the columns of a page."""
    found = []
    for item in tree.all("li"):
        if "data-volume" not in item.attributes:
            continue
        at = item.attributes
        span = (
            {side: [int(n) for n in at[f"data-{side}"].split()] for side in ("rows", "columns")}
            if "data-rows" in at
            else None
        )
        head = item.one("a", "volhead")
        cells = [cell for cell in item.all("td") if cell.text]
        words = " ".join(part.text for part in item.all("p"))
        won = tuple(cell.text for cell in cells if cell.has("won"))
        found.append(
            Hop(
                int(at["data-volume"]),
                span,
                head.text,
                head.attributes["href"],
                tuple(c.text for c in cells),
                won,
                words,
            )
        )
    return found


def drawn(tree: Element, role: str, quad: str = "seen") -> list[dict[str, list[int]]]:
    """Return the rectangles that each drawing outlines in a role, measured on their planes."""
    found = []
    for path in tree.all("path"):
        if path.attributes.get("data-quad") != quad or not path.has(role):
            continue
        a, b, c, d, e, f = map(float, path.attributes["data-plane"].split())
        back = np.linalg.inv([[a, c], [b, d]])
        points = [[float(n) for n in pair.split()] for pair in path.attributes["d"].strip("MZ").split("L")]
        cells = np.rint([back @ [x - e, y - f] for x, y in points]).astype(int)
        (left, top), (right, bottom) = cells.min(axis=0), cells.max(axis=0)
        found.append({"rows": [int(top), int(bottom)], "columns": [int(left), int(right)]})
    return found


def opened(client: TestClient, document: dict[str, Any]) -> dict[str, Any]:
    """Return a new run."""
    answer = client.post("/api/v1/runs", json=document)
    assert answer.status_code in (200, 201), answer.text
    return answer.json()


def place_in(draw: random.Random, run: dict[str, Any], layer: int) -> str:
    shape = [*run["layers"][layer]["output_shape"], 1, 1][:3]
    return ".".join(str(n) for n in (layer, *(draw.randrange(length) for length in shape)))


@pytest.mark.parametrize("seed", range(60))
def test_the_way_home_is_the_apis(client: TestClient, seed: int) -> None:
    draw = chance(f"trace-{seed}")
    document, stages = pipeline(draw, layers=5, sides=14)
    run = opened(client, document.canonical)
    at = place_in(draw, run, draw.randrange(len(stages)))
    step = api(client).step(run["id"], at)
    tree = page(client, f"/?run={run['id']}&at={at}&view=trace")
    columns = hops_of(tree)
    assert columns[0].volume == 0
    assert columns[0].span == step["receptive_field"]
    windows = drawn(tree, "window")
    if step["receptive_field"] and len(run["input"]["shape"]) == 3 and run["input"]["shape"][1:] != [1, 1]:
        each = len(windows) // 3  # the same rectangles at three widths of screen
        assert [windows[k * each] for k in range(3)] == [step["receptive_field"]] * 3
    if not step["receptive_field"]:
        assert "only padding" in tree.one(class_="tracehead").one("h2").text
    for hop in columns:
        output = api(client).output(run["id"], hop.layer)
        volume = output.reshape(len(output), *(output.shape[1:] or (1, 1)))
        inside = volume.ravel()[hop.channel :] if volume.shape[1:] == (1, 1) else None
        if inside is None and hop.span:
            (top, bottom), (left, right) = hop.span["rows"], hop.span["columns"]
            inside = volume[hop.channel, top:bottom, left:right].ravel()
        for text, value in zip(hop.texts, inside if inside is not None else (), strict=False):
            assert number(text) == printed(float(value), decimals_of(number(text)))


def test_the_values_on_the_way_home_stand_under_their_volumes(client: TestClient) -> None:
    tree = page(client, link(FIRST, scale="byte", at="2.3.3.8", view="trace"))
    run = api(client).run({"image": "coffee", "size": "32", "scale": "byte", "recipe": FIRST})
    picture, conv, relu, pool = hops_of(tree)
    assert (picture.span, picture.words) == (
        {"rows": [6, 12], "columns": [16, 22]},
        "6 × 6 pixels rows 7–12, columns 17–22: all that it has seen.",
    )
    for hop in (conv, relu):
        values = api(client).output(run["id"], hop.layer)[3, 6:8, 16:18].ravel()
        assert [number(text) for text in hop.texts] == [printed(float(value), 2) for value in values]
    assert pool.texts == (conv.texts[2],) == conv.won == relu.won
    assert "75 products" in conv.words
    assert "for each of the 4" in conv.words
    assert "the other 3 leave no trace" in pool.words
    assert ["sees 5 × 5 pixels" in hop.heading for hop in (conv, relu)] == [True, True]
    assert "sees 6 × 6, 2 apart" in pool.heading


@pytest.mark.parametrize("seed", range(25))
def test_the_winner_keeps_its_value_through_max_pools_and_relu(client: TestClient, seed: int) -> None:
    draw = chance(f"winner-{seed}")
    kinds = ["relu", "max_pool2d(2)", "max_pool2d(3, 2, padding=1)", "max_pool2d((1, 2))"]
    recipe = " | ".join(["conv2d(3, 3, weights=random(5))", *(draw.choice(kinds) for _ in range(3))])
    fields = {"image": draw.choice(["coffee", "chelsea", "rocket"]), "size": "24", "recipe": recipe}
    run = api(client).run(fields)
    at = place_in(draw, run, 3)
    value = api(client).step(run["id"], at)["value"]
    tree = page(client, link(recipe, image=fields["image"], size=24, at=at, view="trace"))
    columns = hops_of(tree)
    assert [hop.volume for hop in columns] == list(range(5))
    for hop in columns[1:]:
        layer, *there = (int(n) for n in re.search(r"at=([\d.]+)", hop.href)[1].split("."))  # type: ignore[index]
        assert layer == hop.volume - 1
        found = api(client).output(run["id"], layer)[tuple(there)]
        assert found == np.float32(value) or (value == 0 and found <= 0)  # what ReLU made 0 was below it
        if hop.texts:
            assert len(hop.won) == 1
            decimals = decimals_of(number(hop.won[0]))
            assert number(hop.won[0]) == printed(float(found), decimals)


@pytest.mark.parametrize("seed", range(60))
def test_what_a_pixel_can_change_is_the_cone(client: TestClient, seed: int) -> None:
    draw = chance(f"forward-{seed}")
    document, stages = pipeline(draw, layers=5, sides=14)
    run = opened(client, document.canonical)
    _, rows, columns = stages[0].input_shape
    row, column = draw.randrange(rows), draw.randrange(columns)
    at = place_in(draw, run, len(stages) - 1)
    tree = page(client, f"/?run={run['id']}&at={at}&view=forward&pin=i.0.{row}.{column}")
    found = hops_of(tree)
    assert found[0].span == {"rows": [row, row + 1], "columns": [column, column + 1]}
    for hop in found[1:]:
        cone = api(client).json(f"/runs/{run['id']}/layers/{hop.layer}/cone?row={row}&column={column}")
        assert hop.span == cone
        if cone is None:
            assert hop.words.startswith("Nothing")
    if found[-1].span is None:
        assert "ever reads it" in tree.one(class_="tracehead").one("h2").text
        assert any("No place of this layer ever reads it" in hop.words for hop in found[1:]) or len(stages) > 4


def test_a_pixel_that_the_stride_skips_is_said_to_be_skipped(client: TestClient) -> None:
    address = link("conv2d(2, 3, 4, weights=random(1)) | relu", at="1.0.0.0", view="forward", pin="i.0.3.3")
    tree = page(client, address)
    _, conv, relu = hops_of(tree)
    assert conv.words == "Nothing No place of this layer ever reads it: the stride skips it."
    assert relu.words.startswith("Nothing")
    assert "no place of conv2d ever reads it" in tree.one(class_="tracehead").one("h2").text
    end = page(client, link("max_pool2d(5)", at=START, view="forward", pin="i.0.31.31"))
    assert "the last window ends before it" in hops_of(end)[1].words


def test_without_a_pin_the_pixel_is_the_middle_of_what_the_number_has_seen(client: TestClient) -> None:
    step = {"rows": [6, 12], "columns": [16, 22]}
    tree = page(client, link(FIRST, scale="byte", at="2.3.3.8", view="forward"))
    assert hops_of(tree)[0].span == {"rows": [9, 10], "columns": [19, 20]}
    assert step["rows"][0] <= 9 < step["rows"][1]
    assert "9 of 196 places" in tree.one(class_="tracehead").one("h2").text
    assert "The present number is one of them." in hops_of(tree)[-1].words
    for nonsense in ("i.0.99.0", "i.0.x.1", "o", "w.0.1.2", "i.1.2.3"):
        other = page(client, link(FIRST, scale="byte", at="2.3.3.8", view="forward", pin=nonsense))
        assert hops_of(other)[0].span == {"rows": [9, 10], "columns": [19, 20]}


def test_a_long_network_shows_its_ends_and_what_is_chosen_between(client: TestClient) -> None:
    fields: dict[str, Any] = {"at": "10.3.0.0", "view": "trace"}
    tree = page(client, link(DEEP, **fields))
    assert [hop.volume for hop in hops_of(tree)] == [0, 9, 10, 11]
    left_out = tree.one("li", "leftout")
    assert left_out.one("summary").text == "… 8 layers"
    choices = [choice.attributes["href"] for choice in left_out.all("a", "line")]
    assert len(choices) == 8
    chosen = page(client, choices[2])
    assert [hop.volume for hop in hops_of(chosen)] == [0, 3, 4, 11]
    assert [item.one("summary").text for item in chosen.all("li", "leftout")] == ["… 2 layers", "… 6 layers"]
    kept = page(client, link(DEEP, at="10.3.0.0", view="forward", pin="i.0.9.20.4"))
    assert [hop.volume for hop in hops_of(kept)] == [0, 4, 5, 11]
    assert hops_of(kept)[0].span == {"rows": [9, 10], "columns": [20, 21]}


def test_vectors_print_their_numbers(client: TestClient) -> None:
    run = api(client).run({"image": "coffee", "size": "32", "recipe": DEEP})
    tree = page(client, link(DEEP, at="10.3.0.0", view="trace"))
    _, relu, linear, softmax = hops_of(tree)
    for hop, count in ((relu, 7), (linear, 10)):
        output = api(client).output(run["id"], hop.layer).ravel()
        assert len(hop.texts) == count
        assert [number(text) for text in hop.texts] == [
            printed(float(v), decimals_of(number(hop.texts[0]))) for v in output
        ]
    assert len(softmax.texts) == 1
    assert re.search("the whole input|of the cells", tree.one(class_="tracehead").one("h2").text)


def test_circular_padding_is_seen_round_the_edges(client: TestClient) -> None:
    recipe = 'conv2d(2, 5, padding=2, padding_mode="circular", weights=random(3))'
    tree = page(client, link(recipe, at=START, view="trace"))
    first = hops_of(tree)[0]
    assert first.span == {"rows": [0, 32], "columns": [0, 32]}
    assert "25 of them seen, round the edges" in first.words
    assert "25 of the cells in 32 × 32" in tree.one(class_="tracehead").one("h2").text


def test_a_guess_is_not_given_away(client: TestClient) -> None:
    tree = page(client, link(FIRST, scale="byte", at="2.3.3.8", view="trace", predict="1"))
    assert not hops_of(tree)
    assert "226.15" not in tree.one("section", id="look").text


def test_gaps_between_the_cells_that_are_read_are_pale(client: TestClient) -> None:
    recipe = "relu | conv2d(1, 2, dilation=2, weights=random(2))"
    tree = read(client.get(link(recipe, mode="L", scale="byte", at="1.0.3.4", view="trace")).text)
    item = next(item for item in tree.all("li") if item.attributes.get("data-volume") == "0")
    cells = [cell.has("gap") for cell in item.all("td")]
    assert cells == [False, True, False, True, True, True, False, True, False]
    assert Decimal(4) == sum(not gap for gap in cells)


@pytest.mark.parametrize("layer", range(len(oblong.SHAPES)))
def test_on_an_oblong_picture_both_ways_are_what_marking_cells_finds(client: TestClient, layer: int) -> None:
    for place in oblong.somewhere(layer, 5):
        at = ".".join(map(str, (layer, *place)))
        span = oblong.around(oblong.seen(layer, place))
        tree = page(client, link(oblong.RECIPE, **oblong.SOURCE, size=None, at=at, view="trace"))
        wanted = span and {"rows": list(span.rows), "columns": list(span.columns)}
        assert hops_of(tree)[0].span == wanted
        windows = drawn(tree, "window")
        assert windows.count(wanted) >= 3  # at three widths of screen
        row, column = (place.row * 7 + 3) % 21, (place.column * 5 + 11) % 34
        fields = {"at": at, "view": "forward", "pin": f"i.0.{row}.{column}"}
        columns = hops_of(page(client, link(oblong.RECIPE, **oblong.SOURCE, size=None, **fields)))
        assert [hop.volume for hop in columns][-1] == layer + 1
        for hop in columns[1:]:
            found = oblong.around(oblong.changed(hop.volume - 1, row, column).any(0))
            assert hop.span == (found and {"rows": list(found.rows), "columns": list(found.columns)})


@pytest.mark.parametrize(("row", "column"), [(0, 0), (20, 33), (20, 0), (7, 33), (9, 16)])
def test_the_pixels_around_the_followed_one_are_those_of_the_picture(client: TestClient, row: int, column: int) -> None:
    fields = {"at": "0.1.2.3", "view": "forward", "pin": f"i.0.{row}.{column}"}
    around = page(client, link(oblong.RECIPE, **oblong.SOURCE, size=None, **fields)).one(class_="around")
    led = {re.search(r"pin=i\.0\.(\d+)\.(\d+)", a.attributes["href"]).groups() for a in around.all("a")}  # type: ignore[union-attr]
    wanted = {(str(r), str(c)) for r in range(21) for c in range(34) if abs(r - row) <= 1 and abs(c - column) <= 1}
    assert led == wanted
