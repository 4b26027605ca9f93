"""The strip: where a network is trained, its epochs stand in the bar, and what the page shows is that of the epoch."""

from collections.abc import Iterator
from io import BytesIO
from urllib.parse import parse_qsl, urlsplit

import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image

from app.explorer.checkpoints import addresses, at_epoch, trained
from app.explorer.fields import document_of
from app.explorer.state import State
from app.layers import Place
from app.main import create_app
from app.printing.shares import portion
from app.settings import Settings
from tests import tiny
from tests.pages.reading import Api, Element, read

PLACE = "0.2.3.4"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """One client for all, which only read: with a small model beside those that ship."""
    app = create_app(Settings(data_dir=tmp_path_factory.mktemp("data"), compute_slots=2))
    alone = TestClient(app, base_url="http://localhost:8000")
    with tiny.registered(tmp_path_factory.mktemp("models")), alone as client:
        yield client


def opened(client: TestClient, recipe: str = 'model("tiny", epoch=1)', at: str = PLACE, **fields: str) -> Element:
    answer = client.get("/", params={"image": "chelsea", "recipe": recipe, "at": at, **fields})
    assert answer.status_code == 200, answer.text
    return read(answer.text)


def output(client: TestClient, epoch: int, layer: int) -> np.ndarray:
    api = Api(lambda path: client.get(path).content)
    run = api.run({"image": "chelsea", "recipe": f'model("tiny", epoch={epoch})'})
    return api.output(run["id"], layer)


def strips(page: Element) -> list[Element]:
    return list(page.all(id="strip"))


# ---- the bar


def test_it_has_a_stop_for_each_checkpoint_and_marks_the_present_one(client: TestClient) -> None:
    (strip,) = strips(opened(client))
    stops = list(strip.all("a"))
    assert [stop.attributes["data-epoch"] for stop in stops] == ["0", "1", "5"]
    assert [stop.attributes["data-right"] for stop in stops] == ["0 %", "17 %", "83 %"]
    assert [stop.attributes["data-loss"] for stop in stops] == ["1.00", "0.50", "0.17"]
    names = strip.one(class_="names")
    assert [name.text for name in names.all("span")] == ["random", "1", "trained"]
    assert [name.has("on") for name in names.all("span")] == [False, True, False]
    assert [stop.attributes.get("aria-current") for stop in stops] == [None, "true", None]
    slider = strip.one(role="slider")
    assert {name: slider.attributes[f"aria-{name}"] for name in ("valuemin", "valuenow", "valuemax")} == {
        "valuemin": "0",
        "valuenow": "1",
        "valuemax": "5",
    }
    assert slider.attributes["aria-valuetext"] == "epoch 1, 17 % right"
    assert strip.one("p").text == "epoch 1 17 % right 0.50 loss"


def test_a_stop_leads_to_the_same_place_at_its_epoch(client: TestClient) -> None:
    page = opened(client, view="flat")
    for stop, recipe in zip(strips(page)[0].all("a"), ('model("tiny", epoch=0)', None, 'model("tiny")'), strict=True):
        fields = dict(parse_qsl(urlsplit(stop.attributes["href"]).query))
        assert fields["recipe"] == (recipe or 'model("tiny", epoch=1)')
        assert (fields["image"], fields["at"], fields["view"]) == ("chelsea", PLACE, "flat")
    there = read(client.get(next(strips(page)[0].all("a")).attributes["href"]).text)
    assert strips(there)[0].one("a", **{"aria-current": "true"}).attributes["data-epoch"] == "0"


def test_the_recipe_and_the_size_give_way_to_it(client: TestClient) -> None:
    page = opened(client)
    bar = page.one("header", "bar")
    assert not list(bar.all("details", "size"))
    assert not list(page.one(id="tools").all("form", "recipe"))
    assert menu(client).one(id="recipe").attributes["value"] == 'model("tiny", epoch=1)'
    assert not list(page.all("a", id="add"))


WHOLE = (
    'conv2d(4, (3, 2), weights=trained("tiny", 0, epoch={0})) | batch_norm2d(weights=trained("tiny", 1, epoch={1})) '
    '| relu | max_pool2d(2) | conv_transpose2d(2, 3, 2, weights=trained("tiny", 4, epoch={1}))'
)
SIZE = {"height": "12", "width": "10"}


