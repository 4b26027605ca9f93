"""In no test of the API does an operation answer with a status that openapi.json does not give it; and openapi.json."""

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from tests.api.described import find_operation


class Answers:
    """What operations have answered that their description does not say."""

    def __init__(self, description):
        self.description = description
        self.count = 0
        self.undescribed = set()

    def note(self, method, path, status):
        operation = find_operation(self.description, "get" if method == "HEAD" else method.lower(), path)
        # no address of the API; a slash too many; a fault of ours, which some tests put in
        if operation is None or status in (307, 500):
            return
        self.count += 1
        if str(status) not in operation["responses"]:
            self.undescribed.add((operation["operationId"], status, path[:100]))


@pytest.fixture(scope="session")
def api_answers(tmp_path_factory):
    """The answers of all apps, whoever makes them."""
    answers = Answers(create_app(Settings(data_dir=tmp_path_factory.mktemp("described") / "data")).openapi())
    call = FastAPI.__call__

    async def noted(app, scope, receive, send):
        async def sent(message):
            if message["type"] == "http.response.start":
                answers.note(scope["method"], scope["path"], message["status"])
            await send(message)

        await call(app, scope, receive, sent if scope["type"] == "http" else send)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(FastAPI, "__call__", noted)
        yield answers


@pytest.fixture(autouse=True)
def described_statuses(api_answers):
    """Fail the test in which an operation answers what it does not say."""
    api_answers.undescribed.clear()
    yield
    assert sorted(api_answers.undescribed) == []


@pytest.fixture(scope="module")
def described(tmp_path_factory):
    """A server, and what its openapi.json says."""
    app = create_app(Settings(data_dir=tmp_path_factory.mktemp("data"), compute_slots=2))
    with TestClient(app, base_url="http://localhost") as client:
        yield client, client.get("/openapi.json").json()
