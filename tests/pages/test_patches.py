"""What a unit looks for: shown beside the filters of a network that ships, where they are as they were trained."""

from io import BytesIO

import numpy as np
from fastapi.testclient import TestClient
from PIL import Image

from app.models.patches import patches_of
from app.training.digits import pictures as digits
from tests.pages.reading import Element, link, read

INPUT = {"image": "text", "size": 28, "mode": "L"}


def page(client: TestClient, recipe: str, **fields: object) -> Element:
    answer = client.get(link(recipe, **{**INPUT, "at": "0.2.0.0", "view": "fan", **fields}))
    assert answer.status_code == 200, answer.text
    return read(answer.text)


def test_each_map_in_the_fan_has_what_excites_it_most(client: TestClient) -> None:
    drawn = [crop for crop in page(client, 'model("digits")').all("svg") if crop.has("excites")]
    found = patches_of("digits")
    assert found is not None
    maps = found.layers[0]
    assert len(drawn) == len(maps)
    image = drawn[2].one("image")
    sheet = np.asarray(Image.open(BytesIO(client.get(image.attributes["href"]).content)))
    assert sheet.shape[:2] == (int(image.attributes["height"]), int(image.attributes["width"]))
    left, top, wide, high = map(int, drawn[2].attributes["viewbox"].split())
    assert high == 5
    assert wide == 6 * len(maps[2]) - 1
    for at, patch in enumerate(maps[2]):
        tile = sheet[top : top + 5, left + 6 * at : left + 6 * at + 5]
        own = digits()[int(patch.picture.removeprefix("digits/")), 0]
        assert np.array_equal(tile[..., 0], own[patch.top : patch.top + 5, patch.left : patch.left + 5])
        assert (tile[..., 3] == 255).all()


def test_the_card_shows_those_of_its_filter(client: TestClient) -> None:
    card = page(client, 'model("digits")', edit="0.weights")
    assert "What excites map 3 most" in card.text
    assert "What excites" not in page(client, "conv2d(4, 3)", edit="0.weights").text


def test_other_weights_have_none(client: TestClient) -> None:
    for recipe in ('model("digits", epoch=0)', "conv2d(8, 5)"):
        assert not [crop for crop in page(client, recipe).all("svg") if crop.has("excites")]
    run = client.get("/api/v1/runs", params={**INPUT, "recipe": "conv2d(8, 5)"}).json()["id"]
    assert client.get(f"/parts/patches/{run}/0.png").status_code == 404
    assert client.get(f"/parts/patches/{run}/9.png").status_code == 404
