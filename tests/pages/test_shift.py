"""The shift test: what a page says of a moved picture is what plain loops count."""

import re
from io import BytesIO

import numpy as np
import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from app.explorer.looks.shift import FARTHEST, shift_of
from app.numerics.shift import change, inside, moved_back, shifted, still_there
from app.numerics.sliding import Sliding
from app.numerics.window import Window
from app.pipeline.document import read_document
from app.rendering.palette import signed_bytes, signed_palette
from tests.pages.reading import Api, Element, link, read

pytestmark = pytest.mark.reads

START = ".".join("0000")
CHAIN = "conv2d(6, 5, weights=random(7)) | relu | max_pool2d(2)"
DEEP = f"{CHAIN} | conv2d(4, 3, padding=1, weights=random(2)) | relu | max_pool2d(2) | flatten | linear(5)"
Array = NDArray[np.float32]


def opened(client: TestClient, recipe: str, **fields: object) -> Element:
    answer = client.get(link(recipe, image="chelsea", view="shift", **fields))
    assert answer.status_code == 200, answer.text
    return read(answer.text).one("section", "shift")


def api(client: TestClient) -> Api:
    return Api(lambda path: client.get(path).content)


def moved(x: Array, rows: int, columns: int) -> Array:
    """The oracle: cell by cell."""
    out = np.empty_like(x)
    for c, r, k in np.ndindex(*x.shape):
        out[c, r, k] = x[c, min(max(r - rows, 0), x.shape[1] - 1), min(max(k - columns, 0), x.shape[2] - 1)]
    return out


def before_and_after(client: TestClient, recipe: str, shift: tuple[int, int]) -> list[tuple[str, Array, Array]]:
    """Every volume of a run, as the API has it, and as its layers make it from the moved picture."""
    run = api(client).run({"image": "chelsea", "size": "32", "recipe": recipe})
    x = api(client).output(run["id"], "input")
    found = [("input", x, moved(x, *shift))]
    layers = read_document({"input": {"image": "chelsea"}, "recipe": recipe}).layers
    for index, layer in enumerate(layers):
        _, _, now = found[-1]
        channels, rows, columns = now.shape
        after = layer.forward(now, layer.weights_for((channels, rows, columns)))
        before = api(client).output(run["id"], index)
        found.append((layer.type, before.reshape(after.shape), after))
    return found


def differing(before: Array, after: Array) -> int:
    return sum(
        abs(a - b) > 2**-20 * max(np.abs(before).max(), np.abs(after).max())
        for a, b in zip(before.flat, after.flat, strict=True)
    )


@given(
    st.integers(1, 7),
    st.integers(1, 7),
    st.integers(-FARTHEST, FARTHEST),
    st.integers(-FARTHEST, FARTHEST),
    st.integers(0, 99),
)
def test_a_picture_is_moved_cell_by_cell(height: int, width: int, rows: int, columns: int, seed: int) -> None:
    x = np.random.default_rng(seed).random((2, height, width), dtype=np.float32)
    np.testing.assert_array_equal(shifted(x, rows, columns), moved(x, rows, columns))


@given(
    size=st.integers(1, 4),
    stride=st.integers(1, 3),
    padding=st.integers(0, 2),
    dilation=st.integers(1, 2),
    length=st.integers(1, 12),
    by=st.integers(-3, 3),
)
def test_inside_is_what_reads_neither_padding_nor_what_came_in(
    size: int, stride: int, padding: int, dilation: int, length: int, by: int
) -> None:
    window = Window((size, size), (stride, stride), ((padding, padding),) * 2, (dilation, dilation))
    found = inside(Sliding.of(window, 0, length), still_there(length, by))
    for place in range(len(found)):
        cells = [place * stride - padding + tap * dilation for tap in range(size)]
        assert found[place] == all(0 <= cell < length and 0 <= cell - by < length for cell in cells)


