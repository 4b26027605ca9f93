"""Pictures: the gallery, and uploads that expire."""

import base64
import hmac
from datetime import datetime, timedelta
from io import BytesIO

import pytest
from PIL import Image

from app.pictures.gallery import GALLERY
from tests import samples
from tests.api.problems import told

IMAGES = "/api/v1/images"
RUNS = "/api/v1/runs"


def photo(color=(200, 100, 50), kind="PNG"):
    file = BytesIO()
    Image.new("RGB", (8, 6), color).save(file, kind)
    return file.getvalue()


def upload(client, data):
    return client.post(IMAGES, files={"file": ("photo", data)})


def test_the_gallery_lists_what_can_be_named(client):
    entries = client.get(IMAGES).json()
    assert len(entries) >= 8
    for entry in entries:
        assert entry.keys() == {"id", "title", "width", "height", "credit", "licence"}
        facts = client.get(f"{IMAGES}/{entry['id']}").json()
        assert facts["expires_at"] is None
        assert (facts["id"], facts["width"], facts["height"]) == (entry["id"], entry["width"], entry["height"])
    assert {entry["id"] for entry in entries} == set(GALLERY)


def test_an_upload_has_facts_a_place_and_an_end(client):
    made = upload(client, photo())
    facts = made.json()
    assert made.status_code == 201
    assert facts.keys() == {"id", "width", "height", "mode", "expires_at", "delete_token"}
    assert made.headers["location"] == f"{IMAGES}/{facts['id']}"
    assert (facts["width"], facts["height"], facts["mode"]) == (8, 6, "RGB")
    left = datetime.fromisoformat(facts["expires_at"]) - datetime.now().astimezone()
    assert timedelta(hours=23, minutes=59) < left <= timedelta(hours=24)
    again = client.get(made.headers["location"]).json()
    assert again == {name: facts[name] for name in facts.keys() - {"delete_token"}}


def test_the_same_picture_twice_is_one_picture(client):
    first, again, jpeg = (upload(client, data).json() for data in (photo(), photo(), photo(kind="BMP")))
    assert first["id"] == again["id"] == jpeg["id"]
    assert again["expires_at"] >= first["expires_at"]


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


def test_a_picture_of_two_goes_when_both_have_deleted_it(client):
    first, second = (upload(client, photo((1, 2, 3))).json() for _ in range(2))
    address = f"{IMAGES}/{first['id']}"
    assert first["delete_token"] != second["delete_token"]
    for _ in range(2):  # again: nothing more is given up
        assert client.delete(address, headers=bearer(first["delete_token"])).status_code == 204
        assert client.get(address).status_code == 200
    assert client.delete(address, headers=bearer(second["delete_token"])).status_code == 204
    told(client.get(address), 404)


def test_a_picture_of_two_goes_when_one_has_deleted_it_and_the_other_has_expired(clocked):
    first = upload(clocked, photo((4, 5, 6))).json()
    clocked.wait(3600 * 23)
    second = upload(clocked, photo((4, 5, 6))).json()
    clocked.wait(3600 * 2)
    address = f"{IMAGES}/{first['id']}"
    assert clocked.get(address).status_code == 200
    assert clocked.delete(address, headers=bearer(second["delete_token"])).status_code == 204
    told(clocked.get(address), 404)


@pytest.mark.parametrize("again", [False, True])
def test_a_token_of_before_stays_good_and_counts_as_one(app, client, again):
    """It was the same for all who uploaded the picture; whoever uploads it again has one of their own beside it."""
    image = upload(client, photo((7, 8, 9))).json()
    store, key = app.state.lab.store, app.state.lab.album._key
    store.delete("owners", image["id"])  # as it was kept before
    old = hmac.new(key, b"delete " + image["id"].encode(), "sha256").hexdigest()[:32]
    address = f"{IMAGES}/{image['id']}"
    if again:
        mine = upload(client, photo((7, 8, 9))).json()["delete_token"]
        assert client.delete(address, headers=bearer(mine)).status_code == 204
        assert client.get(address).status_code == 200, "whoever has the old token has not deleted it"
    assert client.delete(address, headers=bearer(old)).status_code == 204
    told(client.get(address), 404)


def test_a_token_is_of_one_picture(client):
    mine, other = upload(client, photo((9, 9, 1))).json(), upload(client, photo((9, 9, 2))).json()
    for token in (other["delete_token"], mine["delete_token"][:-1] + "x", mine["delete_token"][:8], "é" * 32):
        answer = client.delete(f"{IMAGES}/{mine['id']}", headers={"Authorization": b"Bearer " + token.encode()})
        told(answer, 403)


