"""What is said and drawn where branches meet, against the API: whose number it is, where it stood, what it adds."""

from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient

from tests.pages.reading import Api, Element, link, number, numbers, printed, read

pytestmark = pytest.mark.reads

FIRE = (
    'conv2d(5, 3, 2, 1, weights=random(1)) | relu | conv2d(4, 1, weights=random(2), name="fire/one") | '
    'conv2d(7, 3, padding=1, inputs=1, weights=random(3), name="fire/three")'
    ' | concat(inputs=[2, 3], name="fire/all") | conv2d(11, 3, padding=1, weights=random(4), name="next/conv")'
    ' | add(inputs=[4, 5], name="next/sum")'
)
MANY = "conv2d(3, 1) | relu | tanh | add(inputs=[0, 1, 2, 0, 1, 2, 0, 1, 2, 0]) | concat(inputs=[0, 2, 3, 1, -1])"
VECTORS = "linear(4, weights=random(1)) | tanh | linear(3, weights=random(2)) | concat(inputs=[1, 2, 0])"
FIELDS = {"image": "chelsea", "size": "16"}


class Seen:
    """A network, its page at a place, and the arrays of its layers."""

    def __init__(self, client: TestClient, recipe: str) -> None:
        self.client, self.recipe = client, recipe
        self.api = Api(lambda path: client.get(path).content)
        self.run = self.api.run({**FIELDS, "recipe": recipe})

    def page(self, at: str, **fields: object) -> Element:
        answer = self.client.get(link(self.recipe, **FIELDS, at=at, **fields))
        assert answer.status_code == 200, answer.text
        return read(answer.text)

    def output(self, layer: int) -> Any:
        found = self.api.output(self.run["id"], layer)
        return found.reshape(-1, 1, 1) if found.ndim == 1 else found

    def printed_at(self, href: str) -> Decimal:
        """Return what the page at an address prints."""
        return number(read(self.client.get(href).text).one("output", "answer").text)


@pytest.fixture
def fire(client: TestClient) -> Seen:
    return Seen(client, FIRE)


def drawn(page: Element, layout: str = "wide") -> Element:
    """Return the figure of a page in a layout."""
    return next(each for each in page.one(class_="plate").all("svg", "figure") if each.has(layout))


def rays(page: Element, layout: str) -> int:
    """Return from how many cells light comes in a drawing."""
    return len(list(drawn(page, layout).all("g", **{"data-rays": "window"})))


def test_two_numbers_are_added_as_printed_and_each_leads_to_where_it_stands(fire: Seen) -> None:
    for channel, row, column in ((0, 0, 0), (6, 3, 5), (10, 7, 7)):
        page = fire.page(f"6.{channel}.{row}.{column}")
        addends = list(page.one(class_="adding").all(class_="addend"))
        minus = [any(op.text == "−" for op in each.all(class_="op")) for each in addends]
        terms = [-number(each.one(class_="num").text) if less else number(each.one(class_="num").text)
                 for each, less in zip(addends, minus, strict=True)]  # fmt: skip
        total = number(page.one("output", "answer").text)
        assert sum(terms) == total
        links = [each.one("a") for each in addends[:2]]
        assert [each.one("small").text for each in links] == ["past next, from fire", "through next"]
        for layer, term, way in zip((4, 5), terms, links, strict=False):
            value = float(fire.output(layer)[channel, row, column])
            assert term == printed(value, -int(term.as_tuple().exponent))
            there = fire.printed_at(way.attributes["href"])
            assert there == printed(value, -int(there.as_tuple().exponent))
        sentence = page.one(class_="sentence").text
        assert f"of fire and {str(terms[1]).replace('-', '−')} of conv add up to" in sentence
        assert [rays(page, layout) for layout in ("wide", "medium", "narrow")] == [2, 2, 2]
        assert "a residual connection" in page.one(class_="note").text


def test_a_map_is_counted_on_from_one_output_to_the_next(fire: Seen) -> None:
    for channel in (0, 3, 4, 10):
        page = fire.page(f"4.{channel}.2.5")
        whole, *parts = (int(number(fact.one(class_="num").text)) for fact in page.one(class_="sum").all(class_="fact"))
        assert whole == channel + 1 == sum(parts)
        layer, own = (2, channel) if channel < 4 else (3, channel - 4)
        assert parts == ([own + 1] if channel < 4 else [4, own + 1])
        there = page.one(class_="sum").one("a", "fact")
        assert there.one("small").text == f"map of {'one' if channel < 4 else 'three'}"
        assert f"at={layer}.{own}.2.5" in there.attributes["href"]
        assert fire.output(4)[channel, 2, 5] == fire.output(layer)[own, 2, 5]
        assert numbers(page.one(class_="note").one(class_="num").text) == [4, 7, 11]
        figure = drawn(page)
        words = [text.text for text in figure.all("text")]
        assert [any(name in word for word in words) for name in ("one", "three")] == [True, True]
        assert f"Map {own + 1}" in words
        assert rays(page, "wide") == rays(page, "narrow") == 1


