"""Who mistypes is told, with the nearest right word, and of every fault at once, each where it was sent."""

import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from tests.api.problems import told

RUNS = "/api/v1/runs"
CHELSEA = {"image": "chelsea", "height": 32, "width": 32}


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    app = create_app(Settings(data_dir=tmp_path_factory.mktemp("data"), compute_slots=2))
    with TestClient(app, base_url="http://localhost") as client:
        yield client


@pytest.mark.parametrize(
    ("recipe", "column", "word"),
    [
        ("conv2D(6, 5)", 1, "conv2d"),  # another case
        ("relu | maxpool2d(2)", 8, "max_pool2d"),  # a missing sign
        ("relu | rellu", 8, "relu"),  # a letter twice
        ("sotfmax", 1, "softmax"),  # two letters exchanged
        ("conv2d(6, kernal_size=5)", 23, "kernel_size"),  # a wrong letter in a setting
        ("conv2d(6, 5, strid=2)", 20, "stride"),  # a letter left out
        ("conv2d(6, 5, paddings=2)", 23, "padding"),  # one too many
        ('conv2d(6, 5, padding_mode="reflct")', 27, "reflect"),  # in a value
        ('conv2d(6, 5, padding="smae")', 22, "same"),
        ("conv2d(6, 5, weights=randm(7))", 22, "random"),  # in a source of weights
        ("conv2d(6, 5, weights=random(sead=7))", 22, "seed"),  # in a setting of one
        ('conv2d(weights=preset("sobelx"))', 16, "did you mean sobel_x?"),  # in a kernel
        ('modle("cifar10")', 1, "model"),
        ("nn.Conv2d(3, 6, 5)", 1, "conv2d(6, 5)"),  # another's language
    ],
)
def test_a_typo_in_a_recipe(client, recipe, column, word):
    problem = told(client.post(RUNS, json={"input": CHELSEA, "recipe": recipe}), 422, word)
    assert problem["code"] == "invalid-recipe"
    assert problem["errors"] == [{"pointer": "/recipe", "detail": problem["detail"], "column": column}]
    assert told(client.get(RUNS, params={"image": "chelsea", "recipe": recipe}), 422)["errors"] == problem["errors"]


@pytest.mark.parametrize(
    ("fields", "pointer", "word"),
    [
        ({"heigth": "8"}, "/heigth", "height"),
        ({"Width": "8"}, "/Width", "width"),
        ({"recipie": "relu"}, "/recipie", "recipe"),
        ({"layer": "[]"}, "/layer", "layers"),
        ({"img": "chelsea"}, "/img", "image"),
        ({"fit": "cvoer"}, "/fit", "cover"),
        ({"mode": "rgb"}, "/mode", "RGB"),
        ({"scale": "bytes"}, "/scale", "byte"),
        ({"scale": "mean:0,0,0;sdt:1,1,1"}, "/scale/sdt", "std"),
        ({"size": "8px"}, "/size", "whole number"),
        ({"size": "0"}, "/size", "size must be at least 1"),
        ({"layers": '[{"typ": "relu"}]'}, "/layers/0/type", "relu"),
        ({"layers": '[{"type": "rleu"}]'}, "/layers/0/type", "did you mean relu?"),
        ({"layers": '[{"type": "max_pool2d", "kernel": 2, "kernel_size": 2}]'}, "/layers/0/kernel", "kernel_size"),
    ],
)
def test_a_typo_in_a_form(client, fields, pointer, word):
    problem = told(client.post(RUNS, data={"image": "chelsea", **fields}), 422, word)
    assert problem["errors"][0]["pointer"] == pointer


@pytest.mark.parametrize(
    ("fields", "pointers"),
    [
        ({"image": "nobody"}, ["/image"]),
        ({"recipe": "max_pool2d(2)", "size": "1"}, ["/recipe"]),
        ({"size": "-1", "mode": "X", "recipe": "relux | tahn | conv2d(6, 5)"}, ["/size"]),
        ({"size": "99999999", "mode": "X", "recipe": "relux | tahn | conv2d(6, 5)"},
         ["/size", "/mode", "/recipe", "/recipe"]),
    ],
)  # fmt: skip
def test_mistakes_in_an_address_point_at_its_fields(client, fields, pointers):
    answer = client.get(RUNS, params={"image": "chelsea", **fields})
    problem = told(answer, answer.status_code)
    assert [error["pointer"] for error in problem["errors"]] == pointers