@given(st.integers(-2, 2), st.integers(-2, 2), st.integers(0, 999))
def test_moved_back_counts_what_plain_loops_count(rows: int, columns: int, seed: int) -> None:
    draw = np.random.default_rng(seed)
    before = draw.integers(-2, 3, (2, 4, 5)).astype(np.float32)
    after = draw.integers(-2, 3, (2, 4, 5)).astype(np.float32)
    masks = [(draw.random(4) < 0.7, draw.random(5) < 0.7) for _ in range(2)]
    found = moved_back(before, after, (rows, columns), *masks)
    numbers = differ = within = 0
    for c, r, k in np.ndindex(2, 4, 5):
        if 0 <= r + rows < 4 and 0 <= k + columns < 5:
            numbers += 1
            if after[c, r + rows, k + columns] != before[c, r, k]:
                differ += 1
                within += bool(masks[0][0][r] and masks[0][1][k] and masks[1][0][r + rows] and masks[1][1][k + columns])
    assert found == ((rows, columns), numbers, differ, within)
    assert change(before, after).differ == int((before != after).sum())


@pytest.mark.parametrize("shift", [(0, 1), (1, 0), (-2, 3), (2, 2), (0, 0)])
@pytest.mark.parametrize("layer", [2, 5, 7])
def test_every_count_on_the_page_is_that_of_plain_loops(client: TestClient, layer: int, shift: tuple[int, int]) -> None:
    look = opened(client, DEEP, at=f"{layer}.1.0.0", pin=f"s.{shift[0]}.{shift[1]}")
    volumes = before_and_after(client, DEEP, shift)
    rows = list(look.one("ol").all("li"))
    assert rows
    for row in rows:
        name = row.one("h2").text.split()[0]
        kinds = [index for index, (kind, _, _) in enumerate(volumes) if kind == name.lower()]
        note = re.search(r"map (\d+)", row.one("h2").text)
        part = slice(int(note[1]) - 1, int(note[1])) if note else slice(None)
        told = row.one(class_="counts").text
        same, numbers = map(to_int, re.search(r"place by place, ([\d,]+) of ([\d,]+)", told).groups())  # type: ignore[union-attr]
        candidates = [(before[part], after[part]) for before, after in (volumes[i][1:] for i in kinds)]
        counted = {(b.size - differing(b, a), b.size): (b, a) for b, a in candidates}
        assert (same, numbers) in counted, (name, same, numbers, list(counted))
        before, after = counted[same, numbers]
        if not before.any():
            assert row.one(class_="num").text == ("—" if after.any() else "0 %")
            continue
        share = 100 * np.abs(after - before).mean(dtype=np.float64) / np.abs(before).mean(dtype=np.float64)
        told = row.one(class_="num").text
        assert 0 < share < 1 if told == "less than 1 %" else abs(float(told.removesuffix(" %")) - share) <= 0.51


def to_int(text: str) -> int:
    return int(text.replace(",", ""))


def test_a_convolution_moves_with_the_picture_and_a_pool_cannot(client: TestClient) -> None:
    rows = [row.one(class_="counts").text for row in opened(client, CHAIN, at="2.3.4.5").one("ol").all("li")]
    assert "Moved back by 1, 0 of 2,976 differ: it moves with the picture." in rows[0]
    for row in rows[1:3]:
        assert "Moved back by 1, 0 of 756 differ: it moves with the picture." in row
    assert "Its cells are 2 pixels apart" in rows[3]
    rows = [row.text for row in opened(client, CHAIN, at="2.3.4.5", pin="s.0.2").one("ol").all("li")]
    assert "Moved back by 1, 0 of 182 differ: it moves with the picture." in rows[3]


def test_with_padding_it_differs_at_the_edge_alone(client: TestClient) -> None:
    look = opened(client, "conv2d(3, 3, padding=1, weights=random(1))", at=START)
    told = list(look.one("ol").all("li"))[1].text
    found = re.search(r"Moved back by 1, (\d+) of 992 differ, all of them at the edge", told)
    assert found, told
    assert 0 < int(found[1]) <= 64


