"""The page of a network of one's own, as it works without scripts: its file, what is asked of it, what does not fit."""

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi.testclient import TestClient

from app.explorer.looks.registry import LOOKS
from app.explorer.own_network import PRESETS, classes_in
from app.main import create_app
from app.settings import Settings
from tests.importing.files import array, bytes_of, chain, model
from tests.pages.reading import Element, read
from tests.pages.validity import faults

ARRAYS = {"w": array(4, 3, 3, 2), "b": array(4), "v": array(3, 4)}
PARTS = (("Conv", ["w", "b"], {}), ("Relu", [], {}), ("GlobalAveragePool", [], {}), ("Flatten", [], {}),
         ("Gemm", ["v"], {"transB": 1}))  # fmt: skip
FILE = bytes_of(model(chain(*PARTS), ARRAYS))
MISFIT = bytes_of(model(chain(*PARTS[:2], ("HardSwish", [], {})), ARRAYS))
CLASSES = ("cat", "dog", "neither")


@pytest.fixture
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    app = create_app(Settings(data_dir=tmp_path_factory.mktemp("data"), compute_slots=2))
    with TestClient(app, base_url="http://localhost") as client:
        yield client


def opened(client: TestClient, data: bytes, name: str = "pets.onnx", **fields: str) -> tuple[int, Element, str]:
    """Send a file as the form does; return the status, what is then on the screen, and its address."""
    answer = client.post("/network", data={"image": "camera", **fields}, files={"file": (name, data)})
    assert faults(answer.text) == []
    return answer.status_code, read(answer.text).one("section"), answer.url.path


def kept(client: TestClient, address: str, **fields: str) -> dict[str, str]:
    """Send what is asked of a network; return the fields of the address to which that leads."""
    said = {"image": "camera", "title": "Pets", "height": "10", "width": "9", "values_of": "unit", **fields}
    answer = client.post(address, data=said, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}


def test_a_file_leads_to_what_is_asked_of_it_and_on_to_a_picture_with_scores(client: TestClient) -> None:
    status, page, address = opened(client, FILE)
    assert (status, page.one("h1").text) == (200, "pets")
    assert page.one("input", name="height").attributes["value"] == "10"
    assert "3 numbers at its end" in page.text
    there = kept(client, address, classes="\n".join(CLASSES), softmax="1", values_of="imagenet")
    assert there["recipe"].endswith('") | softmax')
    assert there["image"] == "camera"
    assert there.get("view") == ("network" if "network" in LOOKS else None)
    run = client.get("/api/v1/runs", params={"image": "camera", "recipe": there["recipe"]}).json()
    assert {each["label"] for each in run["prediction"]} == set(CLASSES)
    said = client.get(f"/api/v1/models/{address.rpartition('/')[2]}").json()["input"]
    assert said["scale"] == next(each.scale for each in PRESETS if each.name == "imagenet")
    explorer = read(client.get("/", params=there).text)
    assert explorer.one("a", id="networks").text == "Pets"
    again = read(client.get(address).text).one("section")
    assert again.one("textarea").text.split() == list(CLASSES)
    assert kept(client, address, title="Animals", values_of="imagenet", softmax="1") == there
    assert read(client.get("/", params=there).text).one("a", id="networks").text == "Animals"
    kept(client, address, classes="\n".join(CLASSES), values_of="imagenet")
    shared = client.get("/share", params=there).text
    assert "it goes in 24 hours, and the view with it" in shared
    assert "It does not expire." not in shared
    menu = read(client.get("/networks", params={"recipe": there["recipe"]}).text)
    assert any("softmax" in link.attributes.get("href", "") for link in menu.all("a"))


def test_a_misfit_is_named_and_what_comes_before_it_can_be_opened(client: TestClient) -> None:
    status, page, _ = opened(client, MISFIT)
    assert status == 422
    assert "Node 3 of 3" in page.text
    assert "(HardSwish)" in page.text
    before = page.one("a", "main").attributes["href"]
    asked = read(client.get(before).text).one("section")
    assert "2 layers" in asked.text
    assert not list(asked.all("textarea")), "maps are no classes"
    there = kept(client, urlsplit(before).path)
    assert "relu" not in there["recipe"]  # it ends as the file does
    assert client.get("/", params=there).status_code == 200


