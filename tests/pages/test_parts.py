"""What the page's scripts fetch alone, as the window moves: each part says what the whole page says of the place."""

from urllib.parse import urlencode

import numpy as np
import pytest
from fastapi.testclient import TestClient

from tests import oblong
from tests.pages.reading import Element, link, number, printed, read
from tests.pages.test_trace import drawn
from tests.pages.test_twins import api, page

pytestmark = pytest.mark.reads

LAYERS = [oblong.CONV, oblong.RELU, oblong.POOL, oblong.SECOND, oblong.LINEAR]


def opened(client: TestClient, at: str, **fields: str) -> Element:
    """Return the page of a place on the oblong picture."""
    return page(client, link(oblong.RECIPE, **oblong.SOURCE, size=None, at=at, **fields))


def part(client: TestClient, name: str, whole: Element, at: str, **fields: str) -> Element:
    """Return a part of the same state, fetched alone."""
    run = whole.one(id="app").attributes["data-run"]
    return page(client, f"/parts/{name}/{run}?{urlencode({'at': at, **fields})}")


def places(layer: int) -> list[str]:
    return [".".join(map(str, (layer, *place))) for place in oblong.somewhere(layer, 4)]


@pytest.mark.parametrize("layer", LAYERS)
def test_the_plate_of_a_place_is_the_page_s(client: TestClient, layer: int) -> None:
    for at in places(layer):
        whole = opened(client, at)
        wanted, found = (tree.one(class_="plate") for tree in (whole, part(client, "plate", whole, at)))
        assert found.attributes == wanted.attributes
        quads = [{str(quad) for quad in drawn(tree, "window", "window")} for tree in (found, wanted)]
        assert quads[0] == quads[1] != set()
        alone = part(client, "plate", whole, at, layout="wide")
        assert alone.one(class_="plate").attributes == wanted.attributes
        assert len(list(alone.all("svg", "figure"))) == 1
        assert len(list(found.all("svg", "figure"))) > 1


@pytest.mark.parametrize("layer", LAYERS)
def test_the_sum_of_a_place_is_the_page_s(client: TestClient, layer: int) -> None:
    for at in places(layer):
        whole = opened(client, at)
        assert part(client, "sum", whole, at).one(class_="sum").text == whole.one(class_="sum").text


def test_the_numbers_in_the_lens_are_those_that_the_window_reads(client: TestClient) -> None:
    for at in places(oblong.POOL):
        whole = opened(client, at)
        lens = part(client, "sum", whole, at, layout="wide").one("g", "lens")
        step = api(client).step(whole.one(id="app").attributes["data-run"], at)
        read_ = [value for row in step["patch"] for value in row if value is not None]
        told = [number(text.text) for text in lens.all("text", "read")]
        assert told == [printed(float(np.float32(value)), 2) for value in read_]
        kept = [number(text.text) for text in lens.all("text", "kept")]
        assert set(kept) == {printed(float(np.float32(step["value"])), 2)}
        assert len(kept) == len(step["winners"])
    for layer in (oblong.CONV, oblong.SECOND):  # where a filter stands in the lens, it does not change with the place
        at = places(layer)[0]
        assert not list(part(client, "sum", opened(client, at), at, layout="wide").all("g", "lens"))


def test_what_is_pointed_at_is_marked_in_the_drawing_that_is_asked_for(client: TestClient) -> None:
    at, pin = f"{oblong.SECOND}.1.4.2", "i.1.5.4"
    whole = opened(client, at, pin=pin)
    found = part(client, "pointing", whole, at, pin=pin)
    assert found.one(id="pointed").one("p").text == whole.one(id="pointed").one("p").text
    marks = {path.attributes["d"] for path in whole.all("path") if path.attributes.get("d")}
    own = {path.attributes["d"] for path in found.all("path") if path.attributes.get("d")}
    assert own
    assert own <= marks
    assert not list(part(client, "pointing", whole, at, pin=pin, layout="none").all("path", "ring"))


@pytest.mark.parametrize("look", ["trace", "map", "fan", "places", "compare"])
def test_a_look_of_a_place_is_the_page_s(client: TestClient, look: str) -> None:
    at = f"{oblong.POOL}.3.4.5"
    whole = opened(client, at, view=look)
    alone = part(client, "look", whole, at, view=look)
    assert alone.text
    assert alone.text in whole.text


def test_a_drawn_look_has_no_part_of_its_own(client: TestClient) -> None:
    at = places(oblong.POOL)[0]
    run = opened(client, at).one(id="app").attributes["data-run"]
    answer = client.get(f"/parts/look/{run}?at={at}&view=flat")
    assert answer.status_code == 404
    assert "/parts/plate" in read(answer.text).text
