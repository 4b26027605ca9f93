"""The menu of networks: what the button says, what can be chosen, and what choosing keeps."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from fastapi.testclient import TestClient

from app.explorer.networks import SENTENCES
from app.explorer.opening import state_of
from app.explorer.state import State
from app.main import create_app
from app.models import SHIPPED
from app.settings import Settings
from tests import tiny
from tests.pages.reading import Element, read
from tests.pages.test_told import told

OWN = "0123456789abcdef"
OTHER = {"image": "rocket", "size": "20", "recipe": "relu | conv2d(2, 3)", "at": "0.0.1.1"}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    app = create_app(Settings(data_dir=tmp_path_factory.mktemp("data"), compute_slots=2))
    with TestClient(app, base_url="http://localhost:8000") as client:
        yield client


def button(client: TestClient, **fields: str) -> Element:
    return read(client.get("/", params=fields).text).one("a", id="networks")


def menu(client: TestClient, **fields: str) -> Element:
    answer = client.get("/networks", params=fields)
    assert answer.status_code == 200, answer.text
    return read(answer.text).one("section", "networks")


def choices(menu: Element) -> dict[str, Element]:
    return {item.one("b").text: item.one("a") for item in menu.all("li")}


def state(client: TestClient, href: str) -> State:
    fields = dict(parse_qsl(urlsplit(href).query))
    return asyncio.run(state_of(fields, client.app.state.lab))  # type: ignore[attr-defined]


def ringed(menu: Element) -> list[str]:
    return [name for name, link in choices(menu).items() if link.attributes.get("aria-current")]


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({}, "Six filters"),
        ({"image": "chelsea", "recipe": 'model("cifar10", epoch=3)'}, "CIFAR-10"),
        ({"image": "chelsea", "recipe": 'model("cifar10") | relu'}, "13 layers"),  # no longer as it ships
        ({"image": "chelsea", "size": "12", "recipe": "relu"}, "1 layer"),
        ({"image": "chelsea", "size": "12", "recipe": ""}, "Network"),
    ],
)
def test_the_button_names_the_network_and_the_menu_rings_it(
    client: TestClient, fields: dict[str, str], name: str
) -> None:
    link = button(client, **fields)
    assert link.text == name
    there = read(client.get(link.attributes["href"]).text).one("section", "networks")
    assert ringed(there) == ([name] if name in ("Six filters", "CIFAR-10") else [])


def test_every_network_that_ships_takes_the_picture_at_its_own_input(client: TestClient) -> None:
    found = choices(menu(client, **OTHER, mode="L", view="flat", lang="en"))
    shipped = {model.title: model for model in SHIPPED}
    assert set(found) == {"Six filters", *shipped}
    for title, model in shipped.items():
        there = state(client, found[title].attributes["href"])
        settings = there.document.input.model_dump(mode="json", include=set(model.input))
        assert settings == dict(model.input), title
        assert there.document.origin.model.id == model.id
        assert (there.document.input.image, there.view, there.option("lang")) == ("rocket", "flat", "en")
    first = state(client, found["Six filters"].attributes["href"]).document
    assert first.layers == state(client, "/").document.layers
    assert (first.input.image, first.input.height, first.input.scale, first.input.mode) == ("rocket", 32, "byte", "RGB")


def test_each_has_one_number_and_the_outline_of_its_volumes(client: TestClient) -> None:
    found = choices(menu(client))
    assert found["Six filters"].one(class_="num").text == f"{6 * (5 * 5 * 3 + 1)} parameters"
    assert len(list(found["Six filters"].all("path", "front"))) == len((32, 28, 14))
    assert len(list(found["Digits"].all("path", "front"))) == len((28, 24, 12, 8, 4, 1))
    last = SHIPPED.model("digits").epochs[-1].accuracy  # type: ignore[union-attr]
    assert found["Digits"].one(class_="num").text == f"{100 * last:.0f} % right"
    sentences = [link.one(class_="about").text for link in found.values()]
    assert len(set(sentences)) == len(sentences)
    assert not any("Layers:" in said for said in sentences), "each that ships has a sentence of its own"
    assert {model.id for model in SHIPPED} <= SENTENCES.keys()


def test_networks_of_one_s_own_are_there_until_they_go(client: TestClient, tmp_path: Path) -> None:
    with tiny.registered(tmp_path, OWN):
        opened = client.get("/", params={"image": "rocket", "recipe": f'model("{OWN}")', "at": "0.0.1.1"})
        assert opened.cookies["networks"] == OWN
        there = menu(client, image="rocket", recipe=f'model("{OWN}")')
        assert ringed(there) == [tiny.FACTS["title"]]
        found = choices(menu(client, **OTHER))[str(tiny.FACTS["title"])]
        assert found.one(class_="about").text == "Your own. Layers: 7. Classes: 3."
        assert state(client, found.attributes["href"]).document.input.height == tiny.INPUT["height"]
    assert str(tiny.FACTS["title"]) not in choices(menu(client, **OTHER))


def test_numbers_as_an_input_give_way_to_a_picture(client: TestClient) -> None:
    there = menu(client, values="[[[1,2,3],[4,5,6],[7,8,9]]]", recipe="relu")
    assert state(client, choices(there)["Digits"].attributes["href"]).document.input.image == "coffee"


def test_what_was_chosen_is_said_and_a_training_is_one_link_away(client: TestClient) -> None:
    there = choices(menu(client, **OTHER))["Digits"].attributes["href"]
    said = told(client, "/?image=rocket&size=20&recipe=relu", there)["said"]
    assert said.endswith("Network: Digits, layers: 8.")  # type: ignore[union-attr]
    assert "The input is now 28 × 28 × 1." in said  # type: ignore[operator]
    assert menu(client).one("a", href="/train")
