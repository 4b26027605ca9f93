"""Every kind of layer can be added with a click, has a page with a sentence, and a card of settings."""

import pytest
from fastapi.testclient import TestClient

from app.explorer.editing.edits import starter
from app.layers import LAYERS
from app.pipeline.recipe import write
from tests.pages.reading import read

EVERY = pytest.mark.parametrize("kind", LAYERS)


def recipe(kind: str) -> str:
    before = "conv2d(4, 3) | " if "maps" in LAYERS[kind].takes else "conv2d(4, 3) | flatten | "
    return before + write([starter(kind)])


@EVERY
@pytest.mark.parametrize("place", ["0.0.0", "3.0.0"])
def test_it_has_a_page_with_a_sentence_and_its_number(client: TestClient, kind: str, place: str) -> None:
    text = recipe(kind)
    last = text.count("|")
    fields = {"image": "chelsea", "size": "9", "recipe": text, "at": f"{last}.{place}"}
    for more in ({}, {"edit": f"{last}"}, {"edit": f"{last}.weights"}, {"view": "flat"}, {"view": "fan"}):
        answer = client.get("/", params=fields | more)
        assert answer.status_code == 200, more
    root = read(client.get("/", params=fields).text)
    assert root.one(class_="sentence").text.endswith(".")


@EVERY
def test_each_of_its_numbers_can_be_set_by_a_form(client: TestClient, kind: str) -> None:
    last = str(recipe(kind).count("|"))
    fields = {"image": "chelsea", "size": "9", "recipe": recipe(kind), "op": "set", "layer": last}
    for name, field in LAYERS[kind].model_fields.items():
        value = getattr(starter(kind), name)
        if name not in ("type", "weights") and isinstance(value, (int, float)) and field.annotation is not bool:
            answer = client.post("/edit", data=fields | {"field": name, "value": str(value)}, follow_redirects=False)
            assert answer.status_code == 303, (name, answer.text)
