"""No address breaks the page: whatever stands in it, the answer is a page or a sentence, never a mistake of ours."""

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.explorer.looks.registry import LOOKS

pytestmark = pytest.mark.reads

RECIPES = (
    "", "relu", "conv2d(4, 1)", "conv2d(3, (1, 7), padding=(0, 3))", "conv2d(2, 2, 2) | avg_pool2d(2, ceil_mode=True)",
    'conv2d(6, 3, padding="same", dilation=2) | relu | max_pool2d(3, 2, padding=1)', "max_pool2d(5, padding=2)",
    "avg_pool2d(3, 1, padding=1, count_include_pad=False)", "conv2d(6, 3, groups=3) | relu",
    "conv2d(9, 7) | conv2d(2, 5)",
    'conv2d(weights=preset("gabor", "line"))', "conv2d(1, 3, bias=False)", "conv2d(6", "conv2d(6, 50)",
    'conv2d(2, 3, padding=2, padding_mode="circular") | relu | conv2d(2, 1)',
    "leaky_relu(negative_slope=0.2) | sigmoid | tanh", "batch_norm2d | global_avg_pool2d", "flatten | leaky_relu",
    "batch_norm2d(weights=values([1, 2, 3], running_var=[0, 1, 2]))", "global_avg_pool2d | flatten | softmax",
    "conv2d(4, 3, padding=1) | max_pool2d(2) | flatten | linear(10) | softmax", "linear(5) | relu | linear(1)",
    "softmax", "flatten | conv2d(2, 1)", "linear(3) | tanh | sigmoid | softmax",
)  # fmt: skip
JUNK = st.text(max_size=12)
FIELDS = {
    "image": st.sampled_from(("chelsea", "camera", "gone")) | JUNK,
    "size": st.sampled_from(("", "1", "8", "17", "40", "0", "-3")) | JUNK,
    "height": st.just("9") | JUNK,
    "mode": st.sampled_from(("RGB", "L")) | JUNK,
    "fit": st.sampled_from(("cover", "contain", "stretch")) | JUNK,
    "resample": st.sampled_from(("box", "bilinear")) | JUNK,
    "scale": st.sampled_from(("unit", "byte", "mean:0.5,0.5,0.5;std:0.2,0.2,0.2", "mean:1;std:0")) | JUNK,
    "recipe": st.sampled_from(RECIPES) | JUNK,
    "at": st.sampled_from(("0.1.0.0", "1.2.3.4", "9.9.999.999", "0.0.0", "²", "-1.0.0.0", "3.7.0.0", "2.1.0.0")) | JUNK,
    "view": st.sampled_from(tuple(LOOKS)) | JUNK,
    "edit": st.sampled_from(("0", "1", "0.weights", "1.weights", "7", "²", "0.nothing")) | JUNK,
    "theme": st.sampled_from(("dark", "light")) | JUNK,
    "lang": st.sampled_from(("en", "zh-CN")) | JUNK,
    "run": JUNK,
}
LIKELY = st.fixed_dictionaries(
    {"image": st.sampled_from(("chelsea", "camera")), "size": st.sampled_from(("8", "17", "40"))},
    optional={name: FIELDS[name] for name in ("mode", "recipe", "at", "view", "edit")},
)
ANY = st.fixed_dictionaries({}, optional=FIELDS)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(LIKELY | ANY)
def test_every_address_has_an_answer(client: TestClient, fields: dict[str, str]) -> None:
    answer = client.get("/", params=fields)
    assert answer.status_code in (200, 400, 404, 422)
    assert "</html>" in answer.text


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    ANY,
    st.sampled_from(("set", "move", "roll", "seed", "preset", "weights", "", "nothing")),
    st.fixed_dictionaries(
        {},
        optional={
            "layer": st.sampled_from(("0", "1", "9", "²")),
            "field": st.sampled_from(("kernel_size", "stride", "padding", "bias", "type", "weights", "nothing")),
            "value": st.sampled_from(("3", "3, 5", "same", "true", "0", "-1", "", "999999999")) | JUNK,
            "step": st.sampled_from(("1", "-1", "7")),
            "by": st.sampled_from(("1", "-1", "x")),
            "seed": st.just("5") | JUNK,
            "names": st.sampled_from(("sobel_x", "nothing", "")),
            "shape": st.sampled_from(("3.8.8", "1.8.8", "3.8", "-1.0.0", "x")),
            "channel": st.sampled_from(("0", "9", "-1", "²")),
            "w.0.0.0": st.sampled_from(("1", "−0.5", "nan", "1e99", "")) | JUNK,
            "bias": st.just("1") | JUNK,
        },
    ),
)
def test_every_form_has_an_answer(
    client: TestClient, fields: dict[str, str], operation: str, more: dict[str, str]
) -> None:
    answer = client.post("/edit", data={**fields, "op": operation, **more}, follow_redirects=False)
    assert answer.status_code in (303, 400, 404, 422)


@pytest.mark.parametrize("look", LOOKS)
def test_the_part_of_a_look_is_there_where_the_look_has_one(client: TestClient, look: str) -> None:
    recipe = "conv2d(2, 3) | relu | max_pool2d(2) | conv2d(3, 1) | global_avg_pool2d | flatten | softmax"
    run = client.get("/api/v1/runs", params={"image": "coffee", "size": 12, "recipe": recipe}).json()["id"]
    found = {client.get(f"/parts/look/{run}?at={layer}.0.0.0&view={look}").status_code for layer in range(7)}
    assert found <= {200, 404}
    assert (200 in found) == (LOOKS[look].draw is None)


def test_a_picture_that_no_look_has_is_not_found(client: TestClient) -> None:
    run = client.get("/api/v1/runs", params={"image": "coffee", "size": 12, "recipe": "relu"}).json()["id"]
    answer = client.get(f"/parts/drawn/{run}/0.png")
    assert answer.status_code == 404
    assert "There is no picture drawn here." in answer.text
