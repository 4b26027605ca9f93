"""In every state: axe-core finds nothing (WCAG 2.2 AA and what it calls best practice), and the HTML is valid."""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from app.layers import LAYERS
from tests.browser.conftest import Watch
from tests.browser.rest import rest
from tests.browser.screen import FIRST, Screen
from tests.pages.reading import link
from tests.pages.test_blocks import FIRE
from tests.pages.test_every_layer import recipe
from tests.pages.validity import faults

AXE = Path(__file__).resolve().parents[1] / "vendor" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]
LOOK = """(tags) => axe.run(document, {
  runOnly: tags, resultTypes: ["violations"], rules: { "target-size": { enabled: true } },
}).then(({ violations }) => JSON.stringify(violations))"""
Act = Callable[[Screen], None]
State = tuple[str, tuple[Act, ...]]


def of(**fields: Any) -> str:
    """Return the address of a state of the first network."""
    return link(FIRST, **{"scale": "byte", "at": "0.3.7.16", **fields})


def click(selector: str) -> Act:
    return lambda screen: screen.all(selector).first.click()


def press(*keys: str) -> Act:
    def acted(screen: Screen) -> None:
        for key in keys:
            screen.press(key)

    return acted


def tool(name: str) -> Act:
    def opened(screen: Screen) -> None:
        screen.all(".menu.picture > summary").click()
        screen.all(f"[data-tool={name}]").click()
        screen.all("dialog.picturing").wait_for()

    return opened


def opens(selector: str) -> Act:
    def opened(screen: Screen) -> None:
        screen.all(selector).click()
        screen.all("dialog[open]").wait_for()

    return opened


def added(screen: Screen) -> None:
    """Wait for what was added to a lesson."""
    screen.all(".added").wait_for()


def paint(screen: Screen) -> None:
    """Paint the cell at the cursor."""
    screen.all("#board").focus()
    screen.page.keyboard.press("Space")
    screen.all("[data-before]:not([hidden])").wait_for()


def layers() -> dict[str, State]:
    """Every kind of layer."""
    usual: dict[str, Any] = {"image": "chelsea", "size": 12}
    return {kind: (link(recipe(kind), **usual, at=f"{recipe(kind).count('|')}.0.0.0"), ()) for kind in LAYERS}


