"""The ribbon of a network with blocks: few stops for many layers, and the open block layer by layer."""

import pytest
from fastapi.testclient import TestClient

from tests.pages.reading import Element, link, read

pytestmark = pytest.mark.reads

SIZE = 21
FIRE = (
    'conv2d(4, 3, name="conv1") | relu(name="conv1/relu") | max_pool2d(2, name="pool1")'
    ' | conv2d(2, 1, name="fire2/squeeze1x1") | relu(name="fire2/squeeze1x1_relu")'
    ' | conv2d(3, 1, name="fire2/expand1x1")'
    ' | conv2d(5, 3, padding=1, inputs=4, name="fire2/expand3x3") | relu(name="fire2/expand3x3_relu")'
    ' | concat(inputs=[5, 7], name="fire2/concat") | conv2d(6, 1, name="conv3") | relu(name="conv3/relu")'
    ' | add(inputs=[9, 10], name="sum") | global_avg_pool2d | flatten | softmax'
)
EXPAND = 6


def ribbon(client: TestClient, recipe: str, at: int, **fields: str) -> Element:
    answer = client.get(link(recipe, size=SIZE, at=f"{at}.0.0.0", **fields))
    assert answer.status_code == 200, answer.text
    return read(answer.text).one("nav", "ribbon")


def names(part: Element) -> list[str]:
    """Return the names of the stops, in order; the name of the open block before those of its layers."""
    return [b.text for a in part.one("ol").all() if a.has("stop") or a.has("fold") for b in a.all("b")]


def test_a_block_is_a_stop_and_the_open_one_a_stop_a_layer(client: TestClient) -> None:
    here = ribbon(client, FIRE, EXPAND)
    inside = ["fire2", "squeeze1x1", "expand1x1", "expand3x3", "relu", "concat"]
    assert names(here) == ["Input", "conv1", "max", *inside, "conv3", "sum", "scores"]
    lanes = [[b.text for b in lane.all("b")] for lane in here.one("ul", "lanes").parts if isinstance(lane, Element)]
    assert lanes == [["expand1x1"], ["expand3x3", "relu"]]
    present = [a for a in here.all("a") if a.attributes.get("aria-current") == "step"]
    assert [a.one("b").text for a in present] == ["expand3x3"]
    assert present[0].attributes["title"] == "conv2d, 9 × 9 × 5, reads fire2/squeeze1x1_relu"
    assert here.one("a", "fold").attributes["title"] == "6 layers, 9 × 9 × 8, reads pool1"


def test_folded_the_block_is_one_stop_that_opens_again(client: TestClient) -> None:
    folded = ribbon(client, FIRE, EXPAND, folded="1")
    assert names(folded) == ["Input", "conv1", "max", "fire2", "conv3", "sum", "scores"]
    stop = folded.one("a", id="fold")
    assert stop.attributes["aria-current"] == "step"
    opened = read(client.get(stop.attributes["href"]).text).one("nav", "ribbon")
    assert names(opened) == names(ribbon(client, FIRE, EXPAND))
    assert "folded=1" in opened.one("a", "fold").attributes["href"]


def test_stops_lead_to_the_layers_whose_output_they_show(client: TestClient) -> None:
    here = ribbon(client, FIRE, EXPAND)
    led = {a.one("b").text: a.attributes["data-along"] for a in here.one("ol").all("a", "stop")}
    assert led["conv1"] == "1 4 19 19"
    assert led["concat"] == "8 8 9 9"
    assert led["scores"] == "14 6 1 1"
    for way, index in (("prev", EXPAND - 1), ("next", EXPAND + 1)):
        link_ = here.one("a", rel=way)
        assert link_.attributes["data-along"].split()[0] == str(index)
        assert f"at={index}.0.0.0" in link_.attributes["href"]


def test_a_way_past_a_block_is_an_arc_over_it_and_one_within_a_lane(client: TestClient) -> None:
    assert not list(ribbon(client, FIRE, EXPAND).one("ol").all("li", "passed"))  # sum reads its neighbour twice
    past = FIRE.replace("add(inputs=[9, 10]", 'conv2d(6, 3, padding=1, name="conv4") | add(inputs=[10, 11]')
    assert [li.one("b").text for li in ribbon(client, past, EXPAND).one("ol").all("li", "passed")] == ["conv4"]
    inside = FIRE.replace('name="sum"', 'name="conv3/sum"')
    lanes = [lane.text for lane in ribbon(client, inside, 10).one("ul", "lanes").parts if isinstance(lane, Element)]
    assert lanes == ["past the others", "relu× 6"]


@pytest.mark.parametrize("named", [True, False])
def test_four_hundred_layers_are_few_stops(client: TestClient, named: bool) -> None:
    called = [f'name="part{at // 8}/{at}"' if named else "" for at in range(400)]
    recipe = " | ".join(
        f"conv2d(2, 3, padding=1, {one}) | relu({two})" for one, two in zip(called[::2], called[1::2], strict=True)
    )
    here = ribbon(client, recipe, 41)
    assert len(list(here.one("ol").all("a"))) < 24
    assert here.attributes["data-layers"] == "400"
    assert sum(1 for a in here.all("a") if a.attributes.get("aria-current") == "step") == 1


def test_a_network_without_names_has_a_stop_a_layer(client: TestClient) -> None:
    here = ribbon(client, "conv2d(4, 3) | relu | max_pool2d(2)", 1)
    assert names(here) == ["Input", "conv2d", "relu", "max_pool2d"]
    assert [a.one("b").text for a in here.all("a", "stop") if "rel" in a.attributes] == ["conv2d", "max_pool2d"]
    assert not list(here.all("link"))


def test_what_is_read_is_called_by_its_name_in_the_figure(client: TestClient) -> None:
    def figure(at: int) -> str:
        page = client.get(link(FIRE, size=SIZE, at=f"{at}.0.0.0"), headers={"CS-Layout": "wide"}).text
        return read(page).one("cs-plate").text

    assert "squeeze1x1_relu" in figure(EXPAND)
    assert "fire2" in figure(9)  # of another block what it is called


def test_a_way_past_layers_without_names_is_an_arc_over_them(client: TestClient) -> None:
    way = "conv2d(8, 3, padding=1) | conv2d(8, 3, padding=1) | relu | conv2d(8, 3, padding=1)"
    stops = ribbon(client, f"{way} | add(inputs=[0, 3]) | relu", 4).one("ol", "folded")
    assert [li.one("b").text for li in stops.all("li", "passed")] == ["conv2d", "relu", "conv2d"]
