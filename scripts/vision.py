#!/usr/bin/env python3
"""Takes pictures of ten views as they are seen without some colours, and in the system's own: to be looked at.

    python -m scripts.vision http://127.0.0.1:8000 shots/vision

One picture a view and way of seeing; what is below zero must be told from what is above in each. Without any colour
that takes the switch "Signs without colour", which is on for these. CHROMIUM says which
browser, as for the tests.
"""

import os
import sys
from pathlib import Path
from urllib.parse import urlencode

from playwright.sync_api import Page, sync_playwright

SEEING = ("none", "deuteranopia", "protanopia", "tritanopia")
FIRST = 'conv2d(weights=preset("edge_x", "edge_y", "line", "warm", "spot", "hue_edge")) | relu | max_pool2d(2)'
VIEWS: dict[str, dict[str, str]] = {
    "figure": {},
    "flat": {"view": "flat"},
    "fan": {"view": "fan"},
    "stack": {"view": "stack"},
    "map": {"view": "map"},
    "sharing": {"view": "sharing"},
    "compare": {"view": "compare"},
    "filters": {"edit": "0.weights"},
    "gallery": {"edit": "0.gallery"},
    "projector": {"projector": "1"},
}


def take(page: Page, server: str, folder: Path) -> int:
    """Take all pictures; return how many."""
    seen = page.context.new_cdp_session(page)
    count = 0
    for name, fields in VIEWS.items():
        usual = {"image": "coffee", "size": "32", "scale": "byte", "recipe": FIRST, "at": "0.3.7.16"}
        page.goto(f"{server}/?{urlencode({**usual, **fields})}")
        page.locator("html.ready").wait_for(state="attached")
        page.wait_for_load_state("networkidle")
        for kind in SEEING:
            seen.send("Emulation.setEmulatedVisionDeficiency", {"type": kind})
            page.screenshot(path=folder / f"{name}-{kind}.png")
            count += 1
        seen.send("Emulation.setEmulatedVisionDeficiency", {"type": "none"})
        for scheme in ("light", "dark"):
            page.emulate_media(forced_colors="active", color_scheme=scheme)  # type: ignore[arg-type]
            page.screenshot(path=folder / f"{name}-forced-{scheme}.png")
            count += 1
        page.emulate_media(forced_colors="none", color_scheme="light")
        page.context.add_cookies([{"name": "signs", "value": "on", "url": server}])
        seen.send("Emulation.setEmulatedVisionDeficiency", {"type": "achromatopsia"})
        for theme in ("light", "dark"):
            page.goto(f"{server}/?{urlencode({**usual, **fields, 'theme': theme})}")
            page.locator("html.ready").wait_for(state="attached")
            page.wait_for_load_state("networkidle")
            page.screenshot(path=folder / f"{name}-achromatopsia-{theme}.png")
            count += 1
        seen.send("Emulation.setEmulatedVisionDeficiency", {"type": "none"})
        page.context.clear_cookies()
    return count


def main() -> None:
    """Take the pictures that the command line asks for."""
    server, folder = sys.argv[1].rstrip("/"), Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.environ.get("CHROMIUM"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        print(f"{take(page, server, folder)} pictures in {folder}")
        browser.close()


if __name__ == "__main__":
    main()
