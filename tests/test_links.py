"""Short links: codes that cannot be counted through, what lives with them, and how much that may be."""

import json
import re
from datetime import datetime

import pytest
from fastapi.testclient import TestClient

from app.allowance import Allowance
from app.errors import Busy
from app.links import ALPHABET, AN_HOUR, LENGTH, Links
from app.main import create_app
from app.settings import Settings
from tests.api.problems import told
from tests.shared import long_state, uploaded

DAY = 86_400
ADDRESS = "/?image=chelsea&size=32&recipe=conv2d(6,+5)&at=0.3.7.16&view=flat"


def posted(client, address, path="/api/v1/links", **headers):
    answer = client.post(path, json={"address": address}, headers=headers)
    assert answer.status_code == 201, answer.text
    return answer.json()


def code_of(made):
    return made["url"].rsplit("/", 1)[1]


def opens(client, code):
    answer = client.get(f"/s/{code}", follow_redirects=False)
    assert answer.status_code == 303
    return answer.headers["location"]


def seconds_left(client, made):
    return datetime.fromisoformat(made["expires_at"]).timestamp() - client.app.state.lab.store.now()


@pytest.mark.parametrize("path", ["/api/v1/links", "/links"])
def test_a_short_link_leads_to_exactly_the_state(client, path):
    made = posted(client, ADDRESS, path)
    assert made.keys() == {"url", "expires_at"}
    assert re.fullmatch(rf"http://localhost:8000/s/[{ALPHABET}]{{{LENGTH}}}", made["url"])
    to = opens(client, code_of(made))
    shown = client.get(to)
    assert shown.status_code == 200
    assert to == "/?image=chelsea&size=32&recipe=conv2d(6,+5)&at=0.3.7.16&view=flat"
    assert abs(seconds_left(client, made) - 31_536_000) < 60


def test_the_same_state_has_the_same_code_and_others_look_nothing_like_it(client):
    codes = [code_of(posted(client, ADDRESS.replace("16", str(column)))) for column in range(12)]
    assert code_of(posted(client, ADDRESS.replace("16", "0"))) == codes[0]
    assert len(set(codes)) == 12
    for place in range(LENGTH):  # no letter of it counts along
        assert len({code[place] for code in codes}) > 3


def test_the_codes_of_another_server_are_others(client, tmp_path, monkeypatch):
    with TestClient(create_app(Settings(data_dir=tmp_path / "other")), base_url="http://localhost:8000") as other:
        assert code_of(posted(client, ADDRESS)) != code_of(posted(other, ADDRESS))


def test_a_code_can_be_typed_in_capitals_and_a_wrong_one_is_told(client):
    code = code_of(posted(client, ADDRESS))
    assert opens(client, code.upper()) == opens(client, code)
    for wrong in ("2222222222", "abc", "é", "x" * 500, code + "2", "%00"):
        answer = client.get(f"/s/{wrong}")
        assert answer.status_code == 404
        assert "</html>" in answer.text


@pytest.mark.parametrize(
    "address",
    ["http://example.org/", "//example.org/?image=chelsea", "/docs", "/s/abc", "chelsea", "", "javascript:alert(1)",
     "http://[", "/?image=nobody", "/?image=chelsea&recipe=conv2d(", "/?run=nothing", "/?x=" + "y" * 40_000],
)  # fmt: skip
def test_only_a_state_of_the_explorer_is_shared(client, address):
    answer = client.post("/api/v1/links", json={"address": address})
    assert answer.status_code in (404, 422)
    assert answer.headers["content-type"] == "application/problem+json"
    assert client.app.state.lab.store.keys("link") == []


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"7", b'{"address": 7}', b'{"adress": "/"}', b"[" * 50_000])
def test_a_body_without_an_address_is_told(client, body):
    answer = client.post("/links", content=body)
    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == "application/problem+json"


def test_an_unknown_field_is_told_and_a_long_body_is_not_read(client):
    told(client.post("/links", json={"address": ADDRESS, "colour": "red"}), 422, "colour")
    told(client.post("/links", json={"address": ADDRESS + "&x=" + "y" * 200_000}), 413, "100,000")


