"""Class scores: the page says what the API says, its sums add up, and each covered place is a run of its own."""

import asyncio
import json
import re
from decimal import Decimal
from io import BytesIO

import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image

from app.pipeline.document import read_document
from app.printing.shares import portion
from tests.pages.reading import Api, Element, link, number, read

CHAIN = "conv2d(6, 5, weights=random(7)) | relu | max_pool2d(2) | linear(10, weights=random(3))"
NETWORK = f"{CHAIN} | softmax"
INPUT = {"image": "chelsea", "size": "16"}


def opened(client: TestClient, recipe: str = NETWORK, **fields: object) -> Element:
    answer = client.get(link(recipe, **{**INPUT, "view": "scores", "at": "3.4.0.0", **fields}))
    assert answer.status_code == 200, answer.text
    return read(answer.text)


def api(client: TestClient) -> Api:
    return Api(lambda path: client.get(path).content)


def run_of(client: TestClient, recipe: str = NETWORK) -> str:
    return str(api(client).run({**INPUT, "recipe": recipe})["id"])


def signed(element: Element) -> Decimal:
    text = element.text.split()[-1]
    return number(text) * (-1 if text.startswith("−") else 1) if not text.startswith("−") else -abs(number(text))


@pytest.mark.parametrize("layer", [3, 4])
def test_the_classes_stand_in_their_order_with_the_numbers_of_the_api(client: TestClient, layer: int) -> None:
    look = opened(client, at=f"{layer}.4.0.0").one("section", "scores")
    scores, shares = (api(client).output(run_of(client), index).ravel() for index in (3, 4))
    rows = list(look.one("ol").all("a"))
    assert [row.one("b").text for row in rows] == [f"class {index + 1}" for index in range(10)]
    told = [next(row.all(class_="num")).text for row in rows]
    assert [float(text.replace("−", "-")) for text in told] == pytest.approx(scores.tolist(), abs=0.005)
    assert [row.one(class_="share").text for row in rows] == [portion(float(share)) for share in shares]
    assert [row.has("won") for row in rows].index(True) == int(scores.argmax())
    assert [row.attributes.get("aria-current") for row in rows].index("true") == 4
    assert f"at={layer}.7.0.0" in rows[7].attributes["href"]


@pytest.mark.parametrize("recipe", [NETWORK, NETWORK.replace("| linear", "| flatten | linear"), "linear(3) | softmax"])
def test_a_score_adds_up_as_printed(client: TestClient, recipe: str) -> None:
    index = recipe.count("|") - 1
    table = opened(client, recipe, at=f"{index}.2.0.0").one("table")
    parts = [signed(cell) for cell in table.one("tbody").all("td", "added")]
    assert sum(parts) == signed(table.one("tfoot").one("td"))
    run = api(client).run({**INPUT, "recipe": recipe})["id"]
    score = float(api(client).output(run, index).ravel()[2])
    assert float(signed(table.one("tfoot").one("td"))) == pytest.approx(score, abs=0.005)


def test_its_pictures_are_maps_weights_and_their_products(client: TestClient) -> None:
    flat = NETWORK.replace("| linear", "| flatten | linear")
    face = next(opened(client, flat, at="4.4.0.0").one("table").all("image"))
    picture = np.asarray(Image.open(BytesIO(client.get(face.attributes["href"]).content)).convert("RGB"))
    run = run_of(client, flat)
    maps = api(client).output(run, 2)
    shape = maps.shape
    weight = np.load(BytesIO(client.get(f"/api/v1/runs/{run}/layers/4/weight.npy").content))[4].reshape(shape)
    heaviest = int(np.abs((maps.astype(np.float64) * weight).sum(axis=(1, 2))).argmax())
    sheet = np.asarray(
        Image.open(BytesIO(client.get(f"/api/v1/runs/{run}/layers/2/output.png?channel={heaviest}").content)).convert(
            "RGB"
        )
    )
    assert np.array_equal(picture[: shape[1], : shape[2]], sheet)
    assert picture.shape[0] >= 4 * shape[1]
    assert client.get(face.attributes["href"].replace("label=4", "label=10")).status_code == 404
    assert client.get(face.attributes["href"].replace("/4.png", "/1.png")).status_code == 404


def test_numbers_that_are_no_classes_are_called_numbers_and_few_of_many_are_shown(client: TestClient) -> None:
    look = opened(client, "flatten | linear(40, weights=random(1)) | relu | linear(3)", at="1.39.0.0").one(
        "section", "scores"
    )
    rows = list(look.one("ol").all("a"))
    assert len(rows) == 10
    assert rows[-1].one("b").text == "number 40"
    assert look.one(class_="rest").text == "30 others"
    few = opened(client, "flatten | linear(40) | relu | linear(3)", at="3.1.0.0").one("section", "scores")
    parts = [signed(cell) for cell in few.one("tbody").all("td", "added")]
    assert sum(parts) == signed(few.one("tfoot").one("td"))


def test_what_is_to_be_guessed_is_not_said(client: TestClient) -> None:
    look = opened(client, predict=1).one("section", "scores")
    assert {row.one(class_="num").text for row in look.one("ol").all("a")} == {"?"}
    assert not list(look.all("table"))
    assert not list(look.all(id="mattered"))
    assert "%" not in look.one(class_="sentence").text


