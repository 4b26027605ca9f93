"""What an address hides does not show, on this page and on the next; what is not named stays."""

import re
from urllib.parse import parse_qsl, urlsplit

import pytest
from fastapi.testclient import TestClient

from app.explorer.options import HIDEABLE, options_of
from app.explorer.page.keys import KEYS, keys_of
from app.paths import APP
from tests.pages.reading import Element, link, printed_sum, read

pytestmark = pytest.mark.reads

RECIPE = "conv2d(6, 5, weights=random(7)) | relu"
ALL = ",".join(HIDEABLE)
OF_LAYERS = ("add", "networks")


def page(client: TestClient, address: str) -> Element:
    """Return a page, read."""
    answer = client.get(address)
    assert answer.status_code == 200, address
    return read(answer.text)


def shown(page: Element) -> set[str]:
    """Return which of the parts a page shows."""
    ids = {element.attributes.get("id") for element in page.all()}
    picture = any("data-open-picture" in element.attributes for element in page.all("button"))
    found = {
        "recipe": bool(ids & {"recipe", "strip"}),
        "share": "share" in ids,
        "layers": bool(ids & set(OF_LAYERS)) or any(page.all("a", "stop")),
        "picture": picture or any(page.all(class_="gallery")) or any(page.all("details", "size")),
        "explain": any(page.all("nav", "looks"))
        or any(e.text in ("Trace it home", "Predict first") for e in page.all("a")),
        "transport": "hidden" not in page.one("footer", "transport").attributes,
    }
    return {part for part, there in found.items() if there}


@pytest.mark.parametrize("part", HIDEABLE)
def test_what_is_named_does_not_show_and_the_rest_does(client: TestClient, part: str) -> None:
    whole = page(client, link(RECIPE, at="0.1.2.3"))
    assert shown(whole) >= set(HIDEABLE) - {"picture"}
    hiding = page(client, link(RECIPE, at="0.1.2.3", hide=part))
    assert shown(hiding) == shown(whole) - {part}
    assert printed_sum(hiding) == printed_sum(whole)
    assert hiding.one(class_="plate").attributes == whole.one(class_="plate").attributes


@pytest.mark.parametrize("path", ["/", "/embed"])
@pytest.mark.parametrize("recipe", ["", RECIPE, 'model("cifar10")'])
def test_all_can_be_hidden_at_once(client: TestClient, path: str, recipe: str) -> None:
    assert shown(page(client, link(recipe, path=path, size=None, hide=ALL))) <= {"transport" if not recipe else ""}


def test_names_that_there_are_not_are_passed_over() -> None:
    assert dict(options_of({"hide": "transport,nothing,,recipe,recipe"})) == {"hide": "recipe,transport"}
    assert options_of({"hide": "figure"}) == ()


def test_what_is_hidden_is_hidden_on_every_page_that_this_one_leads_to(client: TestClient) -> None:
    here = page(client, link(RECIPE, at="0.1.2.3", hide="share,transport"))
    addresses = [
        a.attributes["href"]
        for a in here.all("a")
        if a.attributes.get("href", "").startswith(("/?", "/embed", "/networks", "/add", "/picture"))
    ]
    assert len(addresses) > 40
    assert not [each for each in addresses if dict(parse_qsl(urlsplit(each).query)).get("hide") != "share,transport"]
    forms = [form for form in here.all("form") if form.attributes.get("method") in ("get", "post")]
    assert len(forms) > 4
    assert all(form.one("input", name="hide").attributes["value"] == "share,transport" for form in forms)


def test_an_edit_keeps_what_is_hidden(client: TestClient) -> None:
    form = dict(parse_qsl(urlsplit(link(RECIPE, at="0.1.2.3", hide="explain")).query)) | {
        "op": "move",
        "layer": "1",
        "by": "-1",
    }
    answer = client.post("/edit", data=form, follow_redirects=False)
    assert "hide=explain" in answer.headers["location"]


def test_a_card_is_not_open_where_layers_are_hidden(client: TestClient) -> None:
    assert any(page(client, link(RECIPE, edit="0")).all(class_="card"))
    assert not any(page(client, link(RECIPE, edit="0", hide="layers")).all(class_="card"))


def test_a_question_of_the_address_is_asked_where_explaining_is_hidden(client: TestClient) -> None:
    asking = page(client, link(RECIPE, at="0.1.2.3", predict=1, hide="explain"))
    assert asking.one("input", name="guess")
    assert "explain" not in shown(asking)
    assert "Stop guessing" not in asking.text


def test_a_look_that_an_address_asks_for_is_there(client: TestClient) -> None:
    assert page(client, link(RECIPE, view="places", hide=ALL)).one("section", "places")


def test_the_keys_of_what_is_hidden_are_not_in_the_list(client: TestClient) -> None:
    assert {key.part for key in KEYS} - {""} <= set(HIDEABLE)
    for part in HIDEABLE:
        for projector in (False, True):
            kept = keys_of(projector=projector, hidden=[part])
            assert {key.part for key in keys_of(projector=projector) if key not in kept} <= {part}
    whole = page(client, link(RECIPE, projector=1)).one("dialog", id="help")
    assert {each.text for each in whole.all("kbd")} == {key.label for key in keys_of(projector=True)}
    left = page(client, link(RECIPE, hide=ALL, projector=1)).one("dialog", id="help")
    assert {each.text for each in left.all("kbd")} == {key.label for key in keys_of(projector=True) if not key.part}


def test_the_table_in_the_documentation_has_every_part_with_its_keys() -> None:
    text = (APP.parent / "docs" / "hiding.md").read_text("utf-8")
    rows = dict(re.findall(r"^\| `(\w+)` \| .* \|(.*)\|$", text, re.MULTILINE))
    assert tuple(rows) == HIDEABLE
    names = {"PgDn": "PageDown", "PgUp": "PageUp"}
    for part in HIDEABLE:
        labels = [label for key in KEYS if key.part == part for label in key.label.split()]
        assert all(re.search(rf"(^|\W){re.escape(names.get(label, label))}(\W|$)", rows[part]) for label in labels), (
            part
        )


def test_only_the_drawing_of_why_a_map_has_its_size_is_left_where_explaining_is_hidden(client: TestClient) -> None:
    whole = page(client, link(RECIPE, at="0.1.2.3", view="places")).one("section", "places")
    drawn = page(client, link(RECIPE, at="0.1.2.3", view="places", hide="explain,layers")).one("section", "places")
    assert any(whole.all("p", "formula"))
    assert any(whole.all("div", "tries"))
    assert drawn.one(class_="why").text == "Row 3 of 28, column 4 of 28. 24 more steps to the right."
    assert drawn.one(class_="sr").has("sentence")
    assert drawn.one(class_="board").text == whole.one(class_="board").text
