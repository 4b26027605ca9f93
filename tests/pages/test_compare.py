"""The comparison says and shows what the API has: both maps on one scale, their difference, and all counted."""

import re
from io import BytesIO

import numpy as np
import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from app.explorer.comparison import FORMS, read_with
from app.explorer.looks.rows import MOST_MAPS
from app.pictures.gallery import GALLERY
from app.rendering.palette import palette, signed_bytes, signed_palette
from tests import oblong
from tests.pages.reading import Api, Element, decimals_of, link, number, printed, read

pytestmark = pytest.mark.reads

RECIPE = "conv2d(6, 5, weights=random(7)) | relu | max_pool2d(2)"
DEEP = f"{RECIPE} | flatten | linear(10) | softmax"
PALETTE = np.frombuffer(signed_palette("light"), np.uint8).reshape(256, 3)
Array = NDArray[np.float32]


def opened(client: TestClient, recipe: str = RECIPE, **fields: object) -> Element:
    answer = client.get(link(recipe, view="compare", **{"image": "coffee", **fields}))
    assert answer.status_code == 200, answer.text
    return read(answer.text).one("section", "compare")


def output(client: TestClient, layer: int, recipe: str = RECIPE, image: str = "coffee") -> Array:
    api = Api(lambda path: client.get(path).content)
    return api.output(api.run({"image": image, "size": "32", "recipe": recipe})["id"], layer)


def pixels(client: TestClient, href: str) -> NDArray[np.uint8]:
    answer = client.get(href)
    assert answer.status_code == 200, answer.text
    assert "immutable" in answer.headers["cache-control"]
    return np.asarray(Image.open(BytesIO(answer.content)).convert("RGB"))


def maps(look: Element) -> list[str]:
    return [part.one("image").attributes["href"] for part in look.all("div", "map")]


def values(look: Element) -> list[str]:
    return [part.text for part in look.all("p", "value")]


def in_colours(numbers: Array, extent: float) -> NDArray[np.uint8]:
    return PALETTE[signed_bytes(numbers, extent)]


CASES = [
    ("image:chelsea", (0, 2), lambda client: output(client, 0, image="chelsea")[2]),
    ("seed:3", (0, 2), lambda client: output(client, 0, RECIPE.replace("7", "3"))[2]),
    ("channel:4", (0, 2), lambda client: output(client, 0)[4]),
    ("layer:0", (1, 2), lambda client: output(client, 0)[2]),
    ("seed:3", (2, 1), lambda client: output(client, 2, RECIPE.replace("7", "3"))[1]),
]


@pytest.mark.parametrize(("asked", "at", "right"), CASES)
def test_both_maps_and_their_difference_are_the_numbers_of_the_api(client, asked, at, right) -> None:  # type: ignore[no-untyped-def]
    layer, channel = at
    look = opened(client, at=f"{layer}.{channel}.3.5", **{"with": asked})
    mine, other = output(client, layer)[channel], right(client)
    whole_mine = output(client, min(layer, 1) and 0)  # what only passes values on keeps the scale before it
    whole_other = {
        "image:chelsea": lambda: output(client, 0, image="chelsea"),
        "seed:3": lambda: output(client, 0, RECIPE.replace("7", "3")),
    }.get(asked, lambda: whole_mine)()
    extent = float(max(np.abs(whole_mine).max(), np.abs(whole_other).max()))
    hrefs = maps(look)
    np.testing.assert_array_equal(pixels(client, hrefs[0]), in_colours(mine, extent))
    np.testing.assert_array_equal(pixels(client, hrefs[1]), in_colours(other, extent))
    between = mine - other
    np.testing.assert_array_equal(pixels(client, hrefs[2]), in_colours(between, float(np.abs(between).max())))
    said = values(look)
    for text, value in zip(said, (mine[3, 5], other[3, 5], float(mine[3, 5]) - float(other[3, 5])), strict=True):
        found = number(text)
        assert found == printed(float(value), decimals_of(found))
    a, b, c = map(number, said)
    assert (a - b == c) == (not said[2].startswith("≈"))


