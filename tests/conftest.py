"""What every test may ask for: settings in a folder of its own, the app, and a client that speaks to it."""

import gc
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from app.settings import Settings

if TYPE_CHECKING:
    from fastapi import FastAPI
    from fastapi.testclient import TestClient

BROWSER = Path(__file__).parent / "browser"

# `ci` draws the same examples every time; `dev` new ones; `long` many (HYPOTHESIS_PROFILE=long).
hypothesis_settings.register_profile("dev", deadline=None)
hypothesis_settings.register_profile(
    "ci", deadline=None, derandomize=True, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.register_profile("long", deadline=None, max_examples=2000)
hypothesis_settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "dev"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what lies under browser/, and run it last: Playwright's event loop would stand in the others' way."""
    for item in items:
        if BROWSER in item.path.parents:
            item.add_marker(pytest.mark.browser)
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


def pytest_collection_finish() -> None:
    """Look for garbage among what tests make alone, and less often: all that is loaded by now stays."""
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)


def usual(folder: Path) -> Settings:
    """Return the defaults, whatever the machine's environment says, with the data in a folder."""
    with pytest.MonkeyPatch.context() as environment:
        for name in [name for name in os.environ if name.startswith("CONVSCOPE_")]:
            environment.delenv(name)
        return Settings(data_dir=folder, compute_slots=2)


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The defaults, with a data folder that goes with the test."""
    for name in [name for name in os.environ if name.startswith("CONVSCOPE_")]:
        monkeypatch.delenv(name)
    return usual(tmp_path / "data")


@pytest.fixture
def app(settings: Settings) -> "FastAPI":
    """The whole app."""
    from app.main import create_app

    return create_app(settings)


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Iterator["TestClient"]:
    """The client of all tests of a file that is marked `reads`."""
    from fastapi.testclient import TestClient

    from app.main import create_app

    app = create_app(usual(tmp_path_factory.mktemp("lasting") / "data"))
    with TestClient(app, base_url="http://localhost:8000") as client:
        yield client


@pytest.fixture
def client(request: pytest.FixtureRequest) -> Iterator["TestClient"]:
    """A client that has gone through the app's start-up; an exception in a handler fails the test."""
    from fastapi.testclient import TestClient

    if request.node.get_closest_marker("reads") and "app" not in request.fixturenames:
        lasting: TestClient = request.getfixturevalue("lasting")
        lasting.cookies.clear()
        yield lasting
        return
    with TestClient(request.getfixturevalue("app"), base_url="http://localhost:8000") as client:
        yield client


@pytest.fixture
def clocked(app: "FastAPI") -> Iterator["TestClient"]:
    """A client whose store has a clock that the test sets forward: client.wait(seconds)."""
    from fastapi.testclient import TestClient

    with TestClient(app, base_url="http://localhost:8000") as client:
        store = app.state.lab.store
        time = [store.now()]
        store.now = lambda: time[0]
        client.wait = lambda seconds: time.__setitem__(0, time[0] + seconds)  # type: ignore[attr-defined]
        yield client
