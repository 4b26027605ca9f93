"""The stack: what the browser is told of the volumes is where the API's numbers are; without it the
page is whole.
"""

import json
import re
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from numpy.typing import NDArray
from PIL import Image

from app.rendering.diagrams.stack import FARTHEST, Pose, Sheets, pose_of
from app.rendering.palette import signed_bytes, signed_palette
from tests.pages.reading import Api, Element, link, read

pytestmark = pytest.mark.reads

CHAIN = "conv2d(6, 5, weights=random(7)) | relu | max_pool2d(2) | flatten | linear(10, weights=random(3)) | softmax"
GROUPS = "conv2d(4, 3, weights=random(1)) | conv2d(6, 3, groups=2, weights=random(2))"
PALETTE = np.frombuffer(signed_palette("light"), np.uint8).reshape(256, 3)


def opened(client: TestClient, recipe: str, **fields: object) -> Element:
    answer = client.get(link(recipe, image="chelsea", view="stack", **fields))
    assert answer.status_code == 200, answer.text
    return read(answer.text).one("section", "stack")


def api(client: TestClient) -> Api:
    return Api(lambda path: client.get(path).content)


def told(look: Element) -> dict[str, Any]:
    return dict(json.loads(look.one("cs-stack").attributes["data-drawn"]))


def hrefs(look: Element, name: str) -> list[str]:
    return [image.attributes["href"] for image in look.all("image") if image.attributes.get("class") == name]


def tile(client: TestClient, look: Element, name: str, index: int) -> NDArray[np.uint8]:
    """The pixels that the browser takes for a sheet."""
    sheets = Sheets(
        tuple(hrefs(look, name)), **{"number" if k == "count" else k: v for k, v in told(look)[name].items()}
    )
    x, y = sheets.corner(index)
    href = sheets.hrefs[index if len(sheets.hrefs) > 1 else 0]
    pixels = np.asarray(Image.open(BytesIO(client.get(href).content)).convert("RGB"))
    return pixels[y : y + sheets.rows, x : x + sheets.columns]


@pytest.mark.parametrize("layer", [0, 1, 2])
def test_each_tile_is_its_map(client: TestClient, layer: int) -> None:
    look = opened(client, CHAIN, at=f"{layer}.2.0.0")
    run = api(client).run({"image": "chelsea", "size": "32", "recipe": CHAIN})
    output = api(client).output(run["id"], layer)
    extent = float(np.abs(api(client).output(run["id"], 0)).max())  # layers that only pass values on share the scale
    assert told(look)["maps"]["count"] == len(output)
    for channel, numbers in enumerate(output):
        np.testing.assert_array_equal(tile(client, look, "maps", channel), PALETTE[signed_bytes(numbers, extent)])
    if layer:
        before = api(client).output(run["id"], layer - 1)
        np.testing.assert_array_equal(tile(client, look, "source", 3), PALETTE[signed_bytes(before[3], extent)])


def test_each_number_of_a_vector_is_a_tile_of_one_cell(client: TestClient) -> None:
    run = api(client).run({"image": "chelsea", "size": "32", "recipe": CHAIN})
    for layer in (3, 4):
        look = opened(client, CHAIN, at=f"{layer}.2.0.0")
        output = api(client).output(run["id"], layer).ravel()
        pixels = np.array([tile(client, look, "maps", k)[0, 0] for k in range(len(output))])
        extent = float(np.abs(output).max())
        if layer == 4:
            np.testing.assert_array_equal(pixels, PALETTE[signed_bytes(output, extent)])
        assert told(look)["maps"]["rows"] == told(look)["maps"]["columns"] == 1
        assert len(pixels) == told(look)["maps"]["count"]


def test_the_slices_are_those_of_each_filter(client: TestClient) -> None:
    look = opened(client, GROUPS, at="1.4.0.0")
    run = api(client).run({"image": "chelsea", "size": "32", "recipe": GROUPS})
    weight = np.load(BytesIO(client.get(f"/api/v1/runs/{run['id']}/layers/1/weight.npy").content))
    drawn = told(look)
    assert drawn["filter"]["count"] == weight.shape[1] == 2
    extent = float(np.abs(weight).max())
    for filter_, slice_ in np.ndindex(*weight.shape[:2]):
        seen = tile(client, look, "filter", filter_ * 2 + slice_)
        np.testing.assert_array_equal(seen, PALETTE[signed_bytes(weight[filter_, slice_], extent)])


