"""From the flat fields of a URL or a form to a document, and back.

image=chelsea&size=32&mode=RGB&fit=cover&scale=byte&recipe=conv2d(6, 5) | relu
values=[[[1,2],[3,4]]]&recipe=…
"""

import json
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import Any
from urllib.parse import quote_plus

from app.errors import BrokenRequest, Mistake, Unfit, shown
from app.layers.models import Model
from app.pipeline import recipe
from app.pipeline.aside import Check, any_shape
from app.pipeline.document import Document, ImageInput, Scale, ValuesInput, read_document
from app.pipeline.json_reader import parse_json
from app.strict import escaped, repeated_field
from app.whole_numbers import read_whole

SETTINGS = ("size", "height", "width", "fit", "resample", "mode", "scale")  # of a picture as an input
WORDS = ("fit", "resample", "mode")  # of them, those that are words
SAFE = "(),:;/*="  # stay readable in an address
LONGEST_KEPT = 2_000  # characters of a field whose quoted form is kept


def document_of(fields: Mapping[str, str], check: Check = any_shape) -> Document:
    """Return the document that flat `fields` describe; raise Unfit where they describe none.

    `check` is asked of the shape of long blocks of numbers before memory goes into them.
    """
    document: dict[str, Any] = {"input": input_of(fields, check)}
    if "layers" in fields:
        document["layers"] = parse_json(fields["layers"].encode(), check=check)
    if "recipe" in fields or "layers" not in fields:
        document["recipe"] = fields.get("recipe", "")
    return read_document(document)


@contextmanager
def as_sent(fields: Collection[str]) -> Iterator[None]:
    """Let mistakes of a document point at the flat fields from which it was read."""
    try:
        yield
    except Mistake as mistake:
        told = dict[tuple[str, str], Mistake]()
        for each in (mistake, *mistake.others):
            pointer = (each.pointer or "").removeprefix("/input")
            if pointer in ("/height", "/width") and "size" in fields:
                pointer, each.values = "/size", {**each.values, "field": "size"}
            if pointer.startswith("/layers") and "layers" not in fields:
                pointer = "/recipe"
            each.pointer = None if each.pointer is None else pointer
            told.setdefault((pointer, each.say()), each)
        first, *others = told.values()
        first.others = tuple(others)
        raise first from None


def of_another_model(fields: Mapping[str, str]) -> dict[str, str]:
    """Return the fields of a form, less those of the input where its recipe begins with another model than before.

    Which that was, `of` says, "-" for none; what is not said of the input is then the new model's own.
    """
    before, kept = fields.get("of"), {name: value for name, value in fields.items() if name != "of"}
    model = None if before is None else _model(fields)
    if model is None or model.id == before:
        return kept
    return {name: value for name, value in kept.items() if name not in SETTINGS}


def with_a_picture(fields: Mapping[str, str]) -> dict[str, str]:
    """Return fields that may name no picture with one, small where neither they nor a model say how large."""
    if fields.get("image") or fields.get("values"):
        return dict(fields)
    sized = any(map(fields.get, ("size", "height", "width"))) or _model(fields) is not None
    return {"image": "coffee", **({} if sized else {"size": "32"}), **fields}


def _model(fields: Mapping[str, str]) -> Model | None:
    """Return the model that the recipe in `fields` begins with."""
    text = fields.get("recipe", "")
    return recipe.parse(text).model if text.lstrip("( \n").startswith(recipe.MODEL) else None


def input_of(fields: Mapping[str, str], check: Check = any_shape) -> dict[str, Any]:
    """Return the input of a document from flat fields."""
    source: dict[str, Any] = {name: fields[name] for name in ("image", *WORDS) if fields.get(name)}
    if fields.get("values"):
        source["values"] = _values(fields["values"], check)
    if fields.get("size"):
        if fields.get("height") or fields.get("width"):
            raise Unfit(
                "Give size, or height and width, not both: size={size} stands for height and width at once.",
                size=fields["size"][:20],
                pointer="/input/size",
            )
        source["height"] = source["width"] = _whole("size", fields["size"])
    else:
        source.update({name: _whole(name, fields[name]) for name in ("height", "width") if fields.get(name)})
    if fields.get("scale"):
        source["scale"] = _scale(fields["scale"])
    return source