def test_the_link_leads_to_the_winner(client: TestClient) -> None:
    page = opened(client, view="figure", at="3.0.0.0")
    best = int(api(client).output(run_of(client), 3).argmax())
    links = [each.attributes["href"] for each in page.all("a", **{"data-look": "scores"})]
    assert links
    assert all(f"at=3.{best}.0.0" in href for href in links)


def test_each_covered_place_is_a_run_of_its_own(client: TestClient) -> None:
    part = opened(client, pin="covered").one(id="mattered")
    rows, columns = map(int, part.attributes["data-places"].split())
    down, across = map(int, part.attributes["data-step"].split())
    told = part.attributes["data-shares"].split("|")
    assert len(told) == rows * columns == 169
    size = int(next(part.one(**{"data-patch": ""}).all("rect")).attributes["width"])
    x = api(client).output(run_of(client), "input")
    for place in (0, 30, 168):
        top, left = place // columns * down, place % columns * across
        covered = x.copy()
        covered[:, top : top + size, left : left + size] = np.float32(128 / 255)
        document = {"input": {"values": covered.tolist()}, "recipe": NETWORK}
        run = client.post("/api/v1/runs", json=document).json()["id"]
        assert told[place] == portion(float(api(client).output(run, 4).ravel()[4]))
    best = min(range(169), key=lambda place: float(told[place].split()[-2]))
    shown = part.one("input").attributes["value"]
    assert told[int(shown) - 1] == told[best]


def test_what_was_found_is_laid_over_the_grey_picture(client: TestClient) -> None:
    part = opened(client, pin="covered").one(id="mattered")
    href = [each.attributes["href"] for each in part.all("image")][1]
    picture = np.asarray(Image.open(BytesIO(client.get(href).content)).convert("RGB")).astype(int)
    assert picture.shape == (16, 16, 3)
    margin = 1  # a patch of 4 that steps by 1
    plain = np.ptp(picture, axis=2) <= 5  # tinted by the paper alone
    border = np.ones((16, 16), bool)
    border[margin : margin + 13, margin : margin + 13] = False
    assert plain[border].all()
    assert not plain[~border].all()


def test_progress_is_told_line_by_line_and_the_look_then_shows_it_at_once(client: TestClient) -> None:
    recipe = NETWORK.replace("random(3)", "random(11)")
    before = opened(client, recipe).one(id="mattered")
    assert before.one("a").text == "Cover each part"
    answer = client.get(f"/parts/occlusion/{run_of(client, recipe)}/4")
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert lines[-1] == {"done": 169}
    assert [line["done"] for line in lines] == sorted(line["done"] for line in lines)
    after = client.get(f"/parts/look/{run_of(client, recipe)}?at=4.2.0.0&view=scores").text
    assert "data-patch" in after
    for wrong in ("9", "1", "x"):
        assert client.get(f"/parts/occlusion/{run_of(client, recipe)}/{wrong}").status_code == 404


def test_what_is_too_dear_is_refused_in_words(client: TestClient) -> None:
    lab = client.app.state.lab
    lab.occlusions._settings = lab.settings.model_copy(update={"run_max_multiplications": 600_000})
    part = opened(client, NETWORK.replace("random(3)", "random(12)")).one(id="mattered")
    assert re.search(r"9 places would take [\d,]+ multiplications.*the most is 600,000", part.text)


def test_when_all_have_gone_the_next_row_is_not_begun(client: TestClient) -> None:
    lab = client.app.state.lab
    begun: list[int] = []

    async def left() -> None:
        run = await lab.open(
            read_document({"input": {"image": "coffee", "height": 16, "width": 16}, "recipe": NETWORK})
        )
        heavy = lab.queue.heavy

        async def counted(*arguments: object, **options: object) -> object:
            begun.append(1)
            return await heavy(*arguments, **options)

        lab.queue.heavy = counted
        try:
            work = asyncio.ensure_future(lab.occlusions.find(run, 4))
            while not begun:
                await asyncio.sleep(0)
            work.cancel()
            with pytest.raises(asyncio.CancelledError):
                await work
            await asyncio.sleep(0.05)
        finally:
            lab.queue.heavy = heavy
        assert lab.occlusions.at_hand(run, 4) is None
        assert lab.occlusions.places_done(run, 4) == 0

    client.portal.call(left)
    assert len(begun) <= 2


def test_on_another_picture_the_winner_is_explained(client: TestClient) -> None:
    losing = opened(client, at="4.1.0.0")
    chosen = next(
        line for line in losing.one("details", "picture").all("a") if "image=rocket" in line.attributes["href"]
    )
    noise = BytesIO()
    Image.fromarray(np.random.default_rng(1).integers(0, 255, (16, 16, 3), np.uint8)).save(noise, "PNG")
    state = {**INPUT, "recipe": NETWORK, "view": "scores", "at": "4.1.0.0"}
    answers = [
        client.get(chosen.attributes["href"]),
        client.post("/upload", data=state, files={"file": ("noise.png", noise.getvalue(), "image/png")}),
    ]
    for answer in answers:
        rows = list(read(answer.text).one("section", "scores").one("ol").all("a"))
        won = [row.has("won") for row in rows].index(True)
        assert won != 1, "this class is explained anyway"
        assert "aria-current" in rows[won].attributes
        assert f"at=4.{won}.0.0" in str(answer.url)