def test_every_fault_of_a_document_is_told(client):
    wrong = [{"type": "conv2d", "out_channels": 0, "kernal_size": 5}, {"type": "relu"}, {"type": "rellu"},
             {"type": "max_pool2d"}]  # fmt: skip
    document = {"input": {"image": "chelsea", "height": 0, "mode": "L"}, "layers": wrong}
    problem = told(client.post(RUNS, json=document), 422)
    assert [error["pointer"] for error in problem["errors"]] == [
        "/input/height", "/layers/0/kernal_size", "/layers/0/out_channels", "/layers/2/type", "/layers/3/kernel_size",
    ]  # fmt: skip
    assert problem["detail"] == problem["errors"][0]["detail"]
    assert "did you mean kernel_size?" in problem["errors"][1]["detail"]


def test_a_field_on_top_hides_no_fault_below_it(client):
    document = {"input": {"image": "chelsea", "heigth": 8}, "layers": [{"type": "rellu"}], "layer": 1}
    problem = told(client.post(RUNS, json=document), 422, "did you mean layers?")
    assert [error["pointer"] for error in problem["errors"]] == ["/layer", "/input/heigth", "/layers/0/type"]
    problem = told(client.post(RUNS, json={"inptu": CHELSEA, "recipe": "rellu"}), 422, "did you mean input?")
    assert [error["pointer"] for error in problem["errors"]] == ["/inptu", "/input", "/recipe"]


@pytest.mark.parametrize(
    ("fields", "pointer", "word"),
    [
        ({"epoch": 2}, "/epoch", "epochs"),
        ({"batchsize": 2}, "/batchsize", "batch_size"),
        ({"sed": 1}, "/sed", "seed"),
        ({"data": {"set": "shapes", "clases": ["circle", "cross"]}}, "/data/clases", "classes"),
        ({"optimizer": {"type": "sgd", "learnig_rate": 1}}, "/optimizer/learnig_rate", "learning_rate"),
    ],
)
def test_a_typo_in_a_training(client, fields, pointer, word):
    problem = told(client.post("/api/v1/trainings", json={"data": {"set": "shapes"}, **fields}), 422, f"mean {word}?")
    assert problem["errors"][0]["pointer"] == pointer


def test_what_is_like_no_setting_is_told_with_those_that_there_are(client):
    both = {"values": [[[1.0]]], "image": "chelsea"}
    told(client.post(RUNS, json={"input": both, "layers": []}), 422, "'image' here; there are values.")
    layer = {"type": "conv2d", "weights": {"init": "random", "sigma": 2}}
    told(client.post(RUNS, json={"input": CHELSEA, "layers": [layer]}), 422, "'sigma' here; there are init, seed.")


def test_every_field_that_an_address_lacks_is_told(client):
    run = client.post(RUNS, json={"input": CHELSEA, "recipe": "relu"}).json()["id"]
    problem = told(client.get(f"{RUNS}/{run}/layers/0/cone"), 422, "row is missing.")
    assert [error["pointer"] for error in problem["errors"]] == ["/row", "/column"]


@pytest.mark.parametrize(
    ("address", "pointer"),
    [
        ("cone?row=0&column=0&from=outpt", "/from"),
        ("cone?row=0&column=0&from=0", "/from"),
        ("cone?row=x&column=0", "/row"),
        ("output.png?scale=mine", "/scale"),
        ("output.png?colours=gray", "/colours"),
        ("output.png?extent=-1", "/extent"),
    ],
)
def test_a_value_that_cannot_be_points_at_its_field(client, address, pointer):
    run = client.post(RUNS, json={"input": CHELSEA, "recipe": "relu"}).json()["id"]
    problem = told(client.get(f"{RUNS}/{run}/layers/0/{address}"), 422)
    assert [error["pointer"] for error in problem["errors"]] == [pointer]


@pytest.mark.parametrize("value", ["false", "Flase", "yes", '"false"', "0", "x"])
def test_what_is_true_or_false_in_a_recipe_is_told_as_it_is_written(client, value):
    for call, field, column in (
        ("conv2d(6, 5, bias=%s)", "bias", 19),
        ("max_pool2d(2, ceil_mode=%s)", "ceil_mode", 25),
    ):
        problem = told(client.post(RUNS, json={"input": CHELSEA, "recipe": call % value}), 422)
        said = f"Column {column}: {field} must be True or False, not {value.replace(chr(34), chr(39))}."
        assert problem["errors"] == [{"pointer": "/recipe", "detail": said, "column": column}]
        for right in ("True", "False"):
            assert client.post(RUNS, json={"input": CHELSEA, "recipe": call % right}).status_code in (200, 201)


