"""Cropped, typed and drawn pictures become uploads whose pixels are exactly what was asked for."""

from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import numpy as np
import pytest
from fastapi.testclient import TestClient
from numpy.typing import NDArray
from PIL import Image

from app.pictures.gallery import load
from app.pictures.picture import Picture, png, prepare
from tests.pages.reading import Api, Element, link, numbers, read
from tests.samples import gradient, saved

pytestmark = pytest.mark.reads

RECIPE = "conv2d(2, 3, weights=random(1)) | relu"
Pixels = NDArray[np.uint8]


def fields(**more: Any) -> dict[str, str]:
    """A state as a form carries it."""
    return {"image": "chelsea", "size": "16", "recipe": RECIPE, "at": "0.1.3.4", **{k: str(v) for k, v in more.items()}}


def page(client: TestClient, tool: str, **more: Any) -> Element:
    answer = client.get(f"/picture/{tool}?{urlencode(fields(**more))}")
    assert answer.status_code == 200, answer.text
    return read(answer.text).one(class_="pictool")


def used(client: TestClient, tool: str, data: dict[str, str], **options: Any) -> dict[str, str]:
    """What the address holds that a form leads to."""
    answer = client.post(f"/picture/{tool}", data=data, follow_redirects=False, **options)
    assert answer.status_code == 303, answer.text
    return dict(parse_qsl(urlsplit(answer.headers["location"]).query))


def pixels(client: TestClient, image: str) -> Pixels:
    return np.asarray(Image.open(BytesIO(client.get(f"/api/v1/images/{image}.png").content)))


def input_of(client: TestClient, state: dict[str, str]) -> Pixels:
    """The input of a run in levels from 0 to 255."""
    api = Api(lambda path: client.get(path).content)
    return np.rint(api.output(api.run(state)["id"], "input") * 255).astype(np.uint8)


def upload(client: TestClient, picture: Image.Image) -> str:
    return str(client.post("/api/v1/images", files={"file": ("a.png", saved(picture, "PNG"))}).json()["id"])


def form(tool: Element) -> dict[str, str]:
    """What a tool's form would send as it stands."""
    return {each.attributes["name"]: each.attributes["value"] for each in tool.one("form").all("input")
            if "name" in each.attributes and each.attributes.get("type") not in ("radio", "file")}  # fmt: skip


# ---- crop


def test_a_crop_is_an_upload_of_those_pixels_at_full_resolution(client: TestClient) -> None:
    state = used(client, "crop", fields(top=21, left=101, tall=160, wide=160))
    np.testing.assert_array_equal(pixels(client, state["image"]), load("chelsea").pixels[20:180, 100:260])
    assert state == {**fields(), "image": state["image"]}
    assert client.get(f"/?{urlencode(state)}").status_code == 200


def test_the_form_of_a_crop_takes_what_goes_in_now_and_so_changes_nothing(client: TestClient) -> None:
    sent = form(page(client, "crop"))
    assert [sent[name] for name in ("top", "left", "tall", "wide")] == ["1", "76", "300", "300"]
    np.testing.assert_array_equal(input_of(client, used(client, "crop", sent)), input_of(client, fields()))


@pytest.mark.parametrize("fit", ["cover", "contain", "stretch"])
def test_what_a_crop_will_become_is_shown_before_it_is_used(client: TestClient, fit: str) -> None:
    part = {"top": 5, "left": 9, "tall": 120, "wide": 200, "fit": fit}
    shown = page(client, "crop", **part).one(class_="cellmap").one("image").attributes["href"]
    seen = np.asarray(Image.open(BytesIO(client.get(shown).content)))
    made = input_of(client, used(client, "crop", fields(**part)))
    np.testing.assert_array_equal(seen.transpose(2, 0, 1), made)


