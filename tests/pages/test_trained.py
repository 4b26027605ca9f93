"""Trained weights on the page: the same numbers as in the API, edited as any, and a recipe that stays short."""

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.pipeline import recipe
from app.settings import Settings
from tests import tiny
from tests.api.problems import told
from tests.pages.reading import Element, agree, link, printed_sum, read
from tests.pages.test_twins import api, page, sentence

WHOLE = 'model("tiny")'


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    app = create_app(Settings(data_dir=tmp_path_factory.mktemp("data"), compute_slots=2))
    with (
        tiny.registered(tmp_path_factory.mktemp("models")),
        TestClient(app, base_url="http://localhost:8000", follow_redirects=False) as client,
    ):
        yield client


def trained(client: TestClient, text: str = WHOLE, **more: object) -> Element:
    return page(client, link(text, image="chelsea", size=None, **more))


def fields_of(form: Element) -> dict[str, str]:
    """Return what a form sends."""
    return {each.attributes["name"]: each.attributes.get("value", "") for each in form.all("input")}


def recipe_after(answer: object) -> str:
    """Return the recipe of the state that a form leads to."""
    assert answer.status_code == 303, answer.text  # type: ignore[attr-defined]
    return parse_qs(urlsplit(answer.headers["location"]).query)["recipe"][0]  # type: ignore[attr-defined]


def edit(client: TestClient, layer: int, op: str, **fields: str) -> str:
    """Return the recipe after a form of a layer's card has been sent."""
    held = fields_of(trained(client, edit=layer, at=f"{layer}.0.0.0").one("section", "card").one("form", method="post"))
    return recipe_after(client.post("/edit", data={**held, "op": op, "layer": str(layer), **fields}))


@pytest.mark.parametrize("at", ["0.3.9.8", "0.0.2.1", "2.1.4.4", "3.2.1.1"])
@pytest.mark.parametrize("epoch", [0, 5])
def test_the_sum_on_the_page_is_the_step_of_the_api(client: TestClient, at: str, epoch: int) -> None:
    text = f'model("tiny", epoch={epoch})'
    run = client.get("/api/v1/runs", params={"image": "chelsea", "recipe": text}).json()
    found = printed_sum(trained(client, text, at=at))
    agree(found, api(client).step(run["id"], at))


@pytest.mark.parametrize("layer", [0, 1, 4, 5])
def test_every_layer_that_learned_has_its_page_and_its_card(client: TestClient, layer: int) -> None:
    assert trained(client, at=f"{layer}.1.0.0").one(class_="sentence").text
    assert trained(client, at=f"{layer}.1.0.0", edit=f"{layer}.weights").one("section", "card").text


def recipe_fields(client: TestClient, root: Element) -> dict[str, str]:
    """Return the fields of the form for a recipe, which stands in the menu of networks where a strip has its place."""
    menu = urlsplit(root.one("a", id="networks").attributes["href"])
    assert menu.path == "/networks"
    asked = root if any(root.all("form", "recipe")) else read(client.get(menu.geturl()).text)
    return fields_of(asked.one("form", "recipe"))


def test_links_leave_out_what_is_the_models_own_and_forms_say_it(client: TestClient) -> None:
    root = trained(client, at="0.1.2.3")
    assert parse_qs(urlsplit(root.one("a", id="share").attributes["href"]).query) == {
        "image": ["chelsea"], "recipe": [WHOLE], "at": ["0.1.2.3"],
    }  # fmt: skip
    assert recipe_fields(client, root) == {
        "image": "chelsea", "height": "12", "width": "10", "fit": "contain", "at": "0.1.2.3", "of": "tiny",
        "scale": "mean:0.5,0.4,0.3;std:0.25,0.5,0.2", "recipe": WHOLE,
    }  # fmt: skip


def test_another_recipe_keeps_the_input_and_another_model_brings_its_own(client: TestClient) -> None:
    said = recipe_fields(client, trained(client))

    def input_of(text: str, **fields: str) -> dict[str, str]:
        form = recipe_fields(client, read(client.get("/", params={**said, **fields, "recipe": text}).text))
        return {name: form[name] for name in form.keys() & {"size", "height", "width", "mode", "fit", "scale"}}

    own = {"height": "12", "width": "10", "fit": "contain", "scale": said["scale"]}
    assert input_of("relu") == input_of(WHOLE) == input_of('model("tiny", epoch=0)') == own
    assert input_of('model("digits")') == {"size": "28", "mode": "L"}
    plain = recipe_fields(client, page(client, link("relu", size=32)))
    assert plain["of"] == "-"
    assert input_of(WHOLE, of="-", size="32", height="", width="", scale="", fit="") == own


