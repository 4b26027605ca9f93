"""Answers that never change are given again as they were sent, while their run and its picture are there."""

import pytest

RUNS = "/api/v1/runs"


@pytest.fixture
def made(monkeypatch):
    """The pictures of maps that were made, by layer."""
    import app.web.api.maps

    made, plain = [], app.web.api.maps.map_picture

    async def counted(lab, run, index, *more):
        made.append(index)
        return await plain(lab, run, index, *more)

    monkeypatch.setattr(app.web.api.maps, "map_picture", counted)
    return made


def test_the_same_answer_comes_again_and_is_made_once(client, made):
    run = client.get(RUNS, params={"image": "chelsea", "size": 16, "recipe": "relu | relu"}).json()
    address, other = (layer["links"]["output_png"] for layer in run["layers"])
    first, again = client.get(address), client.get(address)
    assert first.status_code == 200
    assert (again.content, dict(again.headers)) == (first.content, dict(first.headers))
    assert client.get(f"{address}&theme=dark").content != first.content
    client.get(other)
    assert client.head(address).headers["content-length"] == str(len(first.content))
    assert client.get(address, headers={"If-None-Match": first.headers["etag"]}).status_code == 304
    assert made == [0, 0, 1]


def test_what_is_asked_for_without_the_engine_s_version_is_not_kept(client, made):
    run = client.get(RUNS, params={"image": "chelsea", "size": 16, "recipe": "relu"}).json()
    address = run["layers"][0]["links"]["output_png"].split("?")[0]
    for suffix in ("", "?v=0", ""):
        assert client.get(address + suffix).status_code == 200
    assert len(made) == 3


def test_nothing_is_given_of_a_run_whose_picture_is_gone(client):
    from tests.samples import gradient, saved

    file = saved(gradient(), "PNG")
    image = client.post("/api/v1/images", files={"file": ("a.png", file)}).json()
    run = client.post(RUNS, json={"input": {"image": image["id"]}, "recipe": "relu"}).json()
    address = run["layers"][0]["links"]["output_png"]
    assert [client.get(address).status_code for _ in range(2)] == [200, 200]
    token = {"Authorization": f"Bearer {image['delete_token']}"}
    assert client.delete(f"/api/v1/images/{image['id']}", headers=token).status_code == 204
    assert client.get(address).status_code == 404


def test_a_large_array_is_sent_whole_and_not_kept(client, app):
    import io

    import numpy as np

    address = client.get(RUNS, params={"image": "chelsea", "size": 600, "recipe": "relu"}).json()["layers"][0]["links"]
    first, again = client.get(address["output_npy"]), client.get(address["output_npy"])
    assert first.content == again.content
    assert int(first.headers["content-length"]) == len(first.content) > 4_000_000
    assert np.load(io.BytesIO(first.content)).shape == (3, 600, 600)
    assert not [key for cache, key in app.state.lab.budget._order if cache is app.state.known_answers]
