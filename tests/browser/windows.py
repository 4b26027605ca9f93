"""What breaks in a window: every view, card and dialog, in every size that windows have. `make windows` opens all.

The rules are in windows.js. A window is what a person has before them: a state, a size, projector or not, light or
dark, and a language; "xx" is English with every sentence half as long again, as other languages will be.
"""

import argparse
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from app.classroom.beats import spots
from app.classroom.book import BOOK
from app.classroom.lesson import Lesson
from app.web.pages.explorer import MET
from tests.browser.rest import COUNT, rest
from tests.browser.typefaces import FOLDERS, environment
from tests.pages.reading import link
from tests.serving import serving

KINDS = {
    "wide": "the page is wider than the window",
    "starved": "the figure is drawn smaller than 200 × 120 px or a third of the window, and not as wide as the window",
    "bars": "what stays in place while scrolling takes over a fifth of the height",
    "overlap": "two texts, or a text and a control, or two regions, lie on one another",
    "clipped": "a text, or the value of a field, is cut by its box",
    "cut": "a row of at most four things is cut at its end",
    "merged": "numbers of neighbouring cells touch",
    "outside": "a text or a control lies outside the page, and nothing scrolls there",
    "covered": "a control is covered by something else at its centre",
    "tiny": "a text is drawn under 11 px",
    "lost": "the end of an open menu or dialog cannot be brought into the window",
}
SIZES = (
    *("1920x1080", "1536x730", "1366x768", "1366x625", "1280x720", "1280x600", "1093x614", "1024x768", "1024x620"),
    *("911x512", "800x600", "768x1024", "640x360", "844x390", "667x375", "390x844", "360x640", "320x568", "320x256"),
)
CONV = 'conv2d(6, 5, weights=preset("edge_x", "edge_y", "line", "warm", "spot", "hue_edge"))'
POOLED = CONV + " | relu | max_pool2d(2)"
LONG = POOLED + " | flatten | linear(10) | softmax"
_FIRE = (
    'conv2d(8, 1, name="fire{n}/squeeze1x1") | relu(name="fire{n}/squeeze1x1_relu")'
    ' | conv2d(32, 1, name="fire{n}/expand1x1") | relu(name="fire{n}/expand1x1_relu")'
    ' | conv2d(32, 3, padding=1, inputs={r}, name="fire{n}/expand3x3") | relu(name="fire{n}/expand3x3_relu")'
    ' | concat(inputs=[{a}, {b}], name="fire{n}/concat")'
)
FIRES = " | ".join(
    [
        'conv2d(16, 3, name="conv1") | relu(name="conv1/relu") | max_pool2d(2, name="pool1")',
        *(_FIRE.format(n=n, r=7 * n - 10, a=7 * n - 8, b=7 * n - 6) for n in range(2, 8)),
        'add(inputs=[37, 44], name="sum") | max_pool2d(2, name="pool7") | conv2d(100, 1, name="conv8")',
        'relu(name="conv8/relu") | global_avg_pool2d(name="pool8") | flatten | softmax(name="scores")',
    ]
)
INCEPTION = (
    'conv2d(8, 3, name="stem/conv") | conv2d(4, 1, name="mixed/1x1")'
    ' | conv2d(4, 1, inputs=0, name="mixed/3x3_reduce") | conv2d(6, 3, padding=1, name="mixed/3x3")'
    ' | conv2d(4, 1, inputs=0, name="mixed/5x5_reduce") | conv2d(6, 5, padding=2, name="mixed/5x5")'
    ' | max_pool2d(3, 1, padding=1, inputs=0, name="mixed/pool") | concat(inputs=[1, 3, 5, 6], name="mixed/concat")'
)
RULES = (Path(__file__).with_suffix(".js")).read_text("utf-8")
LONGER = "xx"


@dataclass(frozen=True)
class State:
    """Something to look at: where it is, whether it has a figure that must be seen, and what is pressed first."""

    address: str
    drawn: bool = True
    press: str = ""