@pytest.mark.parametrize(
    ("recipe", "there"),
    [
        (WHOLE.format(1, 1), True),  # the beginning of a model is one too
        (WHOLE.format(1, 5), False),
        ("conv2d(4, 3) | relu", False),
        ('conv2d(4, (3, 2), weights=trained("tiny", 0)) | conv2d(2, 3)', False),
        ("relu", False),
    ],
)
def test_it_is_there_where_all_weights_are_of_one_epoch(client: TestClient, recipe: str, there: bool) -> None:
    page = opened(client, recipe, "0.0.1.1", **SIZE)
    assert bool(strips(page)) == there
    assert bool(list(page.all("details", "size"))) != there


def test_what_it_is_made_of_is_fetched_where_it_is(client: TestClient) -> None:
    plain = client.get("/").text
    assert "strip.css" not in plain
    assert "strip.js" not in plain
    trained = client.get("/", params={"image": "chelsea", "recipe": 'model("tiny")'}).text
    assert "css/explorer/strip.css" in trained
    assert "js/explorer/strip.js" in trained


def menu(client: TestClient) -> Element:
    """Return the menu of networks of a trained one."""
    page = client.get(opened(client).one(id="networks").attributes["href"])
    return read(page.text).one("section", "networks")


def test_the_same_layers_can_be_had_with_random_weights(client: TestClient) -> None:
    link = next(link for link in menu(client).all("a") if "Random weights" in link.text)
    page = read(client.get(link.attributes["href"]).text)
    assert page.one(id="recipe").attributes["value"] == tiny.RECIPE
    assert not strips(page)


def test_the_part_of_the_picture_that_fills_it_can_be_taken(client: TestClient) -> None:
    link = next(link for link in menu(client).all("a") if "Crop the picture" in link.text)
    tool = read(client.get(link.attributes["href"]).text).one("form", method="post", action="/picture/crop")
    taken = {name: next(tool.all("input", name=name)).attributes["value"] for name in ("top", "left")}
    assert taken == {"top": "26", "left": "71"}  # the face of the cat


def test_addresses_of_epochs_are_those_of_their_states(client: TestClient) -> None:  # which has the model
    document = document_of({"image": "chelsea", "recipe": 'model("tiny", epoch=1) | relu', "height": "14"})
    state = State(document, 2, Place(1, 3, 2), view="flat", guess="1", options=(("predict", "1"), ("lang", "en")))
    network = trained(document.layers)
    assert network is not None
    found = addresses(state, network)
    assert found == {epoch: at_epoch(state, epoch).address() for epoch in tiny.EPOCHS if epoch != 1} | {1: found[1]}
    assert found[1] == state.but(guess="").address()


@pytest.mark.parametrize("recipe", ['model("tiny")', "relu"])
def test_on_a_projector_a_point_blanks_the_screen_as_clickers_send_it(client: TestClient, recipe: str) -> None:
    page = opened(client, recipe, "0.1.2.3", projector="1", **SIZE)
    pairs = [pair for line in page.all("div") for pair in line.attributes.get("data-keys", "").split()]
    assert [pair for pair in pairs if pair.startswith(".:")] == [".:blank"]
    assert (">:epoch-on" in pairs) == (recipe != "relu")


# ---- what the page shows of an epoch


@pytest.mark.parametrize("layer", [0, 2])
def test_it_says_what_the_number_was_before_training(client: TestClient, layer: int) -> None:
    page = opened(client, at=f"{layer}.2.3.4")
    was = output(client, 0, layer)[2, 3, 4]
    said = page.one("p", "before").one("b").text
    decimals = len(said.partition(".")[2])
    assert said.replace("−", "-") == f"{was:.{decimals}f}"
    if layer == 0:
        assert f"Before training it was {said}: the same place, other weights." in page.one("div", "note").text


def test_before_training_it_says_that_the_weights_are_random(client: TestClient) -> None:
    page = opened(client, 'model("tiny", epoch=0)')
    assert "The weights are still random" in page.one("div", "note").text
    assert not list(page.all("p", "before"))


def tiles(page: Element, layout: str) -> list[Element]:
    drawn = next(svg for svg in page.one("cs-plate").all("svg", "figure") if svg.has(layout))
    return list(drawn.all("a", "tile"))