def test_without_a_picture_a_model_has_its_own_size_and_other_layers_a_small_one(client: TestClient) -> None:
    for fields, shape in (
        ({"recipe": 'model("digits")'}, "28 × 28 × 1"),
        ({"recipe": WHOLE, "fit": "cover"}, "12 × 10 × 3"),
        ({"recipe": "relu"}, "32 × 32 × 3"),
        ({"recipe": "relu", "height": "20"}, "20 × 30 × 3"),
        ({"size": "24"}, "24 × 24 × 3"),
    ):
        root = read(client.get("/", params=fields).text)
        assert root.one("nav", "ribbon").one("small").text == shape, fields


def test_one_weight_changed_leaves_the_other_layers_trained(client: TestClient) -> None:
    after = recipe.read(edit(client, 0, "weights", channel="1", **{"w.2.1.0": "0.25"}))
    before = recipe.read(WHOLE)
    assert after[1:] == before[1:]
    mine, theirs = (layers[0].weights_for((3, 12, 10)) for layers in (after, before))
    assert mine["weight"][1, 2, 1, 0] == 0.25
    assert (mine["weight"] != theirs["weight"]).sum() == 1
    assert (mine["bias"] == theirs["bias"]).all()


def test_settings_of_a_trained_layer_are_set_as_those_of_any(client: TestClient) -> None:
    assert edit(client, 2, "move", by="-1").startswith('conv2d(4, (3, 2), weights=trained("tiny", 0)) | relu | batch')
    after = recipe.read(edit(client, 0, "seed", seed="7"))
    assert recipe.write(after[:1]) == "conv2d(4, (3, 2), weights=random(7))"
    assert after[1:] == recipe.read(WHOLE)[1:]


def test_fewer_filters_are_the_first_of_those_learned_and_more_are_random(client: TestClient) -> None:
    held = fields_of(
        trained(client, 'conv2d(weights=trained("tiny", 0))', height=12, width=10, edit=0).one("form", "field")
    )
    sizes = {"op": "set", "layer": "0", "field": "out_channels"}
    (fewer,) = recipe.read(recipe_after(client.post("/edit", data={**held, **sizes, "value": "3"})))
    learned = tiny.tensors()["5.0.weight"]
    assert (fewer.weights_for((3, 12, 10))["weight"] == learned[:3]).all()
    assert recipe_after(client.post("/edit", data={**held, **sizes, "value": "5"})) == "conv2d(5, (3, 2))"


def test_without_a_bias_the_weights_stay(client: TestClient) -> None:
    after = recipe.read(edit(client, 0, "set", field="bias", value="false"))
    arrays = after[0].weights_for((3, 12, 10))
    assert arrays.keys() == {"weight"}
    assert (arrays["weight"] == tiny.tensors()["5.0.weight"]).all()
    assert after[1:] == recipe.read(WHOLE)[1:]


def test_the_same_sentence_is_told_of_a_model_that_is_not_there(client: TestClient) -> None:
    for text, status in (('model("nobody")', 404), ('conv2d(weights=trained("tiny", 2))', 422), ("relu | model", 422)):
        fields = {"image": "chelsea", "recipe": text}
        on_page, of_api = client.get("/", params=fields), client.get("/api/v1/runs", params=fields)
        assert sentence(on_page.text) == told(of_api, status)["detail"]
        assert on_page.status_code == status
        assert text in [each.attributes.get("value") for each in read(on_page.text).all("input")]


def test_classes_are_called_by_their_names(client: TestClient) -> None:
    rows = trained(client, at="6.0.0.0", view="scores").one("section", "scores").one("ol").all("a")
    assert [row.one("b").text for row in rows] == ["cat", "dog", "frog"]
    rows = trained(client, f"{WHOLE} | linear(3) | softmax", at="8.0.0.0", view="scores")
    rows = rows.one("section", "scores").one("ol").all("a")
    assert "cat" not in [row.one("b").text for row in rows]
