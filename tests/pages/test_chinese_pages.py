"""No English stands on a Chinese page, and what stands there is set as Chinese is."""

import re

import pytest

from app.classroom.book import BOOK
from app.explorer.looks.registry import LOOKS
from tests.pages.english import english, texts
from tests.pages.reading import link, read
from tests.pages.test_told import told
from tests.pages.test_validity import pages

pytestmark = pytest.mark.reads

CONV = 'conv2d(4, 5, weights=preset("edge_x", "line", "spot", "box")) | relu | max_pool2d(2)'
CLASSES = f"{CONV} | max_pool2d(2) | linear(12) | softmax"
USUAL = {"image": "coffee", "size": 12}
HAN = "\u3400-\u9fff"
# a wide sign stands beside no space; Chinese is never followed by a narrow one, nor stuck to a word or a number
MISSET = re.compile(
    rf"[，。：；？！、]\s|\s[，。：；？！、]|[{HAN}][,;:?!](?=\s|$)|[{HAN}][A-Za-z0-9]|[A-Za-z0-9][{HAN}]"
)


def more() -> dict[str, str]:
    """Return addresses of what else there is to read: sheets, menus, errors, lessons."""
    state = link(CONV, **USUAL)[2:]
    found = {name: f"/{name}?{state}" for name in ("share", "networks", "additions", "network")}
    found |= {f"{name} of classes": link(CLASSES, **USUAL, view=name, at="4.3.0.0", label=3) for name in LOOKS}
    found |= {
        "trained": link('model("cifar10")', image="coffee", at="0.1.2.3"),
        "article": link('model("article")', image="coffee"),
    }
    found |= {"merge": link("conv2d(3, 3, padding=1) | relu | add(inputs=[1, -1]) | concat(inputs=[2, 0])", **USUAL)}
    found |= {"classes of the article": link('model("article")', image="coffee", view="scores")}
    wrong = {
        "window": "conv2d(2, 50)", "name": "conv3d(2)", "dear": "conv2d(60000, 9)", "word": "conv2d(x)",
        "dilation": "max_pool2d(9, dilation=4)", "many": "conv2d(4096, 9) | conv2d(4096, 9, padding=4)",
        "groups": "conv2d(4, 3, groups=2)", "weights": 'conv2d(2, 3, weights=trained("cifar10", 99))',
        "source": "conv2d(2, 3, weights=other())", "kernel": 'conv2d(weights=preset("none"))', "model": 'model("none")',
    }  # fmt: skip
    found |= {f"wrong {name}": link(recipe, **USUAL) for name, recipe in wrong.items()}
    found |= {
        "wrong run": "/?run=none",
        "wrong size": "/?image=coffee&size=x",
        "wrong link": "/s/none",
        "no lesson": "/lesson/none",
    }
    found |= {"contents": "/lesson", "train missing": "/train/none", "too long": f"/?recipe={'relu|' * 7000}"}
    for slug, lesson in BOOK.items():
        steps = range(1, len(lesson.steps) + 1)
        found |= {
            f"{slug} {step}{beat}": f"/lesson/{slug}?step={step}{beat}" for step in steps for beat in ("", ".reveal")
        }
        found |= {
            f"{slug} shown": f"/lesson/{slug}?step=1.ask&projector=1",
            f"{slug} speaker": f"/lesson/{slug}/speaker",
        }
    return found


PAGES = pages() | more()


@pytest.fixture
def chinese(client):
    client.cookies["lang"] = "zh-CN"
    return client


@pytest.mark.parametrize("name", PAGES)
def test_a_chinese_page_has_no_english_and_is_set_as_chinese(chinese, name):
    page = read(chinese.get(PAGES[name]).text)
    assert page.one("html").attributes["lang"] == "zh-CN"
    assert english(page, PAGES[name]) == []
    assert [text for text in map(str.strip, texts(page)) if MISSET.search(text)] == []


def test_the_parts_of_a_page_are_chinese_too(chinese):
    state = link(CONV, **USUAL, at="0.1.2.3", pin="w.1")[2:]
    for part in ("place", "sum", "pointed", "look"):
        answer = chinese.get(f"/parts/{part}?{state}")
        if answer.headers["content-type"].startswith("text/html"):
            assert english(read(answer.text), state) == [], part


def test_what_an_act_did_is_said_in_chinese(chinese):
    before, after = link(CONV, **USUAL), link("conv2d(2, 5) | relu", **USUAL, colours="grey")
    said = str(told(chinese, before, after)["said"])
    assert re.search(f"[{HAN}]", said)
    assert not MISSET.search(said)
    assert english(read(f"<p>{said}</p>"), after) == []


def test_english_is_found_where_it_stands(client):
    for name in ("look map", "card ", "train shapes", "mistake", "draw", "docs"):
        assert len(english(read(client.get(PAGES[name]).text), PAGES[name])) >= 4, name
    page = read('<p title="A title">中文 word <code>code</code></p><b data-said="Some words.">3 × 3 conv2d</b>')
    assert [found.split(" — ")[0] for found in english(page)] == ["title", "word", "Some words"]
