"""What openapi.json says is what is answered: of every type of layer, of every example, and of problems."""

import re

import pytest
from openapi_spec_validator import validate

from app.layers import LAYERS
from tests.api.described import check, operation_of, operations

ONE = {
    "conv2d": "conv2d(6, (3, 2), padding=1, groups=3)",
    "relu": "relu", "relu6": "relu6", "leaky_relu": "leaky_relu(0.2)", "sigmoid": "sigmoid", "tanh": "tanh",
    "max_pool2d": "max_pool2d(3, padding=1)", "avg_pool2d": "avg_pool2d(3, padding=1, count_include_pad=False)",
    "conv_transpose2d": "conv_transpose2d(2, 2, stride=3)", "upsample2d": "upsample2d",
    "zero_pad2d": "zero_pad2d(1)", "global_avg_pool2d": "global_avg_pool2d", "batch_norm2d": "batch_norm2d",
    "dropout": "dropout", "flatten": "flatten", "linear": "linear(3)", "softmax": "flatten | softmax",
    "add": "relu | add(inputs=[0, -1])", "concat": "relu | concat(inputs=[0, -1])",
}  # fmt: skip


def test_the_description_is_a_valid_one(described):
    validate(described[1])


def test_every_name_is_short_and_there_once(described):
    _, description = described
    schemas = description["components"]["schemas"]
    names = [operation["operationId"] for _, _, operation in operations(description)]
    assert len(set(names)) == len(names) > 50
    assert [name for name in names if not re.fullmatch(r"[a-z_]{5,30}", name)] == []
    assert [name for name in schemas if not re.fullmatch(r"[A-Z][A-Za-z0-9]{2,30}", name)] == [], "and no twin"
    assert {"Run", "Layer", "Statistics", "Image", "Model", "Training", "Room", "Lesson", "Problem"} <= schemas.keys()
    tags = {tag["name"]: tag["description"] for tag in description["tags"]}
    for _, path, operation in operations(description):
        assert [tags[tag] for tag in operation["tags"]], path


def test_every_operation_says_what_it_answers(described):
    _, description = described
    for _, path, operation in operations(description):
        answers = {status: each for status, each in operation["responses"].items() if status[0] == "2"}
        assert answers, path
        for status, answer in answers.items():
            assert status == "204" or all("schema" in content for content in answer["content"].values()), path
            assert status != "201" or "Location" in answer["headers"], path


@pytest.mark.parametrize("name", LAYERS)
def test_a_step_of_every_type_is_as_it_is_described(described, name):
    client, description = described
    run = client.post("/api/v1/runs", json={"input": {"image": "coffee", "height": 5, "width": 7}, "recipe": ONE[name]})
    check(description, operation_of(description, "post", "/api/v1/runs"), run)
    index = next(layer["index"] for layer in run.json()["layers"] if layer["type"] == name)
    where = f"/api/v1/runs/{run.json()['id']}/layers/{index}/steps/0/0/0"
    step = client.get(where)
    assert step.json()["type"] == name
    check(description, operation_of(description, "get", where), step)
    check(description, operation_of(description, "get", where), client.get(f"{where[:-1]}9999999"))
    seen = client.get(where, headers={"If-None-Match": step.headers["etag"]})
    assert seen.status_code == 304
    check(description, operation_of(description, "get", where), seen)
