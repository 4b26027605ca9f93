"""Arrays, pictures and steps of a run: the same numbers in every form, cached as long as they hold."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from app.pipeline.document import ENGINE
from tests import pipelines
from tests.api.problems import told

RUNS = "/api/v1/runs"


@pytest.fixture
def layers(client):
    """The address of the layers of a run with two groups, padding and a pool."""
    recipe = (
        "conv2d(4, 3, 1, 2, weights=random(3), padding_mode='reflect') | relu | conv2d(4, 3, groups=2)"
        " | max_pool2d(3, 2, padding=1)"
    )
    run = client.get(RUNS, params={"image": "coffee", "height": 12, "width": 20, "recipe": recipe}).json()
    return f"{RUNS}/{run['id']}/layers"


def array(answer):
    assert answer.status_code == 200, answer.text
    return np.load(BytesIO(answer.content), allow_pickle=False)


def picture(answer):
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "image/png"
    return Image.open(BytesIO(answer.content))


@pytest.mark.parametrize("layer", ["input", 0, 1, 2, 3])
def test_json_and_npy_hold_the_same_numbers_all_together_and_one_channel_alone(client, layers, layer):
    maps = array(client.get(f"{layers}/{layer}/output.npy"))
    assert maps.dtype == np.float32
    assert maps.flags.c_contiguous
    assert np.array_equal(np.float32(client.get(f"{layers}/{layer}/output.json").json()), maps)
    for channel, part in enumerate(maps):
        one = f"output.npy?channel={channel}", f"output.json?channel={channel}"
        assert np.array_equal(array(client.get(f"{layers}/{layer}/{one[0]}")), part)
        assert np.array_equal(np.float32(client.get(f"{layers}/{layer}/{one[1]}").json()), part)


def test_pictures_show_all_maps_or_one_on_the_layer_s_scale_or_their_own(client, layers):
    sheet = picture(client.get(f"{layers}/0/output.png"))
    assert sheet.size == (2 * 22 + 1, 2 * 14 + 1)
    one = picture(client.get(f"{layers}/0/output.png?channel=2"))
    assert one.size == (22, 14)
    assert one.tobytes() == sheet.crop((0, 15, 22, 29)).tobytes()
    assert picture(client.get(f"{layers}/0/output.png?channel=2&scale=own")).tobytes() != one.tobytes()
    assert picture(client.get(f"{layers}/input/output.png")).size == (20, 12)
    assert picture(client.get(f"{layers}/input/output.png?channel=0")).size == (20, 12)
    told(client.get(f"{layers}/0/output.png?scale=%22%0d%0a"), 422, "layer or own")


@pytest.mark.parametrize("name", ["0/output.npy", "0/output.json", "0/output.png", "0/weight.npy", "0/steps/0/0/0",
                                  "0/steps/0/0/0.svg", "input/output.png", "0/weight.png", "3/kept.png",
                                  "0/output.csv"])  # fmt: skip
def test_what_never_changes_is_kept_for_ever_under_the_engine_s_version_and_by_its_tag_without(client, layers, name):
    versioned = client.get(f"{layers}/{name}?v={ENGINE}")
    assert versioned.headers["cache-control"] == "private, max-age=31536000, immutable"
    plain = client.get(f"{layers}/{name}")
    assert plain.headers["cache-control"] == "no-cache"
    assert client.get(f"{layers}/{name}?v=0").headers["cache-control"] == "no-cache"
    tag = plain.headers["etag"]
    strong = tag.removeprefix("W/")
    for asked in (tag, strong, f"W/{strong}", f'"other", {tag}', "*"):
        same = client.get(f"{layers}/{name}", headers={"If-None-Match": asked})
        assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", tag)
    assert client.get(f"{layers}/{name}", headers={"If-None-Match": '"other"'}).content == plain.content
    head = client.head(f"{layers}/{name}", headers={"Accept-Encoding": "identity"})
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(plain.content))


@pytest.mark.parametrize(("name", "text"), [
    ("0/output.json", True), ("0/output.csv", True), ("0/steps/0/0/0.svg", True), ("0/output.npy", False),
    ("0/output.png", False),
])  # fmt: skip
def test_text_is_sent_compressed_under_a_weak_tag(client, layers, name, text):
    packed = client.get(f"{layers}/{name}", headers={"Accept-Encoding": "gzip"})
    plain = client.get(f"{layers}/{name}", headers={"Accept-Encoding": "identity"})
    assert packed.content == plain.content
    assert packed.headers["etag"] == plain.headers["etag"]
    assert packed.headers["etag"].startswith("W/") == text
    assert packed.headers.get("content-encoding") == ("gzip" if text else None)
    assert ("Accept-Encoding" in plain.headers.get("vary", "")) == text


def test_tags_tell_channels_scales_and_themes_apart(client, layers):
    addresses = ["0/output.png", "0/output.png?channel=0", "0/output.png?channel=1", "0/output.png?scale=own",
                 "0/output.png?theme=dark", "1/output.png", "0/output.npy", "0/output.json", "input/output.png",
                 "0/weight.npy", "0/bias.npy", "0/steps/0/0/0", "0/steps/0/0/1", "1/steps/0/0/0"]  # fmt: skip
    tags = [client.get(f"{layers}/{address}").headers["etag"] for address in addresses]
    assert len(set(tags)) == len(tags)


def test_a_step_of_conv2d_is_the_contract_s(client, layers):
    step = client.get(f"{layers}/0/steps/3/0/5").json()
    assert list(step) == ["layer", "type", "position", "window", "patch", "kernel", "products", "channel_sums", "bias",
                          "value", "receptive_field"]  # fmt: skip
    assert step["position"] == {"channel": 3, "row": 0, "column": 5}
    assert step["window"] == {"rows": [-2, 1], "columns": [3, 6]}
    assert step["receptive_field"] == {"rows": [0, 3], "columns": [3, 6]}
    source, weight = array(client.get(f"{layers}/input/output.npy")), array(client.get(f"{layers}/0/weight.npy"))
    patch, kernel = np.float32(step["patch"]), np.float32(step["kernel"])
    assert np.array_equal(kernel, weight[3])
    assert np.array_equal(patch, source[:, [2, 1, 0], 3:6])
    assert np.array_equal(step["products"], np.multiply(patch, kernel, dtype=np.float64))
    assert sum(step["channel_sums"]) + step["bias"] == pytest.approx(step["value"], abs=1e-6)


def test_steps_through_the_api_are_the_maps_numbers_bit_for_bit(client, layers):
    chance = pipelines.chance(1)
    for layer in range(4):
        maps = array(client.get(f"{layers}/{layer}/output.npy"))
        for _ in range(5):
            place = tuple(chance.randrange(n) for n in maps.shape)
            step = client.get(f"{layers}/{layer}/steps/{'/'.join(map(str, place))}").json()
            assert step["layer"] == layer
            assert np.float32(step["value"]).tobytes() == maps[place].tobytes()


def test_with_groups_a_step_names_its_channels(client, layers):
    assert client.get(f"{layers}/2/steps/0/0/0").json()["channels"] == [0, 2]
    step = client.get(f"{layers}/2/steps/3/0/0").json()
    assert step["channels"] == [2, 4]
    assert len(step["patch"]) == len(step["kernel"]) == 2


def test_padding_of_a_max_pool_is_null_and_all_equal_maxima_win(client):
    document = {"input": {"values": [[[-1, -2], [-1, -3]]]}, "recipe": "max_pool2d(3, 2, padding=1)"}
    run = client.post(RUNS, json=document).json()
    step = client.get(f"{RUNS}/{run['id']}/layers/0/steps/0/0/0").json()
    assert step == {
        "layer": 0, "type": "max_pool2d", "position": {"channel": 0, "row": 0, "column": 0},
        "window": {"rows": [-1, 2], "columns": [-1, 2]},
        "patch": [[None, None, None], [None, -1, -2], [None, -1, -3]],
        "winners": [{"row": 0, "column": 0}, {"row": 1, "column": 0}], "value": -1,
        "receptive_field": {"rows": [0, 2], "columns": [0, 2]},
    }  # fmt: skip


def test_steps_of_averages_and_activations_say_what_they_read(client):
    document = {"input": {"values": [[[1, 2], [3, -6]]]}, "recipe": "relu | avg_pool2d(2)"}
    run = client.post(RUNS, json=document).json()
    average = client.get(f"{RUNS}/{run['id']}/layers/1/steps/0/0/0").json()
    assert (average["patch"], average["value"]) == ([[1, 2], [3, 0]], 1.5)
    relu = client.get(f"{RUNS}/{run['id']}/layers/0/steps/0/1/1").json()
    assert (relu["input"], relu["value"]) == (-6, 0)


def test_a_number_made_of_padding_alone_has_no_receptive_field(client):
    document = {"input": {"values": [[[1]]]}, "recipe": "conv2d(1, 1, padding=2)"}
    run = client.post(RUNS, json=document).json()
    assert client.get(f"{RUNS}/{run['id']}/layers/0/steps/0/0/0").json()["receptive_field"] is None


def test_more_numbers_than_json_is_good_for_are_refused_with_the_way_out(client):
    fields = {"image": "coffee", "size": 1200, "recipe": "conv2d(1, 1198)"}
    run = client.get(RUNS, params=fields).json()
    layers = f"{RUNS}/{run['id']}/layers"
    told(client.get(f"{layers}/input/output.json"), 422, "?channel=0")
    assert client.get(f"{layers}/input/output.json?channel=0").status_code == 200
    told(client.get(f"{layers}/0/steps/0/0/0"), 422, "weight.npy")


def test_the_drawing_of_a_step_is_an_svg(client, layers):
    answer = client.get(f"{layers}/0/steps/0/0/0.svg")
    assert answer.headers["content-type"].startswith("image/svg+xml")
    assert answer.content.startswith(b"<svg")
