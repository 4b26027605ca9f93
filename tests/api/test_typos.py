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
        ('conv2d(weights=preset("sobelx"))', 16, "sobel_x"),  # in a kernel
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


def test_every_fault_of_a_recipe_is_told_in_its_column(client):
    problem = told(client.post(RUNS, json={"input": CHELSEA, "recipe": "rellu | conv2d(0, 5, strid=1) | tanhh"}), 422)
    assert [error["column"] for error in problem["errors"]] == [1, 28, 16, 33]


def test_not_more_than_twenty_faults_are_told(client):
    for body in ({"layers": [{"type": "x"}] * 400}, {"recipe": " | ".join(["x"] * 400)},
                 {"layers": [{"type": "relu", **{f"f{n}": n for n in range(5000)}}]}):  # fmt: skip
        assert len(told(client.post(RUNS, json={"input": CHELSEA, **body}), 422)["errors"]) == 20
