"""Why did it say that: the map of a class lies where it looks, and what is painted is asked about and forgotten."""

import json
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image

from app.main import create_app
from app.pipeline.activation import class_maps
from app.pipeline.document import read_document
from app.pipeline.plan import plan
from app.settings import Settings
from tests.pages.reading import Api, Element, link, read
from tests.pages.test_live import files
from tests.pipelines import PLENTY
from tests.squeezenet import planned

pytestmark = pytest.mark.reads

MAPS = 3
NETWORK = (
    "conv2d(5, (3, 2), (2, 1), padding=(1, 0), weights=random(7)) | relu | conv2d(12, 1, weights=random(9)) | relu | "
    "global_avg_pool2d | flatten | softmax"
)
LAST = 6
END = "global_avg_pool2d | flatten | softmax"
SIDES = {"height": "21", "width": "34"}
LABEL = 4
ADDRESS = link(NETWORK, image="coffee", size=None, at=f"{LAST}.{LABEL}.0.0", view="why", **SIDES)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(data_dir=tmp_path_factory.mktemp("data"), compute_slots=2)


@pytest.fixture(scope="module")
def client(settings: Settings) -> Iterator[TestClient]:
    with TestClient(create_app(settings), base_url="http://localhost") as client:
        yield client


@pytest.fixture(scope="module")
def api(client: TestClient) -> Api:
    return Api(lambda path: client.get(path).content)


@pytest.fixture(scope="module")
def run(api: Api) -> str:
    return str(api.run({"image": "coffee", "recipe": NETWORK, **SIDES})["id"])


@pytest.fixture(scope="module")
def look(client: TestClient) -> Element:
    return read(client.get(ADDRESS).text).one("section", "why")


def told(look: Element) -> Any:
    return json.loads(look.one("div", "board").attributes["data-facts"])


def sent(client: TestClient, data: bytes, **more: str) -> Any:
    fields = dict(parse_qsl(urlsplit(ADDRESS).query))
    return client.post("/parts/why", data={**fields, **more}, files={"file": ("a.png", data, "image/png")})


def picture(client: TestClient, run: str) -> bytes:
    return client.get(f"/api/v1/runs/{run}/layers/input/output.png").content


def alpha(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(BytesIO(data)).convert("RGBA"))[..., 3]


def thickness(values: np.ndarray, most: float) -> np.ndarray:
    """By the rule of the drawing: 0.8 · (1 − 1.25 v)^0.9, v the share of the strongest."""
    v = np.maximum(values, 0) / most
    return 255 * 0.8 * np.maximum(0, 1 - 1.25 * v) ** 0.9


def test_the_class_in_question_comes_first_and_its_score_is_the_mean_of_its_map(look: Element, api: Api, run: str):
    maps, shares = api.output(run, MAPS), api.output(run, LAST).ravel()
    facts = told(look)
    others = [index for index in np.argsort(-shares) if index != LABEL][:9]
    assert [row["index"] for row in facts["rows"]] == [LABEL, *others]
    assert [float(row["length"]) for row in facts["rows"]] == pytest.approx(
        [100 * shares[i] for i in [LABEL, *others]], abs=0.01
    )
    assert facts["mean"] == f"{maps[LABEL].mean():.2f}"
    assert facts["strongest"] == list(np.unravel_index(maps[LABEL].argmax(), maps[LABEL].shape))
    assert facts["cells"] == maps[LABEL].size
    assert set(map(int, facts["marks"])) == set(np.flatnonzero(shares >= 0.005))
    rows = list(look.one("ol", "ten").all("a"))
    assert [int(row.attributes["data-index"]) for row in rows] == [LABEL, *others]
    assert f"at={LAST}.{others[0]}.0.0" in rows[1].attributes["href"]
    assert facts["mean"] in look.one("p", "made").text


def test_the_veil_lies_where_the_cells_look_and_reaches_the_border(
    look: Element, client: TestClient, api: Api, run: str
):
    image = next(each for each in look.all("image") if "data-veil" in each.attributes).attributes
    values = api.output(run, MAPS)[LABEL]
    found = alpha(client.get(image["href"]).content)
    x, y, width, height = (float(image[name]) for name in ("x", "y", "width", "height"))
    step = width / found.shape[1], height / found.shape[0]
    assert step == (1, 2)
    assert max(x, y) <= 0
    assert min(x + width - 34, y + height - 21) >= 0
    for row, column in [(0, 0), (3, 7), (10, 32)]:
        middle = 2 * row - 1 + 1.5, column + 1  # of the window of 3×2 cells, by hand
        at = round((middle[0] - y) / step[1] - 0.5), round((middle[1] - x) / step[0] - 0.5)
        assert found[at] == pytest.approx(thickness(values[row, column], values.max()), abs=0.51)
    assert (found[:, 0] == found[:, 1]).all()  # repeated up to the border


