"""What the first page weighs on its way, and the addresses under which scripts and styles are kept for ever."""

import gzip
import re

import pytest
from fastapi.testclient import TestClient

from app.explorer.templating.assets import current, joined, modules, static
from app.explorer.templating.minify import minified_script, minified_style
from app.paths import folder

pytestmark = pytest.mark.reads

MOST = 80_000  # bytes of HTML, styles, scripts and the digits' font, as they are fetched with nothing in the cache
REFERRED = re.compile(
    r'<link rel="(?:stylesheet|preload)" href="([^"]+)"|<script src="([^"]+)"'
    r'|<meta name="scripts" content="([^"]+)"'
)
ASKED = {"Accept-Encoding": "gzip"}


def sent(client: TestClient, address: str) -> int:
    """Return how many bytes of an answer are sent."""
    answer = client.get(address, headers=ASKED)
    assert answer.status_code == 200, address
    assert answer.headers["content-encoding"] == "gzip", address
    return int(answer.headers["content-length"])


def parts(page: str) -> list[str]:
    return [address for found in REFERRED.findall(page) for addresses in found for address in addresses.split()]


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_the_first_page_keeps_to_its_budget(client: TestClient, language: str) -> None:
    client.cookies["lang"] = language
    weights = {address: sent(client, address) for address in ["/", *parts(client.get("/").text)]}
    assert sum(weights.values()) <= MOST, weights
    assert len(weights) <= 26, "each is a request"


def test_a_page_names_all_that_its_modules_begin_with(client: TestClient) -> None:
    page = client.get("/").text
    assert set(modules("js/main.js")) <= set(parts(page))
    for module in modules("js/main.js"):
        text = client.get(module).text
        assert not re.search(r'^import(?! .* from "\.)', text, re.MULTILINE), "an import that is not seen"


PRINTED = ("css/all.css", "css/looks.css", "css/cards.css", "js/main.js", "vendor/htmx.min.js", "js/stack/stack.js")


@pytest.mark.parametrize("name", PRINTED)
def test_what_a_printed_address_holds_is_kept_for_ever(client: TestClient, name: str) -> None:
    packed = client.get(static(name), headers=ASKED)
    assert packed.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert packed.headers["vary"] == "Accept-Encoding"
    plain = client.get(static(name), headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.text == packed.text


def test_an_older_page_gets_what_is_here_now_but_does_not_keep_it(client: TestClient) -> None:
    answer = client.get("/static/~0123456789ab/js/picture/tool.js")
    assert answer.text == client.get(static("js/picture/tool.js")).text
    assert answer.headers["cache-control"] == "no-cache"
    assert client.get("/static/~0123456789ab/js/none.js").status_code == 404
    assert client.get("/static/~0123456789ab/%2e%2e/app/main.py").status_code == 404


def test_a_file_stands_as_it_is_written_under_its_own_name(client: TestClient) -> None:
    answer = client.get("/static/js/stack/volume.js")
    assert answer.content == (folder("static") / "js" / "stack" / "volume.js").read_bytes()
    assert answer.headers["cache-control"] == "no-cache"


def test_every_sheet_is_in_a_joined_one_or_linked_by_itself() -> None:
    css = folder("static") / "css"
    there = [path.relative_to(css).with_suffix("").as_posix() for path in css.rglob("*.css")]
    alone = ["explorer/path", "explorer/projector", "explorer/share", "explorer/strip", "picture/tool", "docs"]
    alone += ["explorer/blocks", "explorer/menu", "explorer/own", "explorer/stumble", "train/train"]
    alone += ["explorer/glow", "explorer/hide"]
    alone += [sheet for sheet in there if sheet.startswith("classroom/")]  # of pages of their own
    assert sorted(there) == sorted([*sum(joined(css.parent).values(), ()), *alone])


def test_the_style_of_the_looks_comes_with_the_first_of_them(client: TestClient) -> None:
    assert "css/looks.css" not in client.get("/").text
    assert "css/looks.css" not in client.get("/?view=flat").text
    for look in ("trace", "map", "compare"):
        assert f'<link rel="stylesheet" href="{static("css/looks.css")}">' in client.get(f"/?view={look}").text


def test_the_style_of_cards_comes_with_the_first_of_them(client: TestClient) -> None:
    assert "css/cards.css" not in client.get("/").text
    assert "js/card/settings.js" not in parts(client.get("/").text)
    for part in ("settings", "weights"):
        assert f'<link rel="stylesheet" href="{static("css/cards.css")}">' in client.get(f"/?edit=1.{part}").text


def test_a_page_is_compressed_for_who_takes_it(client: TestClient) -> None:
    packed = client.get("/", headers=ASKED)
    plain = client.get("/", headers={"Accept-Encoding": "identity"})
    assert (packed.headers["content-encoding"], plain.headers.get("content-encoding")) == ("gzip", None)
    assert "Accept-Encoding" in packed.headers["vary"]
    assert "Accept-Encoding" in plain.headers["vary"]
    assert packed.text == plain.text
    head = client.head("/", headers=ASKED)
    assert head.headers["content-length"] == packed.headers["content-length"]
    assert not head.content


def test_a_bare_script_says_the_same() -> None:
    script = """// what it is
/** @param {string} a */
export function f(a) { // why
  const e = /** @type {Element} */ (a), g = /** @type {import("./x.js").X | null} */ (a);
  const b = "http://x // y"; /* z */
    return `
  // kept ${a}
`;
}
/**
 * more
 */ const c = 1;
"""
    kept = (
        "export function f(a) {\nconst e = (a), g = (a);\n"
        'const b = "http://x // y"; /* z */\nreturn `\n  // kept ${a}\n`;\n}\nconst c = 1;\n'
    )
    assert minified_script(script) == kept


def test_a_bare_style_says_the_same() -> None:
    style = '/* x */\n.a > b, c::after {\n  content: "a , b ";\n  width: calc(1px + 2px);\n}\n'
    assert minified_style(style) == '.a>b,c::after{content:"a , b ";width:calc(1px + 2px)}'


def test_what_is_packed_is_what_is_written() -> None:
    assert (
        gzip.decompress(current().packed("vendor/htmx.min.js") or b"")
        == (folder("static") / "vendor/htmx.min.js").read_bytes()
    )
