"""From the flat fields of a URL or a form to a document, and back.

image=chelsea&size=32&mode=RGB&fit=cover&scale=byte&recipe=conv2d(6, 5) | relu
"""

import base64
import json
import re
import secrets
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from typing import Any
from urllib.parse import quote_plus

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from app.errors import BrokenRequest, Mistake, Unfit
from app.pipeline import Document, ImageInput, Scale, read_document

LONG = 100_000  # bytes
SAFE = "(),:;/*="  # stay readable in an address
LONGEST_KEPT = 2_000  # characters of a field whose quoted form is kept
_ROW = secrets.token_hex(8)  # stands for a row that is set aside; nobody can know it
_ROWS = re.compile(rb'"(?:[^"\\]|\\.)*"|\[[0-9eE.,+\s-]{200,}\]', re.DOTALL)


def parse_json(data: bytes) -> Any:
    """Return what the JSON text `data` holds; raise BrokenRequest for anything else, NaN and Infinity included.

    Python's parser lets no other thread run until it is done, so long rows of numbers are parsed one by one.
    """
    rows: list[Any] = []

    def set_aside(match: re.Match[bytes]) -> bytes:
        if not match[0].startswith(b"["):  # a text: what looks like a row in it is none
            return match[0]
        rows.append(json.loads(match[0]))
        return b'{"%b":%d}' % (_ROW.encode(), len(rows) - 1)

    def returned(fields: dict[str, Any]) -> Any:
        return rows[fields[_ROW]] if fields.keys() == {_ROW} and rows else fields

    try:
        if len(data) > LONG:
            with suppress(ValueError):  # said below, with its place in the whole
                short = _ROWS.sub(set_aside, data)
                return json.loads(short, parse_constant=_refuse, object_hook=returned)
        return json.loads(data, parse_constant=_refuse)
    except RecursionError:
        raise BrokenRequest("The JSON is nested too deeply to be read.") from None
    except UnicodeDecodeError:
        raise BrokenRequest("The JSON is not UTF-8 text.") from None
    except json.JSONDecodeError as error:
        raise BrokenRequest(
            "The JSON cannot be read at line {line}, column {column}: {reason}.",
            line=error.lineno,
            column=error.colno,
            reason=error.msg,
        ) from None
    except ValueError:
        raise BrokenRequest("The JSON holds a number with too many digits.") from None


def _refuse(name: str) -> float:
    raise Unfit("{name} is not a number that can be computed with; every number must be finite.", name=name)


def document_of(fields: Mapping[str, str]) -> Document:
    """Return the document that flat `fields` describe; raise Unfit where they describe none."""
    document: dict[str, Any] = {"input": input_of(fields)}
    if "layers" in fields:
        document["layers"] = parse_json(fields["layers"].encode())
    if "recipe" in fields or "layers" not in fields:
        document["recipe"] = fields.get("recipe", "")
    return read_document(document)


def input_of(fields: Mapping[str, str]) -> dict[str, Any]:
    """Return the input of a document from flat fields."""
    source: dict[str, Any] = {name: fields[name] for name in ("image", "fit", "mode") if fields.get(name)}
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
    if text.isascii() and text.isdigit() and len(text) <= 9:
        return int(text)
    raise Unfit(
        "{field} must be a whole number of pixels, not {given}.",
        field=name,
        given=repr(text[:40]),
        pointer=f"/input/{name}",
    )


def _scale(text: str) -> Any:
    if ":" not in text:
        return text
    try:
        return {
            name.strip(): [float(number) for number in numbers.split(",")]
            for name, numbers in (part.split(":", 1) for part in text.split(";"))
        }
    except ValueError:
        raise Unfit(
            "scale must be unit, byte, or written like mean:0.5,0.5,0.5;std:0.2,0.2,0.2, not {given}.",
            given=repr(text[:80]),
            pointer="/input/scale",
        ) from None


def fields_of(document: Document) -> dict[str, str]:
    """Return the flat fields of a document whose input is a picture: what its link holds."""
    source = document.input
    assert isinstance(source, ImageInput)
    fields = {"image": source.image}
    if source.height is not None and source.height == source.width:
        fields["size"] = str(source.height)
    else:
        fields.update({k: str(v) for k, v in (("height", source.height), ("width", source.width)) if v is not None})
    if source.fit != "cover":
        fields["fit"] = source.fit
    if source.mode != "RGB":
        fields["mode"] = source.mode
    if isinstance(source.scale, Scale):
        fields["scale"] = ";".join(
            f"{name}:{','.join(map(repr, getattr(source.scale, name)))}" for name in ("mean", "std")
        )
    elif source.scale != "unit":
        fields["scale"] = source.scale
    fields["recipe"] = document.recipe
    return fields


def query(fields: Mapping[str, str]) -> str:
    """Return `fields` as a readable query string."""
    return "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in fields.items())


def _quoted(text: str) -> str:
    return _quoted_before(text) if len(text) <= LONGEST_KEPT else quote_plus(text, safe=SAFE)


@lru_cache(1000)  # a page has a hundred links, which differ in a field or two
def _quoted_before(text: str) -> str:
    return quote_plus(text, safe=SAFE)


async def read_form(request: Request) -> tuple[dict[str, str], bytes | None]:
    """Return the text fields of a form and the bytes of its `file`, if there is one; raise BrokenRequest."""
    try:
        form = await request.form(max_files=4, max_fields=5000, max_part_size=4_000_000)
    except Mistake:
        raise
    except HTTPException as error:
        raise BrokenRequest("The form cannot be read: {reason}.", reason=str(error.detail).rstrip(".")) from None
    try:
        fields = {
            name: ",".join(part for part in form.getlist(name) if isinstance(part, str)) if name == "names" else value
            for name, value in form.items()
            if isinstance(value, str)
        }
        file = form.get("file")
        text = fields.pop("file", "")
        if isinstance(file, UploadFile):
            return fields, _decoded(await file.read())
        return fields, _decoded(text.encode()) if text.startswith("data:") else None
    finally:
        await form.close()


def _decoded(data: bytes) -> bytes:
    """Return the bytes of a file that is written as a data: address, and any other file as it is."""
    head, comma, _ = data[:100].partition(b",")
    if not (comma and head.startswith(b"data:image/") and head.endswith(b";base64")):
        return data
    try:
        return base64.b64decode(data[len(head) + 1 :], validate=True)
    except ValueError:
        raise BrokenRequest('The data: address in "file" is not base64.') from None
