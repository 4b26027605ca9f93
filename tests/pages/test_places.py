"""Why a map has its size, how far each setting goes, and what sharing weights saves: as the pages say it."""

import math
import re
from itertools import pairwise
from urllib.parse import parse_qsl, urlsplit

import numpy as np
import pytest
from fastapi.testclient import TestClient

from app.errors import Mistake
from app.explorer.editing.ranges import Setting, changed, pointless
from app.explorer.looks.registry import LOOKS
from app.explorer.state import DRAWN, State
from app.lab import Lab, Run
from app.layers import Place
from app.pipeline.document import Document, ImageInput, read_document
from app.pipeline.plan import plan
from tests.browser.screen import START
from tests.pages.reading import Element, link, number, numbers, read

pytestmark = pytest.mark.reads

SLIDING = (
    "conv2d(6, 5)", "conv2d(6, 5, padding=2)", "conv2d(2, 3, stride=3)", "conv2d(2, (3, 5), stride=(2, 4), dilation=2)",
    'conv2d(2, 4, padding="same")', 'conv2d(2, 3, padding=2, padding_mode="circular", stride=3)', "conv2d(3, 1)",
    "max_pool2d(2)", "max_pool2d(3, 2, ceil_mode=True)", "avg_pool2d((2, 5), 3, padding=1, ceil_mode=True)",
    "max_pool2d(32)", "conv2d(1, 2, stride=7)", "avg_pool2d(3, 2, padding=1)",
)  # fmt: skip
SHARING = ("conv2d(6, 5)", "conv2d(6, 3, stride=2, padding=1, groups=3)", "conv2d(4, (2, 7), bias=False)")


def page(client: TestClient, recipe: str, **fields: str) -> Element:
    """Return the page of a recipe on a picture of 32 × 32."""
    answer = client.get(link(recipe, **fields))
    assert answer.status_code == 200, answer.text
    return read(answer.text)


def planned(recipe: str) -> Run:
    source = ImageInput(image="coffee", height=32, width=32)
    document = Document(input=source, layers=read_document({"input": {"image": "coffee"}, "recipe": recipe}).layers)
    stages = plan(document, (3, 32, 32), most_multiplications=10**11, most_bytes=10**10)
    return Run(document, (3, 32, 32), stages)


@pytest.mark.parametrize("recipe", SLIDING)
def test_the_formula_gives_the_size_of_the_map(client: TestClient, recipe: str) -> None:
    stage = planned(recipe).stages[0]
    why = page(client, recipe, view="places").one(class_="why")
    lines = [[b.text for b in line.all("b")] for line in why.all(class_="formula")]
    if len(lines) == 1:
        lines *= 2
    ceil = getattr(stage.layer, "ceil_mode", False)
    for axis, (cells, window, padding, stride, first, places) in enumerate(lines):
        added = math.prod(map(int, padding.split(" × "))) if "×" in padding else sum(map(int, padding.split(" + ")))
        steps = (int(cells) - int(window) + added) / int(stride)
        wanted = (math.ceil if ceil else math.floor)(steps) + int(first)
        assert int(cells) == 32
        assert int(places) == stage.output_shape[axis + 1]
        assert int(places) == wanted or (ceil and int(places) == wanted - 1 and "does not count" in why.text)
    assert why.one("h2").text.endswith(f"{places}?")


