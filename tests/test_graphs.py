"""Documents whose layers branch and meet, through everything that is asked of a run."""

import numpy as np
import pytest

from tests.pages.reading import link

FIRE = (
    'conv2d(6, 3, padding=1, weights=random(3), name="conv1") | max_pool2d(2, name="conv1/pool") '
    '| conv2d(3, 1, weights=random(4), name="fire2/squeeze") | relu(name="fire2/squeeze_relu") '
    '| conv2d(4, 1, weights=random(5), name="fire2/one") | conv2d(4, 3, padding=1, weights=random(6), inputs=3, '
    'name="fire2/three") | concat(inputs=[4, 5], name="fire2/concat") | conv2d(8, 1, weights=random(7), inputs=1) '
    "| add(inputs=[6, 7]) | relu | global_avg_pool2d | flatten | linear(4, weights=random(8)) | softmax"
)
LOOKS = ("figure", "flat", "fan", "stack", "trace", "forward", "map", "places", "sharing", "compare", "shift", "weight",
         "back", "scores")  # fmt: skip


@pytest.mark.parametrize("view", LOOKS)
def test_every_look_has_a_page_where_layers_branch_and_meet(client, view):
    for at in ("5.0.0.0", "6.1.0.0", "6.7.3.2", "8.3.5.1", "9.7.2.2", "13.0.0.0"):
        answer = client.get(link(FIRE, image="coffee", size=13, at=at, view=view))
        assert answer.status_code == 200, (at, answer.text[:400])


def test_every_address_of_the_api_answers(client):
    run = client.post(
        "/api/v1/runs", json={"input": {"image": "coffee", "height": 13, "width": 11}, "recipe": FIRE}
    ).json()
    assert run["recipe"] == FIRE
    base, output = f"/api/v1/runs/{run['id']}/layers", {}
    for layer in range(-1, 14):
        text = client.get(f"{base}/{layer if layer >= 0 else 'input'}/output.json")
        output[layer] = np.array(text.json())
    assert np.allclose(output[8], output[6] + output[7], atol=1e-6)
    assert np.array_equal(output[6], np.concatenate([output[4], output[5]]))
    assert np.array_equal(output[9], np.maximum(output[8], 0))
    step = client.get(f"{base}/6/steps/5/2/3").json()
    assert (step["input"], step["channel"], step["value"]) == (5, 1, output[5][1][2][3])
    step = client.get(f"{base}/8/steps/5/2/3").json()
    assert step["inputs"] == [output[6][5][2][3], output[7][5][2][3]]
    fields = [layer["receptive_field"] for layer in run["layers"]]
    assert fields[6] == {"size": [8, 8], "jump": [2, 2]}
    for name in ("gradient.npy", "weight_gradient.npy"):
        assert client.get(f"{base}/5/{name}?label=2").status_code == 200
    assert client.get(f"{base}/6/gradient.npy?label=2").status_code == 200
    assert client.get(f"{base}/8/cone?row=4&column=5").json() == {"rows": [0, 4], "columns": [1, 5]}
    assert client.get(f"{base}/8/cone?row=1&column=1&from=2").json() == {"rows": [0, 3], "columns": [0, 3]}
