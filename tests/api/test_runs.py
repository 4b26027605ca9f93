"""Runs: what a caller sends, and what comes back."""

import json
from datetime import datetime, timedelta
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from app.web.api import reports, runs
from tests.api.problems import told

RUNS = "/api/v1/runs"
CHELSEA = {"image": "chelsea", "height": 32, "width": 32}
RECIPE = "conv2d(6, 5, weights=random(7)) | relu | max_pool2d(2)"
DOCUMENT = {"input": CHELSEA, "recipe": RECIPE}


def array(answer):
    assert answer.status_code == 200, answer.text
    return np.load(BytesIO(answer.content), allow_pickle=False)


@pytest.fixture
def run(client):
    return client.post(RUNS, json=DOCUMENT).json()


def photo(size=(40, 30)):
    file = BytesIO()
    Image.radial_gradient("L").resize(size).convert("RGB").save(file, "PNG")
    return file.getvalue()


def test_the_first_example_of_the_contract(run):
    assert run.keys() == {
        "id", "recipe", "input", "layers", "totals", "prediction", "document", "links", "expires_at",
    }  # fmt: skip
    assert run["recipe"] == RECIPE
    assert run["input"] == {"shape": [3, 32, 32], "image": "chelsea"}
    assert run["totals"] == {"parameters": 456, "multiplications": 352_800}
    assert run["prediction"] is None
    assert [layer["output_shape"] for layer in run["layers"]] == [[6, 28, 28], [6, 28, 28], [6, 14, 14]]
    first = run["layers"][0]
    assert {name: first[name] for name in first.keys() - {"statistics", "links"}} == {
        "index": 0, "type": "conv2d", "input_shape": [3, 32, 32], "output_shape": [6, 28, 28], "parameters": 456,
        "multiplications": 352_800, "fully_connected_parameters": 14_455_392,
        "receptive_field": {"size": [5, 5], "jump": [1, 1]},
    }  # fmt: skip
    assert [layer["fully_connected_parameters"] for layer in run["layers"][1:]] == [None, None]
    assert run["layers"][2]["receptive_field"] == {"size": [6, 6], "jump": [2, 2]}


def test_statistics_are_those_of_the_arrays(client, run):
    for layer in run["layers"]:
        maps = array(client.get(layer["links"]["output_npy"])).astype(np.float64)
        for said, part in zip([layer["statistics"], *layer["statistics"]["channels"]], [maps, *maps], strict=True):
            assert said["minimum"] == part.min()
            assert said["maximum"] == part.max()
            assert said["mean"] == pytest.approx(part.mean(), abs=1e-12)
            assert said["zero_fraction"] == pytest.approx((part == 0).mean())


def test_links_of_a_layer_name_the_run_of_the_layers_up_to_it(client, run):
    for index, layer in enumerate(run["layers"]):
        links = layer["links"]
        names = {"output_json", "output_npy", "output_png", "output_csv"} | (
            {"weight_npy", "bias_npy"} if index == 0 else set()
        )
        assert links.keys() == names
        prefix = client.get(links["output_npy"].split("/layers/")[0]).json()
        assert len(prefix["layers"]) == index + 1
        assert prefix["layers"] == run["layers"][: index + 1]
        for name, link in links.items():
            answer = client.get(link)
            assert answer.status_code == 200, name
            assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"
            assert f"/layers/{index}/" in link


def test_a_run_is_made_once_and_then_found(client):
    first, again = client.post(RUNS, json=DOCUMENT), client.post(RUNS, json=DOCUMENT)
    assert [first.status_code, again.status_code] == [200, 200]  # it is the example, which is always there
    fresh = {**DOCUMENT, "recipe": "relu | relu"}
    made, found = client.post(RUNS, json=fresh), client.post(RUNS, json=fresh)
    assert [made.status_code, found.status_code] == [201, 200]
    assert made.json() == found.json()
    assert made.headers["location"] == found.headers["location"] == f"{RUNS}/{made.json()['id']}"
    assert client.get(made.headers["location"]).json() == made.json()


def test_a_long_recipe_is_told_piece_by_piece_and_is_the_same(client, app, run, monkeypatch):
    app.state.known_reports.forget(run["id"])
    monkeypatch.setattr(runs, "LONG_RECIPE", 10)
    monkeypatch.setattr(reports, "STEP", 7)
    answer = client.get(f"{RUNS}/{run['id']}")
    assert "content-length" not in answer.headers
    assert answer.json() == run
    named = client.post(RUNS, json={"input": CHELSEA, "recipe": 'relu(name="a \\"quoted\\" ä")'})
    assert (named.status_code, named.json()["recipe"]) == (201, 'relu(name="a \\"quoted\\" ä")')