def test_a_link_lives_from_when_it_was_last_opened(clocked):
    code = code_of(posted(clocked, ADDRESS))
    for _ in range(3):
        clocked.wait(364 * DAY)
        opens(clocked, code)
    clocked.wait(366 * DAY)
    assert clocked.get(f"/s/{code}").status_code == 404


def test_what_is_shared_on_sunday_opens_on_tuesday_with_its_picture_if_its_owner_shares_it(clocked):
    picture = uploaded(clocked)
    address = f"/?image={picture['id']}&size=8&recipe=conv2d(2,+3)&at=0.1.2.3"
    made = posted(clocked, address, Authorization=f"Bearer {picture['delete_token']}")
    assert abs(seconds_left(clocked, made) - 365 * DAY) < 60
    clocked.wait(2 * DAY)
    clocked.app.state.lab.store.sweep()
    shown = clocked.get(opens(clocked, code_of(made)))
    assert shown.status_code == 200
    assert picture["id"] in shown.text
    clocked.wait(364 * DAY)
    assert clocked.get(opens(clocked, code_of(made))).status_code == 200


def test_uploading_it_again_does_not_shorten_its_life(clocked):
    picture = uploaded(clocked)
    posted(clocked, f"/?image={picture['id']}&size=8", Authorization=f"Bearer {picture['delete_token']}")
    again = uploaded(clocked)
    assert again["id"] == picture["id"]
    assert seconds_left(clocked, again) > 364 * DAY


def test_a_picture_of_somebody_else_goes_when_it_would_have_gone_and_its_layers_stay(clocked):
    picture = uploaded(clocked)
    made = posted(clocked, f"/?image={picture['id']}&size=8&recipe=conv2d(2,+3)")
    assert abs(seconds_left(clocked, made) - DAY) < 60  # the picture goes first
    clocked.wait(2 * DAY)
    answer = clocked.get(f"/s/{code_of(made)}")
    assert answer.status_code == 404
    assert "recipe=conv2d(2,+3)" in answer.text.replace("%2C", ",").replace("&amp;", "&")
    assert "/?image=coffee" in answer.text


def test_a_token_of_another_picture_is_refused(client):
    mine, other = uploaded(client, 3), uploaded(client, 9)
    headers = {"Authorization": f"Bearer {mine['delete_token']}"}
    told(client.post("/links", json={"address": f"/?image={other['id']}&size=8"}, headers=headers), 403, "token")


def test_a_deleted_picture_is_gone_whatever_links_there_are(client):
    picture = uploaded(client)
    authorization = {"Authorization": f"Bearer {picture['delete_token']}"}
    made = posted(client, f"/?image={picture['id']}&size=8", **authorization)
    assert client.delete(f"/api/v1/images/{picture['id']}", headers=authorization).status_code == 204
    assert client.get(f"/s/{code_of(made)}").status_code == 404


def test_a_state_that_is_too_long_for_an_address_lives_as_long_with_every_prefix(clocked):
    address, run = long_state(clocked)
    made = posted(clocked, address)
    clocked.wait(300 * DAY)
    clocked.app.state.lab.store.sweep()
    assert opens(clocked, code_of(made)) == address
    clocked.wait(300 * DAY)
    clocked.app.state.lab.store.sweep()
    assert clocked.get(opens(clocked, code_of(made))).status_code == 200
    report = clocked.get(f"/api/v1/runs/{run}").json()
    for layer in report["layers"]:
        assert clocked.get(layer["links"]["output_npy"]).status_code == 200


def test_the_beginning_of_a_longer_run_that_is_shared_outlives_that_one(clocked):
    address, run = long_state(clocked)
    first = posted(clocked, address)
    prefix = clocked.app.state.lab.store.keys("document")
    beginning = next(key for key in prefix if clocked.app.state.lab.store.get("document", key) == f"{run} 1".encode())
    second = posted(clocked, f"/?run={beginning}&at=0.1.2.3")
    clocked.wait(200 * DAY)
    opens(clocked, code_of(second))
    clocked.wait(200 * DAY)
    assert clocked.get(f"/s/{code_of(first)}").status_code == 404
    assert clocked.get(f"/s/{code_of(second)}").status_code == 200