@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_a_cell_is_said_to_be_the_mean_of_the_pixels_that_are_shown(client: TestClient, mode: str) -> None:
    tool = page(client, "crop", mode=mode, cell="3.12")
    told = tool.one(class_="onecell")
    rows, columns = (int(n) for n in numbers(told.one(class_="num").text))
    shown = np.asarray(Image.open(BytesIO(client.get(told.one("img").attributes["src"]).content)))
    assert shown.shape[:2] == (rows, columns)
    means = shown.reshape(rows * columns, -1).mean(axis=0)
    levels = input_of(client, fields(mode=mode))[:, 3, 12]
    for line, mean, level in zip(told.all("tr"), means, levels, strict=True):
        printed, cell = numbers(line.text)
        assert abs(float(printed) - mean) < 0.0051
        assert int(cell) == level
        assert abs(float(cell) - mean) <= 1
    assert "18.8 × 18.8" in tool.one(class_="how").text


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ({"top": 200, "left": 1, "tall": 200, "wide": 100}, "Rows 200 to 399 and columns 1 to 100"),
        ({"top": 1, "left": 400, "tall": 10, "wide": 60}, "columns 400 to 459"),
    ],
)
def test_a_part_outside_the_picture_is_refused(client: TestClient, part: dict[str, int], words: str) -> None:
    for answer in (client.post("/picture/crop", data=fields(**part)),
                   client.get(f"/picture/crop?{urlencode(fields(**part))}")):  # fmt: skip
        assert answer.status_code == 422
        assert words in read(answer.text).text


def test_a_picture_of_its_own_size_takes_the_size_of_its_part(client: TestClient) -> None:
    own = {k: v for k, v in fields(top=11, left=21, tall=30, wide=50).items() if k != "size"}
    assert input_of(client, used(client, "crop", own)).shape == (3, 30, 50)


# ---- cells


@pytest.mark.parametrize("mode", ["RGB", "L"])
@pytest.mark.parametrize("scale", ["unit", "byte"])
def test_typed_cells_are_kept_bit_for_bit_and_no_other_changes(client: TestClient, mode: str, scale: str) -> None:
    before = input_of(client, fields(mode=mode))
    last = len(before) - 1
    sent = fields(mode=mode, scale=scale) | {"p.0.0.0": "255", f"p.{last}.15.15": "0", f"p.{last}.7.3": "131"}
    state = used(client, "cells", sent)
    wanted = before.copy()
    wanted[0, 0, 0], wanted[last, 15, 15], wanted[last, 7, 3] = 255, 0, 131
    np.testing.assert_array_equal(input_of(client, {**state, "scale": "unit"}), wanted)
    kept = pixels(client, state["image"])
    np.testing.assert_array_equal(
        kept if mode == "L" else kept.transpose(2, 0, 1), wanted if mode != "L" else wanted[0]
    )
    assert {k: v for k, v in state.items() if k != "image"} == {
        k: v for k, v in fields(mode=mode, scale=scale).items()
        if k != "image" and (k, v) not in (("mode", "RGB"), ("scale", "unit"))
    }  # fmt: skip


def test_resizing_to_the_same_size_is_the_identity() -> None:
    noise = np.random.default_rng(5).integers(0, 256, (16, 16, 3), np.uint8)
    for fit in ("cover", "contain", "stretch"):
        np.testing.assert_array_equal(prepare(Picture(noise.copy()), 16, 16, fit, "RGB")[0], noise.transpose(2, 0, 1))  # type: ignore[arg-type]


def test_the_page_of_cells_shows_the_input_a_channel_at_a_time(client: TestClient) -> None:
    levels = input_of(client, fields())
    for channel in range(3):
        tool = page(client, "cells", channel=channel)
        shown = {k: int(v) for k, v in form(tool).items() if k.startswith("p.")}
        assert shown == {f"p.{channel}.{r}.{k}": levels[channel, r, k] for r, k in np.ndindex(16, 16)}


