"""The card's filters: facts that the numbers bear out, edits that do what they say, and best places by brute force."""

import re
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from PIL import Image

from app.errors import Unfit
from app.explorer.editing.filter_edits import changed, painted, pattern
from app.explorer.editing.filter_facts import filter_facts
from app.numerics.kernels import KERNELS, bank
from app.rendering.palette import signed_bytes, signed_palette
from tests import oblong
from tests.numerics.test_ranking import by_brute_force
from tests.pages.reading import Api, Element, link, read

pytestmark = pytest.mark.reads

Array = NDArray[np.float32]
RECIPE = "conv2d(3, 3, padding=1, weights=random(7)) | relu"
WEIGHTS = arrays(
    np.float32,
    st.tuples(st.integers(1, 3), st.sampled_from([1, 3]), st.integers(1, 4), st.integers(1, 4)),
    elements=st.floats(-4, 4, width=32).map(lambda x: np.float32(round(x, 2))),
)


def opened(client: TestClient, recipe: str = RECIPE, **fields: object) -> Element:
    answer = client.get(link(recipe, **{"image": "chelsea", "at": "0.1.4.5", "edit": "0.weights", **fields}))
    assert answer.status_code == 200, answer.text
    return read(answer.text)


def api(client: TestClient) -> Api:
    return Api(lambda path: client.get(path).content)


def form_of(page: Element) -> dict[str, str]:
    form = page.one("form", "grid")
    return {
        field.attributes["name"]: field.attributes["value"]
        for field in form.all("input")
        if "name" in field.attributes and field.attributes.get("type") not in ("radio", "checkbox")
    }


def edit(client: TestClient, page: Element, **fields: str) -> Any:
    return client.post("/edit", data={**form_of(page), **fields}, follow_redirects=False)


def weight_at(client: TestClient, address: str) -> Array:
    query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    return api(client).weight(api(client).run({k: v for k, v in query.items() if k not in ("at", "edit")})["id"], 0)


def fact(page: Element, name: str) -> str:
    found = next(e for tag in ("dd", "b", "p") for e in page.all(tag) if e.attributes.get("data-fact") == name)
    return found.text


# ---- facts


def test_the_card_says_sum_gain_mean_and_length_of_the_filter(client: TestClient) -> None:
    page = opened(client)
    weight = api(client).weight(api(client).run({"image": "chelsea", "size": "32", "recipe": RECIPE})["id"], 0)[1]
    wanted = {
        "sum": weight.sum(),
        "gain": np.abs(weight).sum(),
        "mean": weight.mean(),
        "length": np.sqrt((weight.astype(float) ** 2).sum()),
    }
    for name, value in wanted.items():
        assert float(fact(page, name).replace("−", "-")) == pytest.approx(float(value), abs=6e-4), name


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("identity", "identity"),
        ("box", "smoothing"),
        ("gaussian_5", "smoothing"),
        ("motion_blur", "smoothing"),
        ("sharpen", "sharpening"),
        ("unsharp", "sharpening"),
        ("sobel_x", "edge"),
        ("scharr_y", "edge"),
        ("laplacian", "zero-mean, even"),
        ("line_diagonal", "zero-mean, even"),
        ("edge_x", "edge"),
        ("hue_edge", "edge of no one direction"),
        ("warm", "contrast of sheets"),
    ],
)
def test_the_kind_of_a_named_filter_is_what_its_numbers_show(name: str, kind: str) -> None:
    assert filter_facts(bank([name], 3)[0][0]).kind == kind


@pytest.mark.parametrize(
    ("name", "direction"),
    [("sobel_x", "to the right"), ("sobel_y", "downwards"), ("edge_x", "to the right"), ("edge_y", "downwards")],
)
def test_an_edge_filter_is_told_with_its_direction(name: str, direction: str) -> None:
    weight = bank([name], 3)[0][0]
    assert f"brighter {direction}." in filter_facts(weight).kind_sentence
    opposite = {"to the right": "to the left", "downwards": "upwards"}[direction]
    assert f"brighter {opposite}." in filter_facts(-weight).kind_sentence