def test_what_is_compared_with_lives_on_too(clocked):
    picture = uploaded(clocked)
    address = f"/?image=chelsea&size=32&recipe=conv2d(2,+3)&view=compare&with=image:{picture['id']}"
    made = posted(clocked, address, Authorization=f"Bearer {picture['delete_token']}")
    clocked.wait(30 * DAY)
    assert picture["id"] in clocked.get(opens(clocked, code_of(made))).text
    _, run = long_state(clocked)
    other = posted(clocked, f"/?image=chelsea&size=32&recipe=conv2d(4,+15)&view=compare&with=run:{run}")
    clocked.wait(30 * DAY)
    assert f"run:{run}" in clocked.get(opens(clocked, code_of(other))).text.replace("%3A", ":")


def test_a_client_that_makes_many_is_asked_to_wait_and_old_ones_stay_free():
    time = [0.0]
    allowance = Allowance(3, "{most} an hour, again in {wait} seconds", lambda: time[0])
    for _ in range(3):
        allowance.take("a")
    with pytest.raises(Busy) as refused:
        allowance.take("a")
    assert str(refused.value) == "3 an hour, again in 1200 seconds"
    assert refused.value.retry_after == 1200
    allowance.take("b")
    time[0] += 1201
    allowance.take("a")
    with pytest.raises(Busy):
        allowance.take("a")


def test_too_many_new_links_are_429_and_those_that_are_there_are_given(client):
    for _ in range(AN_HOUR):
        client.app.state.links._allowance.take("testclient")
    answer = client.post("/links", json={"address": ADDRESS})
    told(answer, 429, "120 short links")
    assert int(answer.headers["Retry-After"]) <= 30


def test_what_links_keep_together_is_bounded(settings):
    app = create_app(settings.model_copy(update={"links_max_bytes": 20_000}))
    with TestClient(app, base_url="http://localhost:8000") as client:
        first = posted(client, long_state(client, 1.0)[0])
        answer = client.post("/links", json={"address": long_state(client, 2.0)[0]})
        told(answer, 503, "20,000 bytes")
        assert answer.headers["Retry-After"]
        assert posted(client, long_state(client, 1.0)[0])["url"] == first["url"]  # it is kept already
        assert len(client.app.state.lab.store.keys("link")) == 1


def test_what_is_kept_is_counted_anew_with_a_new_start(settings):
    smaller = settings.model_copy(update={"links_max_bytes": 20_000})
    for salt, status in ((1.0, 201), (2.0, 503)):
        with TestClient(create_app(smaller), base_url="http://localhost:8000") as client:
            assert client.post("/links", json={"address": long_state(client, salt)[0]}).status_code == status


def test_a_torn_link_is_not_there_and_heals(client):
    code = code_of(posted(client, ADDRESS))
    for torn in (b"", b"{", b"[]", b"7", b'{"address": "/"}', json.dumps({"a": 1}).encode()):
        client.app.state.lab.store.put("link", code, torn, 60)
        assert client.get(f"/s/{code}").status_code == 404
    assert code_of(posted(client, ADDRESS)) == code
    assert client.get(f"/s/{code}").status_code == 200


def test_two_addresses_with_one_hash_have_two_codes(settings, monkeypatch):
    hashes = {"0 ": "2222222222", "1 ": "3333333333"}
    monkeypatch.setattr(Links, "_hash", lambda self, text: hashes[text[:2]])
    with TestClient(create_app(settings), base_url="http://localhost:8000") as client:
        codes = [code_of(posted(client, address)) for address in (ADDRESS, "/?image=coffee&size=16", ADDRESS)]
        assert codes == ["2222222222", "3333333333", "2222222222"]
        assert "coffee" in opens(client, codes[1])


def test_language_theme_and_projector_can_be_asked_for_on_the_way(client):
    code = code_of(posted(client, ADDRESS))
    answer = client.get(f"/s/{code}?projector=1&theme=dark&nonsense=1", follow_redirects=False)
    assert answer.headers["location"].endswith("&theme=dark&projector=1")