@pytest.mark.parametrize(
    ("colours", "range_", "layer"), [("grey", "", 0), ("one", "own", 1), ("signed", "0.3", 0), ("one", "0.2", 1)]
)
def test_both_maps_have_the_colours_and_the_range_that_are_asked_for(
    client: TestClient, colours: str, range_: str, layer: int
) -> None:
    fields = {"with": "image:chelsea", "colours": colours, "range": range_}
    look = opened(client, at=f"{layer}.2.3.5", **{name: value for name, value in fields.items() if value})
    extents = [float(np.abs(output(client, 0, image=image)).max()) for image in ("coffee", "chelsea")]
    for href, image in zip(maps(look)[:2], ("coffee", "chelsea"), strict=True):
        numbers = output(client, layer, image=image)[2]
        extent = float(np.abs(numbers).max()) if range_ == "own" else float(range_ or max(extents))
        clips = range_ not in ("", "own")
        told = palette(colours, "light", from_zero=layer == 1 and colours != "signed", clips=clips)  # type: ignore[arg-type]
        table = np.frombuffer(told, np.uint8).reshape(256, 3)
        np.testing.assert_array_equal(pixels(client, href), table[signed_bytes(numbers, extent, clips=clips)])
    words = look.one(class_="both").one("svg").text
    assert ("each map its own scale" in words) == (range_ == "own")
    assert ("clipped" in words) == (range_ not in ("", "own"))


def test_the_statistics_are_those_of_plain_loops(client: TestClient) -> None:
    look = opened(client, at="1.2.3.5", **{"with": "layer:0"})
    mine, other = output(client, 1)[2], output(client, 0)[2]
    gaps = [float(a) - float(b) for a, b in zip(mine.flat, other.flat, strict=True)]
    told = {row.one("dt").text: row.one("dd").text for row in look.one("dl").all("div")}
    mean = number(told["mean |difference|"])
    assert mean == printed(sum(map(abs, gaps)) / len(gaps), decimals_of(mean))
    assert told["equal"] == f"{100 * sum(gap == 0 for gap in gaps) / len(gaps):.1f} %"
    for name, end in (("smallest", min(gaps)), ("largest", max(gaps))):
        assert number(told[name]) == printed(end, decimals_of(number(told[name])))


def test_what_stands_there_where_nothing_is_said(client: TestClient) -> None:
    names = [side.text for side in opened(client, at="1.2.3.5").all("h2")]
    assert names[:2] == ["after relu", "−before relu"]
    assert "Chelsea the cat" in [side.text for side in opened(client, at="0.2.3.5").all("h2")][1]
    assert "Cup of coffee" in [side.text for side in opened(client, image="chelsea", at="0.2.3.5").all("h2")][1]


@pytest.mark.parametrize(
    "nonsense",
    ["x", "image:", "image:../x", "seed:-1", "seed:1e9", "padding:", "channel:²", "channel:2", "layer:0", "layer:99",
     "run:abc", "image:coffee", "seed:7", "stride:1"],
)  # fmt: skip
def test_nonsense_and_what_changes_nothing_are_ignored(client: TestClient, nonsense: str) -> None:
    assert values(opened(client, at="0.2.3.5", **{"with": nonsense})) == values(opened(client, at="0.2.3.5"))


@pytest.mark.parametrize("gone", ["image:nowhere", "run:" + "0" * 32, "stride:0", "padding:99"])
def test_what_cannot_be_is_said_and_something_else_shown(client: TestClient, gone: str) -> None:
    look = opened(client, at="0.2.3.5", **{"with": gone})
    if gone != "padding:99":
        assert look.one(class_="wrong").text
        assert values(look) == values(opened(client, at="0.2.3.5"))