def test_all_filters_stand_in_colour_each_on_its_own_scale(client: TestClient) -> None:
    page = opened(client)
    drawn = tiles(page, "wide")
    assert [tile.attributes["data-channel"] for tile in drawn] == ["0", "1", "2", "3"]
    assert [bool(list(tile.all("path", "filter"))) for tile in drawn] == [False, False, True, False]
    weight = tiny.tensors()["1.0.weight"].astype(np.float64)
    for tile, filter_ in zip(drawn, weight, strict=True):
        picture, window = tile.one("image"), next(svg for svg in tile.all("svg") if "viewbox" in svg.attributes)
        pixels = np.asarray(Image.open(BytesIO(client.get(picture.attributes["href"]).content)).convert("RGB"))
        x, y, columns, rows = map(int, window.attributes["viewbox"].split())
        assert (rows, columns) == (3, 2)
        grey = 128 + 127 * filter_.transpose(1, 2, 0) / np.abs(filter_).max()
        np.testing.assert_allclose(pixels[y : y + rows, x : x + columns], grey, atol=0.51)


def test_the_maps_stand_there_where_they_are_asked_for(client: TestClient) -> None:
    menu = opened(client).one("nav", "looks")
    line = next(line for line in menu.all("a", "line") if "Maps at the right" in line.text)
    page = read(client.get(line.attributes["href"]).text)
    assert not tiles(page, "wide")
    assert "All 4 maps" in page.one("cs-plate").text
    back = next(line for line in page.one("nav", "looks").all("a", "line") if "Filters at the right" in line.text)
    assert len(tiles(read(client.get(back.attributes["href"]).text), "wide")) == 4


def test_other_layers_keep_their_maps(client: TestClient) -> None:
    page = opened(client, at="4.1.2.2")
    assert not tiles(page, "wide")
    assert "at the right" not in page.one("nav", "looks").text


def test_the_ribbon_ends_in_the_answer(client: TestClient) -> None:
    shares = output(client, 1, len(tiny.RECIPE.split("|")) - 1).ravel()
    name = ("cat", "dog", "frog")[int(shares.argmax())]
    ribbon = opened(client).one("nav", "ribbon")
    assert ribbon.one("p", "says").text == f"{name} {portion(float(shares.max()), 0)}"
    assert "view=scores" in ribbon.one("p", "says").one("a").attributes["href"]
    assert not list(ribbon.all("p", "totals"))
    unfinished = opened(client, WHOLE.format(1, 1), **SIZE).one("nav", "ribbon")
    assert not list(unfinished.all("p", "says"))
    assert list(unfinished.all("p", "totals"))


# ---- beside it


def test_random_and_trained_stand_side_by_side(client: TestClient) -> None:
    page = opened(client, 'model("tiny")', view="compare")
    sides = page.one("cs-trace", "sides")
    assert [article.one("h2").text for article in sides.all("article")][:2] == ["epoch 5", "−random, before training"]
    left, right = (output(client, epoch, 0)[2, 3, 4] for epoch in (5, 0))
    values = [value.text.replace("−", "-") for value in sides.all("p", "value")]
    decimals = len(values[0].partition(".")[2])
    assert values[:2] == [f"{left:.{decimals}f}", f"{right:.{decimals}f}"]
    swap = next(link for link in page.all("a") if "Swap sides" in link.text).attributes["href"]
    fields = dict(parse_qsl(urlsplit(swap).query))
    assert (fields["recipe"], fields["with"]) == ('model("tiny", epoch=0)', "epoch:5")
    chips = page.one("div", "kind", **{"aria-label": "Another epoch of the training"})
    assert [chip.text for chip in chips.all("a")] == ["random", "1"]


def test_what_is_no_checkpoint_is_compared_with_nothing(client: TestClient) -> None:
    page = opened(client, 'model("tiny")', view="compare", **{"with": "epoch:3"})
    assert "epoch 3" in page.one("p", "wrong").text


def test_a_step_is_told_in_one_sentence(client: TestClient) -> None:
    before = next(opened(client, 'model("tiny", epoch=0)').all(id="app")).attributes["data-from"]
    answer = client.get(
        "/", params={"image": "chelsea", "recipe": 'model("tiny")', "at": PLACE}, headers={"CS-From": before}
    )
    assert '"Epoch 5: 83 % right, loss 0.17."' in answer.headers["Convscope-Told"]
