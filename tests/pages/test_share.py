"""What the sheet under Share says: whom the link reaches, how long what it shows lives, and the short link it makes."""

import re

import pytest
from fastapi import Request
from fastapi.testclient import TestClient

from app.main import create_app
from app.web.pages.owned import MOST, tokens
from tests.pages.reading import read
from tests.samples import gradient, saved
from tests.shared import long_state, uploaded

EVERYWHERE = "0.0.0.0"  # noqa: S104  nothing listens there in these tests
QUERY = "image=chelsea&size=32&recipe=conv2d(6,+5)&at=0.3.7.16&view=flat"
FIELDS = {"image": "chelsea", "size": "32", "recipe": "conv2d(6, 5)", "at": "0.3.7.16", "view": "flat"}


def sheet(client, query=QUERY, **headers):
    answer = client.get(f"/share?{query}", headers=headers)
    assert answer.status_code == 200, answer.text
    return read(answer.text).one("section", class_="leaving")


def links(section):
    return [field.attributes["value"] for field in section.all("input") if "readonly" in field.attributes]


def run_of(page):
    return read(page.text).one(id="app").attributes["data-run"]


def at(settings, base, **changes):
    return TestClient(create_app(settings.model_copy(update=changes)), base_url=base)


def test_the_link_is_the_state_s_own_address(client):
    (link,) = links(sheet(client))
    assert link == f"http://localhost:8000/?{QUERY}"
    assert "at=0.3.7.16" in client.get(link).text


def test_a_view_of_the_gallery_does_not_expire(client):
    section = sheet(client)
    assert "It does not expire." in section.text
    assert "picture" not in section.text


@pytest.mark.parametrize("base", ["http://localhost:8000", "http://127.0.0.1:8000", "http://[::1]:8000"])
def test_on_this_computer_alone_it_warns_and_says_what_helps(settings, base):
    with at(settings, base) as client:
        section = sheet(client)
        assert "Only this computer can open it." in section.text
        assert "convscope serve --lan" in section.text


def test_under_lan_the_address_is_one_that_others_can_open(settings):
    hosts = "192.168.1.20,10.0.0.5,localhost,127.0.0.1,laptop,laptop.local"
    with at(settings, "http://127.0.0.1:8123", host=EVERYWHERE, allowed_hosts=hosts) as client:
        section = sheet(client)
        assert links(section) == [f"http://192.168.1.20:8123/?{QUERY}"]
        assert "Only this computer" not in section.text
        assert "http://10.0.0.5:8123" in section.text
        made = client.post("/links", json={"address": f"/?{QUERY}"}).json()
        assert made["url"].startswith("http://192.168.1.20:8123/s/")


def test_a_room_opens_at_the_view_where_phones_can_come(settings):
    hosts = "192.168.1.20,localhost,127.0.0.1"
    with at(settings, "http://127.0.0.1:8123", host=EVERYWHERE, allowed_hosts=hosts) as client:
        form = sheet(client).one("form", action="/room")
        assert "disabled" not in form.one("button").attributes
        fields = {field.attributes["name"]: field.attributes["value"] for field in form.all("input")}
        assert fields == {"address": f"/?{QUERY}"}
        opened = client.post("/room", data=fields, follow_redirects=False)
        assert re.fullmatch(r"/room/\w{6}", opened.headers["location"])
    with at(settings, "http://127.0.0.1:8123") as client:
        section = sheet(client)
        assert "disabled" in section.one("form", action="/room").one("button").attributes
        assert "Phones need an address of this network: convscope serve --lan gives one." in section.text


def test_what_else_leaves_has_the_state_with_it(client):
    section = sheet(client)
    lesson = {
        each.attributes["name"]: each.attributes["value"]
        for each in section.one("form", action="/lesson/add").all("input")
    }
    assert lesson == {"address": f"/?{QUERY}"}
    worksheet = next(a.attributes["href"] for a in section.all("a") if "worksheet" in a.attributes["href"])
    assert worksheet == f"/worksheet?{QUERY}"
    assert client.get(worksheet).status_code == 200


def test_a_server_that_listens_to_this_computer_alone_offers_no_other_address(settings):
    with at(settings, "http://127.0.0.1:8123", allowed_hosts="192.168.1.20,127.0.0.1") as client:
        assert "Only this computer" in sheet(client).text