@pytest.mark.parametrize("text", ["256", "-1", "", "1.5", "white", "９"])
def test_a_cell_is_a_whole_number_up_to_255(client: TestClient, text: str) -> None:
    answer = client.post("/picture/cells", data=fields() | {"p.0.0.0": text})
    assert answer.status_code == 422
    assert "0 to 255" in read(answer.text).text


@pytest.mark.parametrize("place", ["p.3.0.0", "p.0.16.0", "p.0.0", "p.0.0.-1", "p.a.b.c"])
def test_a_cell_that_is_not_there_is_refused(client: TestClient, place: str) -> None:
    assert client.post("/picture/cells", data=fields() | {place: "1"}).status_code == 400


def test_a_large_input_is_offered_smaller_where_its_layers_fit(client: TestClient) -> None:
    tool = page(client, "cells", size=65, recipe="conv2d(1, 9, weights=random(1)) | max_pool2d(2)")
    assert not list(tool.all("form"))
    links = [each for each in tool.all("a", "act") if "data-leave" not in each.attributes]
    offered = [each.text for each in links]
    assert offered == ["64 × 64", "32 × 32", "16 × 16"], "on 8 × 8 a window of 9 × 9 does not fit"
    assert client.get(links[0].attributes["href"]).status_code == 200


# ---- drawn, taken


@pytest.mark.parametrize("tool", ["draw", "camera"])
def test_a_drawing_is_sent_like_an_upload_and_the_layers_stay(client: TestClient, tool: str) -> None:
    drawing = gradient(16, 16)
    state = used(client, tool, fields(), files={"file": ("picture.png", saved(drawing, "PNG"))})
    assert state == {**fields(), "image": state["image"]}
    np.testing.assert_array_equal(input_of(client, state), np.asarray(drawing).transpose(2, 0, 1))
    assert client.post(f"/picture/{tool}", data=fields()).status_code == 400


def test_scripts_are_told_where_to_go_and_what_was_wrong(client: TestClient) -> None:
    ask = {"HX-Request": "true"}
    answer = client.post("/picture/crop", data=fields(top=1, left=1, tall=99, wide=99), headers=ask)
    assert (answer.status_code, answer.content) == (204, b"")
    assert client.get(answer.headers["hx-location"]).status_code == 200
    wrong = client.post("/picture/cells", data=fields() | {"p.0.0.0": "300"}, headers=ask)
    assert wrong.status_code == 422
    assert "not '300'" in read(wrong.text).one("p").text


def test_layers_too_long_for_an_address_stay(client: TestClient) -> None:
    values = np.random.default_rng(1).normal(size=(8, 3, 7, 7)).astype(np.float32)
    document = {
        "input": {"image": "chelsea", "height": 16, "width": 16},
        "layers": [{"type": "conv2d", "out_channels": 8, "kernel_size": [7, 7],
                    "weights": {"init": "values", "weight": values.tolist(), "bias": [0.0] * 8}}],
    }  # fmt: skip
    run = client.post("/api/v1/runs", json=document).json()
    state = used(client, "cells", {"run": run["id"], "at": "0.1.3.4", "p.0.0.0": "9"})
    after = client.get(f"/api/v1/runs/{state['run']}").json()
    assert after["recipe"] == run["recipe"]
    assert after["input"]["image"] != "chelsea"


def test_an_input_of_numbers_can_be_drawn_anew_but_not_cropped(client: TestClient) -> None:
    document = {"input": {"values": [[[0, 1, 2], [3, 4, 5]]]}, "recipe": "relu"}
    run = client.post("/api/v1/runs", json=document).json()["id"]
    assert client.get(f"/picture/crop?run={run}").status_code == 422
    assert client.get(f"/picture/draw?run={run}").status_code == 200
    state = used(client, "draw", {"run": run}, files={"file": ("a.png", png(Picture(np.full((2, 3), 7, np.uint8))))})
    assert (state["height"], state["width"], state["mode"]) == ("2", "3", "L")


