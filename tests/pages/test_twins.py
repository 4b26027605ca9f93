"""The two faces tell one story: what the page shows of a state is what the API says about it, mistakes included."""

import random
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from fastapi.testclient import TestClient

from app.settings import Settings
from app.web.asgi.security import POLICY
from tests.browser.screen import FIRST, PLAIN, START
from tests.pages.reading import Api, Element, agree, link, numbers, printed_sum, read
from tests.samples import gradient, huge_png, saved

pytestmark = pytest.mark.reads

IMAGES = ("coffee", "chelsea", "camera", "rocket", "coins", "astronaut")
LAYERS = (
    "conv2d(3, 3, weights=random({0}))",
    "conv2d(4, (2, 3), padding=1, weights=random({0}))",
    'conv2d(weights=preset("sobel_x", "gaussian", "emboss"))',
    'conv2d(2, 5, 2, padding=2, padding_mode="reflect", weights=random({0}))',
    "relu",
    "max_pool2d(2)",
    "max_pool2d(3, 2, padding=1)",
    "avg_pool2d(2)",
    "avg_pool2d((2, 3), ceil_mode=True)",
)
MISTAKES = [
    {"image": "chelsea", "height": "2", "width": "3", "recipe": "conv2d(1, 7)"},
    {"image": "chelsea", "size": "32", "recipe": "conv3d(1, 7)"},
    {"image": "chelsea", "size": "32", "recipe": "conv2d(6, 5"},
    {"image": "chelsea", "size": "32", "recipe": 'conv2d(weights=preset("nobody"))'},
    {"image": "chelsea", "size": "32", "recipe": "max_pool2d(2) | max_pool2d(40)"},
    {"image": "chelsea", "size": "-1", "recipe": "relu"},
    {"image": "chelsea", "size": "32", "height": "16", "recipe": "relu"},
    {"image": "chelsea", "size": "32", "mode": "CMYK", "recipe": "relu"},
    {"image": "chelsea", "size": "32", "fit": "squeeze", "recipe": "relu"},
    {"image": "chelsea", "size": "32", "scale": "decibel", "recipe": "relu"},
    {"image": "chelsea", "size": "9999", "recipe": "relu"},
    {"image": "nobody", "size": "32", "recipe": "relu"},
    {"run": "0" * 32},
]


def api(client: TestClient) -> Api:
    def get(path: str) -> bytes:
        answer = client.get(path)
        assert answer.status_code == 200, answer.text
        return answer.content

    return Api(get)


def page(client: TestClient, address: str) -> Element:
    """Return the page at an address."""
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/html")
    return read(answer.text)


def sentence(text: str) -> str:
    """Return what a page says went wrong."""
    return read(text).one(role="alert").one("p").text


def state_of(seed: int) -> dict[str, str]:
    """Return a state drawn by a seed: a picture, some layers, a place."""
    draw = random.Random(seed)  # noqa: S311 - the same states every time
    size = (
        {"size": str(draw.choice((16, 24, 32)))}
        if draw.random() < 0.6
        else {"height": str(draw.randint(14, 30)), "width": str(draw.randint(14, 30))}
    )
    layers = [text.format(draw.randrange(99)) for text in draw.choices(LAYERS, k=draw.randint(1, 4))]
    return {
        "image": draw.choice(IMAGES),
        **size,
        **({"mode": "L"} if draw.random() < 0.3 else {}),
        **({"fit": draw.choice(("contain", "stretch"))} if draw.random() < 0.3 else {}),
        **({"resample": draw.choice(("nearest", "bilinear", "lanczos"))} if draw.random() < 0.3 else {}),
        **({"scale": draw.choice(("byte", "mean:0.5,0.4,0.3;std:0.2,0.25,0.5"))} if draw.random() < 0.5 else {}),
        "recipe": " | ".join(layers),
    }


def fitting(fields: dict[str, str]) -> dict[str, str]:
    """Return a state whose scale has a number for each of its channels."""
    if fields.get("mode") == "L" and ":" in fields.get("scale", ""):
        return {**fields, "scale": "mean:0.5;std:0.2"}
    return fields


def told(tree: Element) -> dict[str, Any]:
    """Return what a page says about its run as a whole."""
    ribbon = tree.one("nav", "ribbon")
    shapes = [[int(n) for n in numbers(small.text)] for small in ribbon.all("small")]
    return {
        "shapes": [[channels, rows, columns] for rows, columns, channels in shapes],
        "names": [b.text for stop in ribbon.all(class_="stop") for b in stop.all("b")][1:],
        "totals": [int(n) for n in numbers(ribbon.one(class_="totals").text)],
        "recipe": tree.one("input", id="recipe").attributes["value"],
    }