def test_what_cannot_be_kept_is_said_where_it_was_typed(client: TestClient) -> None:
    _, _, address = opened(client, FILE)
    said = {"title": "Pets", "height": "10", "width": "9", "values_of": "unit", "classes": "cat\ndog"}
    answer = client.post(address, data=said)
    page = read(answer.text).one("section")
    assert answer.status_code == 422
    assert "2 names of classes, and the network ends in 3 numbers" in page.text
    assert page.one("textarea").text.split() == ["cat", "dog"]
    assert page.one("textarea").attributes["aria-describedby"] == page.one("div", "misfit").attributes["id"]
    for wrong in ({"height": "nan"}, {"width": "99999999999"}, {"title": "a\u202eb"}, {"title": "t" * 101},
                  {"classes": "["}, {"classes": '{"x": 1}'}, {"classes": "[[[[]]]]"}, {"classes": "c" * 300_000},
                  {"values_of": "typed", "scale": "mean:0;std:0"}, {"values_of": "none", "height": "0"}):  # fmt: skip
        answer = client.post(address, data={**said, "classes": "", **wrong})
        assert answer.status_code == 422, wrong
        assert read(answer.text).one("section").one("div", "misfit").text.strip()
    for data, name, words in ((b"", "a.onnx", "empty"), (b"PK\x03\x04", "a.pt", "can hold a program")):
        status, page, _ = opened(client, data, name)
        assert status in (415, 422)
        assert words in page.text
        assert page.one("form").attributes["action"] == "/network"


def test_blue_first_is_turned_once_and_turned_back(client: TestClient) -> None:
    _, _, address = opened(client, FILE)

    def first_weights(there: dict[str, str]) -> list[float]:
        run = client.get("/api/v1/runs", params={"image": "camera", "recipe": there["recipe"]}).json()
        content = client.get(run["layers"][0]["links"]["weight_npy"]).content
        return list(memoryview(content[-ARRAYS["w"].nbytes :]).cast("f"))

    plain, blue = ARRAYS["w"].ravel().tolist(), ARRAYS["w"][:, ::-1].ravel().tolist()
    there = kept(client, address, values_of="caffe")
    assert first_weights(there) == blue
    address = "/network/" + there["recipe"].split('"')[1]
    assert read(client.get(address).text).one("input", value="caffe").attributes.get("checked") is not None
    assert first_weights(kept(client, address, values_of="bgr")) == blue
    back = kept(client, address, values_of="unit")
    assert first_weights(back) == plain


def test_only_who_brought_a_network_can_change_or_delete_it(client: TestClient) -> None:
    _, _, address = opened(client, FILE)
    cookies = dict(client.cookies)
    client.cookies.clear()
    led = client.get(address, follow_redirects=False)
    assert led.status_code == 303
    assert led.headers["location"].startswith("/?")
    assert client.post(address, data={"title": "x"}).status_code == 403
    assert client.post(f"{address}/delete").status_code == 403
    client.cookies.update(cookies)
    gone = read(client.post(f"{address}/delete", data={"image": "camera"}).text)
    assert "The network is deleted." in gone.one("section").text
    assert gone.one("a", "main").attributes["href"] == "/?image=camera"
    assert client.get(address).status_code == 404


def test_names_of_classes_come_in_the_forms_that_people_have(client: TestClient) -> None:
    for text in ("cat\n dog \n\nneither\n", '["cat", "dog", "neither"]', '{"2": "neither", "0": "cat", "1": "dog"}',
                 '{"0": ["n1", "cat"], "1": ["n2", "dog"], "2": ["n3", "neither"]}'):  # fmt: skip
        assert classes_in(text.encode()) == CLASSES
    _, _, address = opened(client, FILE)
    files = {"names": ("names.txt", "\n".join(CLASSES).encode())}
    client.post(address, data={"title": "Pets", "values_of": "unit"}, files=files)
    assert read(client.get(address).text).one("textarea").text.split() == list(CLASSES)
    many = client.post(
        address, data={"title": "Pets", "values_of": "unit"}, files={"names": ("n.txt", b"\n" * 4_000_001)}
    )
    assert many.status_code == 422
    assert "4,000,001 bytes of text; the most is 4,000,000" in many.text


def test_numbers_alone_are_taken_with_their_layers(client: TestClient) -> None:
    from safetensors.numpy import save

    data = save({"0.weight": ARRAYS["w"], "0.bias": ARRAYS["b"]})
    status, page, _ = opened(client, data, "pets.safetensors")
    assert status == 422
    assert "say the layers too" in page.text
    status, page, _ = opened(client, data, "pets.safetensors", recipe="conv2d(4, (3, 2))", height="10", width="9")
    assert (status, page.one("h1").text) == (200, "pets")