def test_the_same_picture_sent_is_told_the_same_and_a_painted_one_what_an_upload_would_be(
    client: TestClient, look: Element, api: Api, run: str
):
    data = picture(client, run)
    same = json.loads(sent(client, data, **{"class": str(LABEL)}).headers["convscope-why"])
    assert same == told(look)
    pixels = np.asarray(Image.open(BytesIO(data)).convert("RGB")).copy()
    pixels[5:15, 6:20] = 128
    out = BytesIO()
    Image.fromarray(pixels).save(out, "PNG")
    most = str(told(look)["most"])
    answer = sent(client, out.getvalue(), most=most, painted="1", **{"class": str(LABEL)})
    assert answer.headers["cache-control"] == "no-store"
    facts = json.loads(answer.headers["convscope-why"])
    image = client.post("/api/v1/images", files={"file": ("x.png", out.getvalue(), "image/png")}).json()["id"]
    other = api.run({"image": image, "recipe": NETWORK, **SIDES})["id"]
    maps, shares = api.output(other, MAPS), api.output(other, LAST).ravel()
    assert facts["rows"][0]["length"] == pytest.approx(100 * float(shares[LABEL]), abs=0.01)
    assert facts["best"]["index"] == int(shares.argmax())
    veil = alpha(answer.content)[-21:, -33:]
    assert veil.shape[0] >= 11
    assert alpha(answer.content).min() == pytest.approx(thickness(maps[LABEL], float(most)).min(), abs=0.51)


def test_nothing_of_it_is_kept_and_a_frame_is_asked_of_its_own_best_class(
    client: TestClient, run: str, settings: Settings
):
    data = picture(client, run)
    sent(client, data)
    before, lab = files(Path(settings.data_dir)), client.app.state.lab  # type: ignore[attr-defined]
    computed = lab.computed
    facts = json.loads(sent(client, data, live="1").headers["convscope-why"])
    assert facts["rows"][0] == facts["best"]
    assert files(Path(settings.data_dir)) == before
    assert lab.computed == computed


@pytest.mark.parametrize(
    ("data", "change", "status"),
    [
        (b"", {}, 400),
        (b"no picture", {}, 415),
        (None, {"recipe": "conv2d(4, 3) | relu | flatten | linear(3) | softmax"}, 404),
        (None, {"recipe": "relu"}, 404),
        (None, {"image": "", "height": "", "width": "", "values": "[[[1, 2], [3, 4]]]", "recipe": END}, 400),
        (None, {"class": "12", "most": "nan"}, 200),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused(client: TestClient, run: str, data: bytes | None, change: dict, status: int):
    answer = sent(client, picture(client, run) if data is None else data, **change)
    assert answer.status_code == status, answer.text[:300]


def test_it_is_offered_from_the_maps_of_the_classes_on(client: TestClient):
    for layer, offered in [(1, False), (2, False), (3, True), (5, True), (LAST, True)]:
        page = client.get(link(NETWORK, image="coffee", size=None, at=f"{layer}.{LABEL}.0.0", **SIDES)).text
        ways = [a.attributes["href"] for a in read(page).all("a", **{"data-look": "why"})]
        assert bool(ways) == offered, layer
        if offered:
            assert f"at={LAST}." in ways[0]
            assert ways[0] == client.get(ways[0]).request.url.raw_path.decode() or "view=why" in ways[0]
    assert "view=why" not in client.get(link("relu | flatten | linear(3) | softmax", image="coffee", at="3.0.0.0")).text


def test_a_network_ends_in_a_map_a_class_or_it_does_not() -> None:
    _, stages = planned("coffee")
    maps = class_maps(stages)
    assert maps is not None
    assert stages[maps].layer.name == "conv10/relu"
    assert class_maps(stages[:-1]) is None
    for end, found in [
        ("avg_pool2d(4) | flatten | softmax", 0),
        ("avg_pool2d(2) | flatten | softmax", None),
        ("global_avg_pool2d | flatten | relu | softmax", None),
        ("global_avg_pool2d | flatten | linear(3) | softmax", None),
    ]:
        document = read_document({"input": {"values": np.ones((3, 6, 6)).tolist()}, "recipe": f"conv2d(3, 3) | {end}"})
        assert class_maps(plan(document, (3, 6, 6), **PLENTY)) == found, end
