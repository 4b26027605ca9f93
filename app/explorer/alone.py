"""A figure that stands alone: in one small file, with the pictures and the styles that it shows and no others.

figure ─► without what a hand or the page's scripts need
       ─► each part of a sheet once, as a small picture, however often it shows
       ─► the rules that meet an element of it, their colours written out
"""

import base64
import gzip
import re
from collections.abc import Iterator, Mapping
from functools import cache
from io import BytesIO
from math import hypot
from typing import NamedTuple
from xml.etree.ElementTree import Element, SubElement, tostring

from PIL import Image

from app.explorer.templating.minify import minified_style
from app.paths import folder
from app.rendering.palette import Theme

MOST, MOST_PACKED = 20_000, 6_000  # bytes of a drawing, and of it compressed
MARGIN = 12  # px around the figure, whose outlines reach its edges
WEIGHTS = "weight.png"  # whose every cell is looked at: they stay as they are
# of its pictures: px a side, and quality
TRIES = ((96, 80), (64, 75), (64, 50), (48, 40), (48, 20), (32, 30), (32, 10), (24, 10), (16, 5), (8, 1))
MANY_RULES = 16
THIN = 3.0  # px of a slab's side
KEPT = ("data-beyond",)  # of what the page's scripts need, what the styles speak of too
FONT = "system-ui,-apple-system,Segoe UI,Roboto,Noto Sans,DejaVu Sans,sans-serif"
NUMBER = re.compile(r"[-+.\de]+")
ZERO = re.compile(r"\.0(?!\d)")
CLASS = re.compile(r"\.([\w-]+)")
TOKEN = re.compile(r"var\((--[\w-]{1,40})\)")


class Box(NamedTuple):
    """A rectangle of a sheet."""

    x: float
    y: float
    columns: float
    rows: float

    def holds(self, other: "Box") -> bool:
        """Tell whether another lies inside this one."""
        return (
            self.x <= other.x
            and self.y <= other.y
            and other.x + other.columns <= self.x + self.columns
            and other.y + other.rows <= self.y + self.rows
        )


class Part(NamedTuple):
    """A picture that is a part of a sheet: its element, the sheet's address, where it lies there, the sheet's size."""

    image: Element
    href: str
    box: Box
    size: tuple[float, float]


class Face(NamedTuple):
    """A part of a sheet, laid on a plane by a group, within a frame."""

    group: Element
    crop: Element
    part: Part


def alone(figure: Element, pictures: Mapping[str, bytes], theme: Theme) -> bytes:
    """Return a figure as a file of its own; `pictures`: the PNG behind each address in it."""
    _strip(figure)
    _shorten(figure)
    _widen(figure)
    parts = _parts(figure)
    sheets = {href: Image.open(BytesIO(data)).convert("RGBA") for href, data in pictures.items()}
    figure.set("class", f"{figure.get('class')} alone")
    style = _style(figure, theme)
    _plain(figure, set(CLASS.findall(style)))
    for side, quality in TRIES:
        for image, href, box, size in parts:
            image.set("href", _picture(sheets[href], box, size, side, quality, WEIGHTS in href))
        head, _, rest = tostring(figure, encoding="unicode").replace(" />", "/>").partition(">")
        text = f"{head}><style>{style}</style>{rest}".encode()
        if len(text) <= MOST and len(gzip.compress(text, mtime=0)) <= MOST_PACKED:
            break
    return text


def _strip(figure: Element) -> None:
    """Take out what is there for hands and scripts."""
    for element in list(figure.iter()):
        for child in [child for child in element if "hit" in child.get("class", "").split()]:
            element.remove(child)
        for name in [name for name in element.attrib if name.startswith("data-") and name not in KEPT]:
            del element.attrib[name]


def _plain(figure: Element, classes: set[str]) -> None:
    """Take out the classes of which no rule speaks, and groups that say nothing."""
    for element in figure.iter():
        if "class" in element.attrib and not (classes & set(element.get("class", "").split())):
            del element.attrib["class"]
    for parent in list(figure.iter()):
        for child in list(parent):
            while child.tag == "g" and not child.attrib and len(child) == 1:
                parent[list(parent).index(child)] = child = child[0]


def _shorten(figure: Element) -> None:
    """Write paths in fewer characters: no zeros behind a point, and no faint rules where there are many."""
    for element in figure.iter():
        for child in list(element):
            if child.get("class") == "rules" and child.get("d", "").count("M") > MANY_RULES:
                element.remove(child)
    for path in figure.iter("path"):
        path.set("d", ZERO.sub("", path.get("d", "")))


def _widen(figure: Element) -> None:
    x, y, width, height = map(float, figure.get("viewBox", "").split())
    figure.set("viewBox", f"{x - MARGIN:g} {y - MARGIN:g} {width + 2 * MARGIN:g} {height + 2 * MARGIN:g}")


def _parts(figure: Element) -> list[Part]:
    """Let each part of a sheet be there once; return each picture that is left, with what it is a part of."""
    whole = [_part(image, _size(image)) for image in figure.iter("image")]
    faces = list(_faces(figure))
    found, defs = list[Part](), Element("defs")
    names = dict[int, str]()
    for face in sorted(faces, key=lambda face: -face.part.box.columns * face.part.box.rows):
        if not any(other.href == face.part.href and other.box.holds(face.part.box) for other in found):
            names[len(found)] = name = f"p{len(found)}"
            size = {"width": f"{face.part.box.columns:g}", "height": f"{face.part.box.rows:g}"}
            image = SubElement(defs, "image", {"id": name, **size, "preserveAspectRatio": "none"})
            found.append(face.part._replace(image=image))
    for face in faces:
        href, box = face.part.href, face.part.box
        at = next(at for at, other in enumerate(found) if other.href == href and other.box.holds(box))
        _show(face, found[at].box, names[at])
    shown = {id(face.part.image) for face in faces}
    figure.insert(0, defs)
    return found + [part for part in whole if id(part.image) not in shown]