def test_a_separable_filter_is_told_with_the_work_it_saves() -> None:
    assert filter_facts(bank(["gaussian_5"], 1)[0][0]).rank_sentence == (
        "separable: two passes of 5 instead of 25 products"
    )
    assert "one pattern" in filter_facts(bank(["sobel_x"], 3)[0][0]).rank_sentence
    laplacian = filter_facts(bank(["laplacian"], 1)[0][0])
    assert laplacian.ranks == (2,)
    assert laplacian.rank_sentence == "not separable: a sum of 2 separable filters"


@given(st.integers(2, 5), st.integers(2, 5), st.integers(0, 99))
def test_what_is_called_separable_is_a_product_of_a_column_and_a_row(rows: int, columns: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    column, row = random.integers(1, 9, (rows, 1)), random.integers(1, 9, (1, columns))
    product = (column * row).astype(np.float32)[None]
    assert filter_facts(product).ranks == (1,)
    product[0, 0, 0] += 7
    assert filter_facts(product).ranks == (2,)


@given(WEIGHTS)
def test_a_kind_is_never_claimed_against_the_numbers(weights: Array) -> None:
    for weight in weights.astype(np.float64):
        facts, total, gain = filter_facts(weight.astype(np.float32)), weight.sum(), np.abs(weight).sum()
        if facts.kind in ("edge", "edge of no one direction") or facts.kind.startswith("zero-mean"):
            assert abs(total) <= 1e-3 * gain
        if facts.kind.startswith("edge"):
            np.testing.assert_allclose(weight[:, ::-1, ::-1], -weight, atol=1e-2)
        if facts.kind == "smoothing":
            assert weight.min() >= 0 or weight.max() <= 0
        if facts.kind == "zero":
            assert not weight.any()
        if facts.kind == "identity":
            assert np.count_nonzero(weight) == len(weight)


# ---- edits


ORACLES = {
    "flip": lambda w: w[:, ::-1, ::-1],
    "rotate": lambda w: np.stack([np.array([list(line) for line in zip(*sheet[::-1], strict=True)]) for sheet in w]),
    "transpose": lambda w: np.stack([sheet.T for sheet in w]),
    "mirror": lambda w: np.stack([sheet[:, ::-1] for sheet in w]),
    "negate": lambda w: -w,
    "sum": lambda w: w / w.sum(),
    "mean": lambda w: w - w.mean(),
    "length": lambda w: w / np.sqrt((w**2).sum()),
    "zero": lambda w: 0 * w,
    "copy.2": lambda w: np.stack([w[2]] * 3),
}


@pytest.mark.parametrize("change", ORACLES)
@pytest.mark.parametrize("scope", ["one", "all"])
def test_a_button_changes_the_filter_and_no_other(client: TestClient, change: str, scope: str) -> None:
    page = opened(client)
    before = weight_at(client, link(RECIPE, image="chelsea"))
    answer = edit(client, page, change=change, scope=scope)
    assert answer.status_code == 303, answer.text
    after = weight_at(client, answer.headers["location"])
    for number, filter_ in enumerate(before.astype(float)):
        wanted = ORACLES[change](filter_) if scope == "all" or number == 1 else filter_
        np.testing.assert_allclose(after[number], wanted, rtol=1e-5, atol=1e-6)


def test_an_edit_too_long_for_an_address_is_held_by_its_run(client: TestClient) -> None:
    page = opened(client, "conv2d(16, 5, weights=random(7))")
    answer = edit(client, page, **{"w.0.0.0": "0.5"})
    address = answer.headers["location"]
    assert address.startswith("/?run=")
    assert len(address) < 200
    run = parse_qs(urlsplit(address).query)["run"][0]
    assert api(client).weight(run, 0)[1, 0, 0, 0] == 0.5
    assert opened(client, "conv2d(16, 5, weights=random(7))").one("form", "grid")


@pytest.mark.parametrize(
    ("recipe", "at", "fields"),
    [
        ("conv2d(4, 3) | conv2d(8, 3, groups=2)", "1.5.1.1", {}),
        ("conv2d(64, 3) | relu", "0.63.1.1", {}),
        ("conv2d(2, (1, 4))", "0.1.1.1", {"mode": "L"}),
        ("conv2d(2, 1) | conv2d(3, 1)", "1.1.1.1", {}),
        ("conv2d(2, 3, bias=False)", "0.1.1.1", {"theme": "dark"}),
        ("flatten | linear(3)", "1.1.0.0", {}),
        ("linear(3)", "0.1.0.0", {}),
        ("batch_norm2d", "0.1.1.1", {}),
    ],
)
@pytest.mark.parametrize("part", ["weights", "gallery", "pattern"])
def test_every_layer_that_learned_has_its_parts(
    client: TestClient, recipe: str, at: str, fields: dict[str, str], part: str
) -> None:
    page = opened(client, recipe, at=at, edit=f"{at[0]}.{part}", **fields)
    assert page.one("section", "card")
    assert sum(1 for _ in page.one("section", "card").all()) < 600
    for image in (*page.one("div", "filters").all("img"), *page.one("div", "filters").all("image")):
        href = image.attributes.get("src") or image.attributes["href"]
        assert client.get(href).status_code == 200, href


def test_a_quarter_turn_clockwise_brings_the_left_column_to_the_top() -> None:
    weight = np.arange(6, dtype=np.float32).reshape(1, 1, 3, 2)
    np.testing.assert_array_equal(changed(weight, [0], "rotate")[0, 0], [[4, 2, 0], [5, 3, 1]])


def test_what_is_typed_and_what_is_pressed_are_one_edit(client: TestClient) -> None:
    answer = edit(client, opened(client), **{"w.0.0.0": "2", "change": "negate"})
    assert weight_at(client, answer.headers["location"])[1, 0, 0, 0] == -2


def test_filters_that_are_not_square_turn_together_or_not_at_all(client: TestClient) -> None:
    page = opened(client, "conv2d(2, (2, 3), weights=random(1))", at="0.0.1.1")
    refused = edit(client, page, change="rotate", scope="one")
    assert refused.status_code == 422
    assert "3×2 weights of 2×3" in refused.text
    turned = edit(client, page, change="rotate", scope="all")
    assert weight_at(client, turned.headers["location"]).shape == (2, 3, 3, 2)


@pytest.mark.parametrize(("name", "change"), [("sobel_x", "sum"), ("identity", "flip"), ("sobel_x", "mean")])
def test_what_cannot_be_or_does_nothing_is_said(client: TestClient, name: str, change: str) -> None:
    page = opened(client, f'conv2d(weights=preset("{name}"))', at="0.0.1.1")
    answer = edit(client, page, change=change)
    assert answer.status_code == 422
    assert ("add up to 0" if change == "sum" else "nothing has changed") in answer.text


def test_a_filter_of_zeros_has_no_length() -> None:
    with pytest.raises(Unfit, match="no length"):
        changed(np.zeros((1, 1, 3, 3), np.float32), [0], "length")


@given(WEIGHTS)
def test_turning_there_and_back_leaves_a_filter_as_it_was(weights: Array) -> None:
    everyone = list(range(len(weights)))
    for change, times in (("rotate", 4), ("flip", 2), ("transpose", 2), ("mirror", 2), ("negate", 2)):
        after = weights
        try:
            for _ in range(times):
                after = changed(after, everyone, change)
        except Unfit:
            continue  # the filter is the same after the change
        np.testing.assert_array_equal(after, weights)


# ---- the gallery


def test_a_named_filter_takes_the_place_of_one(client: TestClient) -> None:
    page = opened(client, edit="0.gallery")
    form = page.one("form", "shelf")
    fields = {f.attributes["name"]: f.attributes["value"] for f in form.all("input", type="hidden")}
    before = weight_at(client, link(RECIPE, image="chelsea"))
    answer = client.post("/edit", data={**fields, "kernel": "sobel_x"}, follow_redirects=False)
    after = weight_at(client, answer.headers["location"])
    np.testing.assert_array_equal(after[1], bank(["sobel_x"], 3)[0][0])
    np.testing.assert_array_equal(after[[0, 2]], before[[0, 2]])
    refused = client.post("/edit", data={**fields, "kernel": "gaussian_5"}, follow_redirects=False)
    assert refused.status_code == 422
    assert "5×5" in refused.text
    assert "3×3" in refused.text


def recipe_at(address: str) -> str:
    return parse_qs(urlsplit(address).query)["recipe"][0]


def taken(client: TestClient, recipe: str, at: str, kernel: str, **fields: object) -> str:
    form = opened(client, recipe, at=at, edit="0.gallery", **fields).one("form", "shelf")
    sent = {f.attributes["name"]: f.attributes["value"] for f in form.all("input", type="hidden")}
    answer = client.post("/edit", data={**sent, "kernel": kernel}, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return recipe_at(answer.headers["location"])


@pytest.mark.parametrize(
    ("recipe", "at", "kernel", "after"),
    [
        ('conv2d(weights=preset("edge_x", "edge_y", "warm", "spot"))', "0.3.1.1", "sobel_x",
         'conv2d(4, 5, weights=preset("edge_x", "edge_y", "warm", "sobel_x"))'),
        ('conv2d(weights=preset("sobel_x", "warm"))', "0.1.1.1", "box",
         'conv2d(2, 3, weights=preset("sobel_x", "box"))'),
        ('conv2d(weights=preset("sobel_x", "box", spread="sum", bias=[1, 2]))', "0.1.1.1", "emboss",
         'conv2d(2, 3, weights=preset("sobel_x", "emboss", spread="sum", bias=[1, 0]))'),
        ("conv2d(1, 5)", "0.0.1.1", "sobel_x", 'conv2d(1, 3, weights=preset("sobel_x"))'),
        ("conv2d(1, 3, padding=2)", "0.0.1.1", "box_5", 'conv2d(1, 5, padding=2, weights=preset("box_5"))'),
    ],
)  # fmt: skip
def test_a_named_filter_leaves_the_others_names_and_biases(
    client: TestClient, recipe: str, at: str, kernel: str, after: str
) -> None:
    assert taken(client, recipe, at, kernel) == after


def test_a_named_filter_among_numbers_stands_beside_them(client: TestClient) -> None:
    three = "[[0, 0, 0], [0, 1, 2], [0, 0, 0]]"
    other = "[[[1, 0, 0], [0, 1, 0], [0, 0, 1]], [[0, 0, 0], [0, 2, 0], [0, 0, 0]], [[0, 0, 0], [0, 0, 0], [7, 0, 0]]]"
    given = f"conv2d(weights=values([[{', '.join([three] * 3)}], {other}, {other}], [3, 4, 5]))"
    mean = "[[0, 0, 0], [0, 3, 6], [0, 0, 0]]"  # which is spread over three sheets
    assert taken(client, given, "0.2.1.1", "sobel_x") == (
        f'conv2d(3, 3, weights=preset({mean}, {other}, "sobel_x", bias=[3, 4, 0]))'
    )


def test_what_is_edited_of_one_filter_leaves_the_others_their_names(client: TestClient) -> None:
    page = opened(client, 'conv2d(weights=preset("sobel_x", "box"))', mode="L", at="0.1.1.1")
    answer = edit(client, page, **{"w.0.0.0": "1/4", "bias": "−2"})
    ninth = "0.11111111"
    assert recipe_at(answer.headers["location"]) == (
        f'conv2d(2, 3, weights=preset("sobel_x", [[0.25, {ninth}, {ninth}], [{ninth}, {ninth}, {ninth}], '
        f"[{ninth}, {ninth}, {ninth}]], bias=[0, -2]))"
    )
    both = edit(client, page, change="negate", scope="all")
    assert "weights=values([[[[1, 0, -1], [2, 0, -2], [1, 0, -1]]]" in recipe_at(both.headers["location"])


def test_whole_numbers_of_a_named_filter_are_its_own_on_every_sheet(client: TestClient) -> None:
    page = opened(client, 'conv2d(weights=preset("sobel_x", "laplacian"))')
    answer = edit(client, page, op="whole")
    assert recipe_at(answer.headers["location"]) == (
        'conv2d(2, 3, weights=preset("sobel_x", "laplacian", spread="sum"))'
    )


def test_named_filters_are_spread_as_their_mean_or_their_sum(client: TestClient) -> None:
    page = opened(client, 'conv2d(weights=preset("sobel_x", "warm"))')
    answer = edit(client, page, op="spread", spread="sum")
    assert recipe_at(answer.headers["location"]) == 'conv2d(2, 5, weights=preset("sobel_x", "warm", spread="sum"))'
    weight = weight_at(client, answer.headers["location"])
    assert weight[0, :, 1:4, 1:4].tolist() == [[[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]] * 3
    assert edit(client, page, op="spread", spread="max").status_code == 422
    assert edit(client, opened(client), op="spread", spread="sum").status_code == 422


# ---- pasting


def test_two_filters_that_are_pasted_are_the_layer_s(client: TestClient) -> None:
    page = opened(client, "conv2d(4, 5, stride=2, padding=1)", at="0.0.1.1")
    filters = np.random.default_rng(3).integers(-9, 9, (2, 3, 3, 3))
    rows = "\n\n".join("\n".join("\t".join(map(str, row)) for row in sheet) for sheet in filters.reshape(6, 3, 3))
    for block in (rows, str(filters.tolist())):
        answer = edit(client, page, block=block)
        assert answer.status_code == 303, answer.text
        assert recipe_at(answer.headers["location"]).startswith("conv2d(2, 3, 2, 1, weights=values([[[[")
        np.testing.assert_array_equal(weight_at(client, answer.headers["location"]), filters)


def test_a_block_goes_in_at_the_field_where_it_was_pasted(client: TestClient) -> None:
    page = opened(client)
    before = weight_at(client, link(RECIPE, image="chelsea"))
    answer = edit(client, page, block="1/2 −3\n4 0,5", **{"from": "w.2.1.1"})
    after = weight_at(client, answer.headers["location"])
    np.testing.assert_array_equal(after[1, 2, 1:, 1:], [[0.5, -3], [4, 0.5]])
    assert np.count_nonzero(after != before) == 4
    biases = edit(client, page, block="1 2 3", **{"from": "bias"})
    assert recipe_at(biases.headers["location"]).endswith("[1, 2, 3])) | relu")
    for block, said in (("1 x", "&#39;x&#39; is no number"), ("1 2 3 4", "1×4 numbers"), ("[1, 2", "is no number")):
        refused = edit(client, page, block=block, **{"from": "w.0.0.0"})
        assert refused.status_code == 422
        assert said in refused.text
    assert edit(client, page, block="1 2", **{"from": "w.9.9.9"}).status_code == 400


def test_weights_of_a_vector_are_typed_and_pasted(client: TestClient) -> None:
    page = opened(client, "max_pool2d(16) | linear(2)", at="1.1.0.0", edit="1.weights")
    answer = edit(client, page, **{"w.2.1.0": "7"})
    query = {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}
    run = api(client).run({k: v for k, v in query.items() if k in ("image", "size", "recipe")})["id"]
    assert api(client).weight(run, 1).reshape(2, 3, 2, 2)[1, 2, 1, 0] == 7
    pasted = edit(client, page, block="\n".join(" ".join(map(str, range(12))) for _ in range(2)))
    assert "values([[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], [0, 1," in recipe_at(pasted.headers["location"])


@pytest.mark.parametrize("size", [32, 224])
def test_a_thumbnail_is_the_named_filter_s_map_of_the_present_picture(client: TestClient, size: int) -> None:
    page = opened(client, edit="0.gallery", size=size)
    shown = {i.attributes["src"].split("/")[-1].split(".")[0]: i for i in page.all("img", "made")}
    assert set(shown) == set(KERNELS) - {"box_3", "gaussian_3"}
    x = api(client).output(api(client).run({"image": "chelsea", "size": str(size), "recipe": RECIPE})["id"], "input")
    by = -(-size // 96)
    side = size // by
    small = np.zeros((3, side, side))
    for c, r, k in np.ndindex(*small.shape):
        small[c, r, k] = x[c, r * by : (r + 1) * by, k * by : (k + 1) * by].mean()
    around = np.pad(small, ((0, 0), (1, 1), (1, 1)), mode="edge")
    wanted = sum(
        w * around[c, r : r + side, k : k + side] for (c, r, k), w in np.ndenumerate(bank(["sobel_x"], 3)[0][0])
    )
    answer = client.get(shown["sobel_x"].attributes["src"])
    assert "immutable" in answer.headers["cache-control"]
    pixels = np.asarray(Image.open(BytesIO(answer.content)).convert("RGB"))
    levels = signed_bytes(np.asarray(wanted, np.float32), float(np.abs(wanted).max()))
    palette = np.frombuffer(signed_palette("light"), np.uint8).reshape(256, 3)
    steps = [palette[np.clip(levels.astype(int) + step, 0, 254)] for step in (-1, 0, 1)]
    assert np.any([(pixels == step).all(axis=2) for step in steps], axis=0).all()


def test_a_filter_of_the_first_layer_is_one_colour_tile(client: TestClient) -> None:
    page = opened(client)
    tile = page.one("svg", "tile").one("image").attributes["href"]
    pixels = np.asarray(Image.open(BytesIO(client.get(tile).content)).convert("RGBA")).astype(float)
    weight = weight_at(client, link(RECIPE, image="chelsea"))
    box = [int(n) for n in page.one("section", "makes").one("svg", "tile").attributes["viewbox"].split()]
    drawn = pixels[box[1] : box[1] + box[3], box[0] : box[0] + box[2]]
    np.testing.assert_allclose(
        drawn[..., :3].transpose(2, 0, 1), 128 + 127 * weight[1] / np.abs(weight).max(), atol=0.51
    )
    deep = opened(client, f"{RECIPE} | conv2d(2, 3)", at="2.0.1.1", edit="2.weights")
    assert not list(deep.one("div", "filters").all("svg", "tile"))


# ---- the pattern


def test_a_painted_pattern_is_a_filter_of_mean_0_and_length_1(client: TestClient) -> None:
    page = opened(client, edit="0.pattern")
    colours = {f"p.{r}.{k}": "#ffffff" if r < k else "#200000" for r, k in np.ndindex(3, 3)}
    answer = edit(client, page, **colours)
    assert answer.status_code == 303, answer.text
    weight = weight_at(client, answer.headers["location"])[1].astype(float)
    assert weight.sum() == pytest.approx(0, abs=1e-6)
    assert (weight**2).sum() == pytest.approx(1)
    values = np.array([[[1.0 if r < k else 32 / 255 * (c == 0) for k in range(3)] for r in range(3)] for c in range(3)])
    wanted = values - values.mean()
    np.testing.assert_allclose(weight, wanted / np.sqrt((wanted**2).sum()), atol=1e-6)
    again = read(client.get(answer.headers["location"]).text)
    assert form_of(again)["p.0.0"] == "#200000"
    assert form_of(again)["p.0.2"] == "#ffffff"
    even = edit(client, page, **dict.fromkeys(colours, "#808080"))
    assert even.status_code == 422
    assert "nothing to look for" in even.text


@given(arrays(np.uint8, (3, 3, 3)))
def test_a_pattern_is_kept_as_painted_but_for_its_contrast(cells: NDArray[np.uint8]) -> None:
    if np.ptp(cells) < 3:
        return
    fields = {f"p.{r}.{k}": "#{:02x}{:02x}{:02x}".format(*cells[r, k]) for r, k in np.ndindex(3, 3)}
    shown = painted(pattern(fields, (3, 3, 3)))
    spread = (cells.astype(float) - cells.min()) / np.ptp(cells) * 255
    told = np.array([[[int(colour[i : i + 2], 16) for i in (1, 3, 5)] for colour in row] for row in shown])
    np.testing.assert_allclose(told, spread, atol=0.51)


@pytest.mark.parametrize("recipe", [RECIPE, "conv2d(2, 5, stride=2, weights=random(3))"])
def test_the_best_places_are_those_of_a_brute_force_search(client: TestClient, recipe: str) -> None:
    page = opened(client, recipe, edit="0.pattern", at="0.1.2.2")
    map_ = api(client).output(api(client).run({"image": "chelsea", "size": "32", "recipe": recipe})["id"], 0)[1]
    apart = 3
    for shown, sign in zip(page.all("ol", "bests"), (1, -1), strict=True):
        order = sorted(np.ndindex(*map_.shape), key=lambda at: -sign * map_[at])
        wanted: list[tuple[int, ...]] = []
        for at in order:
            if all(max(abs(at[0] - r), abs(at[1] - k)) >= apart for r, k in wanted):
                wanted.append(at)
        links = list(shown.all("a"))
        ats = [re.search(r"at=0\.1\.(\d+)\.(\d+)", a.attributes["href"]) for a in links]
        assert [tuple(map(int, at.groups())) for at in ats if at] == [tuple(at) for at in wanted[:5]]
        values = [float(a.one("span", "num").text.replace("−", "-")) for a in links]
        np.testing.assert_allclose(values, [map_[at] for at in wanted[:5]], atol=6e-4)


# ---- while it is edited


def test_an_edit_in_the_making_shows_its_map_and_says_nothing_of_half_a_number(client: TestClient) -> None:
    fields = form_of(opened(client))
    answer = client.post("/parts/filtered", data={**fields, "w.0.0.0": "1.5"})
    made = read(answer.text).one("section", "makes")
    assert client.get(made.attributes["data-maps"]).headers["content-type"] == "image/png"
    run = re.search(r"/runs/(\w+)/", made.attributes["data-maps"])
    assert run
    assert api(client).weight(run[1], 0)[1, 0, 0, 0] == 1.5
    assert client.post("/parts/filtered", data={**fields, "w.0.0.0": "1e"}).status_code == 204


def test_an_edit_of_weights_that_do_not_slide_has_no_map_to_show(client: TestClient) -> None:
    page = opened(client, "flatten | linear(3)", at="1.0.0.0", edit="1.weights")
    fields = {**form_of(page), "op": "seed", "seed": "3"}
    assert client.post("/parts/filtered", data=fields).status_code == 204


def test_what_cannot_be_is_said_in_the_card(client: TestClient) -> None:
    page = opened(client, 'conv2d(2, 3, weights=preset("sobel_x", "sobel_y"))', at="0.1.4.5")
    for change, said in (("sum", "add up to 0"), ("mean", "leaves the filter as it is")):
        answer = client.post("/edit", data={**form_of(page), "change": change}, headers={"hx-request": "true"})
        assert (answer.status_code, answer.headers["hx-retarget"]) == (200, "#h-filter")
        assert said in answer.text
    assert page.one(id="h-filter").text == ""


def test_a_filter_of_a_transposed_convolution_is_edited_in_the_layout_of_its_maps(client: TestClient) -> None:
    recipe = "conv2d(4, 3) | conv_transpose2d(6, (2, 3), 2, groups=2, weights=random(3))"
    answer = client.get(link(recipe, image="chelsea", size=9, at="1.4.2.2", edit="1.weights"))
    page = read(answer.text)
    before = api(client).weight(api(client).run({"image": "chelsea", "size": 9, "recipe": recipe})["id"], 1)
    assert before.shape == (4, 3, 2, 3)  # channels that are read, maps of a group, rows, columns
    written = {name: value.replace("−", "-") for name, value in form_of(page).items()}
    for (channel, row, column), weight in np.ndenumerate(before[2:, 1]):  # map 5 is the second of the second group
        assert float(written[f"w.{channel}.{row}.{column}"]) == pytest.approx(weight, abs=6e-4)
    address = edit(client, page, **{"w.1.0.2": "7.5"}).headers["location"]
    query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    after = api(client).weight(api(client).run({k: v for k, v in query.items() if k not in ("at", "edit")})["id"], 1)
    wanted = before.copy()
    wanted[3, 1, 0, 2] = 7.5
    assert np.array_equal(after, wanted)


def test_named_kernels_are_not_offered_where_they_cannot_be(client: TestClient) -> None:
    recipe = "conv_transpose2d(3, 3, weights=random(7))"
    page = read(client.get(link(recipe, image="chelsea", size=9, edit="0.weights")).text)
    assert "Gallery" not in page.one("nav", "tabs").text
    refused = client.get("/api/v1/runs", params={"image": "chelsea", "size": 9,
                                                 "recipe": 'conv_transpose2d(weights=preset("box"))'})  # fmt: skip
    assert refused.status_code == 422
    assert "conv2d" in refused.json()["detail"]


def test_on_an_oblong_picture_the_best_places_are_as_far_apart_as_their_windows_are_high_and_wide(
    client: TestClient,
) -> None:
    recipe, source = "conv2d(2, (6, 2), stride=(2, 1), padding=(3, 0), weights=random(3))", {"height": 21, "width": 34}
    apart = (3, 2)  # six rows are three steps of two, two columns are two of one
    page = opened(client, recipe, edit="0.pattern", at="0.1.2.2", size=None, **source)
    fields = {"image": "chelsea", **{name: str(side) for name, side in source.items()}, "recipe": recipe}
    map_ = api(client).output(api(client).run(fields)["id"], 0)[1]
    assert map_.shape == (11, 33)
    for shown, sign in zip(page.all("ol", "bests"), (1, -1), strict=True):
        wanted = by_brute_force(sign * map_, 5, apart)
        links = list(shown.all("a"))
        ats = [re.search(r"at=0\.1\.(\d+)\.(\d+)", a.attributes["href"]) for a in links]
        assert [(int(at[1]), int(at[2])) for at in ats if at] == wanted
        for a, (row, column) in zip(links, wanted, strict=True):  # what the window reads there, cut out of the picture
            box = [float(number) for number in a.one("svg").attributes["viewbox"].split()]
            assert box == [column, 2 * row - 3, 2, 6]
    assert by_brute_force(map_, 5, apart) != by_brute_force(map_, 5, apart[::-1])


def test_the_filters_of_groups_are_those_of_their_own_sheets(client: TestClient) -> None:
    for layer, channel in ((oblong.CONV, 4), (oblong.SECOND, 3)):
        at = f"{layer}.{channel}.4.5"
        page = opened(client, oblong.RECIPE, size=None, **oblong.SOURCE, at=at, edit=f"{layer}.weights")
        run = page.one(id="app").attributes["data-run"]
        weight = api(client).weight(run, layer)[channel]
        typed = {
            tuple(map(int, field.attributes["name"].split(".")[1:])): field.attributes["value"]
            for field in page.one("form", "grid").all("input")
            if field.attributes.get("name", "").startswith("w.")
        }
        assert typed.keys() == set(np.ndindex(weight.shape))
        for cell, text in typed.items():
            assert float(text.replace("−", "-")) == pytest.approx(float(weight[cell]), abs=6e-4)
        answer = client.post("/edit", data={**form_of(page), "w.0.0.1": "2.5", "w.0.1.0": "-1"}, follow_redirects=False)
        query = {k: v[0] for k, v in parse_qs(urlsplit(answer.headers["location"]).query).items()}
        after = api(client).weight(
            api(client).run({k: v for k, v in query.items() if k not in ("at", "edit")})["id"], layer
        )
        assert (after[channel, 0, 0, 1], after[channel, 0, 1, 0]) == (2.5, -1)
        changed_ = after != api(client).weight(run, layer)
        assert changed_.sum() == 2