@pytest.mark.parametrize(
    ("recipe", "places"),
    [
        ("upsample2d((2, 3))", (64, 96)),
        ("conv_transpose2d(2, 4, 2, 1)", (64, 64)),
        ("conv_transpose2d(2, (3, 2), (2, 3), (1, 0), output_padding=(1, 2), dilation=(1, 2))", (64, 98)),
        ("conv_transpose2d(2, 3)", (34, 34)),
    ],
)  # fmt: skip
def test_the_formula_of_a_finer_layer_gives_the_size_of_its_map(
    client: TestClient, recipe: str, places: tuple[int, int]
) -> None:
    assert planned(recipe).stages[0].output_shape[1:] == places  # as PyTorch's documentation has it
    why = page(client, recipe, view="places").one(class_="why")
    lines = [line.text for line in why.all(class_="formula")]
    for line, wanted in zip(lines * (2 // len(lines)), places, strict=True):
        words = re.sub(r"[^\d()×+−=]", "", line).replace("×", "*").replace("−", "-")
        left, right = words.split("=")
        assert eval(left) == int(right) == wanted  # noqa: S307


@pytest.mark.parametrize("recipe", SLIDING)
def test_the_cells_that_no_window_reads_are_counted_and_hatched(client: TestClient, recipe: str) -> None:
    stage = planned(recipe).stages[0]
    window = stage.layer.window(stage.input_shape)
    read_ = np.zeros((32, 32), bool)
    for row, column in np.ndindex(*stage.output_shape[1:]):
        top, left = window.origin(row, column)
        for r in range(window.size[0]):
            for c in range(window.size[1]):
                y, x = top + r * window.dilation[0], left + c * window.dilation[1]
                if getattr(stage.layer, "padding_mode", "zeros") == "circular":
                    y, x = y % 32, x % 32
                if 0 <= y < 32 and 0 <= x < 32:
                    read_[y, x] = True
    shown = page(client, recipe, view="places").one(class_="places")
    told = [int(numbers(key.text)[0]) for key in shown.all(class_="key")]
    assert told == ([int((~read_).sum())] if (~read_).any() else [])
    if told:
        assert any(shown.one("svg", "wide").all("path", "unread"))


def test_settings_to_try_are_links_to_networks_that_can_be(client: TestClient) -> None:
    for recipe in ("conv2d(6, 5) | max_pool2d(14)", "max_pool2d(2)", 'conv2d(6, 3, padding="same")'):
        for tried in page(client, recipe, view="places").one(class_="tries").all("a"):
            answer = client.get(tried.attributes["href"])
            assert answer.status_code == 200, tried.attributes["href"]
            assert dict(parse_qsl(urlsplit(tried.attributes["href"]).query))["view"] == "places"
    offered = [a.text for a in page(client, "max_pool2d(3)", view="places").one(class_="tries").all("a")]
    assert offered == ["0", "1", "1", "2", "3"]  # a pool takes at most half its window of padding, and no "same"


def test_a_padding_or_stride_that_cannot_be_is_told_why(client: TestClient) -> None:
    for recipe, row, words in (
        ('conv2d(6, 3, padding="same")', "stride", 'Padding "same" needs stride 1.'),
        ("conv2d(6, 3, stride=2)", "padding", 'Padding "same" needs stride 1.'),
        ("max_pool2d(2)", "padding", "at most half the window"),
        ("conv2d(6, 5) | max_pool2d(14)", "stride", "layer 2, max_pool2d, no longer fits"),
    ):
        tries = {line.one("span").text: line.text for line in page(client, recipe, view="places").all("p", "try")}
        assert set(tries) == {"padding", "stride"}, recipe
        assert words in tries[row], (recipe, tries)


def test_layers_without_a_window_of_their_own_are_not_asked_why(client: TestClient) -> None:
    for recipe, at in (("relu", START), ("flatten | linear(3)", "1.0.0.0"), ("global_avg_pool2d", START)):
        links = page(client, recipe, at=at).one(class_="looks").all("a")
        looks = [link.attributes["data-look"] for link in links if "data-look" in link.attributes]
        assert "places" not in looks
        assert "sharing" not in looks
        for view in ("places", "sharing"):  # where a link leads from a layer that has them
            shown = page(client, recipe, at=at, view=view)
            assert any(shown.all(class_="plate"))
            assert f"view={view}" not in shown.one(id="app").attributes["data-address"]


# ---- ranges


def tried(run: Run, name: str, value: object) -> bool:
    """Tell whether a value can be, and says something."""
    state = State(run.document)
    try:
        document = state.setting(0, changed(state, 0, name, value)).document
        stages = plan(document, run.input_shape, most_multiplications=20 * 10**9, most_bytes=512_000_000)
    except Mistake:
        return False
    return not pointless(stages[0], name)


@pytest.mark.parametrize(
    "recipe",
    [
        "conv2d(6, 5) | relu | max_pool2d(2)", "conv2d(6, 5)", "conv2d(4, 3, padding=1, dilation=2)", "max_pool2d(4)",
        "conv2d(3, 7, stride=2) | max_pool2d(3) | max_pool2d(2)", "avg_pool2d(3, 2, padding=1)",
        'conv2d(2, 3, padding=1, padding_mode="reflect")', 'conv2d(2, 5, padding="same")',
    ],
)  # fmt: skip
def test_a_range_ends_where_the_next_value_cannot_be(client: TestClient, lab: Lab, recipe: str) -> None:
    run = planned(recipe)
    for name in ("kernel_size", "stride", "padding", "dilation"):
        if name not in type(run.stages[0].layer).model_fields:
            continue
        setting = Setting(State(run.document), run, lab, 0, name, str)
        if setting.value == "same":
            continue
        told = setting.range()
        here = setting.value[0]
        low, high = here, here
        while tried(run, name, low - 1):
            low -= 1
        while tried(run, name, high + 1):
            high += 1
        assert [int(n) for n in numbers(told.ends)[: 1 if low == high else 2]] == (
            [low] if low == high else [low, high]
        )
        assert (bool(told.less), bool(told.more)) == (low < here, here < high)
        if low < high < 10_000:
            assert re.fullmatch(r"[A-Z].+\.", told.why), f"{name} {told.ends} gives no reason"
    assert lab.settings.run_max_bytes == 512_000_000


@pytest.mark.parametrize(
    ("recipe", "name"),
    [
        ("conv2d(6, 5) | relu | max_pool2d(2)", "out_channels"), ("linear(10) | softmax", "out_features"),
        ("conv2d(6, 3, groups=3) | conv2d(4, 1, groups=2)", "out_channels"), ("linear(4000)", "out_features"),
        ("conv2d(4, 3) | flatten | linear(4096)", "out_channels"), ("conv2d(4, 3) | conv2d(4, 29)", "out_channels"),
        ("conv2d(4, 3) | conv2d(4, 1, groups=2)", "out_channels"),
    ],
)  # fmt: skip
def test_there_are_as_many_maps_as_the_network_bears(lab: Lab, recipe: str, name: str) -> None:
    run = planned(recipe)
    setting = Setting(State(run.document), run, lab, 0, name, str)
    told = setting.range()
    step = told.more or told.less
    able = [n for n in range(1, 4098) if tried(run, name, n)] if step else [setting.value]
    assert [int(n) for n in numbers(told.ends)[:2]] == list(dict.fromkeys((able[0], able[-1])))
    assert all(low + step == high for low, high in pairwise(able))


def test_the_last_of_many_groups_can_be_reached(lab: Lab) -> None:
    run = planned("conv2d(128, 1) | conv2d(128, 3, groups=64)")
    told = Setting(State(run.document), run, lab, 1, "groups", str).range()
    assert told.ends == "1, 2, 4, 8, 16, 32, 64, 128."
    assert (told.less, told.more) == (32, 64)


def test_a_setting_changes_without_the_weights_being_written_and_read() -> None:
    state = State(planned("conv2d(weights=values([[[[1, 2], [3, 4]], [[1, 2], [3, 4]], [[1, 2], [3, 4]]]]))").document)
    before, after = state.document.layers[0], state.setting(0, {"stride": 2}).document.layers[0]
    assert after.weights.weight is before.weights.weight  # type: ignore[attr-defined]


@pytest.fixture
def lab(client: TestClient) -> Lab:
    found: Lab = client.app.state.lab  # type: ignore[attr-defined]
    return found


def test_groups_step_from_divisor_to_divisor(client: TestClient) -> None:
    card = page(client, "conv2d(6, 3)", edit="0").one(class_="card")
    text = card.one("span", id="h-groups").text
    assert re.search(r"\b1, 3\b", text)
    field = card.one("input", id="f-groups")
    assert field.attributes["value"] == "1"
    step = card.one("button", "step", **{"aria-label": "groups +2"})
    assert step.attributes["value"] == "2"
    form = {"recipe": "conv2d(6, 3)", "image": "coffee", "size": "32", "op": "set", "layer": "0", "field": "groups"}
    answer = client.post("/edit", data={**form, "value": "1", "step": "2"}, follow_redirects=False)
    assert answer.status_code == 303
    assert "groups" in answer.headers["location"]


def test_what_is_typed_past_an_end_is_refused_with_the_reason(client: TestClient) -> None:
    form = {"recipe": "conv2d(6, 5)", "image": "coffee", "size": "32", "op": "set", "layer": "0", "edit": "0"}
    for name, value, words in (
        ("padding", "5", "only zeros"), ("kernel_size", "33", "33×33 window"), ("stride", "28", "one place"),
        ("groups", "2", "evenly"),
    ):  # fmt: skip
        answer = client.post("/edit", data={**form, "field": name, "value": value}, headers={"HX-Request": "true"})
        assert answer.status_code == 422, name
        assert words in read(answer.text).text
    assert client.get(link("conv2d(6, 5, padding=7)")).status_code == 200  # the recipe goes there


def test_filters_of_another_size_go_only_with_a_word(client: TestClient) -> None:
    recipe = 'conv2d(weights=preset("sobel_x", "sobel_y", "laplacian")) | relu'
    assert (
        "replaces these filters by random ones" in page(client, recipe, edit="0").one("span", id="h-kernel_size").text
    )
    form = {"recipe": recipe, "image": "coffee", "size": "32", "op": "set", "layer": "0", "edit": "0"}

    def after(name: str, value: str) -> tuple[dict[str, str], Element]:
        answer = client.post("/edit", data={**form, "field": name, "value": value})
        assert answer.status_code == 200
        return dict(parse_qsl(answer.url.query.decode())), read(answer.text).one(class_="card")

    for name, value, weights, told in (
        ("kernel_size", "3", "laplacian", False), ("out_channels", "2", '"sobel_x", "sobel_y")', False),
        ("stride", "2", "laplacian", False), ("kernel_size", "5", "conv2d(3, 5)", True),
        ("out_channels", "4", "(4, 3)", True),
    ):  # fmt: skip
        fields, card = after(name, value)
        assert weights in fields["recipe"], fields
        assert any("Back brings them back" in p.text for p in card.all("p", "fresh")) == told, name
        assert fields["edit"] == ("0.fresh" if told else "0")


def test_what_is_pinned_and_compared_with_stays_behind_in_its_look(client: TestClient) -> None:
    assert {name for name, look in LOOKS.items() if look.draw} == DRAWN
    kept = {("flat", "i.0.3.4"): "figure flat", ("sharing", "full"): "sharing", ("stack", "t.9.fan"): "stack"}
    for (view, pin), looks in kept.items():
        shown = page(client, "conv2d(6, 5)", view=view, pin=pin)
        links = [dict(parse_qsl(urlsplit(a.attributes["href"]).query)) for a in shown.one(class_="looks").all("a")]
        assert {fields.get("view", "figure") for fields in links if "pin" in fields} <= set(looks.split()), view
    shown = page(client, "conv2d(6, 5)", view="compare", **{"with": "seed:3"})
    for link_ in shown.one(class_="looks").all("a"):
        assert ("with=" in link_.attributes["href"]) == (link_.attributes["data-look"] == "compare")


def test_the_card_says_the_formula_the_result_and_the_parameters_as_areas(client: TestClient) -> None:
    card = page(client, "conv2d(6, 5) | relu", edit="0").one(class_="card")
    assert "(32 − 5 + 2 × 0) ÷ 1 + 1 = 28" in card.text
    assert "28 × 28 × 6" in card.text
    assert "456 = 6 × (5 × 5 × 3 + 1): shared by 784 places, 31,700 times fewer." in card.text
    assert {"Why 28?", "Shared weights"} <= {a.text for a in card.all("a")}
    sides = [float(rect.attributes["width"]) for rect in card.one("svg", "areas").all("rect")]
    assert (sides[0] / sides[1]) ** 2 == pytest.approx(14_455_392 / 456, rel=0.02)


# ---- sharing


@pytest.mark.parametrize("recipe", SHARING)
def test_the_three_ways_of_counting_add_up(client: TestClient, recipe: str) -> None:
    stage = planned(recipe).stages[0]
    rows, columns, depth = (*stage.layer.window(stage.input_shape).size, stage.geometry.channels_read(0))
    weights = rows * columns * (depth[1] - depth[0])
    filters, places = stage.output_shape[0], stage.output_shape[1] * stage.output_shape[2]
    bias = int("bias=False" not in recipe)
    wanted = {
        "shared": filters * (weights + bias),
        "local": places * filters * (weights + 1),
        "full": places * filters * (3072 + 1),
    }
    for kind, count in wanted.items():
        shown = page(client, recipe, view="sharing", pin=kind).one(class_="sharing")
        assert number(shown.one("h2").text) == count
        left, right = shown.one(class_="working").text.split(" = ")
        assert eval(right.replace("×", "*").replace(",", "")) == number(left) == count  # noqa: S307
        ways = [numbers(way.text) for way in shown.one("nav").all("a")]
        assert [way[0] for way in ways] == list(wanted.values())
        assert [way[1] for way in ways] == [places * filters * weights] * 2 + [places * filters * 3072]
        squares = {rect.attributes["class"].split()[1]: float(rect.attributes["width"]) for rect in shown.all("rect")}
        for name, other in wanted.items():
            assert squares[name] == pytest.approx(200 * math.sqrt(other / wanted["full"]), abs=0.01)


def test_neighbours_have_the_same_edges_only_where_they_share(client: TestClient) -> None:
    def bundles(kind: str) -> list[list[str]]:
        drawn = page(client, "conv2d(6, 5)", view="sharing", pin=kind, at="0.3.7.16").one("svg", "edges-of")
        groups = list(drawn.all("g", "edges"))
        assert [int(group.attributes["data-edges"]) for group in groups] == [{"full": 144}.get(kind, 75)] * 2
        return [sorted(f"{line.attributes['class']} {line.attributes['d'].count('M')}" for line in group.all("path"))
                for group in groups]  # fmt: skip

    one, other = bundles("shared")
    assert one == other
    for kind in ("local", "full"):
        one, other = bundles(kind)
        assert one != other


def test_the_edges_are_those_of_the_cells_that_the_number_reads(client: TestClient) -> None:
    stage = planned("conv2d(2, 3, padding=1)").stages[0]
    for at, cells in ((START, 4), ("0.0.0.5", 6), ("0.1.5.5", 9)):
        drawn = page(client, "conv2d(2, 3, padding=1)", view="sharing", at=at).one("svg", "edges-of")
        *_, own = drawn.all("g", "edges")  # its neighbour's lie below
        assert int(own.attributes["data-edges"]) == 3 * cells
    assert stage.geometry.span(Place(0, 0, 0)).rows == (-1, 2)


def test_any_pin_leaves_any_look_standing(client: TestClient) -> None:
    for view in ("figure", "flat", "sharing", "places"):
        for pin in ("local", "i.0.3.4", "w.0.1.2", "nonsense"):
            assert client.get(link("conv2d(6, 5)", view=view, pin=pin)).status_code == 200