def _whole(name: str, text: str) -> int:
    number = read_whole(text)
    if number is not None:
        return number
    raise Unfit(
        "{field} must be a whole number of pixels, not {given}.",
        field=name,
        given=repr(text[:40]),
        pointer=f"/input/{name}",
    )


def _values(text: str, check: Check) -> Any:
    try:
        return parse_json(text.encode(errors="replace"), check=check)
    except BrokenRequest:
        raise Unfit(
            "values are nested lists [channel][row][column], such as [[[1,2],[3,4]]], not {given}.",
            given=shown(text),
            pointer="/input/values",
        ) from None


def _scale(text: str) -> Any:
    if ":" not in text:
        return text
    scale: dict[str, list[float]] = {}
    try:
        for part in text.split(";"):
            name, numbers = part.split(":", 1)
            if (name := name.strip()) in scale:
                raise repeated_field(name, f"/input/scale/{escaped(name)}")
            scale[name] = [float(number) for number in numbers.split(",")]
        return scale
    except ValueError:
        raise Unfit(
            "scale must be unit, byte, or written like mean:0.5,0.5,0.5;std:0.2,0.2,0.2, not {given}.",
            given=repr(text[:80]),
            pointer="/input/scale",
        ) from None


def fields_of(document: Document) -> dict[str, str]:
    """Return the flat fields of a document: what its link holds."""
    source = document.input
    if isinstance(source, ValuesInput):
        return {"values": json.dumps(source.values.nested(), separators=(",", ":")), "recipe": document.recipe}
    own = document.model.input if document.model else {}
    if own and (source.height is None or source.width is None):  # which cannot be said where a model has its own
        return {**input_fields(source), "recipe": recipe.write(document.layers, models=False)}
    usual = ImageInput.model_validate({"image": source.image, **own})
    return {**input_fields(source, usual), "recipe": document.recipe}


def form_fields_of(document: Document) -> dict[str, str]:
    """Return what a form carries along of a document: with what a link leaves out because it is the model's own."""
    source = document.input
    return {**fields_of(document), **(input_fields(source) if isinstance(source, ImageInput) else {})}


def input_fields(source: ImageInput, usual: ImageInput | None = None) -> dict[str, str]:
    """Return the flat fields of a picture as an input, less what is as `usual`: as anywhere, where nothing is given."""
    fields = {"image": source.image}
    usual = usual or ImageInput(image=source.image)
    if (source.height, source.width) != (usual.height, usual.width):
        if source.height is not None and source.height == source.width:
            fields["size"] = str(source.height)
        else:
            fields.update({k: str(v) for k, v in (("height", source.height), ("width", source.width)) if v is not None})
    fields.update({name: getattr(source, name) for name in WORDS if getattr(source, name) != getattr(usual, name)})
    if source.scale != usual.scale:
        fields["scale"] = _written_scale(source.scale)
    return fields


def _written_scale(scale: Scale | str) -> str:
    if isinstance(scale, str):
        return scale
    return ";".join(f"{name}:{','.join(map(repr, getattr(scale, name)))}" for name in ("mean", "std"))


def query(fields: Mapping[str, str]) -> str:
    """Return `fields` as a readable query string."""
    return "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in fields.items())


def _quoted(text: str) -> str:
    return _quoted_before(text) if len(text) <= LONGEST_KEPT else quote_plus(text, safe=SAFE)


@lru_cache(1000)  # a page has a hundred links, which differ in a field or two
def _quoted_before(text: str) -> str:
    return quote_plus(text, safe=SAFE)
