"""Claims about the directory of routes: it finds what trying them one after the other finds, and sooner."""

import re

import pytest
from starlette.routing import Match, Mount, Route

from app.web.asgi.directory import FOUND, Directory, listed

ELSEWHERE = (
    "/",
    "//",
    "*",
    "",
    "/nothing",
    "/api",
    "/api/v1",
    "/api/v1/",
    "/api/v1/nothing/7",
    "/parts/",
    "/docs.html",
)


@pytest.fixture
def directory(app):
    """The app's, which stands before all other routes."""
    assert isinstance(app.routes[0], Directory)
    return app.routes[0]


def matched(route, method, path):
    return route.matches({"type": "http", "method": method, "path": path, "root_path": ""})


def test_it_finds_the_route_that_trying_all_of_them_finds(app, directory):
    everyone = [route for route in listed(app.routes) if isinstance(route, Route | Mount)]
    found = 0
    for path in [*(re.sub(r"{.*?}", "7", route.path) for route in everyone), *ELSEWHERE]:
        for method in ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"):
            match, scope = matched(directory, method, path)
            first = next((route for route in everyone if matched(route, method, path)[0] == Match.FULL), None)
            assert scope.get(FOUND) is first, (method, path)
            assert match == (Match.NONE if first is None else Match.FULL)
            found += first is not None
    assert found > 100


def test_a_request_tries_no_more_than_the_routes_that_begin_like_it(directory, monkeypatch):
    tried, matches = [], Route.matches
    monkeypatch.setattr(Route, "matches", lambda self, scope: tried.append(self.path) or matches(self, scope))
    matched(directory, "GET", "/parts/look/7")
    assert tried
    assert all(path.startswith("/parts/") for path in tried)
    tried.clear()
    matched(directory, "GET", "/api/v1/runs/7/layers/0/steps/0/0/0")
    assert all(path.startswith("/api/v1/runs") for path in tried)
    assert 0 < len(tried) < 30
