"""The page of a training: before the start, with forms alone, for its owner and for who only watches."""

import re
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from fastapi.testclient import TestClient

from tests.samples import gradient, saved
from tests.trainings.service import SMALL

TINY = {"size": "12", "names": "circle,line", "per_class": "8", "epochs": "2", "batch": "4", "rate": "0.05"}


def begun(client: TestClient, **fields: str) -> str:
    """Begin a tiny training; return the address of its page."""
    answer = client.post("/train", data={**TINY, **fields}, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def stands(html: str) -> dict[str, str]:
    """Return what the page says of how far its training has come."""
    return dict(re.findall(r'data-(state|step|epoch)="(\w+)"', html[html.index('id="stands"') :]))


def pictures(html: str) -> set[str]:
    """Return the addresses of all pictures of a page."""
    found = re.findall(r'(?:src|<image href)="(/train/[^"]+)"', html)
    return {address.replace("&amp;", "&") for address in found}


def ended(client: TestClient, address: str) -> str:
    """Return what has changed once a training is over."""
    for _ in range(600):
        html = client.get(f"{address}/live").text
        if stands(html)["state"] in ("finished", "stopped"):
            return html
    raise AssertionError("it never ends")


def test_a_draft_shows_what_would_be_learned_from_and_by_which_filters(client: TestClient) -> None:
    html = client.get("/train").text
    assert stands(html) == {"state": "draft", "step": "0", "epoch": "0"}
    assert ">800<" in html
    assert "1,764" in html  # 8·(3·25 + 1) + 4·(8·36 + 1)
    assert "ln 4 = 1.39" in html
    assert html.count('class="crop f"') == html.count('class="crop m"') == 8
    found = pictures(html)
    assert {urlsplit(address).path.rpartition("/")[2] for address in found} >= {
        "examples.png",
        "filters.png",
        "maps.png",
    }
    for address in found:
        answer = client.get(address)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")


def test_what_the_address_says_is_what_begins(client: TestClient) -> None:
    fields = {**TINY, "seed": "9", "method": "momentum"}
    page = client.get("/train", params=fields).text
    form = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page[page.index('id="draft"') :]))
    chosen = dict(
        re.findall(r'name="(\w+)" form="draft">(?:(?!</select>).)*?<option(?: value="[^"]*")? selected>([^<]+)<', page)
    )
    assert (form["names"], form["per_class"], form["size"]) == ("circle,line", "8", "12")
    assert (chosen["rate"], chosen["batch"], chosen["method"]) == ("0.05", "4", "SGD, momentum 0.9")
    html = client.get(begun(client, **fields)).text
    change = re.search(r'class="change" href="([^"]+)"', html)
    assert change
    kept = dict(parse_qsl(urlsplit(change[1].replace("&amp;", "&")).query))
    assert {name: kept[name] for name in fields} == fields
    assert kept["recipe"] == "conv2d(8, 5) | relu | max_pool2d(2) | linear(2) | softmax"


def test_classes_that_are_ticked_fit_the_last_layer(client: TestClient) -> None:
    html = client.get(
        "/train?names=circle&names=cross&names=line&recipe=conv2d(4, 3) | relu | linear(9) | softmax"
    ).text
    assert "linear(3) | softmax" in html
    assert "4 · 3" not in html


@pytest.mark.parametrize(
    ("fields", "recipe"),
    [
        (
            {"op": "add", "kind": "conv2d"},
            "conv2d(8, 5) | relu | max_pool2d(2) | conv2d(4, 3, padding=1) | linear(4) | softmax",
        ),
        (
            {"op": "set", "layer": "0", "out_channels": "3", "kernel_size": "3, 5"},
            "conv2d(3, (3, 5)) | relu | max_pool2d(2) | linear(4) | softmax",
        ),
        ({"op": "remove", "layer": "1"}, "conv2d(8, 5) | max_pool2d(2) | linear(4) | softmax"),
    ],
)
def test_layers_change_before_the_start(client: TestClient, fields: dict[str, str], recipe: str) -> None:
    answer = client.get("/train/edit", params={**fields, "rate": "0.3", "theme": "dark"}, follow_redirects=False)
    there = dict(parse_qsl(urlsplit(answer.headers["location"]).query))
    assert (there["recipe"], there["rate"], there["theme"]) == (recipe, "0.3", "dark")
    assert client.get(answer.headers["location"]).status_code == 200