def _part(image: Element, size: tuple[float, float], box: Box | None = None) -> Part:
    return Part(image, image.get("href", ""), box or Box(0, 0, *size), size)


def _size(element: Element) -> tuple[float, float]:
    return float(element.get("width", 0)), float(element.get("height", 0))


def _faces(figure: Element) -> Iterator[Face]:
    """Yield each part of a sheet that is laid on a plane; the thin sides of slabs are not worth their bytes."""
    for parent in list(figure.iter()):
        for group in list(parent):
            crop = group.find("svg") if group.tag == "g" else None
            image = None if crop is None else crop.find("image")
            if crop is None or image is None:
                continue
            box = Box(*map(float, crop.get("viewBox", "").split()))
            across, along, down, upright, *_ = map(float, NUMBER.findall(group.get("transform", "")))
            sides = box.columns * hypot(across, along), box.rows * hypot(down, upright)
            if min(box.columns, box.rows) == 1 and min(sides) < THIN:
                parent.remove(group)
            else:
                yield Face(group, crop, _part(image, _size(image), box))


def _show(face: Face, whole: Box, name: str) -> None:
    """Show a part of a sheet by a picture of the whole of which it is a part."""
    group, crop, box = face.group, face.crop, face.part.box
    use = Element("use", {"href": f"#{name}"})
    stretched = _size(crop) != (box.columns, box.rows)
    if box == whole and not stretched:  # the group itself shows it
        group.remove(crop)
        group.tag = "use"
        group.set("href", f"#{name}")
        return
    crop.remove(face.part.image)
    crop.append(use)
    if stretched:
        crop.set("viewBox", f"{box.x - whole.x:g} {box.y - whole.y:g} {box.columns:g} {box.rows:g}")
        return
    del crop.attrib["viewBox"], crop.attrib["preserveAspectRatio"]
    for name, offset in (("x", whole.x - box.x), ("y", whole.y - box.y)):
        if offset:
            use.set(name, f"{offset:g}")


def _picture(sheet: Image.Image, box: Box, size: tuple[float, float], side: int, quality: int, exact: bool) -> str:
    """Return a part of a sheet as a data: address, no larger than `side` px, or exactly as it is."""
    across, down = sheet.width / size[0], sheet.height / size[1]
    left, top, right, bottom = box.x, box.y, box.x + box.columns, box.y + box.rows
    part = sheet.crop((round(left * across), round(top * down), round(right * across), round(bottom * down)))
    if max(part.size) > side and not exact:
        shrunk = side / max(part.size)
        smaller = max(1, round(part.width * shrunk)), max(1, round(part.height * shrunk))
        part = part.resize(smaller, Image.Resampling.BOX)
    file = BytesIO()
    part.save(file, "WEBP", quality=quality, method=6, lossless=exact)
    return "data:image/webp;base64," + base64.b64encode(file.getvalue()).decode()


# ---- styles


def _style(figure: Element, theme: Theme) -> str:
    """Return the rules that meet an element of the figure."""
    classes = {name for element in figure.iter() for name in element.get("class", "").split()}
    tokens, rules = _tokens(theme), list[str]()
    for head, body in _rules("figure/figure.css"):
        heads = [part for part in head.split(",") if _meets(part, classes)]
        if heads:
            rules.append(f"{','.join(heads)}{{{_written_out(body, tokens)}}}")
    return "svg{image-rendering:pixelated}" + "".join(rules)  # inherited, by what stands for a picture too


def _meets(selector: str, classes: set[str]) -> bool:
    spoken = selector.replace("[data-beyond]", "")
    plain = not any(sign in spoken for sign in (":", "[", "html", "(", ")"))
    return plain and classes.issuperset(CLASS.findall(selector))


def _written_out(text: str, tokens: Mapping[str, str]) -> str:
    while TOKEN.search(text):
        text = TOKEN.sub(lambda found: tokens.get(found[1], ""), text)
    return text


@cache
def _tokens(theme: Theme) -> Mapping[str, str]:
    """Return what each colour, size and typeface is in a theme."""
    found = dict[str, str]()
    for head, body in _rules("tokens.css"):
        if head == ":root" or (theme == "dark" and head == '[data-theme="dark"]'):
            found |= {name: value for name, _, value in (part.partition(":") for part in body.split(";")) if value}
    return {**found, "--font": FONT}


@cache
def _rules(sheet: str) -> tuple[tuple[str, str], ...]:
    """Return the rules of a style sheet, selectors and declarations; those for some media only are left out."""
    text, found = minified_style((folder("static") / "css" / sheet).read_text("utf-8")), list[tuple[str, str]]()
    while "{" in text:
        head, _, text = text.partition("{")
        depth, end = 1, 0
        while depth:
            depth += {"{": 1, "}": -1}.get(text[end], 0)
            end += 1
        if not head.startswith("@"):
            found.append((head.strip(), text[: end - 1]))
        text = text[end:]
    return tuple(found)
