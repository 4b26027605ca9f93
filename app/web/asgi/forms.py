"""Forms as browsers send them: text fields, and the bytes of a file."""

import base64

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from app.errors import BrokenRequest, Mistake


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
