"""What a page says, read from its HTML: a small tree, and the sum as a person reads it."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from html.parser import HTMLParser
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

import numpy as np
from numpy.typing import NDArray

VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
NUMBER = re.compile(r"[−-]?(?:\d[\d,]*(?:\.\d+)?|(?<![\w.])\.\d+)")


@dataclass
class Element:
    """One element with what is inside it, in order."""

    tag: str
    attributes: dict[str, str]
    parts: list["str | Element"] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All text inside, with its white space made single."""
        return " ".join("".join(self._texts()).split())

    def _texts(self) -> Iterator[str]:
        for part in self.parts:
            if isinstance(part, Element):
                yield from part._texts()
            else:
                yield part

    def has(self, name: str) -> bool:
        """Tell whether the element has a class."""
        return name in self.attributes.get("class", "").split()

    def all(self, tag: str = "", class_: str = "", **attributes: str) -> Iterator["Element"]:
        """Give every element inside with this tag, class and attributes."""
        for part in self.parts:
            if isinstance(part, Element):
                if (
                    (not tag or part.tag == tag)
                    and (not class_ or part.has(class_))
                    and all(part.attributes.get(name) == value for name, value in attributes.items())
                ):
                    yield part
                yield from part.all(tag, class_, **attributes)

    def one(self, tag: str = "", class_: str = "", **attributes: str) -> "Element":
        """Return the first such element; it must be there."""
        found = next(self.all(tag, class_, **attributes), None)
        assert found is not None, f"no <{tag or '*'} class={class_!r} {attributes}> in <{self.tag}>"
        return found


class _Tree(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open = [Element("", {})]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].parts.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].parts.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if tag in (element.tag for element in self.open[1:]):
            while self.open.pop().tag != tag:
                pass

    def handle_data(self, data: str) -> None:
        self.open[-1].parts.append(data)


def read(html: str) -> Element:
    """Return the tree of a page, or of a part of one."""
    tree = _Tree()
    tree.feed(html)
    tree.close()
    return tree.open[0]


def numbers(text: str) -> list[Decimal]:
    """Return the numbers that stand in a text."""
    return [Decimal(found.replace("−", "-").replace(",", "")) for found in NUMBER.findall(text)]


def number(text: str) -> Decimal:
    """Return the one number that a text is."""
    (found,) = numbers(text)
    return found


def printed(value: float, decimals: int) -> Decimal:
    """Return a value as it ought to be printed: rounded half away from zero."""
    return Decimal(value).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def decimals_of(value: Decimal) -> int:
    """Return how many decimals a number is printed with."""
    return -int(value.as_tuple().exponent)


@dataclass(frozen=True)
class Printed:
    """A sum as it stands on the page: what is added, what rounding leaves over, and the number it makes."""

    at: str
    terms: tuple[Decimal, ...]  # subtotals of a convolution, numbers in a pool's window, the number that ReLU reads
    bias: Decimal | None
    remainder: Decimal
    total: Decimal

    @property
    def decimals(self) -> int:
        return decimals_of(self.total)


def printed_sum(page: Element) -> Printed:
    """Read the sum of a page, or of a part of one: the printed digits with the printed signs."""
    whole = page.one(class_="sum")
    total = number(whole.one("output", "answer").text)
    bias, remainder = None, Decimal(0)
    if not any(whole.all(class_="sub")):
        terms, sign = [], 1
        for part in whole.one(class_="maxline").parts:
            if isinstance(part, Element) and part.has("comma"):
                sign = -1 if part.text == "−" else 1
            elif isinstance(part, Element) and part.has("cand") and part.text != "…":
                terms.append(sign * number(part.text))
        return Printed(whole.attributes["data-at"], tuple(terms), bias, remainder, total)
    terms = []
    for sub in whole.all(class_="sub"):
        value = number(sub.one(class_="part").one(class_="num").text)
        terms.append(-value if sub.one(class_="op").text == "−" else value)
    for part in whole.one(class_="total").all("span"):
        if part.has("bias") or part.has("rest"):
            value = number(part.one(class_="num").text) * (-1 if part.one(class_="op").text == "−" else 1)
            bias, remainder = (value, remainder) if part.has("bias") else (bias, value)
    return Printed(whole.attributes["data-at"], tuple(terms), bias, remainder, total)


def link(recipe: str, *, image: str = "coffee", size: int | None = 32, path: str = "/", **more: object) -> str:
    """Return the address of a state."""
    fields: dict[str, object] = {"image": image, **({"size": size} if size else {}), **more, "recipe": recipe}
    return f"{path}?{urlencode(fields)}"


class Api:
    """The other face: the same run as data. `get` answers a path with bytes."""

    def __init__(self, get: Callable[[str], bytes]) -> None:
        self._get = get

    def json(self, path: str) -> Any:
        """Return what stands at a path under /api/v1."""
        import json

        return json.loads(self._get(f"/api/v1{path}"))

    def run(self, fields: dict[str, str]) -> dict[str, Any]:
        """Return the run of an address's fields."""
        if "run" in fields:
            return self.json(f"/runs/{fields['run']}")
        kept = {k: v for k, v in fields.items() if k not in ("at", "view", "edit", "theme", "lang", "projector")}
        return self.json(f"/runs?{urlencode(kept)}")

    def output(self, run: str, layer: int | str) -> NDArray[np.float32]:
        """Return all maps of a layer."""
        return np.load(BytesIO(self._get(f"/api/v1/runs/{run}/layers/{layer}/output.npy")))

    def weight(self, run: str, layer: int) -> NDArray[np.float32]:
        """Return a layer's filters."""
        return np.load(BytesIO(self._get(f"/api/v1/runs/{run}/layers/{layer}/weight.npy")))

    def step(self, run: str, at: str) -> dict[str, Any]:
        """Return how the number at layer.channel.row.column came to be."""
        layer, *place = at.split(".")
        return self.json(f"/runs/{run}/layers/{layer}/steps/{'/'.join(place)}")


def agree(sum_: Printed, step: dict[str, Any]) -> None:
    """The printed sum says what the API's step says, and adds up as printed, to the last digit."""
    decimals = sum_.decimals
    assert sum_.total == printed(float(np.float32(step["value"])), decimals)
    if step["type"] == "conv2d":
        assert sum_.terms == tuple(printed(part, decimals) for part in step["channel_sums"])
        assert sum_.bias == printed(step["bias"], decimals)
        assert sum(sum_.terms) + sum_.bias + sum_.remainder == sum_.total
        unit = Decimal(1).scaleb(-decimals)
        assert abs(sum_.remainder) <= unit * (len(sum_.terms) + 2) / 2
    elif step["type"] == "relu":
        assert sum_.terms == (0, printed(float(np.float32(step["input"])), decimals_of(sum_.terms[1])))
        assert sum_.total == max(sum_.terms)
    else:
        inside = [value for row in step["patch"] for value in row if value is not None]
        shown = [printed(float(np.float32(value)), decimals_of(sum_.terms[0])) for value in inside]
        assert list(sum_.terms) == shown[: len(sum_.terms)]
        assert len(sum_.terms) == min(len(shown), 9)
        if step["type"] == "max_pool2d":
            assert sum_.total == max(shown)
