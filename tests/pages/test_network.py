"""The network view as a page: light on elements and requests, its pictures where it says, its links to the figures."""

import json
from io import BytesIO
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image

from app.rendering.palette import signed_bytes, signed_palette
from tests.pages.reading import Api, Element, link, read

pytestmark = pytest.mark.reads

FIRST = 'conv2d(weights=preset("edge_x", "edge_y", "line", "warm", "spot", "hue_edge")) | relu | max_pool2d(2)'
SQUEEZENET = 'model("squeezenet")'
PALETTE = np.frombuffer(signed_palette("light"), np.uint8).reshape(256, 3)
MOST = 1_500  # elements of a page


def opened(client: TestClient, recipe: str, **fields: object) -> Element:
    answer = client.get(link(recipe, view="network", **{"size": None, **fields}))  # type: ignore[arg-type]
    assert answer.status_code == 200, answer.text
    return read(answer.text)


def told(page: Element) -> dict[str, object]:
    return dict(json.loads(page.one("cs-network").attributes["data-drawn"]))


def picture(client: TestClient, address: str) -> np.ndarray:
    answer = client.get(address)
    assert answer.headers["cache-control"].endswith("immutable")
    return np.asarray(Image.open(BytesIO(answer.content)).convert("RGBA"))


def fields_of(address: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def test_squeezenet_is_seen_at_a_glance(client: TestClient) -> None:
    page = opened(client, SQUEEZENET)
    assert sum(1 for _ in page.all()) < MOST
    drawn = told(page)
    assert page.one("p", "sentence").text.startswith("It says espresso: 96 %.")
    shares = [(row.one("b").text, row.one(class_="num").text) for row in page.one("ol", "classes").all("li")]
    assert shares[:3] == [("espresso", "96 %"), ("consommé", "3.2 %"), ("soup bowl", "0.2 %")]
    assert next(one for one in page.all("a") if "data-main" in one.attributes).text == "Why espresso?"
    assert len(drawn["sources"]) == 0, "two pictures are asked for: all maps, and the photo"
    sheet = picture(client, str(drawn["sheet"]))
    run = drawn["sheet"].split("/")[3]  # type: ignore[attr-defined]
    api = Api(lambda path: client.get(path).content)
    layer = next(
        int(name)
        for name, sides in drawn["sides"].items()
        if sides == [56, 56]  # type: ignore[attr-defined]
    )
    top, count, rows, columns = drawn["strips"][str(layer)]  # type: ignore[index]
    output = api.output(run, layer)
    links = _links(page, layer)
    channels = [int(fields_of(address)["at"].split(".")[1]) for address in links]
    varies = output[:, 1:-1, 1:-1].astype(np.float64).std(axis=(1, 2))
    assert channels == np.argsort(-varies, kind="stable")[:count].tolist()
    for k, channel in enumerate(channels):
        tile = sheet[top : top + rows, k * (columns + 1) : k * (columns + 1) + columns, :3]
        assert (tile == PALETTE[signed_bytes(output[channel], float(np.abs(output).max()))]).all()


def _links(page: Element, layer: int) -> list[str]:
    section = next(one for one in page.all("section") if one.attributes.get("data-layer") == str(layer))
    return [one.attributes["href"] for one in section.all("a")]


def test_every_map_leads_to_its_figure_and_every_head_to_its_block_or_layer(client: TestClient) -> None:
    page = opened(client, SQUEEZENET)
    heads = {one.one("b").text: one for one in page.all("a", "colhead") if not one.has("funnel")}
    assert list(heads)[:4] == ["conv1", "fire2", "fire3", "fire4"]
    there = read(client.get(heads["fire2"].attributes["href"]).text)
    assert there.one("p", "sentence").text.startswith("Inside fire2 the light takes two ways. squeeze1x1 makes 16 maps")
    assert "64 + 64 = 128 maps" in there.one("p", "sentence").text
    close = next(one for one in there.all("a") if "data-close" in one.attributes)
    assert "pin" not in fields_of(close.attributes["href"])
    figure = read(client.get(_links(page, 9)[0]).text)
    assert figure.one("div", id="app").attributes["data-view"] == "figure"
    assert figure.one(class_="sum").attributes["data-at"].startswith("9.")


def test_a_small_network_stands_in_rows(client: TestClient) -> None:
    page = opened(client, FIRST, size=32, scale="byte", at="0.3.7.16")
    drawn = told(page)
    assert (drawn["rows"], drawn["lit"], drawn["deep"]) == (6, 3, 3)
    assert [row.text for row in page.one("div", "names").all("button")][3] == "4 warm"
    assert page.one("p", "sentence").text.startswith("6 filters make 6 maps.")
    weight = Api(lambda path: client.get(path).content).weight(str(drawn["sheet"]).split("/")[3], 0)
    top, count, rows, columns = drawn["strips"]["-1"]  # type: ignore[index]
    assert (count, rows, columns) == (18, 5, 5)
    sheet, extent = picture(client, str(drawn["sheet"])), float(np.abs(weight).max())
    for k, tile in enumerate(weight.reshape(-1, 5, 5)):
        here = sheet[top : top + 5, 6 * k : 6 * k + 5, :3]
        assert (here == PALETTE[signed_bytes(tile, extent)]).all()


@pytest.mark.parametrize(
    "recipe", ["softmax", "flatten | linear(3)", "relu", "flatten(name='x/a') | softmax(name='x/b')"]
)
def test_networks_of_hardly_any_layers_are_seen_too(recipe: str, client: TestClient) -> None:
    values = "[[[1, -2], [0.5, 3]]]" if recipe != "softmax" else "[[[1]], [[2]]]"
    answer = client.get("/", params={"values": values, "recipe": recipe, "view": "network"})
    page = read(answer.text)
    if answer.status_code == 200:
        assert picture(client, str(told(page)["sheet"])).size


def test_pictures_that_are_not_there_are_said_to_be(client: TestClient) -> None:
    sheet = str(told(opened(client, FIRST, size=32))["sheet"])
    for wrong in ("3", "99999999999", "-1", "x", "input"):
        assert client.get(sheet.replace("/all.png", f"/{wrong}.png")).status_code == 404
    assert picture(client, sheet.replace("/all.png", "/2.png")).size
    for pin in ("b.99", "b.-1", "b.x", "b.", "b.١", "b." + "9" * 40, "w.0.1"):
        assert told(opened(client, FIRST, size=32, pin=pin))["open"] is None