def same_story(client: TestClient, fields: dict[str, str], at: str, **more: str) -> Element:
    """Check a page against the API's run and step; return the page."""
    run = api(client).run(fields)
    tree = page(client, link(**{"size": None, **fields, "at": at, **more}))
    assert told(tree) == {
        "shapes": [run["input"]["shape"], *(layer["output_shape"] for layer in run["layers"])],
        "names": [layer["type"] for layer in run["layers"]],
        "totals": [run["totals"]["parameters"], run["totals"]["multiplications"]],
        "recipe": run["recipe"],
    }
    sum_ = printed_sum(tree)
    assert sum_.at == at
    step = api(client).step(run["id"], at)
    if step["type"] != "avg_pool2d" or None not in [v for row in step["patch"] for v in row]:
        agree(sum_, step)
    return tree


@pytest.mark.parametrize("seed", range(20))
def test_the_page_prints_what_the_api_says(client: TestClient, seed: int) -> None:
    fields = fitting(state_of(seed))
    run = api(client).run(fields)
    draw = random.Random(seed + 1000)  # noqa: S311 - the same places every time
    for _ in range(3):
        layer = draw.randrange(len(run["layers"]))
        place = [draw.randrange(length) for length in run["layers"][layer]["output_shape"]]
        same_story(client, fields, ".".join(map(str, (layer, *place))), view=draw.choice(("figure", "flat")))


def test_every_field_of_a_link_is_heeded(client: TestClient) -> None:
    fields = {
        "image": "rocket", "height": "20", "width": "31", "mode": "L", "fit": "contain", "scale": "byte",
        "recipe": "conv2d(3, 3, weights=random(5)) | relu",
    }  # fmt: skip
    tree = same_story(client, fields, "1.2.17.28", view="flat")
    plate = tree.one(class_="plate").attributes
    assert tree.one(id="app").attributes["data-view"] == "flat"
    assert tree.one("cs-transport").attributes["data-layer"] == "1"
    assert [plate[f"data-{name}"] for name in ("channel", "row", "column")] == ["2", "17", "28"]
    address = dict(parse_qsl(urlsplit(tree.one(id="app").attributes["data-address"]).query))
    assert address == {**fields, "at": "1.2.17.28", "view": "flat"}
    for change in ({"mode": "RGB"}, {"fit": "cover"}, {"scale": "unit"}, {"height": "21"}, {"image": "coffee"}):
        assert api(client).run({**fields, **change})["id"] != api(client).run(fields)["id"]
        same_story(client, {**fields, **change}, "0.1.3.4")


def test_the_drawing_shows_the_runs_own_pictures_and_they_are_there(client: TestClient) -> None:
    tree = page(client, link(PLAIN, image="chelsea", at="0.2.3.4"))
    hrefs = {image.attributes["href"] for image in tree.one(class_="plate").all("image")}
    assert len(hrefs) >= 5
    for href in hrefs:
        answer = client.get(href)
        assert answer.status_code == 200, href
        assert answer.headers["content-type"] == "image/png"
    plate = tree.one(class_="plate").attributes
    run = api(client).run({"image": "chelsea", "size": "32", "recipe": PLAIN})
    assert (
        client.get(plate["data-values"]).content
        == client.get(f"/api/v1/runs/{run['id']}/layers/0/output.npy?channel=2").content
    )


def test_the_fan_tells_every_maps_range(client: TestClient) -> None:
    run = api(client).run({"image": "chelsea", "size": "32", "recipe": PLAIN})
    cards = list(page(client, link(PLAIN, image="chelsea", view="fan")).all(class_="fancard"))
    channels = run["layers"][0]["statistics"]["channels"]
    assert len(cards) == len(channels)
    for card, facts in zip(cards, channels, strict=True):
        low, high = numbers(card.one(class_="facts").one(class_="num").text)
        assert abs(float(low) - facts["minimum"]) <= 0.006
        assert abs(float(high) - facts["maximum"]) <= 0.006


def test_the_first_page_is_the_run_that_its_link_names(client: TestClient) -> None:
    first = page(client, "/")
    fields = dict(parse_qsl(urlsplit(first.one(id="app").attributes["data-address"]).query))
    at = fields.pop("at")
    assert at == "0.3.7.16"
    tree = same_story(client, fields, at)
    assert told(tree) == told(first)
    assert printed_sum(tree) == printed_sum(first)
    assert printed_sum(first).remainder == 0


