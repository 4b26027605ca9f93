"""Tabs that are used again: a new one costs a process of its own, and every script is compiled anew.

A tab that comes back is emptied of all that a page can leave behind: its cookies, stores and cache, its history, the
place of the pointer. One that a test has bent to its needs (scripts before the page's, routes, listeners, a session
with its tools) is closed instead.
"""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Browser, CDPSession, Error, Page

BENDING = ("add_init_script", "emulate_media", "expose_binding", "expose_function", "on", "once", "route")
BENDING_ALL = ("add_init_script", "expose_binding", "expose_function", "new_cdp_session", "on", "once", "route")
BETWEEN = "/static/icon.svg"  # without scripts and styles, of the same process
LONG = 10_000  # ms in which a page must have let itself be left


class Tab:
    """One page in a browser profile of its own."""

    def __init__(self, browser: Browser, options: dict[str, Any], scripts: str) -> None:
        self.context = browser.new_context(**options)
        self.page: Page = self.context.new_page()
        self.page.add_init_script(scripts)
        self.bent = False
        self._tools: CDPSession = self.context.new_cdp_session(self.page)
        self._load, self.listen, self._forget = self.page.goto, self.page.on, self.page.remove_listener
        for owner, names in ((self.page, BENDING), (self.context, BENDING_ALL)):
            for name in names:
                setattr(owner, name, self._bending(getattr(owner, name)))
        if options.get("java_script_enabled", True):
            self._await_scripts()

    def _bending(self, act: Callable[..., Any]) -> Callable[..., Any]:
        def bent(*arguments: Any, **options: Any) -> Any:
            self.bent = True
            return act(*arguments, **options)

        return bent

    def _await_scripts(self) -> None:
        """Let the page count as loaded once its scripts are ready, if it has any that come after it."""
        for name in ("goto", "reload"):
            setattr(self.page, name, self._waiting(getattr(self.page, name)))

    def _waiting(self, load: Callable[..., Any]) -> Callable[..., Any]:
        def loaded(*arguments: Any, **options: Any) -> Any:
            answer = load(*arguments, **options)
            self.page.locator("html.ready, html:not(:has(meta[name=scripts]))").wait_for(state="attached")
            return answer

        return loaded

    def empty(self, listeners: list[tuple[str, Callable[..., None]]]) -> bool:
        """Forget all that a test left, and tell whether that could be done."""
        if self.bent or self.page.is_closed():
            return False
        for event, heard in listeners:
            self._forget(event, heard)  # type: ignore[call-overload]
        try:
            for other in self.context.pages:
                if other is not self.page:
                    other.close()
            self.context.set_offline(False)
            self._load(BETWEEN, timeout=LONG)
            self.page.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")
            self.context.clear_cookies()
            self.context.clear_permissions()
            self._tools.send("Input.dispatchMouseEvent", {"type": "mouseMoved", "x": -9, "y": -9})
            self._tools.send("Page.resetNavigationHistory")
        except Error:
            return False
        return True


class Tabs:
    """The tabs of a run, by their browser and what their profile was made with."""

    def __init__(self, scripts: str) -> None:
        self._scripts = scripts  # that run in each page before its own
        self._idle: dict[tuple[Browser, str], list[Tab]] = {}
        self._taken: dict[Tab, tuple[Browser, str]] = {}

    def take(self, browser: Browser, width: int, height: int, options: dict[str, Any]) -> Tab:
        """Return an empty tab of that size."""
        key = (browser, repr(sorted(options.items())))
        size = {"width": width, "height": height}
        idle = self._idle.setdefault(key, [])
        if idle:
            tab = idle.pop()
            tab.page.set_viewport_size(size)  # type: ignore[arg-type]
        else:
            tab = Tab(browser, {**options, "viewport": size}, self._scripts)
        self._taken[tab] = key
        return tab

    def give_back(self, tab: Tab, listeners: list[tuple[str, Callable[..., None]]]) -> None:
        """Empty a tab for whoever comes next, or close it."""
        key = self._taken.pop(tab)
        if tab.empty(listeners):
            self._idle[key].append(tab)
        else:
            tab.context.close()
