"""Every kind of layer can be added with a click, has a page with a sentence, and a card of settings."""

import numpy as np
import pytest
from fastapi.testclient import TestClient

from app.explorer.editing.additions import starter
from app.layers import LAYERS, Place
from app.pipeline.recipe import write
from tests import oblong, pipelines
from tests.pages.reading import link, read
from tests.pages.test_trace import drawn, opened
from tests.pages.test_twins import api, page
from tests.test_layers import documents, staged

pytestmark = pytest.mark.reads

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
        if name in starter(kind).settings() and isinstance(value, (int, float)) and field.annotation is not bool:
            answer = client.post("/edit", data=fields | {"field": name, "value": str(value)}, follow_redirects=False)
            assert answer.status_code == 303, (name, answer.text)


@pytest.mark.parametrize("kind", pipelines.SINGLE)
def test_the_window_that_is_drawn_is_the_one_that_is_told_and_holds_what_is_read(client: TestClient, kind: str) -> None:
    """Told by the plate's attributes and by the API; read is what marking each row and each column shows."""
    chance, inside = pipelines.chance(f"drawn-{kind}"), 0
    for _, layer, (x,) in documents(kind)[:8]:
        before = [] if "maps" in LAYERS[kind].takes else [{"type": "flatten"}]
        run = opened(client, {"input": {"values": x.tolist()}, "layers": [*before, layer.canonical()]})
        stages = staged(layer, x)
        rows, columns = oblong.lines(stages)
        shape = stages[0].output_shape
        for place in (pipelines.somewhere(chance, shape), Place(*(length - 1 for length in shape))):
            at = ".".join(map(str, (len(before), *place)))
            step = api(client).step(run["id"], at)
            tree = page(client, f"/?run={run['id']}&at={at}")
            plate = tree.one(class_="plate")
            told = [int(n) for n in plate.attributes["data-window"].split()]
            quads = [[*quad["rows"], *quad["columns"]] for quad in drawn(tree, "window", "window")]
            if not told:  # no cell is read
                assert step["window"] is None
                continue
            assert told in quads
            if x.shape[1:] == (1, 1):
                continue  # a vector is laid out as a sheet of its own
            assert told == [*step["window"]["rows"], *step["window"]["columns"]]
            real = [seen[:, *place] for seen in (rows, columns)]
            axes = list(zip((told[:2], told[2:]), x.shape[1:], strict=True))
            zeros = getattr(layer, "padding_mode", "zeros") == "zeros"
            if zeros and any(end <= 0 or start >= length for (start, end), length in axes):
                assert not any(seen.any() for seen in real)  # nothing but padding
                continue
            for ((start, end), length), seen in zip(axes, real, strict=True):
                if start >= 0 and end <= length:
                    assert oblong.ends(seen) == (start, end)
                    inside += 1
                elif zeros and seen.any():
                    first, last = oblong.ends(seen)
                    assert max(0, start) <= first < last <= min(length, end)
    assert inside or all(np.prod(x.shape[1:]) == 1 for _, _, (x,) in documents(kind))


@pytest.mark.parametrize("layer", range(len(oblong.SHAPES)))
def test_on_an_oblong_picture_the_figure_is_of_the_place_that_is_asked_for(client: TestClient, layer: int) -> None:
    _, rows, columns = oblong.SHAPES[layer]
    for place in oblong.somewhere(layer, 4):
        at = ".".join(map(str, (layer, *place)))
        tree = page(client, link(oblong.RECIPE, **oblong.SOURCE, size=None, at=at))
        step = api(client).step(tree.one(id="app").attributes["data-run"], at)
        plate = tree.one(class_="plate").attributes
        if (rows, columns) != (1, 1):
            assert [int(plate[f"data-{name}"]) for name in ("channel", "row", "column")] == list(place)
            assert [int(plate[f"data-{name}"]) for name in ("rows", "columns")] == [rows, columns]
        if step["type"] in ("conv2d", "relu", "max_pool2d"):
            window = [*step["window"]["rows"], *step["window"]["columns"]]
            assert [int(n) for n in plate["data-window"].split()] == window
            assert window in [[*quad["rows"], *quad["columns"]] for quad in drawn(tree, "window", "window")]
            picture = oblong.around(oblong.seen(layer, place))
            assert step["receptive_field"] == {"rows": list(picture.rows), "columns": list(picture.columns)}