def test_every_way_to_ask_leads_to_the_same_run(client, run):
    layers = [{"type": "conv2d", "out_channels": 6, "kernel_size": 5, "weights": {"init": "random", "seed": 7}},
              {"type": "relu"}, {"type": "max_pool2d", "kernel_size": 2, "stride": 2}]  # fmt: skip
    link = {"image": "chelsea", "size": 32, "recipe": RECIPE}
    answers = [
        client.post(RUNS, json={"input": {**CHELSEA, "fit": "cover", "mode": "RGB", "scale": "unit"},
                                "layers": layers}),
        client.post(RUNS, data={"image": "chelsea", "size": "32", "recipe": RECIPE}),
        client.post(RUNS, data={"image": "chelsea", "height": "32", "width": "32", "layers": json.dumps(layers)}),
        client.post(RUNS, files={name: (None, str(value)) for name, value in link.items()}),
        client.get(RUNS, params=link),
        client.get(RUNS, params={**link, "at": "0.1.2.3", "view": "flat", "lang": "en"}),
    ]  # fmt: skip
    for answer in answers:
        assert answer.status_code == 200
        assert answer.json() == run


def test_a_picture_comes_along_with_the_recipe(client):
    fields = {"recipe": RECIPE, "size": "32"}
    made = client.post(RUNS, files={"file": ("photo.png", photo())}, data=fields)
    assert made.status_code == 201
    run = made.json()
    assert [layer["output_shape"] for layer in run["layers"]] == [[6, 28, 28], [6, 28, 28], [6, 14, 14]]
    assert run["totals"] == {"parameters": 456, "multiplications": 352_800}
    assert client.get(f"/api/v1/images/{run['input']['image']}").status_code == 200
    told(client.post(RUNS, files={"file": photo()}, data={**fields, "image": "chelsea"}), 422, "not both")


def test_sizes_of_the_input_follow_the_contract(client):
    def shape(**fields):
        return client.get(RUNS, params={"image": "chelsea", **fields}).json()["input"]["shape"]

    assert shape() == [3, 300, 451]
    assert shape(size=16) == [3, 16, 16]
    assert shape(height=100) == [3, 100, 150]
    assert shape(width=100) == [3, 67, 100]
    assert shape(width=1) == [3, 1, 1]
    assert shape(height=10, width=20, mode="L") == [1, 10, 20]


def test_the_input_s_scale_is_that_asked_for(client):
    def pixels(**fields):
        run = client.get(RUNS, params={"image": "chelsea", "size": 16, **fields}).json()
        return array(client.get(f"{RUNS}/{run['id']}/layers/input/output.npy"))

    unit, byte = pixels(), pixels(scale="byte")
    assert byte.dtype == np.float32
    assert np.array_equal(byte, byte.round())
    assert np.array_equal(unit, byte / np.float32(255))
    scaled = pixels(scale="mean:0.5,0.25,0;std:0.2,0.5,2")
    mean, std = (np.float32(n).reshape(3, 1, 1) for n in ([0.5, 0.25, 0], [0.2, 0.5, 2]))
    assert np.array_equal(scaled, (unit - mean) / std)
    grey = pixels(mode="L", fit="contain", scale="mean:0.5;std:0.5")
    assert (grey[0, 0] == 0).all()  # letterbox, zero on the final scale
    assert (grey[0, 8] != 0).any()


def test_numbers_given_one_by_one_are_taken_as_they_are(client):
    values = [[[1, 2, 3], [4, 5, 6], [7, 8, 9.5]]]
    made = client.post(
        RUNS, json={"input": {"values": values}, "recipe": "conv2d(weights=values([[[[1, 0], [0, -1]]]], [10]))"}
    )
    run = made.json()
    assert run["input"] == {"shape": [1, 3, 3], "image": None}
    base = f"{RUNS}/{run['id']}/layers"
    assert client.get(f"{base}/input/output.json").json() == values
    assert client.get(f"{base}/0/output.json").json() == [[[6, 6], [6, 5.5]]]
    assert array(client.get(f"{base}/0/weight.npy")).tolist() == [[[[1, 0], [0, -1]]]]
    assert array(client.get(f"{base}/0/bias.npy")).tolist() == [10]


