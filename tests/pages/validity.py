"""What is wrong with the HTML of a page, by the rules of the standard that a template can break.

Tags that do not match, attributes given twice, ids that are there twice or that nothing has, what lies in what it must
not lie in (a button in a link, a list in a paragraph), and what a part needs inside it.
"""

import re
from collections import Counter
from html.parser import HTMLParser

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
# what a paragraph, a heading and a button hold: phrasing content
PHRASING = {
    *(
        "a",
        "abbr",
        "audio",
        "b",
        "bdi",
        "bdo",
        "br",
        "button",
        "canvas",
        "cite",
        "code",
        "data",
        "datalist",
        "del",
        "dfn",
    ),
    *(
        "dfn",
        "em",
        "i",
        "iframe",
        "img",
        "input",
        "ins",
        "kbd",
        "label",
        "link",
        "map",
        "mark",
        "math",
        "meta",
        "meter",
    ),
    *("noscript", "object", "output", "picture", "progress", "q", "s", "samp", "script", "select", "small", "span"),
    *("strong", "sub", "sup", "svg", "template", "textarea", "time", "u", "var", "video", "wbr"),
}
ONLY_PHRASING = {
    "p",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "button",
    "label",
    "span",
    "b",
    "small",
    "output",
    "legend",
    "dt",
}
INSIDE = {
    "ul": {"li", "script", "template"},
    "ol": {"li", "script", "template"},
    "dl": {"dt", "dd", "div", "script", "template"},
    "select": {"option", "optgroup", "hr", "script", "template"},
    "table": {"caption", "colgroup", "thead", "tbody", "tfoot", "tr", "script", "template"},
    "tr": {"td", "th", "script", "template"},
    "tbody": {"tr", "script", "template"},
}
PARENTS = {
    "li": {"ul", "ol", "menu"},
    "dt": {"dl", "div"},
    "dd": {"dl", "div"},
    "td": {"tr"},
    "th": {"tr"},
    "legend": {"fieldset"},
    "summary": {"details"},
    "figcaption": {"figure"},
    "caption": {"table"},
}
OPERATED = {"a", "button", "select", "textarea", "details", "label"}
REFERENCES = ("aria-labelledby", "aria-describedby", "aria-controls", "for", "form", "list")
NAMED = {"img": "alt", "html": "lang"}
SPACE = re.compile(r"\s")


class _Checked(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.ids: Counter[str] = Counter()
        self.wanted: set[str] = set()
        self.doctype = False

    def handle_decl(self, decl: str) -> None:
        self.doctype = decl.lower() == "doctype html"

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            if not {"svg", "math"} & {tag, *self.open}:
                self.wrong.append(f"<{tag}/> closes itself, which only svg and MathML do")
            self.handle_endtag(tag)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        where = f"<{tag}{' id=' + str(given['id']) if 'id' in given else ''} class={given.get('class')!r}>"
        self.wrong += [f"{where} has {name} twice" for name, n in Counter(name for name, _ in attrs).items() if n > 1]
        if "id" in given:
            self.ids[given["id"] or ""] += 1
            if not given["id"] or SPACE.search(given["id"]):
                self.wrong.append(f"{where} has an id that is none: {given['id']!r}")
        for name in REFERENCES if "math" not in self.open else ():
            self.wanted |= set((given.get(name) or "").split())
        if tag in NAMED and NAMED[tag] not in given:
            self.wrong.append(f"{where} has no {NAMED[tag]}")
        if not {"svg", "math"} & set(self.open):
            self.placed(tag, where, given)
        if tag not in VOID:
            self.open.append(tag)

    def placed(self, tag: str, where: str, given: dict[str, str | None]) -> None:
        """Check that an element may lie where it lies."""
        parent = self.open[-1] if self.open else ""
        if parent in INSIDE and tag not in INSIDE[parent]:
            self.wrong.append(f"{where} lies in <{parent}>")
        if tag in PARENTS and parent not in PARENTS[tag]:
            self.wrong.append(f"{where} lies in <{parent}>")
        narrow = next((e for e in reversed(self.open) if e in ONLY_PHRASING), None)
        if narrow and "noscript" not in self.open and "-" not in tag and tag not in PHRASING | {"option", "optgroup"}:
            self.wrong.append(f"{where} lies in <{narrow}>, which holds words alone")
        outer = [e for e in self.open if e in ("a", "button", "label", "summary")]
        if tag in OPERATED and ("a" in outer or "button" in outer or (tag == "label" and "label" in outer)):
            self.wrong.append(f"{where} lies in <{outer[-1]}>: one thing to operate in another")
        if tag == "form" and "form" in self.open:
            self.wrong.append(f"{where} lies in another form")
        if tag == "button" and given.get("type") not in (None, "submit", "button", "reset"):
            self.wrong.append(f"{where} is of no kind of button")

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID or not self.open:
            self.wrong.append(f"</{tag}> ends nothing")
        elif self.open[-1] != tag:
            self.wrong.append(f"</{tag}> ends <{self.open[-1]}>")
            if tag in self.open:
                while self.open.pop() != tag:
                    pass
        else:
            self.open.pop()


def faults(html: str, *, whole: bool = True) -> list[str]:
    """Return what is wrong with a page, or with a part of one."""
    checked = _Checked()
    checked.feed(html)
    checked.close()
    found = [*checked.wrong, *(f"<{tag}> is never ended" for tag in checked.open)]
    found += [f"id {name} is there {count} times" for name, count in checked.ids.items() if count > 1]
    if whole:
        found += [f"nothing has the id {name}" for name in sorted(checked.wanted - set(checked.ids))]
        if not checked.doctype:
            found.append("it does not begin with <!doctype html>")
    return found
