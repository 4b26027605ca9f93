"""Nothing that a form or an address says costs more than it is worth: sizes are not believed, fields are bounded."""

import asyncio
import time
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx2
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.explorer.options import OPTIONS
from app.lab import Lab
from tests.pages.reading import read
from tests.pauses import pauses
from tests.samples import gradient, saved

STATE = {"image": "chelsea", "size": "16", "recipe": "conv2d(2, 3) | relu"}


def led(client: TestClient, path: str, data: dict[str, Any], **more: Any) -> dict[str, str]:
    answer = client.post(path, data=data, follow_redirects=False, **more)
    assert answer.status_code == 303, answer.text
    return dict(parse_qsl(urlsplit(answer.headers["location"]).query))


@pytest.mark.parametrize("said", ["300.9.9", "99999999.9.9", "5.16.16", "", "x"])
@pytest.mark.parametrize(
    "op",
    [
        {"op": "whole"},
        {"op": "flip", "channel": ""},
        {"op": "weights", "w.0.0.0": "2"},
        {"op": "preset", "kernel": "sobel_x"},
        {"op": "pattern", **{f"p.{row}.{column}": f"#{row}0{column}0ff" for row in range(3) for column in range(3)}},
    ],
    ids=lambda op: op["op"],
)
@pytest.mark.reads
def test_what_a_form_says_of_sizes_changes_nothing(client: TestClient, op: dict[str, str], said: str) -> None:
    plain = {**STATE, "layer": "0", **op}
    before = time.process_time()
    assert led(client, "/edit", {**plain, "shape": said, "shapes": f"{said} {said}"}) == led(client, "/edit", plain)
    assert time.process_time() - before < 2


def large_run(client: TestClient, filters: int = 100) -> str:
    """A run with 100 · 3 · 100 · 100 weights given one by one, 3 million of them."""
    recipe = f"conv2d({filters}, 100, weights=random(1))"
    run = client.post("/api/v1/runs", data={"image": "chelsea", "size": "100", "recipe": recipe})
    assert run.status_code == 201, run.text
    return str(run.json()["id"])


