"""Every act says in one sentence what it did: what is other than on the page that asked."""

import json
import re
from html import unescape

import pytest
from fastapi.testclient import TestClient

from tests.pages.reading import link

pytestmark = pytest.mark.reads

START = ".".join("0000")  # the first place of the first map
TWO = "conv2d(2, 3, weights=random(4)) | relu"
PIXELS = (
    "conv2d(weights=values([[[[0, 1, 0], [0, 0, 0], [0, 0, 0]]], [[[1, 0, 0], [0, 0, 0], [0, 0, 0]]]], bias=[0, 0]))"
)
GREY = {"image": "camera", "size": 12, "mode": "L"}


def stands_on(client: TestClient, address: str) -> str:
    """Return what a page says of the state that it is."""
    found = re.search(r'data-from="([^"]*)"', client.get(address).text)
    assert found
    return unescape(found[1])


def told(client: TestClient, before: str, after: str, **headers: str) -> dict[str, object]:
    """Go from one state to another, as the page does; return what the answer says."""
    asked = {"HX-Request": "true", "CS-From": stands_on(client, before), **headers}
    answer = client.get(after, headers=asked)
    assert answer.status_code == 200
    read: dict[str, object] = json.loads(answer.headers["Convscope-Told"])
    return read


RECIPES = [
    (f"{TWO} | max_pool2d(2)", "max_pool2d added as layer 3, 15 × 15 × 2."),
    ("conv2d(2, 3, weights=random(4))", "relu, layer 2, removed."),
    ("", "Layers now: none."),
    ("relu | conv2d(2, 3, weights=random(4))", "relu is now layer 1 of 2."),
    ("conv2d(2, 3, 2, weights=random(4)) | relu", "stride 2, now 15 × 15 × 2."),
    ("conv2d(2, 3, stride=(1, 2), weights=random(4)) | relu", "stride 1 × 2, now 30 × 15 × 2."),
    ('conv2d(2, 3, padding="same", weights=random(4)) | relu', "padding same, now 32 × 32 × 2."),
    (
        'conv2d(2, 3, padding_mode="reflect", padding=1, weights=random(4)) | relu',
        "padding 1, padding_mode reflect, now 32 × 32 × 2.",
    ),
    ("conv2d(2, 3, bias=False, weights=random(4)) | relu", "bias no."),
    ("conv2d(2, 3, weights=random(9)) | relu", "Random weights from seed 9."),
    ('conv2d(weights=preset("sobel_x", "box")) | relu', "Filters: sobel_x, box."),
    ("avg_pool2d(2) | tanh", "The recipe has changed; the last layer makes 16 × 16 × 3."),
]


@pytest.mark.parametrize(("recipe", "sentence"), RECIPES)
def test_what_became_of_the_layers(client: TestClient, recipe: str, sentence: str) -> None:
    after = link(recipe, image="chelsea", at=START)
    assert told(client, link(TWO, image="chelsea", at="1.0.0.0"), after)["said"] == sentence


def test_the_weights_that_changed_are_named(client: TestClient) -> None:
    def after(weight: str) -> object:
        recipe = PIXELS.replace("[0, 1, 0], [0, 0, 0], [0, 0, 0]", weight, 1)
        return told(client, link(PIXELS, **GREY), link(recipe, **GREY))["said"]

    assert after("[0, 1, 0.5], [0, 0, 0], [0, 0, 0]") == "Filter 1, channel 1, row 1, column 3: 0.5."
    assert after("[0, 1, 1], [-2, 0, 0], [0, 0, 0]") == "Other weights: filter 1."
    bias = told(client, link(PIXELS, **GREY), link(PIXELS.replace("bias=[0, 0]", "bias=[0, -3]"), **GREY))
    assert bias["said"] == "Filter 2: its bias is −3."
    both = PIXELS.replace("[0, 0, 0]]]", "[0, 0, 7]]]")
    assert told(client, link(PIXELS, **GREY), link(both, **GREY))["said"] == "All filters have other weights."


