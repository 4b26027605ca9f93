"""A frame of the camera goes through the layers as any picture does, and nothing of it is kept."""

import json
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image

from app.explorer.looks.live import MOST_MAPS, SHRINKS
from app.rendering.palette import signed_bytes, signed_palette
from app.settings import Settings
from tests.pages.reading import Api, link, read

RECIPE = "conv2d(12, 5, weights=random(7)) | relu | flatten | linear(4)"
PALETTE = np.frombuffer(signed_palette("light"), np.uint8).reshape(256, 3)


def frame(side: int = 32) -> bytes:
    pixels = np.random.default_rng(3).integers(0, 256, (side, side, 3), dtype=np.uint8)
    out = BytesIO()
    Image.fromarray(pixels).save(out, "PNG")
    return out.getvalue()


def sent(client: TestClient, data: bytes, at: str, **more: str) -> Any:
    fields = dict(parse_qsl(urlsplit(link(RECIPE, image="coffee", at=at)).query))
    return client.post("/parts/live", data={**fields, **more}, files={"file": ("frame.png", data, "image/png")})


def files(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(("at", "channels"), [("0.2.3.5", range(8)), ("1.9.3.5", range(8, 12))])
def test_its_maps_are_those_of_the_same_picture_uploaded(client: TestClient, at: str, channels: range) -> None:
    answer = sent(client, frame(), at)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    told = json.loads(answer.headers["convscope-live"])
    image = client.post("/api/v1/images", files={"file": ("x.png", frame(), "image/png")}).json()["id"]
    api = Api(lambda path: client.get(path).content)
    run = api.run({"image": image, "size": "32", "recipe": RECIPE})["id"]
    layer, channel, row, column = map(int, at.split("."))
    output = api.output(run, layer)
    assert told["extent"] == pytest.approx(float(np.abs(output).max()))
    assert float(told["value"].replace("−", "-")) == pytest.approx(float(output[channel, row, column]), abs=5e-3)
    pixels = np.asarray(Image.open(BytesIO(answer.content)).convert("RGB"))
    assert len(channels) <= MOST_MAPS
    for index, shown in enumerate(channels):
        part = pixels[:, index * 29 : index * 29 + 28]
        np.testing.assert_array_equal(part, PALETTE[signed_bytes(output[shown], told["extent"])])


def test_nothing_of_it_is_kept(client: TestClient, settings: Settings) -> None:
    sent(client, frame(), "0.2.3.5")
    before = files(Path(settings.data_dir))
    lab = client.app.state.lab  # type: ignore[attr-defined]
    computed = lab.computed
    for _ in range(3):
        assert sent(client, frame(), "3.2.0.0").status_code == 200
    assert files(Path(settings.data_dir)) == before
    assert lab.computed == computed


def test_the_scale_shrinks_slowly_and_grows_at_once(client: TestClient) -> None:
    own = json.loads(sent(client, frame(), "0.2.3.5").headers["convscope-live"])["extent"]
    after = json.loads(sent(client, frame(), "0.2.3.5", extent=str(10 * own)).headers["convscope-live"])["extent"]
    assert after == pytest.approx(SHRINKS * 10 * own)
    for before in ("0.001", "nan", "-3", "inf", "x"):
        assert json.loads(sent(client, frame(), "0.2.3.5", extent=before).headers["convscope-live"])["extent"] == own


@pytest.mark.parametrize("data", [b"", b"GIF89a", b"no picture"])
def test_what_is_no_picture_is_refused(client: TestClient, data: bytes) -> None:
    assert sent(client, data, "0.2.3.5").status_code in (400, 415, 422)


def test_the_view_shows_the_present_maps_before_it_begins(client: TestClient) -> None:
    page = read(client.get(link(RECIPE, image="coffee", at="0.2.3.5", view="compare") + "&with=camera").text)
    look = page.one("section", "compare")
    assert len(list(look.all("canvas"))) == 1 + MOST_MAPS
    for image in look.all("image"):
        assert client.get(image.attributes["href"]).status_code == 200