def test_an_edit_of_millions_of_weights_keeps_nobody_waiting(app: FastAPI, client: TestClient) -> None:
    run = large_run(client)

    async def story() -> list[float]:
        transport = httpx2.ASGITransport(app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://localhost:8000") as asking:
            pauses, done = [], asyncio.Event()

            async def watch() -> None:
                while not done.is_set():
                    before = time.thread_time()  # of the loop's own thread
                    await asyncio.sleep(0.001)
                    pauses.append(time.thread_time() - before)

            watching = asyncio.ensure_future(watch())
            flip = {"run": run, "layer": "0", "op": "flip", "channel": ""}
            answer = await asking.post("/edit", data=flip)
            assert answer.status_code == 303, answer.text
            page = await asking.get(answer.headers["location"])
            assert page.status_code == 200
            assert len(page.content) < 1_000_000
            done.set()
            await watching
            return pauses

    lab: Lab = app.state.lab
    before = time.process_time()
    app.state.lab = Lab(lab.settings, lab.store, b"k" * 32)
    try:
        pauses = asyncio.run(story())
    finally:
        app.state.lab.close()
        app.state.lab = lab
    assert max(pauses) < 0.1
    assert time.process_time() - before < 5


def test_the_page_after_an_edit_of_millions_of_weights_is_made_soon(client: TestClient) -> None:
    """It names forty other pictures and sizes, each a run of its own, whose id holds all weights."""
    form = {"image": "chelsea", "size": "32", "recipe": "conv2d(1300, 32)", "op": "flip", "layer": "0", "channel": ""}
    client.post("/edit", data={**form, "recipe": "conv2d(2, 3)"}, headers={"HX-Request": "true"})  # what is made once
    before = time.process_time()
    assert client.post("/edit", data=form, headers={"HX-Request": "true"}).status_code == 200
    assert time.process_time() - before < 2


@pytest.mark.parametrize("name", [*OPTIONS, "view", "at", "pin", "sheet", "guess", "edit", "nonsense", "path"])
@pytest.mark.reads
def test_no_field_makes_a_large_page(client: TestClient, name: str) -> None:
    plain = len(client.get("/", params=STATE).content)
    for text in ("z" * 30_000, "1" * 30_000, '"<&' * 3_000):
        answer = client.get("/", params={**STATE, name: text})
        assert answer.status_code == 200
        assert len(answer.content) < 1.3 * plain + 20_000
        wrong = client.get("/", params={**STATE, "image": "nobody", name: text})
        assert wrong.status_code == 404
        assert len(wrong.content) < 40_000
        wrong = client.post("/edit", data={**STATE, name: text * 20})
        assert wrong.status_code == 400
        assert len(wrong.content) < 20_000


def test_a_layout_that_is_none_is_not_kept(client: TestClient) -> None:
    answer = client.get("/", params=STATE, headers={"CS-Layout": "x" * 30_000})
    assert answer.status_code == 200
    assert b"xxxx" not in answer.content


def test_an_option_that_cannot_be_is_not_carried(client: TestClient) -> None:
    asked = {"theme": "pink", "projector": "yes", "digits": "d9", "colours": "rainbow", "range": "±2,50", "over": "250",
             "lang": "en", "sort": "strength", "predict": "sign", "with": "channel:1"}  # fmt: skip
    held = dict(parse_qsl(urlsplit(led_to(client, asked)).query))
    kept = {name: held.get(name) for name in asked}
    assert kept == {"theme": None, "projector": "1", "digits": None, "colours": None, "range": "2.5", "over": "100",
                    "lang": "en", "sort": "strength", "predict": "sign", "with": "channel:1"}  # fmt: skip


def led_to(client: TestClient, options: dict[str, str]) -> str:
    """The address that a page with these options says it has."""
    answer = client.get("/", params={**STATE, **options}, headers={"HX-Request": "true"})
    return str(answer.headers["hx-push-url"])


# ---- what was a fault of ours


@pytest.mark.parametrize(
    "recipe",
    ["-" * 480, "a+" * 499 + "a", "-" * 480 + "1", "+-" * 300 + "relu", "not " * 200 + "relu", "relu" + "()" * 90,
     "relu" + ".a" * 480, "a" + "[0]" * 300, "lambda:" * 100 + "0"],
)  # fmt: skip
@pytest.mark.reads
def test_a_recipe_nested_however_deeply_is_refused(client: TestClient, recipe: str) -> None:
    answer = client.get("/api/v1/runs", params={"image": "chelsea", "size": "16", "recipe": recipe})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/recipe"


@pytest.mark.parametrize("look", ["", "?view=figure", "?view=flat", "?view=nonsense"])
@pytest.mark.reads
def test_a_look_that_is_drawn_has_no_part_of_its_own(client: TestClient, look: str) -> None:
    run = client.get("/api/v1/runs", params=STATE).json()["id"]
    answer = client.get(f"/parts/look/{run}{look or '?'}&at=0.0.1.1")
    assert answer.status_code == 404


@pytest.mark.parametrize(("cell", "level", "status"), [("p.0.0.0", "000000000999", 422), ("p.0.0.0", "9" * 5000, 422),
                                                       ("p." + "1" * 5000 + ".0.0", "1", 400),
                                                       ("p.0.0.0", "0255", 303), ("p.0.0.0", "256", 422)])  # fmt: skip
@pytest.mark.reads
def test_cells_of_many_digits_are_refused(client: TestClient, cell: str, level: str, status: int) -> None:
    answer = client.post("/picture/cells", data={**STATE, cell: level}, follow_redirects=False)
    assert answer.status_code == status


# ---- one way in for pictures


def by_hand(client: TestClient) -> dict[str, str]:
    """A state with so many weights set by hand that its address is that of a run."""
    weight = [[[[(f + r * c) % 7 / 8 for c in range(9)] for r in range(9)] for _ in range(3)] for f in range(8)]
    layers = [{"type": "conv2d", "weights": {"init": "values", "weight": weight}}, {"type": "relu"}]
    document = {"input": {"image": "chelsea", "height": 16, "width": 16}, "layers": layers}
    return {"run": client.post("/api/v1/runs", json=document).json()["id"]}


@pytest.mark.parametrize("kind", ["spelt out", "run"])
@pytest.mark.parametrize("road", ["/upload", "/picture/draw", "/picture/camera", "/picture/crop", "/picture/cells"])
@pytest.mark.parametrize("scripts", [False, True])
def test_a_picture_comes_in_on_every_road_to_both_kinds_of_address(
    client: TestClient, kind: str, road: str, scripts: bool
) -> None:
    state = {**(STATE if kind == "spelt out" else by_hand(client)), "at": "1.1.3.4", "theme": "dark"}
    more: dict[str, Any] = {"files": {"file": ("a.png", saved(gradient(), "PNG"), "image/png")}}
    if road == "/picture/crop":
        state |= {"top": "1", "left": "1", "tall": "40", "wide": "40"}
        more = {}
    if road == "/picture/cells":
        state["p.0.0.0"] = "7"
        more = {}
    answer = client.post(
        road, data=state, follow_redirects=False, headers={"HX-Request": "true"} if scripts else {}, **more
    )
    assert answer.status_code == (204 if scripts else 303), answer.text
    address = answer.headers["hx-location" if scripts else "location"]
    held = dict(parse_qsl(urlsplit(address).query))
    assert (held["at"], held["theme"]) == ("1.1.3.4", "dark")
    assert ("run" in held) == (kind == "run")
    page = client.get(address)
    assert page.status_code == 200
    run = client.get(f"/api/v1/runs/{read(page.text).one(id='app').attributes['data-run']}").json()
    assert run["input"]["image"] not in (None, "chelsea")
    assert [layer["type"] for layer in run["layers"]] == ["conv2d", "relu"]


def test_a_picture_is_kept_only_where_the_rest_of_the_form_can_be(client: TestClient) -> None:
    lab: Lab = client.app.state.lab  # type: ignore[attr-defined]
    file = {"file": ("a.png", saved(gradient(31, 17), "PNG"), "image/png")}
    assert client.post("/upload", data={**STATE, "recipe": "relu("}, files=file).status_code == 422
    assert not list((lab.settings.data_dir / "store").glob("picture/*"))


@pytest.mark.parametrize(
    "body",
    [b"recipe=" + b"%5B" * 1_300_000, b"recipe=" + b"[" * 4_000_000, b"a=" + b"+" * 4_000_000, b"a=1&" * 1_000_000,
     b"%" * 4_000_000, b"&" * 4_000_000],
)  # fmt: skip
def test_a_long_form_is_read_off_the_event_loop(app: FastAPI, client: TestClient, body: bytes) -> None:
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    with pauses() as found:
        answer = client.post("/edit", content=body, headers=kind)
    assert 400 <= answer.status_code < 500
    assert len(answer.content) < 20_000
    assert min(sorted(found)[-2:], default=0) < 0.1


def test_a_form_is_unquoted_the_same_however_long(client: TestClient) -> None:
    from app.web.asgi.forms import _pairs

    text = "conv2d(4, 3) | relu — „é“ 😀 %41 & = + \n" * 5000
    pairs = [("recipe", text), ("", "x"), ("names", "a"), ("names", ""), ("b", "")]
    assert _pairs(urlencode(pairs).encode()) == pairs
    assert _pairs(b"a&b==c&&d=%zz%4&=") == [("a", ""), ("b", "=c"), ("d", "%zz%4"), ("", "")]
    assert _pairs(b"a=\xff%ff") == [("a", "\ufffd\ufffd")]


def test_an_edit_of_a_layer_without_filters_shows_nothing_as_it_is_made(client: TestClient) -> None:
    form = {**STATE, "recipe": "linear(3, weights=random(4))", "op": "weights", "layer": "0", "edit": "0.weights"}
    assert client.post("/parts/filtered", data={**form, "w.0": "1"}).status_code == 204


ROWS = b'"' + b'\\"' * 51_000
BLOCK = urlencode({"image": "chelsea", "size": "16", "recipe": "[" * 32_000}).encode()


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (ROWS, "application/json", 400),
        (BLOCK, "application/x-www-form-urlencoded", 422),
        (b'"' + b'\\"' * 9_500_000 + b'"', "application/json", 422),
        (b'{"input": {"values": [' + b"[1]," * 4_500_000, "application/json", 422),
    ],
    ids=["rows", "block", "19 MB of one text", "18 MB of short rows"],
)
def test_what_held_the_server_for_half_a_minute_is_answered_at_once(
    client: TestClient, body: bytes, kind: str, status: int
) -> None:
    before = time.process_time()
    with pauses() as found:
        answer = client.post("/api/v1/runs", content=body, headers={"Content-Type": kind})
    assert answer.status_code == status
    assert time.process_time() - before < 2
    assert min(sorted(found)[-3:], default=0) < 0.1