def test_numbers_stand_in_a_link_too(client):
    values = [[[1, -2, 0.5], [3, 300, 0]]]
    posted = client.post(RUNS, json={"input": {"values": values}, "recipe": "relu"}).json()
    link = {"values": json.dumps(values), "recipe": "relu"}
    assert client.get(RUNS, params=link).json() == posted
    assert client.post(RUNS, data=link).json() == posted
    for wrong, status in (("[[[1, 2], [3]]]", 422), ("[[1]]", 422), ("nothing", 422), ("[[[1e99]]]", 422)):
        answer = client.get(RUNS, params={"values": wrong, "recipe": "relu"})
        assert answer.status_code == status
        assert answer.json()["errors"][0]["pointer"] == "/values"
    assert client.get(RUNS, params={**link, "size": "2"}).status_code == 422


def test_a_run_is_told_in_the_same_words_while_it_goes_at_the_same_moment(clocked, monkeypatch):
    written, write, link = [], reports.run_report, {**CHELSEA, "recipe": "relu | relu"}
    monkeypatch.setattr(reports, "run_report", lambda *said: written.append(said) or write(*said))
    first = clocked.get(RUNS, params=link)
    address = f"{RUNS}/{first.json()['id']}"
    for again in (clocked.post(RUNS, data=link), clocked.get(address), clocked.get(RUNS, params=link)):
        assert (again.status_code, again.content) == (200, first.content)
    assert len(written) == 1
    clocked.wait(600)
    assert clocked.get(address).content == first.content
    later = clocked.post(RUNS, data=link).json()
    ends = [datetime.fromisoformat(each["expires_at"]) for each in (first.json(), later)]
    assert ends[1] - ends[0] == timedelta(seconds=600)
    assert later == {**first.json(), "expires_at": later["expires_at"]} == clocked.get(address).json()


def test_who_sends_a_picture_again_is_told_a_token_of_their_own(client):
    runs = [client.post(RUNS, files={"file": photo(), "recipe": (None, "relu")}).json() for _ in range(2)]
    one, other = (run["input"].pop("delete_token") for run in runs)
    assert one != other
    assert "delete_token" not in client.get(f"{RUNS}/{runs[0]['id']}").json()["input"]


def test_the_empty_recipe_is_the_input_alone(client):
    run = client.post(RUNS, json={"input": CHELSEA, "recipe": ""}).json()
    assert (run["layers"], run["recipe"], run["totals"]) == ([], "", {"parameters": 0, "multiplications": 0})
    assert array(client.get(f"{RUNS}/{run['id']}/layers/input/output.npy")).shape == (3, 32, 32)
    told(client.get(f"{RUNS}/{run['id']}/layers/0/output.npy"), 404, "no layers")
    assert client.post(RUNS, json={"input": CHELSEA}).json() == run


def test_random_weights_are_those_of_the_seed(client, run):
    weight, bias = (array(client.get(run["layers"][0]["links"][name])) for name in ("weight_npy", "bias_npy"))
    assert weight.shape == (6, 3, 5, 5)
    assert weight.dtype == np.float32
    assert bias.tolist() == [0] * 6
    assert weight.std() == pytest.approx((2 / 75) ** 0.5, rel=0.1)
    without = client.post(RUNS, json={"input": CHELSEA, "recipe": "conv2d(2, 3, bias=False)"}).json()
    assert without["layers"][0]["links"].keys() >= {"weight_npy"}
    assert "bias_npy" not in without["layers"][0]["links"]
    told(client.get(f"{RUNS}/{without['id']}/layers/0/bias.npy"), 404, "weight")


def test_what_is_kept_nowhere_is_not_found(client, run):
    base = f"{RUNS}/{run['id']}/layers"
    for address in (f"{RUNS}/nope", f"{RUNS}/{'0' * 32}", f"{RUNS}/..%2f..", f"{base}/3/output.npy",
                    f"{base}/-1/output.npy", f"{base}/x/output.npy", f"{base}/{'9' * 50}/output.npy",
                    f"{base}/0/output.txt", f"{base}/0/output.npy?channel=6", f"{base}/0/output.npy?channel=-1",
                    f"{base}/0/output.png?channel=x", f"{base}/1/weight.npy", f"{base}/input/weight.npy",
                    f"{base}/0/running_mean.npy", f"{base}/0/steps/6/0/0", f"{base}/0/steps/0/28/0",
                    f"{base}/0/steps/0/0/28", f"{base}/0/steps/a/0/0", f"{base}/input/steps/0/0/0",
                    f"{base}/0/steps/0/0", "/api/v1/nothing", "/api/v2"):  # fmt: skip
        told(client.get(address), 404)
