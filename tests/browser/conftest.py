"""A real server, a real Chromium, and a page that fails its test when the browser has something to complain about."""

import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Error, Page, Playwright, Request, Response, sync_playwright

from app.web.pages.explorer import MET
from tests.browser.rest import COUNT
from tests.browser.screen import SWAPS
from tests.browser.tabs import Tab, Tabs
from tests.browser.typefaces import NARROW, WIDE, environment
from tests.serving import serving

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SILENCE = re.compile("ERR_INTERNET_DISCONNECTED|htmx:error: Failed to fetch")
LISTEN = """
document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI, sourceFile, lineNumber }) =>
  console.error(`CSP: ${violatedDirective} stopped ${blockedURI} at ${sourceFile}:${lineNumber}`));
"""


class Watch:
    """What the browser complained about, less what the test expects.

    `watch.expects(422)`, said before the click, lets answers of that status pass, and the console's line about them.
    """

    def __init__(self, address: str) -> None:
        self.host = urlsplit(address).netloc
        self.complaints: list[str] = []
        self.expected: set[int] = set()
        self.offline = False
        self.listeners: list[tuple[str, Callable[..., None]]] = [
            ("console", self.heard),
            ("pageerror", self.thrown),
            ("request", self.asked),
            ("response", self.answered),
            ("requestfailed", self.failed),
        ]

    def expects(self, *statuses: int) -> None:
        """Let answers with these statuses pass from now on."""
        self.expected |= set(statuses)

    def cut_off(self, page: Page) -> None:
        """Take a page off the network; from now on the browser may say so."""
        self.offline = True
        page.context.set_offline(True)

    def over(self, tab: Tab) -> Page:
        """Listen to everything that the page of a tab says from now on."""
        for event, heard in self.listeners:
            tab.listen(event, heard)  # type: ignore[call-overload]
        return tab.page

    def thrown(self, error: Error) -> None:
        """Note what a script threw and nobody caught."""
        self.complaints.append(f"script error: {error}")

    def heard(self, message: ConsoleMessage) -> None:
        """Note an error or a warning on the console."""
        refused = "Failed to load resource" in message.text and any(
            f"status of {s} " in message.text for s in self.expected
        )
        refused = refused or (self.offline and SILENCE.search(message.text))
        if message.type in {"error", "warning"} and not refused:
            self.complaints.append(f"console {message.type}: {message.text} ({message.location.get('url', '')})")

    def asked(self, request: Request) -> None:
        """Note a request to another host."""
        parts = urlsplit(request.url)
        if parts.scheme not in {"data", "blob", "about"} and parts.netloc != self.host:
            self.complaints.append(f"request to another host: {request.url}")

    def answered(self, response: Response) -> None:
        """Note an error that the test did not expect."""
        if response.status >= 400 and response.status not in self.expected:
            self.complaints.append(f"{response.status} for {response.request.method} {response.url}")

    def failed(self, request: Request) -> None:
        """Note a request that came to nothing, unless the page itself gave it up."""
        if request.failure and "ERR_ABORTED" not in request.failure and not self.offline:
            self.complaints.append(f"{request.failure} for {request.url}")


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server with the default settings and an empty data folder."""
    folder = tmp_path_factory.mktemp("server")
    env = {name: value for name, value in os.environ.items() if not name.startswith("CONVSCOPE_")}
    env |= {"CONVSCOPE_DATA_DIR": str(folder / "data"), "PYTHONUNBUFFERED": "1"}
    root = Path(__file__).resolve().parents[2]
    with serving([sys.executable, "-m", "app", "serve", "--port", "0"], log=folder / "log", env=env, cwd=root) as where:
        yield where


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what is marked `layout` in a narrow and in a wide typeface: people have either."""
    if metafunc.definition.get_closest_marker("layout"):
        metafunc.parametrize("typeface", [NARROW, WIDE])


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With BY_TURNS, have every other test that measures a page in the narrow typeface, the rest in the wide."""
    if not os.environ.get("BY_TURNS"):
        return
    seen: dict[str, int] = {}  # what is measured, whatever the typeface, and its number
    left: list[pytest.Item] = []
    for item in items:
        callspec = getattr(item, "callspec", None)
        typeface: str = callspec.params.get("typeface", "") if callspec else ""
        if typeface and item.get_closest_marker("layout"):
            number = seen.setdefault(item.nodeid.replace(typeface, "", 1), len(seen))
            if typeface != (NARROW, WIDE)[number % 2]:
                left.append(item)
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if item not in set(left)]


@pytest.fixture
def typeface() -> str:
    """What a test sees its pages in, unless it is marked `layout`."""
    return NARROW


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """What drives the browsers."""
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def launch(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Browser]]:
    """Start a Chromium that has one typeface: CHROMIUM, else one that is installed, else Playwright's own.

    The same is asked for twice and started once.
    """
    program = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    folder = tmp_path_factory.mktemp("typefaces")
    started: dict[tuple[str, ...], Browser] = {}

    def chromium(typeface: str, *flags: str) -> Browser:
        key = (typeface, *flags)
        if key not in started:
            started[key] = playwright.chromium.launch(
                executable_path=program or playwright.chromium.executable_path,
                args=[*FLAGS, *flags],
                env={**os.environ, **environment(typeface, folder)},
            )
        return started[key]

    yield chromium
    for browser in started.values():
        browser.close()


@pytest.fixture
def browser(launch: Callable[..., Browser], typeface: str) -> Browser:
    """One Chromium a typeface for all tests, started when the first of them asks."""
    return launch(typeface)


@pytest.fixture
def watch(address: str) -> Iterator[Watch]:
    """What is said behind the scenes; at the end of the test it must be nothing."""
    watch = Watch(address)
    yield watch
    assert not watch.complaints, "\n".join(["the browser complained:", *watch.complaints])


@pytest.fixture(scope="session")
def tabs() -> Tabs:
    """The tabs of all tests."""
    return Tabs(LISTEN + COUNT + SWAPS)


@pytest.fixture
def open_page(browser: Browser, tabs: Tabs, address: str, watch: Watch) -> Iterator[Callable[..., Page]]:
    """Make a page in a browser profile of its own: open_page(390, 844, has_touch=True, color_scheme="dark").

    Its visitor has been here before, where it is not `clean`.
    """
    taken: list[Tab] = []

    def make(
        width: int = 1280, height: int = 720, *, within: Browser = browser, clean: bool = False, **options: Any
    ) -> Page:
        tab = tabs.take(within, width, height, {"base_url": address, **options})
        taken.append(tab)
        if not clean:
            tab.context.add_cookies([{"name": MET, "value": "1", "url": options.get("base_url", address)}])
        return watch.over(tab)

    yield make
    for tab in taken:
        tabs.give_back(tab, watch.listeners)


@pytest.fixture
def page(open_page: Callable[..., Page]) -> Page:
    """A page of a common projector's size, 1280×720."""
    return open_page()
