"""What a link shows, in one request, is what the run's own addresses give in two."""

from io import BytesIO

import numpy as np
import pytest

from tests.api.problems import told

RENDER = "/api/v1/render"
RUNS = "/api/v1/runs"
LINK = {"image": "coffee", "height": 12, "width": 20, "scale": "byte",
        "recipe": "conv2d(4, 3, weights=random(7)) | relu | max_pool2d(2)"}  # fmt: skip


@pytest.fixture
def layers(client):
    return f"{RUNS}/{client.get(RUNS, params=LINK).json()['id']}/layers"


def rendered(client, form, **fields):
    answer = client.get(f"{RENDER}.{form}", params={**LINK, **fields})
    assert answer.status_code == 200, answer.text
    return answer


@pytest.mark.parametrize(("fields", "address"), [
    ({}, "2/output"), ({"layer": 0}, "0/output"), ({"layer": "input"}, "input/output"),
    ({"at": "1.3.2.5"}, "1/output"), ({"layer": 1, "channel": 2}, "1/output?channel=2"),
    ({"at": "1.3.2.5", "layer": 1, "channel": 3}, "1/output?channel=3"), ({"channel": 0}, "2/output?channel=0"),
    ({"view": "flat", "projector": 1, "edit": 0, "predict": "sign"}, "2/output"),
])  # fmt: skip
def test_maps_are_those_of_the_run_s_own_addresses(client, layers, fields, address):
    path, _, query = address.partition("?")
    for form in ("npy", "json", "png"):
        own = client.get(f"{layers}/{path}.{form}?{query}")
        answer = rendered(client, form, **fields)
        assert answer.content == own.content
        assert answer.headers["content-type"] == own.headers["content-type"]
        tag = {"If-None-Match": answer.headers["etag"]}
        assert client.get(f"{RENDER}.{form}", params={**LINK, **fields}, headers=tag).status_code == 304


def test_the_drawing_is_the_step_s_in_the_link_s_theme_and_language(client, layers):
    for more in ({}, {"theme": "dark"}, {"lang": "zh-CN"}):
        query = "&".join(f"{name}={value}" for name, value in more.items())
        own = client.get(f"{layers}/1/steps/3/2/5.svg?{query}")
        assert rendered(client, "svg", at="1.3.2.5", **more).content == own.content
    assert rendered(client, "svg", at="1.3.2.5", layer=1, channel=3).status_code == 200


def test_a_picture_has_the_link_s_colours(client, layers):
    own = client.get(f"{layers}/0/output.png?colours=grey&scale=own")
    assert rendered(client, "png", layer=0, colours="grey", range="own").content == own.content
    assert rendered(client, "png", layer=0).content != own.content


def test_the_numbers_are_right(client):
    values, weight = np.arange(12.0).reshape(1, 3, 4), [[1, 0], [0, -1]]
    link = {
        "values": str(values.tolist()),
        "recipe": f"conv2d(weights=values([[{weight}]])) | leaky_relu(negative_slope=0.5)",
    }
    by_hand = (values[:, :-1, :-1] - values[:, 1:, 1:]) * 0.5
    assert client.get(f"{RENDER}.json", params=link).json() == by_hand.tolist()
    assert np.load(BytesIO(client.get(f"{RENDER}.npy", params=link).content)).tolist() == by_hand.tolist()
    assert client.get(f"{RENDER}.json", params={"values": "[[[1,2]]]"}).json() == [[[1, 2]]]
    run = client.get(RUNS, params=LINK).json()["id"]
    assert client.get(f"{RENDER}.npy", params={"run": run}).content == rendered(client, "npy").content


@pytest.mark.parametrize(("form", "fields", "status", "part"), [
    ("npy", {"layer": 0, "at": "1.0.0.0"}, 422, "layer=0 and at=1.0.0.0 disagree"),
    ("svg", {"channel": 2, "at": "1.0.0.0"}, 422, "channel=2 and at=1.0.0.0 disagree"),
    ("png", {"layer": "input", "at": "1.0.0.0"}, 422, "disagree"),
    ("svg", {}, 422, "at=0.3.7.16"), ("svg", {"at": "1.2.3"}, 422, "layer.channel.row.column"),
    ("json", {"at": "one"}, 422, "layer.channel.row.column"),
    ("npy", {"layer": 3}, 404, "0 to 2"), ("npy", {"channel": 4}, 404, "0 to 3"),
    ("svg", {"at": "3.0.0.0"}, 404, "0 to 2"),
    ("svg", {"at": "0.0.10.0"}, 404, "0 to 9"), ("json", {"at": "0.0.10.0"}, 404, "0 to 9"),
    ("png", {"recipe": "conv2d(4, 30)"}, 422, "30×30"), ("npy", {"image": "none"}, 404, "no picture"),
    ("npy", {"image": ""}, 422, ""), ("json", {"size": 8}, 422, "not both"),
    ("png", {"colours": "gray"}, 422, "signed, one or grey"), ("png", {"range": "onw"}, 422, "own or a number"),
    ("png", {"range": "-1"}, 422, "above 0"), ("png", {"theme": "drak"}, 422, "light or dark"),
    ("svg", {"at": "1.0.0.0", "theme": "drak"}, 422, "light or dark"),
])  # fmt: skip
def test_what_cannot_be_is_said(client, form, fields, status, part):
    told(client.get(f"{RENDER}.{form}", params={**LINK, **fields}), status, part)


def test_a_link_without_a_picture_is_refused(client):
    told(client.get(f"{RENDER}.npy", params={"recipe": "relu"}), 422, "image=chelsea")
    told(client.get(f"{RENDER}.npy", params={"run": "0" * 32}), 404, "no run")