def test_the_pictures_are_the_numbers_on_one_scale(client: TestClient) -> None:
    look = opened(client, CHAIN, at="0.2.3.4", pin="s.1.-2")
    _, before, after = before_and_after(client, CHAIN, (1, -2))[1]
    extent = float(np.abs(before).max())
    palette = np.frombuffer(signed_palette("light"), np.uint8).reshape(256, 3)
    figures = list(list(look.one("ol").all("li"))[1].all("figure"))
    wanted = [before[2], after[2], np.abs(after[2] - before[2])]
    for figure, numbers in zip(figures, wanted, strict=True):
        image = figure.one("image")
        x, y, columns, rows = map(int, figure.one("svg").attributes["viewbox"].split())
        answer = client.get(image.attributes["href"])
        assert "immutable" in answer.headers["cache-control"]
        pixels = np.asarray(Image.open(BytesIO(answer.content)).convert("RGB"))[y : y + rows, x : x + columns]
        np.testing.assert_array_equal(pixels, palette[signed_bytes(numbers, extent)])


def test_the_picture_itself_is_moved_in_its_colours(client: TestClient) -> None:
    figures = list(next(opened(client, CHAIN, at="0.2.3.4", pin="s.0.3").one("ol").all("li")).all("figure"))
    was, now = (
        np.asarray(Image.open(BytesIO(client.get(figure.one("image").attributes["href"]).content)).convert("RGB"))
        for figure in figures[:2]
    )
    np.testing.assert_array_equal(now[:, 3:], was[:, :-3])
    assert (now[:, :3] == was[:, :1]).all()


def test_the_buttons_move_by_one_up_to_three(client: TestClient) -> None:
    assert shift_of("") == shift_of("i.0.3") == shift_of("s.4.0") == shift_of("s.--1.0") == (0, 1)
    assert shift_of("s.-3.2") == (-3, 2)
    pad = opened(client, CHAIN, at=START, pin="s.3.-1").one(class_="pad")
    leads = {a.attributes["id"]: a.attributes.get("href", "") for a in pad.all("a")}
    assert "pin=s.3.-2" in leads["shift-left"]
    assert "pin=s.2.-1" in leads["shift-up"]
    assert leads["shift-down"] == ""
    assert "pin=s.0.0" in leads["shift-back"]


def test_a_long_network_shows_the_layer_in_view_and_those_before_it_that_look_around(client: TestClient) -> None:
    run = api(client).run({"image": "chelsea", "size": "32", "recipe": DEEP})
    assert len(run["layers"]) == 8
    names = [row.one("h2").text.split()[0] for row in opened(client, DEEP, at="5.1.2.2").one("ol").all("li")]
    assert names == ["Input", "max_pool2d", "conv2d", "max_pool2d"]
    names = [row.one("h2").text.split()[0] for row in opened(client, DEEP, at="1.1.2.2").one("ol").all("li")]
    assert names == ["Input", "conv2d", "relu", "max_pool2d"]  # and the pool that follows


def test_a_vector_is_counted_whole(client: TestClient) -> None:
    row = list(opened(client, DEEP, at="7.2.0.0").one("ol").all("li"))[-1].text
    assert "of 5 numbers" in row
    assert "nothing to move back" in row


@pytest.mark.parametrize("address", ["9.png", "x.png", "0.png?channel=99", "0.png?channel=-1"])
def test_a_picture_that_is_not_there_is_not_found(client: TestClient, address: str) -> None:
    run = api(client).run({"image": "chelsea", "size": "32", "recipe": CHAIN})
    assert client.get(f"/parts/shifted/{run['id']}/{address}").status_code == 404


def test_a_link_to_another_layer_keeps_the_shift(client: TestClient) -> None:
    rows = list(opened(client, CHAIN, at="2.3.4.5", pin="s.-1.2").one("ol").all("li"))
    there = client.get(rows[1].one("a").attributes["href"])
    assert "2 right, 1 up" in read(there.text).one("section", "shift").text
    assert "map 4" in list(read(there.text).one("section", "shift").one("ol").all("li"))[1].text