def test_of_a_list_with_a_wrong_entry_the_entry_alone_is_told(client):
    problem = told(
        client.get(RUNS, params={"image": "chelsea", "scale": "mean:0.5;std:0"}), 422, "std must be at least"
    )
    assert [error["pointer"] for error in problem["errors"]] == ["/scale/std/0"]
    scale = {"mean": [], "std": [0]}
    problem = told(client.post(RUNS, json={"input": {**CHELSEA, "scale": scale}}), 422, "at least 1 entry, not 0")
    assert [error["pointer"] for error in problem["errors"]] == ["/input/scale/mean", "/input/scale/std/0"]


def test_every_fault_of_a_recipe_is_told_in_its_column(client):
    problem = told(client.post(RUNS, json={"input": CHELSEA, "recipe": "rellu | conv2d(0, 5, strid=1) | tanhh"}), 422)
    assert [error["column"] for error in problem["errors"]] == [1, 28, 16, 33]


@pytest.mark.parametrize(
    ("layer", "places"),
    [
        ({"type": "conv2d", "out_channels": 0, "kernel_size": 0, "stride": 0, "padding": "some", "foo": 1},
         ["/foo", "/out_channels", "/kernel_size", "/stride", "/padding"]),
        ({"type": "conv2d", "stride": 0, "weights": {"init": "preset", "names": [5, "sobel_x", 5, [[[[1]]]]]}},
         ["/stride", "/weights/names", "/weights/names"]),
        ({"type": "conv2d", "dilation": 0, "weights": {"init": "values", "weight": [1, "x"], "bias": "y", "bar": 1}},
         ["/weights/bar", "/dilation", "/weights/weight", "/weights/bias"]),
        ({"type": "conv2d", "weights": {"init": "preset", "names": [5]}}, ["/weights/names"]),
        ({"type": "linear", "out_features": 0, "weights": {"init": "preset"}}, ["/out_features", "/weights"]),
        ({"type": "max_pool2d", "kernel_size": 0, "padding": -1, "ceil_mode": 1, "inputs": -2, "name": "\n"},
         ["/kernel_size", "/padding", "/ceil_mode", "/inputs", "/name"]),
        ({"type": "upsample2d", "scale": 1, "foo": 1}, ["/foo", "/scale"]),
        ({"type": "zero_pad2d", "padding": -1, "foo": 1}, ["/foo", "/padding"]),
    ],
)  # fmt: skip
def test_every_fault_of_a_layer_is_told(client, layer, places):
    problem = told(client.post(RUNS, json={"input": CHELSEA, "layers": [layer]}), 422)
    assert sorted(error["pointer"] for error in problem["errors"]) == sorted(f"/layers/0{place}" for place in places)


@pytest.mark.parametrize("scale", ["bytes", {"mean": [2e6], "std": [0]}])
def test_a_faulty_scale_hides_no_fault_of_the_input(client, scale):
    problem = told(client.post(RUNS, json={"input": {"image": "chelsea", "scale": scale, "heigth": 8, "fit": 1}}), 422)
    places = ["/input/scale"] if scale == "bytes" else ["/input/scale/mean/0", "/input/scale/std/0"]
    assert [error["pointer"] for error in problem["errors"]] == ["/input/heigth", "/input/fit", *places]


@pytest.mark.parametrize(
    ("fields", "places"),
    [
        ({"data": {"set": "shapes", "size": 999, "per_class": 0}, "recipe": "relux"},
         ["/data/size", "/data/per_class", "/recipe"]),
        ({"data": {"set": "shapez"}}, ["/data"]),
        ({"data": {"set": "shapes", "classes": ["line", "line"], "seed": -1}}, ["/data/classes", "/data/seed"]),
        ({"data": 1, "optimizer": {"type": "sgd", "momentum": 1}, "layers": [{"type": "rellu"}]},
         ["/data", "/optimizer/momentum", "/layers/0/type"]),
        ({"layers": [], "recipe": "relu", "optimizer": {"type": "sdg"}}, ["/optimizer", "/recipe"]),
        ({"data": {"set": "digits", "size": 8}, "recipe": 5}, ["/data/size", "/recipe"]),
    ],
)  # fmt: skip
def test_every_fault_of_a_training_is_told(client, fields, places):
    problem = told(client.post("/api/v1/trainings", json={**fields, "epocs": 1, "batch_size": 0}), 422)
    assert [error["pointer"] for error in problem["errors"]] == ["/epocs", "/batch_size", *places]
    assert "did you mean epochs?" in problem["detail"]


def test_not_more_than_twenty_faults_are_told(client):
    for body in ({"layers": [{"type": "x"}] * 400}, {"recipe": " | ".join(["x"] * 400)},
                 {"layers": [{"type": "relu", **{f"f{n}": n for n in range(5000)}}]}):  # fmt: skip
        assert len(told(client.post(RUNS, json={"input": CHELSEA, **body}), 422)["errors"]) == 20