def test_an_embed_is_the_same_page_without_its_frame(client: TestClient) -> None:
    whole = page(client, link(PLAIN, image="chelsea", at="1.2.3.4"))
    embed = page(client, link(PLAIN, image="chelsea", at="1.2.3.4", path="/embed"))
    assert printed_sum(embed) == printed_sum(whole)
    assert embed.one(class_="plate").attributes == whole.one(class_="plate").attributes
    assert embed.one("body").has("embedded")
    inside = [a.attributes["href"] for a in embed.one(class_="ribbon").all("a", "stop")]
    assert inside
    assert all(href.startswith("/embed?") for href in inside)


def test_a_place_outside_is_the_nearest_one(client: TestClient) -> None:
    tree = page(client, link(PLAIN, image="chelsea", at="9.99.99.99"))
    assert printed_sum(tree).at == "2.5.13.13"
    assert printed_sum(page(client, link(PLAIN, image="chelsea", at="nonsense"))).at == START


@pytest.mark.parametrize("fields", MISTAKES, ids=lambda fields: fields.get("recipe", "run") + str(len(fields)))
def test_a_mistake_has_one_status_and_one_sentence(client: TestClient, fields: dict[str, str]) -> None:
    at_page = client.get("/", params=fields)
    at_api = (
        client.get(f"/api/v1/runs/{fields['run']}") if "run" in fields else client.get("/api/v1/runs", params=fields)
    )
    assert at_page.status_code == at_api.status_code
    assert 400 <= at_page.status_code < 500
    problem = at_api.json()
    assert at_api.headers["content-type"] == "application/problem+json"
    assert problem["status"] == at_api.status_code
    assert sentence(at_page.text) == " ".join(problem["detail"].split())
    fragment = client.get("/", params=fields, headers={"HX-Request": "true"})
    assert fragment.status_code == at_page.status_code
    assert sentence(fragment.text) == sentence(at_page.text)
    assert fragment.headers["HX-Retarget"] == "#notice"
    assert "<html" not in fragment.text


def test_a_window_larger_than_its_map_names_both_and_the_way_out(client: TestClient) -> None:
    answer = client.get("/", params=MISTAKES[0])
    assert answer.status_code == 422
    assert "7×7" in sentence(answer.text)
    assert "2×3" in sentence(answer.text)
    assert 'value="conv2d(1, 7)"' in answer.text


@pytest.mark.parametrize(
    ("name", "data", "status", "word"),
    [
        ("letter.png", b"Dear all, this is a letter.\n" * 9, 415, "text file"),
        ("half.jpg", saved(gradient(200, 150), "JPEG")[:2000], 422, "JPEG"),
        ("huge.png", huge_png(6000, 5000), 422, "30"),
        ("empty.png", b"", None, ""),
    ],
)
def test_a_file_that_cannot_be_taken_has_one_status_and_one_sentence(
    client: TestClient, name: str, data: bytes, status: int | None, word: str
) -> None:
    file = {"file": (name, data, "image/png")}
    at_page = client.post("/upload", data={"recipe": PLAIN}, files=file)
    at_api = client.post("/api/v1/images", files=file)
    assert 400 <= at_page.status_code < 500
    if status:
        assert at_page.status_code == at_api.status_code == status
        assert sentence(at_page.text) == at_api.json()["detail"]
        assert word in sentence(at_page.text)


def test_a_file_over_the_byte_limit_is_refused_on_both_faces(settings: Settings) -> None:
    from app.main import create_app

    small = settings.model_copy(update={"upload_max_bytes": 1000})
    file = {"file": ("a.png", bytes(1_200_000), "image/png")}
    with TestClient(create_app(small), base_url="http://localhost:8000") as client:
        at_page, at_api = client.post("/upload", files=file), client.post("/api/v1/images", files=file)
    assert at_page.status_code == at_api.status_code == 413
    # the two forms differ by a few bytes of their own, and so does the number that is named
    assert sentence(at_page.text).split("bytes")[1] == at_api.json()["detail"].split("bytes")[1]
    assert "1,000" in sentence(at_page.text)


def test_a_file_a_little_over_the_byte_limit_is_refused_too(settings: Settings) -> None:
    from app.main import create_app

    picture = saved(gradient(64, 48), "PNG")
    small = settings.model_copy(update={"upload_max_bytes": len(picture) - 1})
    with TestClient(create_app(small), base_url="http://localhost:8000") as client:
        for path in ("/upload", "/api/v1/images"):
            assert client.post(path, files={"file": ("a.png", picture, "image/png")}).status_code == 413, path


