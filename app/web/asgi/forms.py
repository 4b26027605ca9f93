"""Forms as browsers send them: text fields, and the bytes of a file."""

import base64
from collections.abc import AsyncIterator, Collection
from contextlib import aclosing, asynccontextmanager
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast
from urllib.parse import unquote_to_bytes

from fastapi import Request
from python_multipart.multipart import parse_options_header
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from app.errors import BrokenRequest, Mistake, shown
from app.strict import check_fields, escaped
from app.web.asgi.dependencies import lab_of

MOST_FIELDS = 5000
STEP = 1 << 16  # bytes that are unquoted in one go
SHORT = 1_000_000  # bytes of a file that may be written as a data: address


class Parts(MultiPartParser):
    """The parts of a form, in which `file` is a file whether it has a filename or not: its bytes may be no text."""

    def on_headers_finished(self) -> None:
        """Begin with the content of a part."""
        part = self._current_part
        _, options = parse_options_header(part.content_disposition)
        if part.content_disposition and options.get(b"name") == b"file" and b"filename" not in options:
            part.content_disposition += b'; filename=""'
        super().on_headers_finished()

    @property
    def has_too_many(self) -> bool:
        """Tell whether there were more files than are taken."""
        return self._current_files > self.max_files


async def read_body(request: Request) -> bytearray:
    """Return the body of a request, which is as long as the middleware lets it be; there is never a second copy."""
    body = bytearray()
    async for part in request.stream():
        body += part
    return body


async def read_form(request: Request, known: Collection[str] = ()) -> tuple[dict[str, str], bytes | None]:
    """Return the text fields of a form and the bytes of its `file`, if there is one; raise BrokenRequest.

    Where it is said which fields are `known`, others are faults, and so are those that are there twice.
    """
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind == "application/x-www-form-urlencoded":
        body, lab = await request.body(), await lab_of(request)
        pairs = await lab.queue.light(lambda: _pairs(body))
        if known:
            check_fields([name for name, _ in pairs], known)
        fields = dict(pairs)
        if "names" in fields:
            fields["names"] = ",".join(value for name, value in pairs if name == "names")
        text = fields.pop("file", "")
        if known and text and not text.startswith("data:"):
            raise BrokenRequest(
                'The field "file" holds no file: send the form as multipart/form-data, or the file as a data: address.'
            )
        return fields, decoded(text.encode()) if text.startswith("data:") else None
    form = await _multipart(request) if kind == "multipart/form-data" else FormData()
    try:
        if known:
            check_form(form, known)
        fields = {
            name: ",".join(part for part in form.getlist(name) if isinstance(part, str)) if name == "names" else value
            for name, value in form.items()
            if isinstance(value, str)
        }
        file = form.get("file")
        if not isinstance(file, UploadFile):
            return fields, None
        data = await file.read()
        return fields, decoded(data) if data or file.filename else None  # a browser where none was chosen: neither
    finally:
        await form.close()


@asynccontextmanager
async def sent_file(
    request: Request, known: Collection[str] = ()
) -> AsyncIterator[tuple[dict[str, str], UploadFile | None]]:
    """Give the text fields of a form and its `file`, which stays on the disk: it may be large. `known`: as above."""
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    form = await _multipart(request) if kind == "multipart/form-data" else FormData()
    with SpooledTemporaryFile(SHORT) as content:
        try:
            if known:
                check_form(form, known)
            fields = {name: value for name, value in form.items() if isinstance(value, str)}
            file = form.get("file")
            if not isinstance(file, UploadFile) or not (file.size or file.filename):
                yield fields, None
            elif (file.size or 0) > SHORT:
                yield fields, file
            else:  # it may be written as a data: address
                size = content.write(decoded(await file.read()))
                yield fields, UploadFile(cast(BinaryIO, content), size=size, filename=file.filename)
        finally:
            await form.close()


async def read_files(request: Request, most: int) -> tuple[dict[str, str], list[tuple[str, bytes]]]:
    """Return the text fields of a form and its files, each with the name of its field; raise BrokenRequest."""
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        return (await read_form(request))[0], []
    form = await _multipart(request, most)
    try:
        parts = form.multi_items()
        fields = {name: value for name, value in parts if isinstance(value, str)}
        chosen = [(name, file) for name, file in parts if isinstance(file, UploadFile) and file.filename]
        files = [(name, await file.read()) for name, file in chosen]
        return fields, files
    finally:
        await form.close()


async def sent_files(
    request: Request, most: int, too_many: Mistake
) -> tuple[FormData, dict[str, str], list[UploadFile]]:
    """Return a multipart form, which whoever asks closes, its text fields, and up to `most` files of the name `file`;
    raise `too_many` where there are more.

    They stay where they are, on the disk where they are large.
    """
    form = await _multipart(request, most, too_many)
    sent = [file for file in form.getlist("file") if isinstance(file, UploadFile)]
    files = [file for file in sent if file.size or file.filename]  # a browser where none was chosen: neither
    return form, {name: value for name, value in form.items() if isinstance(value, str)}, files


async def _multipart(request: Request, most_files: int = 4, too_many: Mistake | None = None) -> FormData:
    async with aclosing(request.stream()) as stream:
        parts = Parts(request.headers, stream, max_files=most_files, max_fields=MOST_FIELDS, max_part_size=4_000_000)
        try:
            return await parts.parse()
        except MultiPartException as error:
            if too_many and parts.has_too_many:
                raise too_many from None
            raise BrokenRequest("The form cannot be read: {reason}.", reason=error.message.rstrip(".")) from None


def check_form(form: FormData, known: Collection[str], *, once: bool = True) -> None:
    """Raise what is wrong with the fields of a form: their names, and a file where a text belongs.

    `once`: of `file` too there is one alone.
    """
    names = [name for name, _ in form.multi_items()]
    check_fields(names if once else [*(name for name in names if name != "file"), "file"], known)
    for name, value in form.items():
        if isinstance(value, UploadFile) and name != "file":
            raise Mistake(
                "The field {name} is sent as a file; send it as text.", name=shown(name), pointer=f"/{escaped(name)}"
            )


def _pairs(body: bytes) -> list[tuple[str, str]]:
    """Return the names and values of a form that is written like an address; raise BrokenRequest for too many."""
    if body.count(b"&") >= MOST_FIELDS:
        raise BrokenRequest(
            "The form cannot be read: {reason}.", reason=f"Too many fields. Maximum number of fields is {MOST_FIELDS}"
        )
    parts = [part.partition(b"=") for part in body.split(b"&") if part]
    return [(_unquoted(name), _unquoted(value)) for name, _, value in parts]


def _unquoted(text: bytes) -> str:
    """Return a text that a form has quoted, read in steps: each quoted byte costs fifty while it is unquoted."""
    found, pos = [], 0
    while pos < len(text):
        quoted = text.find(b"%", pos + STEP)  # the next step begins with a whole %5B
        end = len(text) if quoted < 0 else quoted
        found.append(unquote_to_bytes(text[pos:end].replace(b"+", b" ")))
        pos = end
    return b"".join(found).decode(errors="replace")


def decoded(data: bytes) -> bytes:
    """Return the bytes of a file that is written as a data: address, and any other file as it is."""
    head, comma, _ = data[:100].partition(b",")
    if not (comma and head.startswith((b"data:image/", b"data:application/")) and head.endswith(b";base64")):
        return data
    try:
        return base64.b64decode(data[len(head) + 1 :], validate=True)
    except ValueError:
        raise BrokenRequest('The data: address in "file" is not base64.') from None