CLASSES = "conv2d(3, 3, weights=random(7)) | relu | max_pool2d(2) | linear(4) | softmax"
MAPS = "conv2d(3, 3, weights=random(7)) | relu | global_avg_pool2d | flatten | softmax"
GROUPS: dict[str, dict[str, State]] = {
    "layers": layers(),
    "views": {
        **{
            view: (of(view=view), ())
            for view in ("flat", "fan", "stack", "trace", "forward", "map", "places", "network")
        },
        **{view: (of(view=view), ()) for view in ("sharing", "compare", "shift")},
        "weight": (link(CLASSES, size=12, at="0.1.0.0", view="weight"), ()),
        "back through relu": (link(CLASSES, size=12, at="1.1.3.3", view="back"), ()),
        "back through a pool": (link(CLASSES, size=12, at="2.1.3.3", view="back"), ()),
        "why": (link(MAPS, size=12, at="4.1.0.0", view="why"), (click("#brush [data-do=camera]"),)),
        "painted": (link(MAPS, size=12, at="4.1.0.0", view="why"), (paint,)),
        "fan of a pool": (of(at="2.1.3.3", view="fan"), ()),
        "before and after": (of(at="1.3.7.16", view="compare"), ()),
        "a block": (link(FIRE, size=21, at="6.0.0.0"), ()),
        "a block folded": (link(FIRE, size=21, at="6.0.0.0", folded=1), ()),
        "input": (link("", image="rocket"), ()),
        "embedded": (of().replace("/?", "/embed?"), ()),
        "all hidden": (of(hide="recipe,share,layers,picture,explain,transport"), ()),
        "places alone": (of(view="places", hide="explain,layers"), ()),
        "first visit": ("/?welcome=1", ()),
    },
    "cards": {
        **{part: (of(edit=part), ()) for part in ("0", "0.weights", "0.gallery", "0.pattern", "1", "2")},
        "linear": (link("flatten | linear(3)", size=4, at="1.0.0.0", edit="1"), ()),
        "weights of linear": (link("flatten | linear(3)", size=4, at="1.0.0.0", edit="1.weights"), ()),
        "a burst": (link("conv2d(2, 3, 8)", size=12, edit="0"), (click("[aria-label='stride +1']"),)),
    },
    "menus": {
        **{name: (of(), (click(f".menu.{name} > summary"),)) for name in ("picture", "size", "digits", "jump")},
        "add": (of(), (opens("#add"),)),
        "share": (of(), (opens("#share"),)),
        "added to a lesson": (of(), (opens("#share"), click("#to-lesson button"), added)),
        "added by a key": (of(), (press("l"), lambda screen: screen.notice.wait_for())),
        "colours": (of(), (click(".colours-menu > summary"),)),
        "explain": (of(), (click(".looks .menu > summary"),)),
        "order of the fan": (of(view="fan"), (click(".sorts > summary"),)),
        "keys": (of(), (press("?"),)),
        "skip": (of(), (press("Tab"),)),
        "a name": (of(), (lambda screen: screen.all("#help-open").focus(), press("Tab"))),
        "removed": (of(edit="2"), (click("#card footer a:has-text('Remove layer')"),)),
        "refused": (of(), (lambda screen: screen.all("#recipe").fill("conv2d("), press("Enter"))),
    },
    "questions and points": {
        "asked": (of(predict=1), ()),
        "its sign": (of(predict="sign"), ()),
        "told": (of(predict=1, guess="3"), ()),
        "the winner": (of(at="2.3.3.8", predict=1), ()),
        **{f"asked in {view}": (of(predict=1, view=view), ()) for view in ("places", "sharing", "trace")},
        **{f"pin {pin}": (of(pin=pin), ()) for pin in ("i.0.3.3", "w.0.1.1", "o")},
        "point at the input": (of(), (press("p"),)),
        "point at the filter": (of(), (press("p", "p", "ArrowDown"),)),
        "point at the map": (of(), (press("p", "p", "p"),)),
    },
    "projector": {
        **{f"projector {at}": (of(projector=1, at=at), ()) for at in ("0.3.7.16", "1.3.7.16", "2.3.3.8")},
        "the sum": (of(projector=1, sheet=3), ()),
        **{f"projector {view}": (of(projector=1, view=view), ()) for view in ("trace", "map", "fan", "places")},
        "projector explain": (of(projector=1), (click(".looks .menu > summary"),)),
        "projector keys": (of(projector=1), (press("?"),)),
        "projector card": (of(projector=1, edit="0"), ()),
        "projector laser": (of(projector=1), (press("l"),)),
        "projector asked": (of(projector=1, predict=1), ()),
    },
    "lesson": {
        "contents": ("/lesson", ()),
        "contents in Chinese": ("/lesson?lang=zh-CN", ()),
        **{f"lesson {spot}": (f"/lesson/why-28?step={spot}", ()) for spot in ("1", "1.ask", "1.reveal&answer=2")},
        **{f"lesson {name}": (f"/lesson/{name}", ()) for name in ("relu", "network")},
        "lesson in the dark": ("/lesson/why-28?step=1.reveal&answer=2&theme=dark", ()),
        **{
            f"lesson shown {spot}": (f"/lesson/why-28?step={spot}&projector=1", ()) for spot in ("1", "1.ask", "1.rule")
        },
        "overview": ("/lesson/why-28", (press("o"),)),
        "lesson keys": ("/lesson/why-28", (press("?"),)),
        "speaker": ("/lesson/why-28/speaker?step=1.do", ()),
    },
    "tools": {
        **{name: (of(size=8), (tool(name),)) for name in ("draw", "crop", "cells", "camera")},
        "draw asks": (of(), (tool("draw"), press(" ", "Escape"))),
        **{
            f"page {name}": (f"/picture/{name}?image=chelsea&size=8", ())
            for name in ("draw", "crop", "cells", "camera")
        },
        "mistake": ("/?recipe=conv2d(", ()),
        "gone": ("/?image=0123456789abcdef0123456789abcdef", ()),
        "nowhere": ("/nowhere", ()),
        "join": ("/join", ()),
        "wrong code": ("/join?code=nothing", ()),
        "room over": ("/join/222222?from=/lesson/why-28", ()),
        "worksheet": ("/worksheet", ()),
        "worksheets with answers": ("/lesson/relu/worksheet?answers=1", ()),
    },
}


@cache
def axe() -> str:
    return AXE.read_text("utf-8")


def findings(page: Page) -> list[str]:
    """Let axe-core look at the page, and check its HTML."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(axe() + "; undefined")
    found: list[dict[str, Any]] = json.loads(page.evaluate(LOOK, TAGS))
    html = "<!doctype html>" + page.evaluate("document.documentElement.outerHTML")
    return [
        *(f"{v['id']}: {node['target']} {node['failureSummary']}" for v in found for node in v["nodes"]),
        *faults(html),
    ]


def test_there_are_many_states() -> None:
    assert sum(map(len, GROUPS.values())) >= 60


@pytest.mark.parametrize("group", GROUPS)
def test_everything_is_within_reach_of_everyone(open_page: Callable[..., Page], watch: Watch, group: str) -> None:
    watch.expects(404, 422)
    page = open_page(1280, 1600 if group == "cards" else 720)  # a list may end under the bar, and scrolls from there
    screen, wrong = Screen(page), []
    for name, (address, acts) in GROUPS[group].items():
        page.goto(address)
        rest(page)
        for act in acts:
            act(screen)
            rest(page)
        wrong += [f"{name}: {found}" for found in findings(page)]
    assert not wrong, "\n".join(wrong)
