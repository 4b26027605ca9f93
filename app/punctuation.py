"""How sentences stand side by side where a language has its own signs for that.

Templates put a space between two sentences, and a comma, a colon or a full stop behind what they name. Chinese has wide
signs, which bring their own room: no space follows them, and they stand wherever Chinese meets one of the narrow.
"""

import re

NARROW, WIDENED = ",:;.?!", "，：；。？！"
WIDE = str.maketrans(NARROW, WIDENED)
HAN = "\u3400-\u9fff\uff09\u201d\u300b"  # letters, and what closes a bracket or a quotation
SIGNS = "，。：；？！、"
TAG = re.compile(r"(<[^<>]*>)")
READ_OUT = re.compile(r'(?<=[ -])((?:label|description|title|alt|told)=")([^"]*)')
BLANKS = re.compile(rf"(?<=[{SIGNS}])\s+")
AFTER = re.compile(rf"(?<=[{HAN}])[,:;.?!](?=\s|$)\s*")
BEFORE = re.compile(rf"(?<=\S)[,:.]\s+(?=[{HAN}“])")  # a semicolon may end the name of a sign: &#34;
INLINE = (
    "<b",
    "</b",
    "<span",
    "</span",
    "<a ",
    "</a",
    "<i",
    "</i",
    "<small",
    "</small",
    "<u",
    "</u",
    "<br",
    "<em",
    "</em",
)


def chinese(text: str) -> str:
    """Return a sentence with Chinese signs, and no space behind them."""
    text = AFTER.sub(lambda found: found[0].strip().translate(WIDE), text)
    text = BEFORE.sub(lambda found: found[0].strip().translate(WIDE), text)
    return BLANKS.sub("", text)


def chinese_page(html: str) -> str:
    """Return a page whose texts have Chinese signs, those too that are read out; all else in its tags is left alone."""
    parts = TAG.split(html)
    last = ""  # the character before, in the same paragraph
    for at, part in enumerate(parts):
        if at % 2:
            if not part.isascii():
                parts[at] = READ_OUT.sub(lambda found: found[1] + chinese(found[2]), part)
            last = last if part.startswith(INLINE) else ""
        elif not (part.isascii() and last.isascii()):
            parts[at] = chinese(last + part)[len(last) :]
        if not at % 2 and (text := parts[at].rstrip()):
            last = "" if text[-1] in NARROW else text[-1]
    return "".join(parts)