@pytest.mark.parametrize(
    "fields",
    [
        {"op": "set", "layer": "0", "kernel_size": "40"},
        {"op": "set", "layer": "0", "kernel_size": "wide"},
        {"op": "remove", "layer": "77"},
        {"op": "remove", "layer": "4"},  # softmax
        {"op": "add", "kind": "kite"},
    ],
)
def test_a_change_that_does_not_fit_leaves_the_layers_as_they_were(client: TestClient, fields: dict[str, str]) -> None:
    answer = client.get("/train/edit", params={**TINY, **fields})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert 'value="conv2d(8, 5) | relu | max_pool2d(2) | linear(2) | softmax"' in answer.text
    assert "max_pool2d" in answer.text[answer.text.index('class="network"') :]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"recipe": "conv2d(8, 50)"}, "50"),
        ({"recipe": "conv2d(8"}, "Column 7"),
        ({"recipe": "relu"}, "softmax"),
        ({"epochs": "1000000"}, "at most 100"),
        ({"epochs": "-1"}, "epochs must be at least 1, not -1"),
        ({"rate": "fast"}, "learning_rate"),
        ({"rate": "nan"}, "learning_rate"),
        ({"batch": "-1"}, "batch_size"),
        ({"size": "64"}, "at most 32"),
        ({"names": "circle"}, "at least 2 entries, not 1"),
        ({"names": "circle,circle"}, "once"),
        ({"names": "kite,circle"}, "kite"),
        ({"set": "birds"}, "birds"),
        ({"method": "luck"}, "luck"),
        ({"seed": "9" * 40}, "seed"),
        ({"recipe": "conv2d(600, 5) | relu | linear(4) | softmax"}, "parameters"),
    ],
)
def test_what_cannot_be_is_said_and_what_was_typed_stays(client: TestClient, fields: dict[str, str], said: str) -> None:
    draft = client.get("/train", params=fields)
    notice = re.search(r'role="alert"><p>(.*?)</p>', draft.text)
    assert draft.status_code == 422
    assert notice
    assert said in notice[1]
    assert stands(draft.text)["state"] == "draft"
    refused = client.post("/train", data=fields)
    assert (refused.status_code, said in refused.text) == (422, True)


def test_it_runs_to_its_end_by_forms_alone(client: TestClient) -> None:
    address = begun(client, op="step")
    html = client.get(address).text
    assert stands(html) == {"state": "paused", "step": "1", "epoch": "0"}
    assert "% </b>" not in html
    for command in ("pause", "reset", "run"):
        assert f'formaction="{address}/{command}"' in html or command == "pause"
    running = client.post(f"{address}/run").text
    assert stands(running)["state"] in ("waiting", "running", "finished")
    assert ('http-equiv="refresh"' in running) == (stands(running)["state"] != "finished")  # for who has no scripts
    last = ended(client, address)
    assert 'http-equiv="refresh"' not in last
    assert stands(last) == {"state": "finished", "step": "8", "epoch": "2"}  # 16 pictures, 4 at once, twice
    confusion = [int(cell) for cell in re.findall(r'<td class="(?:hit|s\d)">(\d+)</td>', last)]
    assert len(confusion) == 4
    assert sum(confusion) == 8  # held out: half as many as are learned from
    right = confusion[0] + confusion[3]
    assert f'<b class="big num">{right / 8:.0%}'.replace("%", " %") in last
    assert len(re.findall(r"said (?:circle|line)<br>", last)) == min(6, 8 - right)
    for picture in pictures(last):
        assert client.get(picture).status_code == 200
    again = client.post(f"{address}/reset")
    assert stands(again.text) == {"state": "paused", "step": "0", "epoch": "0"}


def test_what_changes_is_fetched_alone(client: TestClient) -> None:
    address = begun(client)
    answer = client.post(f"{address}/step", headers={"HX-Request": "true"})
    assert re.findall(r'<(?:section|div) id="(\w+)"', answer.text) == [
        "right",
        "mistakes",
        "confusion",
        "filters",
        "stands",
    ]
    assert stands(answer.text)["step"] == "1"
    assert "<html" not in answer.text


def test_the_key_is_in_a_cookie_for_these_pages_alone(client: TestClient) -> None:
    answer = client.post("/train", data=TINY, follow_redirects=False)
    cookies = answer.headers.get_list("set-cookie")
    key = next(cookie for cookie in cookies if cookie.startswith("trainings="))
    for part in ("HttpOnly", "Path=/train", "SameSite=lax", "Max-Age="):
        assert part in key
    name = answer.headers["location"].rpartition("/")[2]
    assert client.app.state.trainings.owners.key(name) in key  # type: ignore[attr-defined]


def test_whoever_has_not_begun_it_watches(client: TestClient) -> None:
    address = begun(client)
    client.cookies.clear()
    html = client.get(address).text
    assert "You are watching" in html
    assert "data-command" not in html
    assert "Start your own" in html
    for command in ("run", "step", "reset", "stop"):
        assert client.post(f"{address}/{command}").status_code == 403
    assert stands(client.get(f"{address}/live").text) == {"state": "paused", "step": "0", "epoch": "0"}


def test_what_a_browser_begins_ends_what_it_had_begun(client: TestClient) -> None:
    first = begun(client)
    second = begun(client)
    assert stands(client.get(first).text)["state"] == "stopped"
    assert stands(client.get(second).text)["state"] == "paused"
    client.post(f"{second}/stop")


def test_browsers_without_a_cookie_take_no_more_places_than_their_address_has(client: TestClient) -> None:
    api = client.post("/api/v1/trainings", json=SMALL)
    assert api.status_code == 201
    for _ in range(3):
        begun(client)
        client.cookies.clear()
    refused = client.post("/train", data=TINY)
    assert refused.status_code == 429
    assert "4 trainings that began at your address" in refused.text
    assert api.json()["id"] not in refused.text


