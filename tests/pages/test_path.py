"""On a projector the page says what comes next and links to it, for a clicker, a mouse, a browser without scripts."""

from urllib.parse import parse_qsl, urlsplit

import pytest
from fastapi.testclient import TestClient

from tests.pages.reading import Element, link, read

pytestmark = pytest.mark.reads

FIRST = "conv2d(6, 5, weights=random(7)) | relu | max_pool2d(2)"
AT = "0.3.7.16"


def shown(client: TestClient, address: str) -> Element:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    return read(answer.text)


def stop(page: Element, rel: str) -> Element:
    return next(a for a in page.one("nav", id="path").all("a") if a.attributes.get("rel") == rel)


def test_the_links_lead_along_the_path_and_back(client: TestClient) -> None:
    page, said = shown(client, link(FIRST, projector=1, at=AT)), []
    assert "hidden" in stop(page, "prev").attributes
    for _ in range(6):
        said.append(stop(page, "next").text)
        page = shown(client, stop(page, "next").attributes["href"])
    assert said == ["PgDn red", "PgDn green", "PgDn blue", "PgDn the sum", "PgDn all 6 maps", "PgDn why 28?"]
    assert page.one(id="app").attributes["data-view"] == "places"
    page = shown(client, stop(page, "prev").attributes["href"])
    assert page.one(id="app").attributes["data-view"] == "fan"


def test_a_link_along_the_path_ends_at_an_address_without_it(client: TestClient) -> None:
    page = shown(client, link(FIRST, projector=1, at=AT))
    href = stop(page, "next").attributes["href"]
    answer = client.get(href, follow_redirects=False)
    assert answer.status_code == 303
    assert dict(parse_qsl(urlsplit(answer.headers["location"]).query))["sheet"] == "0"
    assert "go=" not in answer.headers["location"]
    swapped = client.get(href, headers={"HX-Request": "true"})
    assert swapped.status_code == 200
    assert swapped.headers["HX-Push-Url"] == answer.headers["location"]


@pytest.mark.parametrize("way", ["next", "prev", "nowhere", ""])
@pytest.mark.parametrize("recipe", ["", FIRST])
def test_whatever_way_is_asked_for_a_page_is_answered(client: TestClient, way: str, recipe: str) -> None:
    for fields in ({"projector": 1}, {}):
        assert client.get(link(recipe, go=way, **fields)).status_code == 200


def test_only_a_projector_has_a_path(client: TestClient) -> None:
    page = shown(client, link(FIRST, at=AT))
    assert not list(page.all("nav", id="path"))
    page = shown(client, link(FIRST, at="2.3.3.8", projector=1, walk=AT))
    left = shown(client, page.one("a", id="projector").attributes["href"])
    assert "walk=" not in left.one(id="app").attributes["data-address"]


def test_a_view_that_was_opened_has_a_way_back_at_once(client: TestClient) -> None:
    page = shown(client, link(FIRST, projector=1, at="0.4.7.16", view="stack", sheet=2, walk=AT))
    back = next(a for a in page.one("nav", id="path").all("a") if "rel" not in a.attributes)
    assert back.text == "Back"
    there = dict(parse_qsl(urlsplit(back.attributes["href"]).query))
    assert (there["at"], there["sheet"]) == (AT, "2")
    assert "view" not in there
    figure = shown(client, back.attributes["href"])
    assert all("rel" in a.attributes for a in figure.one("nav", id="path").all("a"))


def test_a_sum_that_is_fetched_alone_says_what_comes_next(client: TestClient) -> None:
    page = shown(client, link(FIRST, projector=1, at=AT))
    run = page.one(id="app").attributes["data-run"]
    for sheet, back, on in (("", "", "red"), ("1", "red", "blue"), ("3", "blue", "all 6 maps")):
        part = shown(client, f"/parts/sum/{run}?at={AT}&view=figure&projector=1&sheet={sheet}")
        told = part.one(class_="sum").attributes
        assert (told["data-back"], told["data-on"]) == (back, on)


def test_each_product_is_told_where_they_are_asked_for(client: TestClient) -> None:
    fields = {"projector": 1, "scale": "byte", "at": AT, "sheet": 1}
    page = shown(client, link(FIRST, **fields, pin="w.0"))
    run = client.get("/api/v1/runs", params={"image": "coffee", "size": 32, "recipe": FIRST, "scale": "byte"}).json()
    products = client.get(f"/api/v1/runs/{run['id']}/layers/0/steps/3/7/16").json()["products"][1]
    block = page.one("table", "block")
    told = [float(cell.text.replace("−", "-")) for cell in block.all("td")]
    flat = [number for row in products for number in row]
    assert told == pytest.approx(flat, abs=0.051)
    assert block.one("caption").text == "green: each product"
    values = shown(client, link(FIRST, **fields)).one("table", "block")
    assert values.attributes["data-products"] == "w.1"
    assert block.attributes["data-products"] == "w.0"  # asking the same again lets go


@pytest.mark.parametrize("pin", ["w.0", "w.99999", "w.", "w.x"])
@pytest.mark.parametrize("sheet", ["", "0", "3"])
def test_any_pin_is_answered_at_every_sheet(client: TestClient, pin: str, sheet: str) -> None:
    for recipe in (FIRST, "conv2d(4, 11, weights=random(3))"):
        assert client.get(link(recipe, projector=1, at="0.1.2.3", pin=pin, sheet=sheet)).status_code == 200


def test_the_volume_that_is_followed_home_is_marked(client: TestClient) -> None:
    page = shown(client, link(FIRST, projector=1, at="2.3.3.8", view="trace", pin="h.1"))
    marked = [li for li in page.all("li") if "data-volume" in li.attributes and "aria-current" in li.attributes]
    assert [li.attributes["data-volume"] for li in marked] == ["1"]
    assert page.one(id="look").one("h2").text.endswith("on its way home: conv2d")
