"""The explorer as a person has it before them: what is drawn, what is printed, what can be pressed."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Locator, Page, expect

from app.rendering.palette import signed_bytes, signed_palette
from tests.browser.rest import rest
from tests.pages.reading import Api, Printed, link, printed_sum, read

FIRST = 'conv2d(weights=preset("edge_x", "edge_y", "line", "warm", "spot", "hue_edge")) | relu | max_pool2d(2)'
PLAIN = "conv2d(6, 5, weights=random(7)) | relu | max_pool2d(2)"
SWAPS = "window.swaps = 0; document.addEventListener('htmx:after:swap', () => { window.swaps++; });"
READY = """() => {
  const plate = document.querySelector(".plate");
  const ready = document.documentElement.classList.contains("ready") && document.querySelector("#app");
  return ready && window.swaps !== undefined && (!plate || plate.classList.contains("on"));
}"""
PIXELS = """() => {
  const { width, height } = document.querySelector("canvas.live"), copy = new OffscreenCanvas(width, height);
  const pen = copy.getContext("2d", { willReadFrequently: true });
  pen.drawImage(document.querySelector("canvas.live"), 0, 0);
  return { width, height, data: [...pen.getImageData(0, 0, width, height).data] };
}"""
START = ".".join("0000")  # the first place of the first map of the first layer
SEEN = """() =>
  [...document.querySelectorAll(".plate > .figure")].find((e) => getComputedStyle(e).display !== "none")"""
CELL = """([row, column]) => {
  const svg = (SEEN)(), hit = svg.querySelector("[data-map]"), m = svg.getScreenCTM();
  const [a, b, c, d, e, f] = hit.dataset.map.trim().split(/\\s+/).map(Number), x = column + 0.5, y = row + 0.5;
  const p = new DOMPoint(e + x * a + y * c, f + x * b + y * d).matrixTransform(m);
  return [p.x, p.y];
}""".replace("SEEN", SEEN)


class Screen:
    """One window with the explorer in it, and the API beside it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.api = Api(self._get)

    def _get(self, path: str) -> bytes:
        answer = self.page.request.get(path)
        assert answer.ok, f"{answer.status} for {path}: {answer.text()}"
        return answer.body()

    def open(self, recipe: str | None = None, **fields: Any) -> "Screen":
        """Open the state of a recipe; without one the page that everyone meets first."""
        return self.follow("/" if recipe is None else link(recipe, **fields))

    def follow(self, address: str) -> "Screen":
        """Go to an address and wait until it is drawn."""
        self.page.goto(address)
        return self.ready()

    def ready(self) -> "Screen":
        """Wait until the map is drawn and scripts answer."""
        self.page.wait_for_function(READY)
        return self

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Wait, after what is done inside, until the page shows the state that it led to."""
        before = self.page.evaluate("window.swaps")
        yield
        self.page.wait_for_function("before => window.swaps > before", arg=before)
        self.ready()

    # ---- what is there

    def all(self, selector: str) -> Locator:
        return self.page.locator(selector)

    @property
    def fields(self) -> dict[str, str]:
        """What the address bar holds."""
        return dict(parse_qsl(urlsplit(self.page.url).query, keep_blank_values=True))

    @property
    def state(self) -> dict[str, str]:
        """What the page on the screen was made for."""
        return dict(parse_qsl(urlsplit(self.all("#app").get_attribute("data-address") or "").query))

    @property
    def run(self) -> dict[str, Any]:
        """The run on the screen, as the API tells it."""
        return self.api.run(self.state)

    @property
    def at(self) -> str:
        """The place, read from what is printed under the scrubber and from the layer that is marked in the ribbon."""
        layer = int(self.all(".ribbon li[aria-current] a.stop").get_attribute("data-along").split()[0])  # type: ignore[union-attr]
        place, _, channel, _ = self.status[:4]
        columns = self.run["layers"][layer]["output_shape"][2]
        return f"{layer}.{channel - 1}.{(place - 1) // columns}.{(place - 1) % columns}"

    @property
    def status(self) -> list[int]:
        """The line under the scrubber: place, of, map, of, work done, of all."""
        told = " ".join(self.all("#status > :not([data-left])").all_inner_texts())
        return [int(n.replace(",", "")) for n in re.findall(r"[\d,]+", told)]

    @property
    def place(self) -> int:
        """The number of the place in its map, from 1."""
        return int(self.all("#scrub").get_attribute("aria-valuenow") or 0)

    @property
    def sum(self) -> Printed:
        return printed_sum(read(self.all("#sum").inner_html()))

    @property
    def tag(self) -> str:
        """The number that stands at its cell in the drawing, once the page is at rest: a drawing may still come."""
        rest(self.page)
        return self.page.evaluate(f"({SEEN})().querySelector('[data-tag]')?.textContent ?? ''").strip()

    @property
    def notice(self) -> Locator:
        return self.all("#notice .notice p")

    def pixels(self) -> NDArray[np.uint8]:
        """The map on the canvas: rows, columns, (red, green, blue, alpha)."""
        found = self.page.evaluate(PIXELS)
        return np.array(found["data"], np.uint8).reshape(found["height"], found["width"], 4)

    @property
    def drawn(self) -> int:
        """How many cells of the map are there."""
        return int((self.pixels()[..., 3] > 0).sum())

    # ---- what is done

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)

    def expect_place(self, place: int, channel: int | None = None) -> None:
        """Wait until the window has come to a place."""
        expect(self.all("#scrub")).to_have_attribute("aria-valuenow", str(place))
        if channel is not None:
            expect(self.all("#status [data-map]")).to_have_text(str(channel))

    def settled(self) -> str:
        """Wait until the map, the sum and the address say the same place; return it."""
        at = self.at
        expect(self.all("#sum .sum")).to_have_attribute("data-at", at)
        expect(self.page).to_have_url(re.compile(rf"[?&]at={re.escape(at)}(&|$)"))
        self.page.wait_for_function(
            "([place]) => { const p = document.querySelector('cs-plate');"
            " return p.shown.row * p.columns + p.shown.column + 1 === place; }",
            arg=[self.place],
        )
        return at

    def cell(self, row: int, column: int) -> tuple[float, float]:
        """Where in the window a cell of the map at work lies."""
        x, y = self.page.evaluate(CELL, [row, column])
        return x, y

    def visit(self, row: int, column: int) -> None:
        """Click on a cell of the map."""
        self.page.mouse.click(*self.cell(row, column))

    def add(self, kind: str) -> None:
        """Add a layer at the end."""
        self.all("#add").click()
        with self.changing():
            self.all("dialog a.line").filter(has=self.page.get_by_text(kind, exact=True)).click()

    def edit(self) -> Locator:
        """Open the card of the layer on the screen."""
        with self.changing():
            self.all(".ribbon .edit").click()
        return self.all("#card")

    def shapes(self) -> list[list[int]]:
        """The shapes in the ribbon, channels first."""
        found = [
            [int(n) for n in re.findall(r"\d+", text.replace(",", ""))]
            for text in self.all(".ribbon .stop small").all_text_contents()
        ]
        return [[channels, rows, columns] for rows, columns, channels in found]


def map_is_true(screen: Screen, theme: str = "light") -> None:
    """Every cell up to the place is drawn and no other, each in the colour that the API's number has on its scale."""
    run, at = screen.run, screen.at
    layer, channel, row, column = map(int, at.split("."))
    source = layer  # layers that only pass values on keep the colours of the layer before them
    while run["layers"][source]["type"] in ("relu", "max_pool2d") and source:
        source -= 1
    assert run["layers"][source]["type"] == "conv2d", "this reader of colours knows no other scale"
    extent = float(np.abs(screen.api.output(run["id"], source)).max())
    output = screen.api.output(run["id"], layer)[channel]
    pixels = screen.pixels()
    drawn = pixels[..., 3] > 0
    wanted = np.arange(output.size).reshape(output.shape) < row * output.shape[1] + column + 1
    np.testing.assert_array_equal(drawn, wanted)
    palette = np.frombuffer(signed_palette(theme), np.uint8).reshape(256, 3)  # type: ignore[arg-type]
    np.testing.assert_array_equal(pixels[drawn][:, :3], palette[signed_bytes(output, extent)][drawn])
    assert (pixels[drawn][:, 3] == 255).all()