def at(place: str, recipe: str = POOLED, **more: str) -> State:
    """Return the state of a place; a view of cards, a card or a question has no figure to be starved."""
    drawn = not more.keys() & {"edit"} and more.get("view", "figure") in ("figure", "flat", "trace", "map", "places")
    return State(link(recipe, at=place, **{"scale": "byte", **more}), drawn)


def asked(lesson: Lesson) -> str:
    """Return where a lesson asks first."""
    return next(spot.text for spot in spots(lesson) if spot.beat == "ask")


MAPS = CONV + " | relu | global_avg_pool2d | flatten | softmax"
MEETING = (
    'conv2d(8, 3, padding=1, name="first/convolution") | relu(name="first/rectifier") | conv2d(8, 3, padding=1, '
    'name="second/convolution") | relu(name="second/rectifier") | add(inputs=[1, 3], name="second/sum") | '
    "concat(inputs=[4, 0, 1], name='second/all')"
)
FIGURE, POOL = "0.3.7.16", "2.3.3.8"
STATES = {
    "first visit": State("/?welcome=1"),
    "all hidden": at(FIGURE, hide="recipe,share,layers,picture,explain,transport"),
    "figure": at(FIGURE),
    "green": at(FIGURE, sheet="1"),  # on a projector: the sheet whose weights are negative speaks
    "flat": at(FIGURE, view="flat"),
    "relu": at("1.3.7.16"),
    "pool": at(POOL),
    "linear": at("4.2.0.0", LONG),
    "softmax": at("5.2.0.0", LONG),
    "leaky": at("0.0.7.16", "leaky_relu | sigmoid | tanh"),
    "norm": at("1.3.7.16", CONV + " | batch_norm2d"),
    "upsample": at("1.3.9.16", CONV + " | upsample2d(3)"),
    "transpose": at("1.1.7.16", CONV + " | conv_transpose2d(4, 3, stride=2)"),
    "average": at("1.3.3.8", CONV + " | avg_pool2d(3)"),
    "wide pool": at("1.3.2.3", CONV + " | max_pool2d(5)"),
    "small": at("0.1.7.16", "conv2d(4, 3)"),
    "large": at("0.1.4.5", "conv2d(2, 11, weights=random(7))"),
    "many": at("2.1.4.5", "conv2d(64, 3) | relu | conv2d(2, 3)"),
    "pointed": at(FIGURE, pin="i.0.9.18"),
    "pointed line": at("1.3.7.16", pin="i.3.7.16"),
    "products": at(FIGURE, pin="w.1"),
    "predict": at(FIGURE, predict="1"),
    "predict line": at(POOL, predict="1"),
    "trace": at(POOL, view="trace"),
    "forward": at(FIGURE, view="forward"),
    "map": at(FIGURE, view="map"),
    "places": at(FIGURE, view="places"),
    "sharing": at(FIGURE, view="sharing"),
    "shift": at(POOL, view="shift"),
    "fan": at(FIGURE, view="fan"),
    "fan of numbers": at("4.2.0.0", LONG, view="fan"),
    "scores": at("4.2.0.0", LONG, view="scores", pin="covered"),
    "scores of softmax": at("5.2.0.0", LONG, view="scores", pin="covered"),
    "why": State(link(MAPS, at="4.2.0.0", view="why"), drawn=False),
    "stack": at(FIGURE, view="stack"),
    "network": at(FIGURE, view="network"),
    "network deep": State(link('model("squeezenet")', size=None, view="network"), drawn=False),
    "network block": State(link('model("squeezenet")', size=None, view="network", pin="b.9"), drawn=False),
    "compare": at(FIGURE, view="compare"),
    "before and after": at("1.3.7.16", view="compare", **{"with": "layer:0"}),
    "compare all": at(FIGURE, view="compare", **{"with": "all"}),
    "trained": State(link('model("cifar10")', image="chelsea", size=None, at="0.1.10.15")),
    "weight": State(link('model("cifar10")', image="chelsea", size=None, at="0.3.10.15", view="weight", label="3")),
    "flows back": State(link('model("cifar10")', image="chelsea", size=None, at="2.3.5.7", view="back", label="3")),
    "added": at("4.3.7.7", MEETING),
    "joined": at("5.5.7.7", MEETING),
    "block": at("7.3.7.7", FIRES, scale="unit"),
    "block of a merge": at("44.3.7.7", FIRES, scale="unit"),
    "block folded": at("7.3.7.7", FIRES, scale="unit", folded="1"),
    "block of many ways": at("3.3.7.7", INCEPTION, scale="unit"),
    "settings": at(FIGURE, edit="0"),
    "inputs": at("3.3.7.16", CONV + " | relu | dropout | add(inputs=[2, 0])", edit="3.inputs"),
    "filters": at(FIGURE, edit="0.weights"),
    "gallery": at(FIGURE, edit="0.gallery"),
    "pattern": at(FIGURE, edit="0.pattern"),
    "input": State(link(" ", scale="byte"), drawn=False),
    "train": State("/train?set=shapes", drawn=False),
    "train digits": State("/train?set=digits&seed=2", drawn=False),
    "train own": State("/train?set=examples", drawn=False),
    "add": State(link(POOLED), drawn=False, press="#add"),
    "share": State(link(POOLED), drawn=False, press="#share"),
    "networks": State(link(POOLED), drawn=False, press="#networks"),
    "networks of a trained one": State(
        link('model("cifar10")', image="chelsea", size=None, at="0.1.10.15"), drawn=False, press="#networks"
    ),
    "join": State("/join?code=nothing", drawn=False),
    "room over": State("/join/222222?from=/lesson/why-28", drawn=False),
    "draw": State(link(POOLED), drawn=False, press='[data-tool="draw"]'),
    "crop": State(link(POOLED), drawn=False, press='[data-tool="crop"]'),
    "cells": State(link(POOLED, size=8), drawn=False, press='[data-tool="cells"]'),
    "contents": State("/lesson?x", drawn=False),
    "overview": State("/lesson/why-28?step=1", drawn=False, press="#overview-open"),
    "speaker": State("/lesson/why-28/speaker?step=1.do", drawn=False),
    **{f"lesson {name}": State(f"/lesson/{name}?step=1", drawn=False) for name in BOOK},
    **{
        f"lesson {name} asked": State(f"/lesson/{name}?step={asked(lesson)}", drawn=False)
        for name, lesson in BOOK.items()
    },
}


