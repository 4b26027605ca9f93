"""The scripts and styles: joined, minified and compressed once, each under an address that says what it holds.

    /static/~<print>/js/main.js    as it travels; what it holds never changes, so it is kept for ever
    /static/js/main.js             as it is written; asked for anew

The print is one of all scripts and styles together, so that modules find each other by the names they are written with.
"""

import gzip
import hashlib
import re
import time
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from app.explorer.templating.minify import minified_script, minified_style
from app.paths import APP, folder

IMPORT = re.compile(r'^import .* from "(\.[^"]+)";$', re.MULTILINE)  # linear: of our own files
KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".woff2": "font/woff2"}
LARGE = 500_000  # bytes from which the last percent costs half a second
EVERYWHERE = "css/all.css"  # one file: many small ones compress badly
LOOKS = "css/looks.css"  # fetched with the first look that is not a drawing
CARDS = "css/cards.css"  # fetched with the first card
# Parts of the first, in the order in which their rules override one another; rooms as on the screen.
SHEETS: tuple[str, ...] = (
    *("tokens", "tints", "figure/figure"),
    *("explorer/page", "explorer/ribbon", "explorer/stage"),
    *("figure/sum", "figure/line", "explorer/transport", "figure/products", "figure/pointing"),
    *("explorer/predict", "explorer/colours", "explorer/hands", "explorer/windows", "explorer/begin"),
)


def joined(root: Path) -> dict[str, tuple[str, ...]]:
    """Return the style sheets that are joined of others, and their parts: every page's, of all looks, of cards."""
    looks = sorted(f"looks/{path.stem}" for path in (root / "css" / "looks").glob("*.css"))
    return {EVERYWHERE: SHEETS, LOOKS: tuple(looks), CARDS: ("card/card", "card/filters")}


class Assets:
    """The scripts and styles of one moment."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        digest = hashlib.sha256()
        for path in files(root):
            digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
        self.print = digest.hexdigest()[:12]
        self._packed: dict[str, bytes] = {}

    def address(self, name: str) -> str:
        """Return where pages find a file, for good."""
        return f"/static/~{self.print}/{name}"

    def text(self, name: str) -> bytes | None:
        """Return a file as it travels, before it is compressed; None where there is none of the kind."""
        if sheets := joined(self.root).get(name):
            return b"".join(self.text(f"css/{sheet}.css") or b"" for sheet in sheets)
        path = (self.root / name).resolve()
        if path.suffix not in KINDS or not path.is_relative_to(self.root) or not path.is_file():
            return None
        data = path.read_bytes()
        if name.startswith("js/"):
            return minified_script(data.decode()).encode()
        return minified_style(data.decode()).encode() if name.startswith("css/") else data

    def packed(self, name: str) -> bytes | None:
        """Return a file compressed; it is compressed when it is first asked for."""
        if name not in self._packed and (text := self.text(name)) is not None:
            self._packed[name] = gzip.compress(text, 9 if len(text) < LARGE else 6, mtime=0)
        return self._packed.get(name)

    def has(self, name: str) -> bool:
        """Tell whether a file has been compressed already."""
        return name in self._packed

    def modules(self, name: str) -> list[str]:
        """Return the modules that a module does not begin without: itself and all it imports, however indirectly."""
        found = [name]
        for here in found:  # grows while it is read
            path = self.root / here
            others = ((path.parent / other).resolve() for other in IMPORT.findall(path.read_text("utf-8")))
            names = (other.relative_to(self.root).as_posix() for other in others)
            found += [other for other in names if other not in found]
        return found


def files(root: Path) -> Iterable[Path]:
    """Return the scripts and styles, ours and others', the icon and the signs."""
    return sorted(
        [*root.glob("*.svg"), *(path for name in ("css", "js", "vendor") for path in (root / name).rglob("*.*"))]
    )


def current() -> Assets:
    """Return the scripts and styles that are served: in a clone those of this second, as they may just be edited."""
    return _seen(0 if folder("static").parent == APP else int(time.monotonic()))


@lru_cache(1)
def _seen(_second: int) -> Assets:
    root = folder("static")
    return _assets(root, max(path.stat().st_mtime for path in files(root)))


@lru_cache(2)
def _assets(root: Path, _edited: float) -> Assets:
    return Assets(root)


def static(name: str) -> str:
    """Return where a page finds a file, for good."""
    return current().address(name)


def modules(name: str) -> tuple[str, ...]:
    """Return the addresses of the modules that a module begins with, so that a page asks for them all at once."""
    return _modules(current(), name)


@lru_cache(4)
def _modules(here: Assets, name: str) -> tuple[str, ...]:
    return tuple(here.address(module) for module in here.modules(name))
