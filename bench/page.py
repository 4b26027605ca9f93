"""The page in headless Chromium, nothing in its cache: what it fetches, when it is painted, and how it answers a hand.

Every time is taken in the page itself, from the act to the frame after the last picture that it changes. The browser
is found as for the tests, by scripts/chromium.sh.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlencode

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from bench.table import Row
from tests.serving import serving

SIZE = {"width": 1280, "height": 800}
LARGE = {"image": "chelsea", "size": "256", "recipe": "conv2d(8, 3, padding=1) | relu | max_pool2d(2)"}
DEEP = {"recipe": "conv2d(6, 5) | relu | max_pool2d(2) | flatten | linear(10) | softmax"}
SQUEEZENET = {"image": "coffee", "recipe": 'model("squeezenet")'}
STATES = {
    "first page": "/",
    "map": "/?view=map",
    "trace": "/?view=trace",
    "flat": "/?view=flat",
    "linear": "/?" + urlencode({**DEEP, "at": "4.3.0.0"}),
    "softmax": "/?" + urlencode({**DEEP, "at": "5.3.0.0"}),
    "weights of 8 filters": "/?" + urlencode({**LARGE, "edit": "0.weights"}),
    "SqueezeNet at a glance": "/?" + urlencode({**SQUEEZENET, "view": "network"}),
    "256 channels": "/?" + urlencode({"size": "32", "recipe": "conv2d(256, 3)", "view": "fan"}),
    "the API": "/docs",
}
MANY = "/?" + urlencode({"size": "64", "recipe": "conv2d(256, 3)", "view": "stack"})
PHOTO = "static/gallery/coffee.webp"
TURNS = 9
BETWEEN = 400  # ms from one step of a hand to the next
WATCH = Path(__file__).with_suffix(".js")


def measure(*, only: str = "", seconds: float = 1.0) -> list[Row]:
    """Return what was found, a row a figure."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        env = {**os.environ, "CONVSCOPE_DATA_DIR": f"{folder}/data", "CONVSCOPE_MEMORY_MAX_BYTES": "1000000000"}
        command = [sys.executable, "-m", "app", "serve", "--port", "0"]
        with serving(command, log=Path(folder) / "log", env=env) as address:
            browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox", "--disable-gpu"])
            parts: list[Callable[[Browser, str], list[Row]]] = [
                loading,
                answering,
                training,
                glancing,
                painting,
                sliding,
                elements,
            ]
            rows = [row for part in parts if only in part.__name__ for row in part(browser, address)]
            browser.close()
    return rows