def faults(page: Page, state: State) -> list[tuple[str, str]]:
    """Return every fault of the page as it stands, and of its menus one by one, as (kind, text)."""
    found = [(kind, text) for kind, text in page.evaluate(f"(drawn) => ({RULES}).faults(drawn)", state.drawn)]
    number = 0
    while (menu := page.evaluate(f"(n) => ({RULES}).menu(n)", number)) is not None:
        found += [("lost", f"{menu['name']}: {text}") for text in menu["faults"]]
        number += 1
    if state.press:
        found += [
            ("lost", text) for text in page.evaluate(f"() => ({RULES}).ends(document.querySelector('dialog[open]'))")
        ]
    return found


def show(page: Page, state: State, size: str, *, projector: bool = False, theme: str = "", language: str = "") -> None:
    """Open a state in a window of a size, and wait until it is at rest."""
    width, height = map(int, size.split("x"))
    page.set_viewport_size({"width": width, "height": height})
    fields = {"projector": "1" if projector else "", "theme": theme, "lang": language}
    page.goto(state.address + "".join(f"&{name}={value}" for name, value in fields.items() if value))
    rest(page)
    page.evaluate("document.fonts.ready.then(() => 0)")
    if state.press:
        page.evaluate("(which) => document.querySelector(which).click()", state.press)
        page.wait_for_selector("dialog[open]")
        rest(page)


@dataclass(frozen=True)
class Opening:
    """A page to open once, and the windows to make of it: in each of the themes."""

    state: str
    size: str
    projector: bool
    language: str

    def name(self, theme: str) -> str:
        """Return what the window of a theme is called."""
        return " ".join(filter(None, (self.state, "projector" * self.projector, theme, self.language, self.size)))


def openings(told: argparse.Namespace) -> Iterator[Opening]:
    """Give every page that was asked for."""
    projected = [True] if told.only_projector else [False] if told.no_projector else [False, True]
    for language in told.languages.split(","):
        for projector in projected:
            for state in told.states.split(",") if told.states else STATES:
                for size in told.sizes.split(","):
                    yield Opening(state, size, projector, language)


