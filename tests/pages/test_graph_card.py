"""The card of a layer in a network with branches: what it reads and could read, and what stands in its way."""

from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi.testclient import TestClient

from app.explorer.comparison import layer_with
from app.explorer.fields import document_of
from app.explorer.state import State
from app.explorer.train.draft import edited, training_of
from tests.pages.reading import Element, link, read

pytestmark = pytest.mark.reads

RECIPE = (
    "conv2d(4, 3, padding=1, weights=random(1)) | relu | conv2d(4, 3, padding=1, weights=random(2))"
    ' | add(inputs=[2, 1], name="meet") | conv2d(2, 5, weights=random(3), inputs=-1) | max_pool2d(2, inputs=3)'
)


def card(client: TestClient, edit: str, recipe: str = RECIPE) -> Element:
    answer = client.get(link(recipe, image="coffee", size=12, at=f"{edit[0]}.0.1.1", edit=edit))
    assert answer.status_code == 200, answer.text
    return read(answer.text).one("section", id="card")


def sent(client: TestClient, form: Element, **fields: str) -> tuple[int, str]:
    """Send a form of the card; return the status, and the recipe that it leads to or what is said."""
    held = {field.attributes["name"]: field.attributes["value"] for field in form.all("input")}
    answer = client.post("/edit", data={**held, **fields}, follow_redirects=False)
    if answer.status_code != 303:
        return answer.status_code, read(answer.text).one("div", "notice").text
    return 303, parse_qs(urlsplit(answer.headers["location"]).query)["recipe"][0]


def test_it_offers_what_fits_the_nearest_first_and_marks_what_is_read(client: TestClient) -> None:
    chips = list(card(client, "3.inputs").all("button", "chip"))
    assert [(chip.text, chip.attributes["aria-pressed"]) for chip in chips] == [
        ("3 conv2d", "true"),
        ("2 relu", "true"),
        ("1 conv2d", "false"),
    ]
    pool = card(client, "5.inputs")
    assert [chip.text for chip in pool.all("button", "chip")] == ["4 meet", "3 conv2d", "2 relu", "1 conv2d"]
    assert pool.one("input", id="f-reads").attributes["value"] == "4"
    assert card(client, "3.inputs").one("input", id="f-name").attributes["value"] == "meet"


def test_what_it_reads_is_changed_by_its_form_or_refused_with_what_to_say(client: TestClient) -> None:
    form = card(client, "3.inputs").one("form", "field")
    assert sent(client, form, toggle="1")[1] == RECIPE.replace("[2, 1]", "[2, 1, 0]")
    assert sent(client, form, value="3, 1")[1] == RECIPE.replace("[2, 1]", "[2, 0]")
    status, said = sent(client, form, value="3, meet")
    assert (status, said[:54]) == (422, "Layer 4 reads outputs that come before it: say a numbe")
    assert sent(client, form, value="3, 0")[0] == 422, "the picture has another number of channels"


def test_why_a_layer_cannot_go_is_said_by_the_layer_that_reads_it(client: TestClient) -> None:
    first = card(client, "0")
    assert not any("Remove" in link.text for link in first.all("a", "act"))
    assert first.one("p", "bound").text == (
        "Without it what layer 4, add, joins no longer goes together; change that layer first."
    )
    free = card(client, "1")
    assert not list(free.all("p", "bound"))
    gone = next(link for link in free.all("a", "act") if "Remove" in link.text).attributes["href"]
    assert parse_qs(urlsplit(gone).query)["recipe"][0] == (
        RECIPE.replace(" | relu", "").replace("[2, 1]", "[1, 0]").replace("2d(2, inputs=3", "2d(2, inputs=2")
    )
    move = next(form for form in free.all("form") if "Later" in form.text)
    assert sent(client, move, by="1")[1].startswith("relu, layer 2, is read by the layers 3, 4;")


def test_what_can_stand_behind_a_layer_is_one_link_away(client: TestClient) -> None:
    href = next(link for link in card(client, "1").all("a", "act") if "behind" in link.text).attributes["href"]
    found = next(link for link in read(client.get(href).text).all("a", "line") if link.one("b").text == "tanh")
    recipe = parse_qs(urlsplit(found.attributes["href"]).query)["recipe"][0]
    assert recipe == (
        RECIPE.replace("| relu ", "| relu | tanh ")
        .replace("[2, 1]", "[3, 2]")
        .replace("2d(2, inputs=3", "2d(2, inputs=4")
    )


def test_filters_that_read_the_picture_from_a_later_place_have_its_colours(client: TestClient) -> None:
    shown = card(client, "4.weights").text
    assert "red" in shown
    assert "map 1" not in shown
    assert "map 1" in card(client, "2.weights").text


@pytest.mark.parametrize(("layer", "changed"), [(5, 2), (4, 4), (3, 2)])
def test_what_is_compared_is_changed_on_the_ways_to_the_layer_in_view(layer: int, changed: int) -> None:
    state = State(document_of({"image": "coffee", "size": "12", "recipe": RECIPE}), layer)
    assert layer_with(state, "dilation" if layer < 5 else "out_channels") == changed


def test_a_training_that_branches_is_edited_the_same_way() -> None:
    recipe = "conv2d(4, 3, padding=1) | relu | conv2d(4, 3, padding=1) | add(inputs=[2, 1]) | linear(4) | softmax"
    training = training_of({"set": "shapes", "recipe": recipe})
    less = edited(training, {"op": "remove", "layer": "1"})["recipe"]
    assert less == recipe.replace("| relu ", "").replace("[2, 1]", "[1, 0]")
    more = edited(training, {"op": "add", "kind": "tanh"})["recipe"]
    assert more == recipe.replace("| linear", "| tanh | linear")
