"""The HTML of every kind of page keeps to the standard; and what checks that finds what does not."""

import pytest
from fastapi.testclient import TestClient

from app.explorer.looks.registry import LOOKS
from app.layers import LAYERS
from tests.pages.reading import link
from tests.pages.test_every_layer import recipe
from tests.pages.validity import faults

pytestmark = pytest.mark.reads

CONV = 'conv2d(4, 5, weights=preset("edge_x", "line", "spot", "box")) | relu | max_pool2d(2)'
WRONG = (
    ("<p><div></div></p>", "words alone"),
    ("<a href=x><button>x</button></a>", "in another"),
    ("<ul><p>x</p></ul>", "lies in <ul>"),
    ("<b id=x></b><i id=x></i>", "2 times"),
    ("<b>x</i>", "ends <b>"),
    ("<b>x", "never ended"),
    ("<p class=a class=b></p>", "twice"),
    ("<div/>", "closes itself"),
    ("<form><form></form></form>", "another form"),
    ("<img src=x>", "no alt"),
    ("<label for=y>x</label>", "nothing has the id y"),
)


@pytest.mark.parametrize(("html", "fault"), WRONG)
def test_what_is_wrong_is_found(html: str, fault: str) -> None:
    assert any(fault in found for found in faults(f"<!doctype html>{html}"))


def test_what_is_right_is_left_alone() -> None:
    page = "<!doctype html><html lang=en><p>a <b id=x>b</b><br><svg><path d=''/></svg></p><label for=x>c</label></html>"
    assert faults(page) == []


LEARNING = ("weight", "back", "back")  # of conv2d, relu, max_pool2d


def pages() -> dict[str, str]:
    """Return one address of each kind of page."""
    usual: dict[str, object] = {"image": "chelsea", "size": 12}
    found = {f"layer {kind}": link(recipe(kind), **usual, at=f"{recipe(kind).count('|')}.0.0.0") for kind in LAYERS}
    found |= {f"look {name}": link(CONV, **usual, view=name, at="0.1.2.3") for name in LOOKS}
    classes = f"{CONV} | max_pool2d(2) | linear(12) | softmax"
    found |= {f"learning {at}": link(classes, **usual, view=v, at=f"{at}.1.2.3") for at, v in enumerate(LEARNING)}
    found |= {f"card {part}": link(CONV, **usual, edit=f"0{part}") for part in ("", ".weights", ".gallery", ".pattern")}
    found |= {f"projector {at}": link(CONV, **usual, at=f"{at}.0.0.0", projector=1, sheet=1) for at in range(3)}
    found |= {f"asked in {name}": link(CONV, **usual, predict=1, view=name) for name in ("figure", "places", "sharing")}
    found |= {f"pinned {pin}": link(CONV, **usual, pin=pin) for pin in ("i.0.3.3", "w.0.1.1", "o")}
    tools = {tool: f"/picture/{tool}?image=chelsea&size=12" for tool in ("draw", "crop", "cells", "camera")}
    wrong = {"mistake": "/?recipe=conv2d(", "gone": "/?image=0123456789abcdef0123456789abcdef", "nothing": "/nothing"}
    learning = {f"train {name}": f"/train?set={name}" for name in ("shapes", "digits", "examples", "nothing")}
    return (
        found
        | tools
        | wrong
        | learning
        | {
            "input": link("", **usual),
            "embedded": "/embed?image=chelsea",
            "docs": "/docs",
            "guide": "/guide",
            "grammar": "/grammar",
        }
    )


PAGES = pages()


@pytest.mark.parametrize("name", PAGES)
def test_every_kind_of_page_is_valid(client: TestClient, name: str) -> None:
    wrong = faults(client.get(PAGES[name]).text)
    assert not wrong, "\n".join(wrong)