def test_one_that_is_gone_leads_to_a_new_one(client: TestClient) -> None:
    answer = client.get(f"/train/{'0' * 32}")
    assert answer.status_code == 404
    assert stands(answer.text)["state"] == "draft"
    assert 'role="alert"' in answer.text


@pytest.mark.parametrize(
    "path", ["/live", "/filters.png", "/nothing.png", "/example/99.png", "/example/-1.png", "/example/x.png", "/fly"]
)
def test_there_is_nothing_else(client: TestClient, path: str) -> None:
    missing = "/train/new" if ".png" in path and "filters" not in path else f"/train/{'0' * 32}"
    answer = client.post(missing + path) if path == "/fly" else client.get(missing + path)
    assert answer.status_code == 404


def files(*names: str, count: int = 4) -> list[tuple[str, tuple[str, bytes, str]]]:
    """Return pictures, all different, for the fields of these names."""
    return [
        (name, (f"{at}.png", saved(gradient(20 + number, 18 + 2 * at), "PNG"), "image/png"))
        for number, name in enumerate(names)
        for at in range(count)
    ]


def test_own_pictures_are_learned_from_by_their_labels(client: TestClient) -> None:
    labels: dict[str, Any] = {"set": "examples", "label0": "cat", "label1": "<dog>", "epochs": "1", "op": "run"}
    answer = client.post("/train", data=labels, files=files("pictures0", "pictures1"), follow_redirects=False)
    address = answer.headers["location"]
    last = ended(client, address)
    assert stands(last)["state"] == "finished"
    assert "of 2 pictures it never learns from" in last  # every fourth of four
    html = client.get(address).text
    assert "<b>cat</b>" in html
    assert "<b>&lt;dog&gt;</b>" in html
    assert any(cookie.startswith("tokens=") for cookie in answer.headers.get_list("set-cookie"))


@pytest.mark.parametrize("here", [True, False])  # in this process, or in another on the same store
def test_with_a_deleted_picture_all_that_is_shown_of_it_goes_at_once(client: TestClient, here: bool) -> None:
    labels: dict[str, Any] = {"set": "examples", "label0": "cat", "label1": "dog", "op": "step"}
    answer = client.post("/train", data=labels, files=files("pictures0", "pictures1"), follow_redirects=False)
    address = answer.headers["location"]
    shown = sorted(pictures(client.get(address).text))
    assert {urlsplit(picture).path.rpartition("/")[2] for picture in shown} >= {"examples.png", "maps.png"}
    for picture in shown:
        found = client.get(picture)
        assert (found.status_code, found.headers["cache-control"]) == (200, "private, no-cache")
        assert client.get(picture, headers={"If-None-Match": found.headers["etag"]}).status_code == 304
    state = client.app.state  # type: ignore[attr-defined]
    lab, live = state.lab, next(each for each in state.trainings._known if each.name in address)
    image = live.training.data.images[0]
    assert live.name in keys_kept(lab)
    if here:
        held = client.cookies["tokens"].split(".")
        key = {"Authorization": f"Bearer {next(token for token in held if lab.album.owns(image, [token]))}"}
        assert client.delete(f"/api/v1/images/{image}", headers=key).status_code == 204
        assert live.name not in keys_kept(lab)
    else:
        lab.store.delete("picture", image)
    weight = f"/api/v1/trainings/{live.name}/gradients/0/0/0/0/0"
    gone = [*shown, f"{address}/example/0.png", address, f"{address}/live", weight]
    assert [client.get(each).status_code for each in gone] == [404] * len(gone)
    assert client.get(shown[0], headers={"If-None-Match": "*"}).status_code == 404
    assert live.name not in keys_kept(lab)


def keys_kept(lab: Any) -> str:
    """Return the keys of all that is in memory."""
    return " ".join(str(key) for _, key in lab.budget._order)


def test_too_few_own_pictures_are_refused(client: TestClient) -> None:
    labels = {"set": "examples", "label0": "cat"}
    assert client.post("/train", data=labels, files=files("pictures0")).status_code == 422
    assert client.post("/train", data=labels).status_code == 422
    assert (
        client.post("/train", data=labels, files=[("pictures0", ("a.png", b"no picture", "image/png"))]).status_code
        == 415
    )


HOSTILE = ("\0", "٣", "9" * 900, "💥" * 200, 'model("cifar10")', "(" * 900)


@pytest.mark.parametrize("name", ["set", "size", "names", "recipe", "rate", "op"])
def test_whatever_a_field_holds_the_answer_is_a_page(client: TestClient, name: str) -> None:
    for value in HOSTILE:
        answers = (
            client.get("/train/edit", params={**TINY, name: value}),
            client.post("/train", data={**TINY, name: value}),
        )
        assert {answer.status_code for answer in answers} <= {200, 422}, value[:40]