def test_the_pool_that_follows_is_seen_beside_the_convolution(client: TestClient) -> None:
    for recipe, at, wanted in (
        (CHAIN, "0.3.7.16", ["Input", "conv2d", "max_pool2d"]),
        (DEEP, "3.1.4.4", ["Input", "max_pool2d", "conv2d", "max_pool2d"]),
        ("conv2d(6, 5) | conv2d(4, 3) | max_pool2d(2)", START, ["Input", "conv2d"]),
    ):
        rows = list(opened(client, recipe, at=at).one("ol").all("li"))
        assert [row.one("h2").text.split()[0] for row in rows] == wanted
    change_ = [before_and_after(client, CHAIN, (0, 1))[i] for i in (1, 3)]
    for row, (name, before, after) in zip(
        list(opened(client, CHAIN, at="0.3.7.16").all("li"))[1:], change_, strict=True
    ):
        same = before[3].size - differing(before[3], after[3])
        assert f"Compared place by place, {same} of {before[3].size} numbers are the same" in row.text, name


def lesson(client: TestClient, recipe: str, **fields: object) -> str:
    answer = client.get(link(recipe, view="shift", **fields))
    look = read(answer.text).one("section", "shift")
    said = look.one("p", class_="lesson").text
    assert said in look.one(class_="sentence").text  # and read out
    return said


@pytest.mark.parametrize("kind", ["max_pool2d(2)", "avg_pool2d(3)"])
@pytest.mark.parametrize("image", ["chelsea", "checkerboard", "noise"])
def test_what_is_said_of_a_pool_is_what_its_numbers_say(client: TestClient, image: str, kind: str) -> None:
    recipe = f"conv2d(4, 3, weights=random(3)) | {kind}"
    run = api(client).run({"image": image, "size": "32", "recipe": recipe})
    x = api(client).output(run["id"], "input")
    layers = read_document({"input": {"image": image}, "recipe": recipe}).layers
    for shift, projector in (((0, 1), ""), ((2, 2), ""), ((3, -1), "1")):
        shares, now = [], moved(x, *shift)
        for index, layer in enumerate(layers):
            now = layer.forward(now, layer.weights_for(now.shape))
            was = api(client).output(run["id"], index)[1]
            shares.append(100 * np.abs(now[1] - was).mean(dtype=np.float64) / np.abs(was).mean(dtype=np.float64))
        said = lesson(client, recipe, image=image, at="1.1.2.3", pin=f"s.{shift[0]}.{shift[1]}", projector=projector)
        name = kind.split("(")[0]
        told = re.search(r"\((\d+) % and (\d+) %\)", said)
        assert told, said
        for number, share in zip(told.groups(), shares[::-1], strict=True):
            assert abs(int(number) - share) <= 0.51
        beside = shares[1] / shares[0]
        word = "less than" if beside < 0.9 else "more than" if beside > 1.1 else "about as much as"
        assert said.startswith(f"{name} changes {word} conv2d before it")


def test_a_pool_that_changes_more_or_not_at_all_is_not_praised(client: TestClient) -> None:
    said = lesson(client, "max_pool2d(3)", image="edge", at=START, pin="s.2.2")
    assert said.startswith("max_pool2d changes more than Input before it (20 % and 13 %)")
    said = lesson(client, "conv2d(4, 3) | max_pool2d(2)", image="edge", at="1.0.0.0", pin="s.3.0")
    assert said == "Neither conv2d nor max_pool2d changes: moved this way, the picture looks the same."


def test_without_a_pool_it_is_said_that_the_map_moves_only_where_it_does(client: TestClient) -> None:
    wanted = "conv2d moves with the picture: its filter is the same at every place."
    assert lesson(client, "conv2d(2, 3)", image="chelsea", at=START) == wanted
    look = opened(client, "conv2d(2, 3, 2)", at=START, pin="s.0.1")  # its places are two pixels apart
    assert not list(look.all("p", class_="lesson"))
    assert lesson(client, "conv2d(2, 3)", image="chelsea", at=START, pin="s.0.0") == (
        "The picture is where it was, and so is every number."
    )