def test_a_container_offers_no_address_that_it_does_not_answer_to(settings):
    with at(settings, "http://localhost:8123", host=EVERYWHERE) as client:
        assert "Only this computer" in sheet(client).text


def test_public_url_is_written_whatever_was_asked(settings):
    with at(settings, "http://localhost:8000", public_url="https://school.example/conv/") as client:
        section = sheet(client)
        assert links(section) == [f"https://school.example/conv/?{QUERY}"]
        assert "Only this computer" not in section.text


def test_behind_a_proxy_the_link_has_the_scheme_that_the_browser_sees(settings):
    with at(settings, "http://school.example", allowed_hosts="school.example") as client:
        assert links(sheet(client))[0].startswith("http://school.example/?")
        assert links(sheet(client, referer="https://school.example/"))[0].startswith("https://school.example/?")
        assert links(sheet(client, referer="https://evil.example/"))[0].startswith("http://school.example/?")


def test_an_uploaded_picture_s_end_is_said(clocked):
    picture = uploaded(clocked)
    clocked.wait(3600)
    text = sheet(clocked, f"image={picture['id']}&size=8").text
    assert "Whoever has the link sees the picture until it goes, in 23 hours." in text
    assert "uploaded in another browser" in text
    assert "does not expire" not in text


def test_the_browser_that_uploaded_shares_its_picture_for_long(clocked):
    file = {"file": saved(gradient(30, 20), "PNG")}
    answer = clocked.post("/upload", data=FIELDS, files=file, headers={"HX-Request": "true"})
    query = answer.headers["HX-Location"].partition("?")[2]
    section = sheet(clocked, query)
    assert "It keeps your picture as long; whoever has it sees that." in section.text
    form = {field.attributes["name"]: field.attributes["value"] for field in section.all("input", type="hidden")}
    made = clocked.post("/share", data=form)
    assert made.status_code == 200
    long, short = links(read(made.text).one("section", class_="leaving"))
    assert long.endswith(query)
    assert re.fullmatch(r"http://localhost:8000/s/\w{10}", short)
    clocked.wait(2 * 86_400)
    clocked.cookies.clear()
    assert clocked.get(short).status_code == 200
    assert "until it goes, in 365 days" in sheet(clocked, query).text


def test_a_state_that_is_named_by_its_run_says_how_long_that_is_kept(clocked):
    address, _ = long_state(clocked)
    section = sheet(clocked, address[2:])
    assert "by a number, which is kept for 24 hours" in section.text
    assert "does not expire" not in section.text
    made = clocked.post("/share", data=dict(pair.split("=") for pair in address[2:].split("&")))
    text = read(made.text).one("section", class_="leaving").text
    assert "which is kept for 365 days" in text


def test_a_sheet_is_never_kept(client):
    assert client.get(f"/share?{QUERY}").headers["cache-control"] == "no-store"


def test_a_mistake_is_said(client):
    answer = client.get("/share?image=chelsea&recipe=conv2d(")
    assert answer.status_code == 422
    assert "</html>" in answer.text
    assert client.post("/share", data={"run": "nothing"}).status_code == 404


def test_a_browser_remembers_the_tokens_of_its_last_uploads_alone():
    cookie = f"tokens={'.'.join(f'{n:032x}' for n in range(40))}.x"
    asked = Request({"type": "http", "headers": [(b"cookie", cookie.encode())]})
    assert tokens(asked) == tuple(f"{n:032x}" for n in range(MOST))


def test_layers_whose_picture_is_gone_are_kept_in_a_link_by_number_too(clocked):
    picture = uploaded(clocked)
    address, _ = long_state(clocked)
    document = clocked.get(f"/api/v1/runs/{address[6:38]}").json()
    query = f"run={address[6:38]}&image={picture['id']}"
    shown = clocked.get(f"/?{query}")
    assert shown.status_code == 200
    with_own = run_of(shown)
    made = clocked.post("/links", json={"address": f"/?run={with_own}&at=1.2.3.4"}).json()
    clocked.wait(2 * 86_400)
    gone = clocked.get(made["url"])
    assert gone.status_code == 404
    offered = next(a.attributes["href"] for a in read(gone.text).all("a") if "image=coffee" in a.attributes["href"])
    other = clocked.get(offered)
    assert other.status_code == 200
    run = clocked.get(f"/api/v1/runs/{run_of(other)}").json()
    assert run["layers"][0]["parameters"] == document["layers"][0]["parameters"]
    assert run["input"]["image"] == "coffee"
