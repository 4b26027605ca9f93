"""The drawing of a step stands alone: whole, in one small file, with every picture and colour that it shows."""

import gzip
import re
from base64 import b64decode
from io import BytesIO
from xml.etree.ElementTree import fromstring

import numpy as np
import pytest
from PIL import Image

from app.layers import LAYERS

RUNS = "/api/v1/runs"
SVG = "{http://www.w3.org/2000/svg}"
EVERY = (
    "conv2d(6, 5, weights=random(7)) | relu | leaky_relu | relu6 | sigmoid | tanh | max_pool2d(2) | avg_pool2d(2)"
    " | upsample2d(2) | conv_transpose2d(4, 3, stride=2) | zero_pad2d(1) | dropout"
    " | batch_norm2d(weights=values([1, 2, 1, 1], [0, 1, 0, 0], [0, 0, 0, 0], [1, 1, 1, 1]))"
    " | add(inputs=(11, 12)) | concat(inputs=(11, 13)) | conv2d(16, 3) | global_avg_pool2d | flatten | linear(10)"
    " | softmax"
)
WIDE = [({"image": "coffee", "recipe": "conv2d(8, 3)"}, "3/5/9"),
        ({"image": "coffee", "size": 224, "recipe": "conv2d(64, 7, 2, 3)"}, "40/5/100"),
        ({"image": "camera", "size": 200, "recipe": "conv2d(8, 3)"}, "3/190/190")]  # fmt: skip


def drawn(client, run, layer, place, theme="light"):
    answer = client.get(f"{RUNS}/{run['id']}/layers/{layer}/steps/{place}.svg?theme={theme}")
    assert answer.status_code == 200, answer.text
    return answer.content


def check(drawing):
    """Check that a drawing is small, refers to nothing outside itself, and lies within its box."""
    assert len(drawing) <= 20_000
    assert len(gzip.compress(drawing)) <= 6_000
    figure = fromstring(drawing)  # noqa: S314 - our own
    names = {element.get("id") for element in figure.iter()} - {None}
    for element in figure.iter():
        href = element.get("href", "#")
        assert href.startswith("data:image/webp;base64,") or href == "#" or href[1:] in names, href[:80]
    text = drawing.decode()
    assert "url(" not in re.sub(r"url\(#[\w-]+\)", "", text)
    assert "var(" not in text
    assert "hit" not in {name for element in figure.iter() for name in element.get("class", "").split()}
    x, y, width, height = map(float, figure.get("viewBox").split())
    for path in figure.iter(f"{SVG}path"):
        if path.get("transform") is None and not re.search("[a-z]", path.get("d", "")):
            for across, down in re.findall(r"(-?[\d.]+) (-?[\d.]+)", path.get("d", "")):
                assert x + 4 <= float(across) <= x + width - 4
                assert y + 4 <= float(down) <= y + height - 4
    return figure


def test_each_type_of_layer_has_a_drawing_that_stands_alone(client):
    run = client.get(RUNS, params={"image": "chelsea", "size": 32, "recipe": EVERY}).json()
    assert {layer["type"] for layer in run["layers"]} == set(LAYERS)
    for layer in run["layers"]:
        shape = [*layer["output_shape"], 1, 1][:3]
        place = "/".join(str(length // 2) for length in shape)
        light, dark = (drawn(client, run, layer["index"], place, theme) for theme in ("light", "dark"))
        assert len(list(check(light).iter())) == len(list(check(dark).iter()))
        assert light != dark


@pytest.mark.parametrize(("fields", "place"), WIDE)
def test_a_large_picture_has_a_small_drawing(client, fields, place):
    check(drawn(client, client.get(RUNS, params=fields).json(), 0, place))


def test_the_cells_of_a_filter_have_their_very_colours(client):
    values = [[[1, 2, 3, 4], [5, 6, 7, 8], [9, 8, 7, 6]]]
    recipe = "conv2d(weights=values([[[[1, -1], [0.5, 0]]]]))"
    run = client.post(RUNS, json={"input": {"values": values}, "recipe": recipe}).json()
    sheet = Image.open(BytesIO(client.get(f"{RUNS}/{run['id']}/layers/0/weight.png?signs=1").content)).convert("RGBA")
    pictures = [Image.open(BytesIO(b64decode(element.get("href").partition(",")[2]))).convert("RGBA")
                for element in check(drawn(client, run, 0, "0/0/0")).iter(f"{SVG}image")]  # fmt: skip
    assert any(each.size == sheet.size and np.array_equal(np.array(each), np.array(sheet)) for each in pictures)