FIELDS = [
    ({"image": "rocket"}, "Picture: Falcon 9 rocket, 32 × 32 × 3."),
    ({"size": 48}, "The input is now 48 × 48 × 3."),
    ({"scale": "byte"}, "Values of a pixel: 0 … 255."),
    ({"fit": "contain"}, "Where the shape differs: add borders."),
    ({"resample": "bilinear"}, "Resized by: bilinear."),
    ({"view": "trace"}, "View: Trace it home."),
    ({"view": "fan"}, "View: Fan."),
    ({"edit": "0"}, "Settings of conv2d, layer 1."),
    ({"edit": "0.weights"}, "Filters of conv2d, layer 1."),
    ({"edit": "0.gallery"}, "Gallery of filters for conv2d, layer 1."),
    ({"predict": "1"}, "Predict first: numbers are hidden until they are guessed."),
    ({"colours": "grey"}, "Colours of the maps: black to white."),
    ({"range": "own"}, "Range of the colours: each map its own."),
    ({"range": "2.5"}, "Range of the colours: ± 2.5."),
    ({"digits": "d3"}, "Numbers with 3 decimals."),
    ({"digits": "s4"}, "Numbers with 4 digits that count."),
    ({"at": "1.0.0.0"}, "relu, layer 2 of 2, 30 × 30 × 2."),
    ({"at": "0.1.2.3"}, ""),
    ({}, ""),
]


@pytest.mark.parametrize(("fields", "sentence"), FIELDS)
def test_what_became_of_the_rest(client: TestClient, fields: dict[str, object], sentence: str) -> None:
    usual: dict[str, object] = {"image": "chelsea", "at": START}
    after = link(TWO, **{**usual, **fields})
    assert told(client, link(TWO, **usual), after) == {"said": sentence, "stopped": [], "lost": False}


def test_the_way_back_is_said_as_such(client: TestClient) -> None:
    one, two = (link(recipe, image="chelsea") for recipe in (TWO, TWO.replace("3,", "3, 2,")))
    assert told(client, two, one, **{"CS-Way": "undo"})["said"] == "Undone: stride 1, now 30 × 30 × 2."
    assert told(client, one, two, **{"CS-Way": "redo"})["said"] == "Done again: stride 2, now 15 × 15 × 2."


def test_only_a_layer_that_is_gone_is_lost(client: TestClient) -> None:
    long, short = link(TWO, image="chelsea"), link(TWO.split(" | ")[0], image="chelsea")
    assert told(client, long, short) == {"said": "relu, layer 2, removed.", "stopped": [], "lost": True}
    assert told(client, short, long)["lost"] is False


@pytest.mark.parametrize("given", ["", "run=none", "run=" + "0" * 32, "run=%00&at=x&view=", "x" * 5000, "recipe=relu"])
def test_a_page_that_stands_on_nothing_known_is_told_nothing(client: TestClient, given: str) -> None:
    answer = client.get(link(TWO, image="chelsea"), headers={"HX-Request": "true", "CS-From": given})
    assert answer.status_code == 200
    assert json.loads(answer.headers["Convscope-Told"]) == {"said": ""}


def test_the_title_says_layer_and_view(client: TestClient) -> None:
    for fields, title in (
        ({"at": "1.0.0.0"}, "relu, layer 2 of 2 · Figure · "),
        ({"view": "trace"}, "conv2d, layer 1 of 2 · Trace it home · "),
        ({"edit": "0.weights"}, "conv2d, layer 1 of 2 · Filters · "),
    ):
        page = client.get(link(TWO, image="chelsea", **fields)).text
        assert f"<title>{title}" in page
    assert "<title>Input · Convscope</title>" in client.get(link("", image="chelsea")).text


BRANCHED = "conv2d(2, 1, weights=random(4)) | relu | conv2d(2, 1, weights=random(5)) | add(inputs=[2, 1])"


@pytest.mark.parametrize(
    ("recipe", "said"),
    [
        (
            BRANCHED.replace("2, 1]", "2, 0]"),
            "add, layer 4, reads layer 3, conv2d, layer 1, conv2d; it makes 12 × 12 × 2.",
        ),
        (
            BRANCHED.replace("| relu |", "| relu | tanh |").replace("[2, 1]", "[3, 2]"),
            "tanh added as layer 3, 12 × 12 × 2.",
        ),
        (BRANCHED.replace("| relu ", "").replace("[2, 1]", "[1, 0]"), "relu, layer 2, removed."),
        (BRANCHED.replace("relu", 'relu(name="x/y")'), "It is called x/y."),
    ],
)
def test_an_edit_of_a_network_with_branches_is_told_as_that_edit(client: TestClient, recipe: str, said: str) -> None:
    before, after = (link(each, image="camera", size=12, at="0.0.1.1") for each in (BRANCHED, recipe))
    assert told(client, before, after)["said"] == said
