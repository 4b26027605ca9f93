"""The drawing of a step shows the step: its outlines lie where its numbers say, in every layout and both views."""

import re

import numpy as np
import pytest

from app.explorer.scene import scene_of
from app.explorer.view import view_of
from app.layers import Place
from app.pipeline.document import read_document
from app.rendering.figure.flat import flat
from app.rendering.figure.layout import LAYOUTS
from app.rendering.figure.plates import plate
from app.rendering.plane import Plane

pytestmark = pytest.mark.reads

DOCUMENTS = {
    "colour": ({"image": "coffee", "height": 32, "width": 32}, "conv2d(6, 5) | relu | max_pool2d(2)"),
    "grey": ({"image": "camera", "height": 24, "width": 40, "mode": "L"}, "conv2d(2, 3, padding=1) | avg_pool2d(3)"),
    "deep": (
        {"image": "chelsea", "height": 20, "width": 20},
        "conv2d(9, 3) | conv2d(12, (3, 5), 2, 2, groups=3) | relu",
    ),
    "numbers": ({"values": np.arange(50.0).reshape(2, 5, 5).tolist()}, "conv2d(1, 3) | max_pool2d(3)"),
}


def looked_at(client, name, index, place):
    """Return the view of one number of one of the documents above."""
    source, recipe = DOCUMENTS[name]
    lab = client.app.state.lab

    async def look():
        run = await lab.open(read_document({"input": source, "recipe": recipe}))
        return await view_of(lab, run, index, place, "light", "en")

    return client.portal.call(look)


def points(path):
    """Return the corners of an SVG path."""
    return [tuple(map(float, pair.split())) for pair in re.findall(r"[-\d.]+ [-\d.]+", path)]


def plane_of(element):
    """Return the plane on which an element moves."""
    a, b, c, d, e, f = map(float, element.get("data-plane").split())
    return Plane((e, f), (a, b), (c, d))


@pytest.mark.parametrize("draw", [plate, flat])
@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
@pytest.mark.parametrize(
    ("name", "index"), [(n, i) for n, (_, r) in DOCUMENTS.items() for i in range(r.count("|") + 1)]
)
def test_every_outline_lies_on_its_cells(client, draw, layout, name, index):
    seen = looked_at(client, name, index, Place(0, 0, 0))
    scene = scene_of(seen)
    figure = draw(scene, layout)
    outlines = [e for e in figure.iter("path") if e.get("data-quad")]
    assert {e.get("data-quad") for e in outlines} == {"window", "cell"}
    for element in outlines:
        span = scene.span if element.get("data-quad") == "window" else scene.cell
        wanted = plane_of(element).span(span)
        assert np.abs(np.array(points(element.get("d"))) - wanted).max() < 0.6
    assert scene.sentence in figure.get("aria-label")


def test_everything_stays_inside_the_drawing(client):
    for layout in LAYOUTS.values():
        for name, (_, recipe) in DOCUMENTS.items():
            for index in range(recipe.count("|") + 1):
                figure = plate(scene_of(looked_at(client, name, index, Place(0, 0, 0))), layout)
                _, _, width, height = map(float, figure.get("viewBox").split())
                for text in figure.iter("text"):
                    assert -2 <= float(text.get("x")) <= width, (layout.name, name, index, text.text)
                    assert 0 <= float(text.get("y")) <= height + 2, (layout.name, name, index, text.text)


def test_the_drawing_of_a_step_is_complete_in_itself(client):
    answer = client.get(
        "/api/v1/runs", params={"image": "coffee", "size": "32", "recipe": "conv2d(6, 5, weights=random(7)) | relu"}
    )
    drawing = client.get(f"/api/v1/runs/{answer.json()['id']}/layers/0/steps/3/7/16.svg")
    assert drawing.headers["content-type"].startswith("image/svg+xml")
    assert "<style>" in drawing.text
    assert not re.search(r'href="(?!#|data:image/(png|webp);base64,)', drawing.text)