def test_every_tool_is_a_page_that_the_picture_menu_links_to(client: TestClient) -> None:
    image = upload(client, gradient(40, 30))
    menu = read(client.get(link(RECIPE, image=image, size=16, at="0.1.3.4")).text).one(class_="gallery")
    links = {
        each.attributes["data-tool"]: each.attributes["href"]
        for each in menu.all("a")
        if "data-tool" in each.attributes
    }
    assert set(links) == {"draw", "camera", "crop", "cells", "numbers"}
    for address in links.values():
        answer = client.get(address)
        assert answer.status_code == 200
        back = next(read(answer.text).one(class_="pictool").all("a", "tool")).attributes["href"]
        assert dict(parse_qsl(urlsplit(back).query)) == {**fields(), "image": image}
    assert client.get("/picture/paint").status_code == 404


def test_patterns_stand_in_the_menu_in_a_group_of_their_own(client: TestClient) -> None:
    menu = read(client.get(link(RECIPE, image="impulse")).text).one(class_="gallery")
    photographs, patterns = menu.all("ul")
    assert [len(list(group.all("li"))) for group in (photographs, patterns)] == [9, 8]
    assert patterns.one("a", **{"aria-current": "true"}).text == "Impulse: one bright cell"
    assert "Convscope, CC0 1.0" in menu.one(class_="credit").text


# ---- cells as any numbers


def test_numbers_are_taken_as_they_are_and_a_picture_is_not(client: TestClient) -> None:
    block = "[[[0, −3, 1.5], [300, 1/4, 2]]]"
    refused = client.post("/picture/cells", data=fields() | {"block": block, "as": "picture"})
    assert refused.status_code == 422
    assert "Row 1, column 2 of channel 1: a pixel is a whole number from 0 to 255, not −3" in read(refused.text).text
    sent = fields(recipe="relu") | {"block": block, "as": "numbers"}
    answer = client.post("/picture/cells", data=sent, follow_redirects=False)
    state = dict(parse_qsl(urlsplit(answer.headers["location"]).query))
    assert (state["values"], state["recipe"]) == ("[[[0,-3,1.5],[300,0.25,2]]]", "relu")
    alone = client.post("/picture/cells", data={**sent, "alone": "1"}, follow_redirects=False)
    assert "recipe=&" in alone.headers["location"] + "&"


@pytest.mark.parametrize("size", ["0", "65", "1.5", "x"])
def test_cells_have_sides_from_1_to_64(client: TestClient, size: str) -> None:
    answer = client.post("/picture/cells", data=fields() | {"rows": size})
    assert answer.status_code == 422
    assert "from 1 to 64" in read(answer.text).text
    tool = client.get("/picture/cells", params={**fields(), "as": "numbers", "rows": 1, "columns": 1, "channels": 1})
    assert [k for k in form(read(tool.text).one(class_="pictool")) if k.startswith("p.")] == ["p.0.0.0"]


def test_a_picture_of_small_values_is_seen_over_their_range(client: TestClient) -> None:
    sent = fields(recipe="relu") | {"block": "[[[0, 1], [2, 1]]]", "as": "picture"}
    answer = client.post("/picture/cells", data=sent, follow_redirects=False)
    address = answer.headers["location"]
    seen = read(client.get(address).text).one("nav", "looks")
    wide = next(link for link in seen.all("a") if "input=own" in link.attributes["href"])
    page = client.get(wide.attributes["href"])
    assert page.status_code == 200
    run = client.get("/api/v1/runs", params=dict(parse_qsl(urlsplit(address).query))).json()["id"]
    for query, levels in (("", [[0, 1], [2, 1]]), ("?scale=own", [[0, 128], [255, 128]])):
        png = client.get(f"/api/v1/runs/{run}/layers/input/output.png{query}").content
        np.testing.assert_array_equal(np.asarray(Image.open(BytesIO(png)).convert("L")), levels)