@given(st.from_regex(FORMS, fullmatch=True) | st.text(max_size=30))
@examples(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_difference_breaks_the_page(client: TestClient, text: str) -> None:
    opened(client, "conv2d(2, 3) | relu", size=8, at="1.1.2.2", **{"with": text})
    found = read_with(text)
    assert found is None or text in (found[0], f"{found[0]}:{found[1]}")


def test_padding_is_compared_where_both_maps_have_places(client: TestClient) -> None:
    look = opened(client, at="0.2.3.5", **{"with": "padding:2"})
    assert [side.text for side in look.all("h2")][:2] == ["padding 0", "−padding 2"]
    assert "on the 784 places of both" in look.one(class_="of").text
    assert "100 %" in look.one("dl").text  # padding changes nothing but the edge
    assert len(maps(look)) == 3
    assert [part.text for part in look.all(class_="where")] == ["row 4, column 6", "row 6, column 8"]
    left, right, gap = values(look)
    assert left == right
    assert number(gap) == 0
    outlines = [part.one("path", "window").attributes["d"] for part in look.all("div", "photo")]
    assert outlines[0] == outlines[1]
    wider = RECIPE.replace("7)", "7), padding=2")
    back = opened(client, wider, at="0.2.3.5", **{"with": "padding:0"})
    href = maps(back)[2]
    image = np.asarray(Image.open(BytesIO(client.get(href).content)).convert("RGBA"))
    drawn = np.zeros((32, 32), np.bool_)
    drawn[2:30, 2:30] = True
    np.testing.assert_array_equal(image[..., 3] > 0, drawn)


def test_steps_of_another_length_have_no_difference_and_it_is_said_why(client: TestClient) -> None:
    look = opened(client, at="0.2.3.5", **{"with": "stride:2"})
    assert "28 × 28 numbers, the one on the right 14 × 14" in look.one(class_="why").text
    assert len(maps(look)) == 2
    run = maps(look)[0].split("/")[3]
    assert client.get(f"/parts/difference/{run}/0.png?with=stride:2&channel=2").status_code == 404


@pytest.mark.parametrize("asked", ["image:chelsea", "seed:3", "padding:1", "channel:4", "layer:1"])
def test_swapping_twice_comes_home(client: TestClient, asked: str) -> None:
    look = opened(client, at="0.2.3.5", **{"with": asked})
    there = read(client.get(look.one("a", id="swap").attributes["href"]).text).one("section", "compare")
    left, right, gap = map(number, values(look))
    assert list(map(number, values(there))) == [right, left, -gap]
    back = read(client.get(there.one("a", id="swap").attributes["href"]).text).one("section", "compare")
    assert values(back) == values(look)
    assert [h.text for h in back.all("h2")] == [h.text for h in look.all("h2")]


def test_any_run_can_stand_beside_and_either_side_alone(client: TestClient) -> None:
    api = Api(lambda path: client.get(path).content)
    other = api.run({"image": "rocket", "size": "32", "recipe": RECIPE.replace("7", "9")})["id"]
    look = opened(client, at="0.2.3.5", **{"with": f"run:{other}"})
    said = number(values(look)[1])
    assert said == printed(float(api.output(other, 0)[2, 3, 5]), decimals_of(said))
    alone = client.get(list(look.all("h2"))[1].one("a").attributes["href"])
    assert f'data-run="{other}"' in alone.text
    assert 'data-view="figure"' in alone.text
    assert "with=" not in read(alone.text).one("div", id="app").attributes["data-address"]


def test_vectors_are_compared_whole(client: TestClient) -> None:
    look = opened(client, DEEP, at="5.3.0.0")
    assert [side.text for side in look.all("h2")][:2] == ["after softmax", "−before softmax"]
    mine, other = output(client, 5, DEEP), output(client, 4, DEEP)
    assert number(values(look)[2]) == printed(float(mine.flat[3]) - float(other.flat[3]), 3)
    assert pixels(client, maps(look)[2]).shape == (10, 1, 3)


def test_what_is_to_be_predicted_is_not_told(client: TestClient) -> None:
    assert values(opened(client, at="0.2.3.5", predict="1")) == ["?", "?", "?"]


def test_every_picture_goes_through_the_same_filters_on_one_scale(client: TestClient) -> None:
    look = opened(client, at="0.2.3.5", **{"with": "pictures"})
    rows = list(look.one("ol").all("li"))
    assert len(rows) == len(GALLERY)
    assert [row.has("current") for row in rows] == [True] + [False] * (len(rows) - 1)
    everything = {name: output(client, 0, image=name) for name in GALLERY}
    extent = max(float(np.abs(numbers).max()) for numbers in everything.values())
    for row in (rows[0], rows[4], rows[-1]):
        cells = list(row.all("a"))
        assert len(cells) == 7
        image = cells[0].attributes["href"].split("image=")[1].split("&")[0]
        for channel, cell in enumerate(cells[1:]):
            assert f"at=0.{channel}.3.5" in cell.attributes["href"]
            shown = pixels(client, cell.one("img").attributes["src"])
            wanted = in_colours(everything[image][channel], float(f"{extent:.9g}"))
            np.testing.assert_array_equal(shown, wanted)


def test_of_many_maps_a_few_are_shown_and_links_lead_on(client: TestClient) -> None:
    look = opened(client, "conv2d(20, 3)", at="0.9.3.5", **{"with": "pictures"})
    shown = [part.text for part in look.one(class_="heads").all("b")]
    assert shown == [str(number) for number in range(MOST_MAPS + 1, 2 * MOST_MAPS + 1)]
    ways = [a.attributes["href"] for a in look.one(class_="nth").all("a")]
    assert [f"at=0.{channel}." in way for channel, way in zip((7, 16), ways, strict=True)] == [True, True]


def test_without_a_picture_there_is_something_to_compare_all_the_same(client: TestClient) -> None:
    document = {"input": {"values": [[[1, -2, 3], [0, 5, -6], [7, 8, 9]]]}, "recipe": "relu"}
    run = client.post("/api/v1/runs", json=document).json()["id"]
    for asked in ("", "pictures", "camera", "image:coffee"):
        answer = client.get("/", params={"run": run, "view": "compare", "at": "0.0.1.1", "with": asked})
        assert answer.status_code == 200
        assert read(answer.text).one("section", "compare").text


@pytest.mark.parametrize(
    "address",
    [
        "0.png",
        "0.png?with=x",
        "9.png?with=seed:3",
        "0.png?with=seed:3&channel=99",
        "x.png?with=seed:3",
        "0.png?with=seed:7",
    ],
)
def test_a_picture_that_is_not_there_is_not_found(client: TestClient, address: str) -> None:
    api = Api(lambda path: client.get(path).content)
    run = api.run({"image": "coffee", "size": "32", "recipe": RECIPE})["id"]
    assert client.get(f"/parts/difference/{run}/{address}").status_code == 404
    assert client.get(f"/parts/row/{run}/0.png?image=coffee&extent=nan").status_code == 404
    assert client.get(f"/parts/row/{run}/0.png?image=nowhere&extent=1").status_code == 404


def test_ones_own_pictures_can_be_compared_with_each_other(client):
    own = []
    for shade in (40, 200):
        data = BytesIO()
        Image.new("RGB", (32, 32), (shade, 9, 90)).save(data, "PNG")
        own.append(client.post("/api/v1/images", files={"file": ("a.png", data.getvalue())}).json()["id"])
        opened(client, image=own[-1])
    look = opened(client, image=own[1])
    offered = [chip.attributes["href"] for chip in look.one("div", "thumbs").all("a")]
    assert f"with=image:{own[0]}" in offered[0].replace("%3A", ":")
    assert not any(f"image:{own[1]}" in href.replace("%3A", ":") for href in offered)
    rows = opened(client, image=own[1], **{"with": "pictures"})
    first, second, *_ = (next(iter(row.all("a"))).attributes["href"] for row in rows.all("li"))
    assert own[1] in first
    assert own[0] in second
    client.cookies.clear()
    linked = opened(client, image=own[1], **{"with": f"image:{own[0]}"})
    assert f"/thumb/{own[0]}.png" in [each.attributes["src"] for each in linked.one("div", "thumbs").all("img")]


def test_on_an_oblong_picture_the_difference_lies_where_both_maps_have_places(client: TestClient) -> None:
    before = "max_pool2d((3, 2), (2, 3), padding=(1, 0), ceil_mode=True)"
    recipe = f"{before} | conv2d(2, (3, 2), padding=(2, 1), weights=random(3))"
    look = opened(client, recipe, **oblong.SOURCE, size=None, at="1.1.4.5", **{"with": "padding:0"})
    assert [part.text for part in look.all(class_="where")] == ["row 5, column 6", "row 3, column 5"]
    left, right, gap = values(look)
    assert left == right  # of the same cells
    assert number(gap) == 0
    run = maps(look)[0].split("/")[3]
    mine = client.get(f"/api/v1/runs/{run}/layers/1/output.json").json()[1]
    assert number(left) == printed(float(np.float32(mine[4][5])), decimals_of(number(left)))
    image = np.asarray(Image.open(BytesIO(client.get(maps(look)[2]).content)).convert("RGBA"))
    drawn = np.zeros((13, 13), np.bool_)
    drawn[2:11, 1:12] = True
    np.testing.assert_array_equal(image[..., 3] > 0, drawn)
    assert f"on the {9 * 11} places of both" in look.one(class_="of").text


def test_on_an_oblong_picture_both_sides_show_what_their_numbers_have_seen(client: TestClient) -> None:
    for text, at in (("layer:2", "3.1.4.5"), ("stride:1", "3.2.6.2"), ("padding:4", "3.0.5.3")):
        look = opened(client, oblong.RECIPE, **oblong.SOURCE, size=None, at=at, **{"with": text})
        layer, *place = map(int, at.split("."))
        span = oblong.around(oblong.seen(layer, (place[0], place[1], place[2])))
        assert span is not None
        (top, bottom), (first, last) = span
        outline = next(look.all("div", "photo")).one("path", "window").attributes["d"]
        numbers_ = [int(n) for n in re.findall(r"-?\d+", outline)]
        assert ({*numbers_[::2]}, {*numbers_[1::2]}) == ({first, last}, {top, bottom})


@pytest.mark.parametrize(("layer", "zero"), [(0, False), (1, True)])
def test_the_rows_of_every_picture_begin_at_zero_where_no_number_is_negative(
    client: TestClient, layer: int, zero: bool
) -> None:
    look = opened(client, at=f"{layer}.2.3.5", colours="one", **{"with": "pictures"})
    row = next(look.one("ol").all("li"))
    cell = list(row.all("a"))[3]
    shown = pixels(client, cell.one("img").attributes["src"])
    extent = float(re.search(r"extent=([\d.]+)", cell.one("img").attributes["src"])[1])  # type: ignore[index]
    table = np.frombuffer(palette("one", "light", from_zero=zero, clips=False), np.uint8).reshape(256, 3)
    np.testing.assert_array_equal(shown, table[signed_bytes(output(client, layer)[2], extent)])