def test_what_is_to_be_predicted_of_a_copy_is_not_told_by_where_it_was_copied_from(fire: Seen) -> None:
    page = fire.page("4.6.2.5", predict="1")
    value = number(fire.page("4.6.2.5").one("output", "answer").text)
    assert str(value).lstrip("-") not in [text.text.lstrip("−") for text in page.all()]


def test_more_outputs_than_are_drawn_are_counted(client: TestClient) -> None:
    seen = Seen(client, MANY)
    page = seen.page("3.1.4.5")
    assert rays(page, "wide") == 3
    assert any(text.text == "+ 7 more" for text in page.all("text"))
    addends = list(page.one(class_="adding").all(class_="addend"))
    terms = [(-1 if any(op.text == "−" for op in each.all(class_="op")) else 1) * number(each.one(class_="num").text)
             for each in addends]  # fmt: skip
    assert sum(terms) == number(page.one("output", "answer").text)
    assert addends[6].one("small").text == "4 others"
    joined = seen.page("4.9.4.5")
    facts = [int(number(fact.one(class_="num").text)) for fact in joined.one(class_="sum").all(class_="fact")]
    assert facts == [10, 9, 1]
    assert "at=1.0.4.5" in joined.one(class_="sum").one("a", "fact").attributes["href"]
    of_picture = seen.page("4.13.4.5")
    assert [fact.one("small").text for fact in of_picture.one(class_="sum").all(class_="fact")][-1] == "map of Input"
    assert not list(of_picture.one(class_="counted").all("a"))


def test_numbers_of_vectors_are_counted_on(client: TestClient) -> None:
    page = Seen(client, VECTORS).page("3.5.0.0")
    facts = [int(number(fact.one(class_="num").text)) for fact in page.one(class_="sum").all(class_="fact")]
    assert facts == [6, 4, 2]
    assert "at=2.1.0.0" in page.one(class_="sum").one("a", "fact").attributes["href"]


def test_a_number_is_traced_home_by_the_paths_that_there_are(fire: Seen) -> None:
    def volumes(at: str) -> list[int]:
        look = fire.page(at, view="trace").one("section", "trace")
        named = [int(each.attributes["href"].split("pin=h.")[1]) for each in look.all("a", "line")]
        return sorted(
            named + [int(each.attributes["data-volume"]) for each in look.all("li") if "data-volume" in each.attributes]
        )

    assert volumes("4.1.2.5") == [0, 1, 2, 3, 5]  # through the first output alone
    assert volumes("4.6.2.5") == [0, 1, 2, 4, 5]
    assert volumes("6.6.2.5") == [0, 1, 2, 3, 4, 5, 6, 7]
    drawing = fire.page("6.6.2.5", view="trace").one("section", "trace").one("svg", "wide")
    arcs = [path for path in drawing.all("path", "ray") if "C" in path.attributes["d"]]
    assert len(arcs) == 1  # from what is joined, past the convolution


def test_a_cell_that_is_pointed_at_is_marked_in_each_output_that_is_added(fire: Seen) -> None:
    for pin in ("o", "i.6.3.4"):
        figure = next(
            each for each in fire.page("6.6.2.5", pin=pin).one(class_="plate").all("svg", "figure") if each.has("wide")
        )
        rings = [path.attributes["transform"] for path in figure.one("g", "pointing").all("path", "ring")]
        assert len(set(rings)) >= 2
    assert "reads the same cell of 2 outputs and adds them." in fire.page("6.6.2.5", pin="o").text


def test_a_gradient_passes_to_all_that_were_added_and_to_the_one_that_was_copied(client: TestClient) -> None:
    recipe = f"{FIRE} | global_avg_pool2d | flatten | linear(3, weights=random(5)) | softmax"
    seen = Seen(client, recipe)

    def gradient(layer: int) -> Any:
        path = f"/api/v1/runs/{seen.run['id']}/layers/{layer}/gradient.npy?label=1"
        return (
            seen.api.array(path)
            if hasattr(seen.api, "array")
            else np.load(__import__("io").BytesIO(client.get(path).content))
        )

    assert np.array_equal(gradient(5), gradient(6))  # which nothing else reads
    assert np.array_equal(gradient(4)[:4], gradient(2))
    assert np.array_equal(gradient(4)[4:], gradient(3))
    added = seen.page("6.2.3.3", view="back", label=1).one("section", "back")
    came = [number(part.one("b").text) for part in added.one(class_="equation").all("span", "operand")]
    assert came[0] == came[1]
    assert "to each of the 2" in added.one("p", "rule").text
    assert "2 layers read the map before, of fire" in added.one("p", "rule").text
    copied = seen.page("4.9.3.3", view="back", label=1).one("section", "back")
    assert "copied from three" in copied.one("p", "rule").text


def test_the_drawing_of_a_step_is_complete_in_itself(fire: Seen) -> None:
    for at in ("4/6/2/5", "6/6/2/5"):
        layer, *place = at.split("/")
        answer = fire.client.get(f"/api/v1/runs/{fire.run['id']}/layers/{layer}/steps/{'/'.join(place)}.svg")
        assert answer.status_code == 200
        hrefs = [image.attributes["href"] for image in read(answer.text).all("image")]
        assert hrefs
        assert all(href.startswith(("data:image/png", "data:image/webp")) for href in hrefs)