def test_a_map_is_connected_with_what_it_is_made_from(client: TestClient) -> None:
    look = opened(client, GROUPS, at="1.4.0.0")
    assert told(look)["reads"] == [[0, 2]] * 3 + [[2, 4]] * 3
    assert "Map 5 is made from maps 3 to 4 before it, through filter 5." in look.text
    whole = opened(client, CHAIN, at="0.4.0.0")
    assert told(whole)["reads"] == [[0, 3]]
    front, *behind = hrefs(whole, "source")
    assert "channel=" not in front  # the picture itself, before its colours
    assert ["channel=1" in behind[0], "channel=2" in behind[1]] == [True, True]
    pool = opened(client, CHAIN, at="2.4.0.0")
    assert told(pool)["filter"] is None
    assert told(pool)["reads"][4] == [4, 5]
    assert "Map 5 is made from map 5 before it, and from no other." in pool.text
    assert (
        "Number 3 is made from everything before it, with weights of its own."
        in opened(client, CHAIN, at="4.2.0.0").text
    )


def test_maps_are_named_by_number_filter_and_range(client: TestClient) -> None:
    recipe = 'conv2d(weights=preset("edge_x", "line"))'
    look = opened(client, recipe, at="0.1.0.0")
    run = api(client).run({"image": "chelsea", "size": "32", "recipe": recipe})
    labels = [a.attributes["aria-label"] for a in look.one("svg", "all").all("a")]
    for channel, (name, numbers) in enumerate(zip(("edge_x", "line"), api(client).output(run["id"], 0), strict=True)):
        number, kind, span = labels[channel].split(", ")
        assert (number, kind) == (f"Map {channel + 1}", name)
        low, high = (float(part.replace("−", "-")) for part in span.split(" … "))
        assert abs(low - numbers.min()) < 0.01
        assert abs(high - numbers.max()) < 0.01


def test_hundreds_of_maps_are_all_told_and_the_page_stays_light(client: TestClient) -> None:
    answer = client.get(
        link("conv2d(400, 1, weights=random(1))", image="chelsea", size="8", view="stack", at="0.390.1.2")
    )
    look = read(answer.text).one("section", "stack")
    assert told(look)["maps"]["count"] == len(told(look)["ranges"]) == 400
    links = [int(a.attributes["data-channel"]) for a in look.one("svg", "all").all("a")]
    assert links == list(range(80, 400))
    assert answer.text.count("<") - answer.text.count("</") < 1500


@pytest.mark.parametrize("view", ["stack", "fan"])
@pytest.mark.parametrize("edit", ["", "0.weights", "0.gallery"])
def test_a_card_over_hundreds_of_maps_leaves_the_page_light(client: TestClient, view: str, edit: str) -> None:
    kernel = 11 if edit == "0.weights" else 3
    answer = client.get(link(f"conv2d(256, {kernel})", at="0.40.3.3", view=view, **({"edit": edit} if edit else {})))
    assert len(re.findall(r"<[a-z]", answer.text)) <= 1500


def test_a_filter_too_large_for_one_picture_has_its_own(client: TestClient) -> None:
    recipe = "conv2d(300, 1) | conv2d(300, 2, weights=random(1))"
    look = read(client.get(link(recipe, image="chelsea", size="8", view="stack", at="1.7.0.0")).text).one(
        "section", "stack"
    )
    assert told(look)["filter"]["alone"] is True
    assert "channel=7" in hrefs(look, "filter")[0]
    assert tile(client, look, "filter", 299).shape == (2, 2, 3)


@pytest.mark.parametrize(
    ("pin", "pose"),
    [
        ("", Pose()),
        ("t.-20.fan", Pose(-20, "fan")),
        ("t.99.grid", Pose(FARTHEST, "grid")),
        ("t.-99.stack", Pose(-FARTHEST, "stack")),
        ("t.5.heap", Pose()),
        ("t.٣.fan", Pose()),
        ("i.0.3", Pose()),
    ],
)
def test_a_pose_is_read_from_the_address(pin: str, pose: Pose) -> None:
    assert pose_of(pin) == pose
    assert pose_of(pose.pin) == pose


def test_every_button_is_a_link_that_keeps_the_rest(client: TestClient) -> None:
    look = opened(client, CHAIN, at="0.3.4.5", pin="t.20.fan")
    leads = {a.attributes.get("data-form") or a.attributes.get("data-by"): a.attributes["href"] for a in look.all("a")}
    assert "pin=t.20.grid" in leads["grid"]
    assert "pin=t.5.fan" in leads["-15"]
    assert all("at=0.3.4.5" in leads[name] and "view=stack" in leads[name] for name in ("stack", "grid", "15"))
    figure = next(a.attributes["href"] for a in look.all("a") if "data-figure" in a.attributes)
    assert "at=0.3.4.5" in figure
    assert "pin" not in figure
    assert "view" not in figure