def look(address: str, told: argparse.Namespace, some: Iterable[Opening], env: dict[str, str]) -> Counter[str]:
    """Open windows in a browser of one's own, print their faults, and count them by kind."""
    counts: Counter[str] = Counter()
    first, *others = told.themes.split(",")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM"), args=["--no-sandbox", "--disable-gpu"], env=env
        )
        page = browser.new_page(base_url=address)
        page.context.add_cookies([{"name": MET, "value": "1", "url": address}])
        page.add_init_script(COUNT)
        for opening in some:
            state = STATES[opening.state]
            show(page, state, opening.size, projector=opening.projector, theme=first, language=opening.language)
            layout = page.evaluate(f"() => ({RULES}).layout()") if others else ""
            found = faults(page, state)
            counts += tell(page, found, opening.name(first), told)
            for theme in others:
                page.evaluate("(theme) => { document.documentElement.dataset.theme = theme; }", theme)
                moved = page.evaluate(f"(layout) => ({RULES}).layout() !== layout", layout)
                counts += tell(page, faults(page, state) if moved else found, opening.name(theme), told)
        browser.close()
    return counts


def tell(page: Page, found: list[tuple[str, str]], name: str, told: argparse.Namespace) -> Counter[str]:
    """Print the faults of the window that is open, count them by kind, and keep its picture where that is asked for."""
    if told.shots:
        page.screenshot(path=Path(told.shots) / f"{name.replace(' ', '-')}.png")
    lines = [f"{'FAULT' if found else 'ok':5} {name}"] if found or told.verbose else []
    for kind in KINDS:
        mine = [text for other, text in found if other == kind]
        more = [f"… {len(mine) - told.each} more"] if len(mine) > told.each else []
        lines += [f"        {kind}: {text}" for text in mine[: told.each] + more]
    if lines:
        print("\n".join(lines), flush=True)
    return Counter({"windows": 1, "broken": bool(found)}) + Counter(kind for kind, _ in found)


def main() -> int:
    """Look at all windows of a server of one's own, or of one that runs; end with 1 when something is broken."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--address", default="", help="of a server that runs; else one is started")
    parser.add_argument("--states", default="", help=f"of {', '.join(STATES)}; else all")
    parser.add_argument("--sizes", default=",".join(SIZES))
    parser.add_argument("--themes", default="light,dark")
    parser.add_argument("--languages", default=f"en,zh-CN,{LONGER}")
    parser.add_argument("--typeface", default="narrow", choices=list(FOLDERS))
    parser.add_argument("--only-projector", action="store_true")
    parser.add_argument("--no-projector", action="store_true")
    parser.add_argument("--shots", default="", help="a folder for a picture of every window")
    parser.add_argument("--each", type=int, default=3, help="faults told of each kind and window")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="browsers at once")
    parser.add_argument("--verbose", action="store_true", help="name windows without faults too")
    told = parser.parse_args()
    if told.shots:
        Path(told.shots).mkdir(parents=True, exist_ok=True)
    every = list(openings(told))
    with tempfile.TemporaryDirectory() as scratch, ThreadPoolExecutor(told.workers) as pool:
        folder = Path(scratch)
        env = {**os.environ, **environment(told.typeface, folder)}
        command = [sys.executable, "-m", "tests.browser.longer", "serve", "--port", "0"]
        with (
            nullcontext(told.address)
            if told.address
            else serving(command, log=folder / "log", env={**os.environ, "CONVSCOPE_DATA_DIR": scratch})
        ) as address:
            shares = [pool.submit(look, address, told, every[n :: told.workers], env) for n in range(told.workers)]
            counts = sum((share.result() for share in shares), Counter[str]())
    kinds = ", ".join(f"{counts[kind]} {kind}" for kind in KINDS if counts[kind])
    print(f"{counts['windows']} windows, {counts['broken']} with faults: {kinds or 'none'}")
    return 1 if counts["broken"] else 0


if __name__ == "__main__":
    sys.exit(main())