@pytest.mark.parametrize("again", [False, True])
def test_a_picture_that_is_posted_with_a_run_gets_its_token(client, again):
    if again:
        other = upload(client, photo((3, 3, 3))).json()["delete_token"]
    posted = client.post(RUNS, files={"file": ("photo", photo((3, 3, 3)))}, data={"recipe": "relu"})
    source = posted.json()["input"]
    address = f"{IMAGES}/{source['image']}"
    assert "delete_token" not in client.get(posted.headers["location"]).json()["input"]
    assert client.delete(address, headers=bearer(source["delete_token"])).status_code == 204
    if again:
        assert client.get(address).status_code == 200
        assert client.delete(address, headers=bearer(other)).status_code == 204
    told(client.get(address), 404)
    told(client.get(posted.headers["location"]), 404)


def test_a_picture_comes_back_upright_and_without_metadata(client):
    data = samples.held(samples.quarters(), 6)
    image = upload(client, data).json()
    answer = client.get(f"{IMAGES}/{image['id']}.png")
    assert answer.headers["content-type"] == "image/png"
    back = Image.open(BytesIO(answer.content))
    assert back.size == (image["width"], image["height"])
    assert not back.getexif()
    assert "icc_profile" not in back.info
    tag = answer.headers["etag"]
    assert client.get(f"{IMAGES}/{image['id']}.png", headers={"If-None-Match": tag}).status_code == 304


def test_a_picture_goes_with_its_token_alone_and_its_runs_go_along(client):
    image = upload(client, photo()).json()
    address = f"{IMAGES}/{image['id']}"
    run = client.post(RUNS, json={"input": {"image": image["id"]}, "recipe": "relu"})
    links = [run.headers["location"], f"{run.headers['location']}/layers/0/output.npy"]
    assert [client.get(link).status_code for link in links] == [200, 200]
    for headers in ({}, {"Authorization": "Bearer"}, {"Authorization": "Bearer x"},
                    {"Authorization": f"Basic {image['delete_token']}"}):  # fmt: skip
        told(client.delete(address, headers=headers), 403, "token")
    right = {"Authorization": f"Bearer {image['delete_token']}"}
    told(client.delete(f"{IMAGES}/chelsea", headers=right), 403)
    told(client.delete(f"{IMAGES}/{'0' * 32}", headers=right), 404)
    gone = client.delete(address, headers=right)
    assert (gone.status_code, gone.content) == (204, b"")
    for link in (*links, address, f"{address}.png"):
        told(client.get(link), 404)
    told(client.delete(address, headers=right), 404)
    told(client.post(RUNS, json={"input": {"image": image["id"]}}), 404, "upload it again")


@pytest.mark.parametrize(
    ("data", "status", "part"),
    [
        (b"", 415, ""),
        (b"hello, I am a text called photo.png", 415, ""),
        (samples.heic(), 415, "HEIC"),
        (photo()[:50], 422, "cannot be decoded"),
        (samples.huge_png(6000, 5000), 422, "30,000,000"),
    ],
)
def test_what_is_no_picture_is_refused_with_a_sentence(client, data, status, part):
    told(upload(client, data), status, part)
    told(client.post(RUNS, files={"file": ("photo.png", data)}, data={"recipe": "relu"}), status, part)


def multipart(data: bytes, disposition: bytes) -> dict:
    """A form of one part, written by hand, as small programs send it."""
    body = b"--b\r\nContent-Disposition: form-data; " + disposition + b"\r\n\r\n" + data + b"\r\n--b--\r\n"
    return {"content": body, "headers": {"content-type": "multipart/form-data; boundary=b"}}


@pytest.mark.parametrize("disposition", [b'name="file"', b"name=file", b'name="file"; filename=""'])
@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_file_needs_no_filename(client, kind, disposition):
    named = upload(client, photo(kind=kind)).json()
    assert client.post(IMAGES, **multipart(photo(kind=kind), disposition)).json()["id"] == named["id"]


def test_a_large_file_without_a_filename_is_a_file_too(client):
    data = samples.saved(Image.effect_noise((1500, 1500), 100).convert("RGB"), "BMP")
    assert len(data) > 6_000_000
    assert client.post(IMAGES, **multipart(data, b'name="file"')).status_code == 201


def test_a_part_without_a_filename_may_be_a_data_address_or_nothing(client):
    data = b"data:image/png;base64," + base64.b64encode(photo())
    assert client.post(IMAGES, **multipart(data, b'name="file"')).json()["id"] == upload(client, photo()).json()["id"]
    told(client.post(IMAGES, **multipart(b"", b'name="file"')), 400, '"file"')
    told(client.post(IMAGES, **multipart(b"no picture", b'name="file"')), 415, "text file")
    told(client.post(IMAGES, **multipart(photo(), b"nothing")), 400, "name")
