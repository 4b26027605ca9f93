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


UNEVEN = (  # two ways on which the picture is seen in steps of 2, and of 1
    "max_pool2d(2) | conv2d(3, 5, inputs=-1) | add(inputs=[0, 1]) | conv2d(2, 2) | linear(3) | softmax"
)


@pytest.mark.parametrize("view", LOOKS)
def test_every_look_has_a_page_where_layers_branch_and_meet(client, view):
    for at in ("5.0.0.0", "6.1.0.0", "6.7.3.2", "8.3.5.1", "9.7.2.2", "13.0.0.0"):
        answer = client.get(link(FIRE, image="coffee", size=13, at=at, view=view))
        assert answer.status_code == 200, (at, answer.text[:400])
    for pin in ("", "s.0.1"):
        assert client.get(link(UNEVEN, image="coffee", size=8, at="3.1.0.2", view=view, pin=pin)).status_code == 200


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


def test_a_network_that_branches_learns(client):
    shortcut = "conv2d(4, 3, padding=1) | relu | conv2d(4, 3, padding=1) | add(inputs=[2, 0])"
    text = f"{shortcut} | concat(inputs=[3, 1]) | linear(4) | softmax"
    fields = {"set": "shapes", "recipe": text}
    assert client.get("/train", params=fields).status_code == 200
    training = client.post(
        "/api/v1/trainings", json={"data": {"set": "shapes", "per_class": 16}, "recipe": text, "epochs": 1}
    ).json()
    address = f"/api/v1/trainings/{training['id']}"
    change = client.get(f"{address}/gradients/2/1/0/0/2?example=3").json()
    after = client.post(f"{address}/step", headers={"Authorization": f"Bearer {training['key']}"}).json()
    assert after["step"] == 1
    assert change["next"] == change["weight"] + change["update"] != change["weight"]
    assert client.get(f"/train/{training['id']}").status_code == 200