def test_an_expired_picture_keeps_its_layers_and_offers_the_gallery(settings: Settings) -> None:
    from app.main import create_app

    brief = settings.model_copy(update={"upload_ttl": 1})
    with TestClient(create_app(brief), base_url="http://localhost:8000") as client:
        made = client.post("/api/v1/images", files={"file": ("a.png", saved(gradient(), "PNG"), "image/png")}).json()
        address = link(FIRST, image=made["id"], scale="byte", at="1.2.3.4")
        assert client.get(address).status_code == 200
        client.delete(f"/api/v1/images/{made['id']}", headers={"Authorization": f"Bearer {made['delete_token']}"})
        gone = client.get(address)
        at_api = client.get("/api/v1/runs", params={"image": made["id"], "size": 32, "scale": "byte", "recipe": FIRST})
        assert gone.status_code == at_api.status_code == 404
        assert sentence(gone.text) == at_api.json()["detail"]
        assert "expired" in sentence(gone.text)
        offered = list(read(gone.text).one("ul", "gallery").all("a"))
        assert len(offered) == len(client.get("/api/v1/images").json())
        for choice in offered[:2]:
            fields = dict(parse_qsl(urlsplit(choice.attributes["href"]).query))
            assert fields["recipe"] == FIRST
            assert (fields["size"], fields["scale"]) == ("32", "byte")
            assert told(page(client, choice.attributes["href"]))["shapes"][1] == [6, 28, 28]


def test_an_upload_by_form_leads_to_the_same_layers_on_it(client: TestClient) -> None:
    file = {"file": ("a.png", saved(gradient(), "PNG"), "image/png")}
    fields = {"recipe": PLAIN, "size": "32", "at": "1.2.3.4", "view": "flat", "theme": "dark"}
    answer = client.post("/upload", data=fields, files=file, follow_redirects=False)
    assert answer.status_code == 303
    asked = dict(parse_qsl(urlsplit(answer.headers["location"]).query))
    image = asked.pop("image")
    assert asked == fields
    assert client.get(f"/api/v1/images/{image}").status_code == 200
    assert page(client, answer.headers["location"]).one("html").attributes["data-theme"] == "dark"


@pytest.mark.parametrize("op", ["", "set", "fly", "weights"])
def test_a_form_that_makes_no_sense_is_refused_with_a_sentence(client: TestClient, op: str) -> None:
    for more in ({}, {"layer": "0"}, {"layer": "7"}, {"layer": "0", "field": "type", "value": "relu"}):
        answer = client.post("/edit", data={"image": "chelsea", "size": "16", "recipe": "relu", "op": op, **more})
        assert answer.status_code in (400, 422), (op, more)
        assert sentence(answer.text)


@pytest.mark.parametrize(
    "more",
    [
        {"channel": "9", "w.0.0.0": "1"},
        {"channel": "x", "w.0.0.0": "1"},
        {"channel": "-1", "w.0.0.0": "1"},
        {"channel": "0", "w.0.9.0": "1"},
        {"channel": "0", "w.0.0": "1"},
        {"channel": "0", "w.a.b.c": "1"},
        {"channel": "0", "w.0.0.0": "nan"},
        {"channel": "0", "w.0.0.0": "1e99"},
        {"channel": "0", "w.0.0.0": ""},
    ],
    ids=str,
)
def test_weights_that_make_no_sense_are_refused_with_a_sentence(client: TestClient, more: dict[str, str]) -> None:
    fields = {"image": "chelsea", "size": "16", "recipe": "conv2d(2, 3)", "op": "weights", "layer": "0"}
    answer = client.post("/edit", data={**fields, **more}, follow_redirects=False)
    assert answer.status_code in (400, 422), answer.headers.get("location")
    assert sentence(answer.text)


def test_every_page_says_what_it_may_load_and_who_may_frame_it(client: TestClient) -> None:
    for path, ancestors in (("/", "'self'"), (link(PLAIN), "'self'"), ("/docs", "'none'"), ("/embed", "'self'")):
        headers = client.get(path).headers
        policy = headers["content-security-policy"]
        assert f"frame-ancestors {ancestors}" in policy
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
    assert "unsafe" not in POLICY
    assert client.get(link("conv2d(", image="chelsea")).headers["content-security-policy"]


def test_a_page_of_another_site_may_not_send_forms(client: TestClient) -> None:
    fields = {"image": "chelsea", "size": "16", "recipe": "conv2d(2, 3)", "op": "roll", "layer": "0"}
    answer = client.post("/edit", data=fields, headers={"Origin": "https://elsewhere.example"})
    assert answer.status_code == 403
    assert sentence(answer.text)