def chromium() -> str:
    """Return the path of a browser, which is fetched where there is none."""
    script = Path(__file__).parent.parent / "scripts" / "chromium.sh"
    return subprocess.run(["sh", script, sys.executable], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


@contextmanager
def fresh(browser: Browser, address: str, path: str = "/") -> Iterator[Page]:
    """Open a page with nothing in the cache."""
    context: BrowserContext = browser.new_context(viewport=SIZE, base_url=address)
    page = context.new_page()
    page.add_init_script(path=WATCH)
    page.goto(path, wait_until="load")
    page.wait_for_timeout(600)
    yield page
    context.close()


def loading(browser: Browser, address: str) -> list[Row]:
    """Measure the first page, as one sees it who has never been here; the server has answered before."""
    with fresh(browser, address):
        pass
    found: list[dict[str, Any]] = []
    for _ in range(TURNS):
        with fresh(browser, address) as page:
            told = page.evaluate("told")
            sizes = page.evaluate("fetched()")
            told["bytes"], told["files"] = sum(sizes) / 1000, len(sizes)
            found.append(told)

    def middle(name: str) -> float:
        return float(median(told[name] for told in found))

    return [
        Row("HTML, styles and scripts", middle("bytes"), "KB", limit=80),
        Row("files of them", middle("files"), "files"),
        Row("first paint", middle("first")),
        Row("largest paint", middle("largest")),
        Row("everything painted", middle("painted"), limit=400),
        Row("scripts ready", middle("ready")),
        Row("layout shift, the most", max(told["shift"] for told in found), "", limit=0),
        Row("blocking time", middle("blocked"), limit=50),
    ]


def answering(browser: Browser, address: str) -> list[Row]:
    """Measure from an act to the last picture that it changes."""
    rows = []
    with fresh(browser, address) as page:
        images = ["astronaut", "camera", "chelsea", "coins", "rocket"]
        act = "(image) => painted(() => document.querySelector(`.menu.picture a[href*='image=${image}']`).click())"
        rows.append(Row("another gallery picture", median(page.evaluate(act, image) for image in images), limit=150))
        pictures = Path(__file__).parent.parent / "static" / "gallery"
        times = []
        for name in ("brick.png", "coins.png", "rocket.webp", "retina.webp", "coffee.webp"):
            waiting = page.evaluate_handle("({ time: painted(() => {}, 'change') })")
            page.set_input_files("form[data-upload] input[type=file]", pictures / name)
            times.append(page.evaluate("async ({ time }) => await time", waiting))
        rows.append(Row("an upload", median(times), limit=300))
    with fresh(browser, address, "/?" + urlencode({**LARGE, "edit": "0.weights"})) as page:
        act = """(value) => painted(() => {
          const cell = document.querySelector("#filter-form .cells input");
          cell.value = value;
          cell.dispatchEvent(new Event("input", { bubbles: true }));
        })"""
        times = [page.evaluate(act, f"0.{turn}7") for turn in range(TURNS)]
        rows.append(Row("a weight, 8 filters at 256 × 256", median(times), limit=100))
    with fresh(browser, address, "/?" + urlencode({**LARGE, "edit": "0"})) as page:
        step = ".stepper:has(#f-padding) button[value='${step}']"
        act = f"(step) => painted(() => document.querySelector(`{step}`).click())"
        times = [page.evaluate(act, step) for step in ("1", "-1") * 3]
        rows.append(Row("a setting, 8 filters at 256 × 256", median(times), limit=100))
    return rows


def training(browser: Browser, address: str) -> list[Row]:
    """Measure from a key on the strip of a trained network to the frame in which the epoch's page is seen."""
    act = """async (key) => {
      const { run } = document.querySelector("#app").dataset, from = performance.now();
      document.querySelector("#epoch").dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
      while (document.querySelector("#app").dataset.run === run) await new Promise(requestAnimationFrame);
      return (await frame()) - from;
    }"""
    times = []
    with fresh(browser, address, "/?" + urlencode({"image": "chelsea", "recipe": 'model("cifar10")'})) as page:
        page.set_input_files("form[data-upload] input[type=file]", Path(__file__).parent.parent / PHOTO)
        page.wait_for_url(lambda url: "chelsea" not in url)
        page.locator("#epoch").focus()
        for key in ("ArrowLeft",) * 8 + ("ArrowRight",) * 4:
            page.wait_for_timeout(BETWEEN)
            times.append(page.evaluate(act, key))
    return [
        Row("an epoch of a photo of one's own", median(times), limit=150),
        Row("the slowest of twelve", max(times), limit=150),
    ]


def glancing(browser: Browser, address: str) -> list[Row]:
    """Measure from a click on Network to the frame in which SqueezeNet is seen whole, with nothing of it in the cache,
    and count frames while its page scrolls on a phone."""
    act = """async () => {
      const from = performance.now();
      document.querySelector('[data-look="network"]').click();
      while (!document.querySelector("cs-network.on")) await new Promise(requestAnimationFrame);
      return (await frame()) - from;
    }"""
    times = []
    for image in ("coffee", "coins", "camera", "astronaut", "rocket"):
        with fresh(browser, address, "/?" + urlencode({**SQUEEZENET, "image": image})) as page:
            times.append(page.evaluate(act))
    with fresh(browser, address, "/?" + urlencode({**SQUEEZENET, "view": "network"})) as page:
        page.set_viewport_size({"width": 390, "height": 600})
        page.wait_for_selector("cs-network.on")
        rate, longest = page.evaluate("(scrolling(), frames(3000))")
    return [
        Row("SqueezeNet at a glance, from the click", median(times), limit=800),
        Row("frames a second while it scrolls", rate, "", limit=50, more_is_better=True),
        Row("longest frame while it scrolls", longest, limit=34),
    ]


def painting(browser: Browser, address: str) -> list[Row]:
    """Measure from a touch of the brush on a picture to the frame in which all of SqueezeNet says its scores anew."""
    act = """() => {
      window.said = new Promise((done) => new MutationObserver(async (_, watch) => {
        watch.disconnect();
        done(await frame());
      }).observe(document.querySelector("#look .ten"), { subtree: true, childList: true, attributes: true }));
      const touched = () => { window.touched = performance.now(); };
      document.addEventListener("pointerdown", touched, { once: true, capture: true });
    }"""
    times = []
    with fresh(browser, address, "/?" + urlencode({**SQUEEZENET, "at": "65.0.0.0", "view": "why"})) as page:
        page.wait_for_selector("html.ready", state="attached")
        box = page.locator("#board").bounding_box()
        assert box
        for turn in range(10):
            page.wait_for_timeout(BETWEEN)
            page.evaluate(act)
            across, down = 0.2 + 0.06 * turn, 0.3 + 0.03 * turn
            page.mouse.move(box["x"] + box["width"] * across, box["y"] + box["height"] * down)
            page.mouse.down()
            page.mouse.up()
            times.append(page.evaluate("async () => (await window.said) - window.touched"))
    return [
        Row("a touch of the brush, to SqueezeNet's scores", median(times), limit=150),
        Row("the slowest of ten", max(times), limit=150),
    ]


def sliding(browser: Browser, address: str) -> list[Row]:
    """Count frames while the window slides over the picture, and while a stack turns."""
    found = []
    with fresh(browser, address) as page:
        for speed in ("2", "16", "60"):
            page.select_option("#speed", speed)
            page.click("#play")
            page.wait_for_timeout(300)
            found.append((f"at {speed}×", *page.evaluate("frames(3000)")))
            page.click("#play")
    with fresh(browser, address, MANY) as page:
        page.wait_for_selector("cs-stack.on")
        found.append(("of 256 maps that turn", *page.evaluate("(turning(), frames(3000))")))
    rows = [Row(f"frames a second {what}", rate, "", limit=55, more_is_better=True) for what, rate, _ in found]
    return rows + [Row(f"longest frame {what}", longest, limit=34) for what, _, longest in found]


def elements(browser: Browser, address: str) -> list[Row]:
    """Count what the page is made of, state by state."""
    rows = []
    for name, path in STATES.items():
        with fresh(browser, address, path) as page:
            count = page.evaluate("document.querySelectorAll('*').length")
        rows.append(Row(f"elements: {name}", count, "", limit=1500))
    return rows
