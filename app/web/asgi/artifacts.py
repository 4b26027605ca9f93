"""Answers that never change: a run's arrays and pictures, kept as long as the engine is the same."""

import io
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any, TypeVar, cast

import numpy as np
from fastapi import Request, Response
from starlette.types import Receive, Scope, Send

from app.errors import Unfit, shown
from app.pipeline.document import ENGINE
from app.rendering.palette import Theme
from app.web.asgi.answers import Artifact, File, Json
from app.web.asgi.compression import KINDS as TEXT
from app.web.asgi.streams import Stream

T = TypeVar("T")
F = TypeVar("F", bound=File)
LARGE = 1_000_000  # bytes of an answer, from which it is counted until it has been sent


class NumPyFile:
    """An array as a NumPy file, and the result that it is a part of, which counts as looked at meanwhile."""

    def __init__(self, array: np.ndarray[Any, Any], whole: object) -> None:
        self.header = npy_header(array)
        self.cells = npy_cells(array)
        self.whole = whole

    @property
    def size(self) -> int:
        return len(self.header) + self.cells.size

    def __bytes__(self) -> bytes:
        return self.header + self.cells.tobytes()


def npy_header(array: np.ndarray[Any, Any]) -> bytes:
    """Return what stands before the numbers of an array in a NumPy file."""
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, np.lib.format.header_data_from_array_1_0(array))
    return header.getvalue()


def npy_cells(array: np.ndarray[Any, Any]) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Return the bytes of an array's numbers where they lie, row after row."""
    return np.ascontiguousarray(array).reshape(-1).view(np.uint8)


class NumPyResponse(Response):
    """A large NumPy file, sent piece by piece from where its numbers lie: a slow caller holds no copy of them."""

    def __init__(self, file: NumPyFile, headers: dict[str, str], media_type: str) -> None:
        super().__init__(None, headers={**headers, "Content-Length": str(file.size)}, media_type=media_type)
        self.file = file

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": self.file.header, "more_body": True})
        cells = self.file.cells
        for first in range(0, len(cells), LARGE):
            piece = cells[first : first + LARGE].tobytes()
            await send({"type": "http.response.body", "body": piece, "more_body": first + LARGE < len(cells)})


def has(request: Request, tag: str) -> bool:
    """Tell whether who asks has the answer of this ETag already; `*` is every answer (RFC 9110)."""
    held = {part.strip().removeprefix("W/") for part in request.headers.get("if-none-match", "").split(",")}
    return tag.removeprefix("W/") in held or "*" in held


async def immutable(
    request: Request,
    key: str,
    kind: type[F],
    make: Callable[[], Awaitable[bytes | NumPyFile | AsyncIterator[bytes | memoryview]]],
    filename: str | None = None,
) -> Artifact[F]:
    """Return the file that `make` makes, as an answer to be kept: for ever with ?v=, else while its ETag holds."""
    named = kind.named(filename) if filename else {}
    return cast("Artifact[F]", await _kept(request, key, kind.media_type, make, named))


async def immutable_json(request: Request, key: str, make: Callable[[], Awaitable[Json[T]]]) -> Artifact[T]:
    """Return what `make` writes as JSON in the same way."""
    return cast("Artifact[T]", await _kept(request, key, "application/json", make, {}))


async def _kept(
    request: Request,
    key: str,
    media_type: str,
    make: Callable[[], Awaitable[bytes | NumPyFile | AsyncIterator[bytes | memoryview]]],
    named: Mapping[str, str],
) -> Response:
    tag = f'"{ENGINE}-{key}"'
    if media_type.startswith(TEXT):  # weak, since it speaks for what is compressed as well
        tag = f"W/{tag}"
    kept_for_ever = request.query_params.get("v") == ENGINE
    headers = {"ETag": tag, "Cache-Control": "private, max-age=31536000, immutable" if kept_for_ever else "no-cache"}
    if has(request, tag):
        return Response(status_code=304, headers=headers)
    headers |= named
    made = await make()
    if isinstance(made, NumPyFile) and made.size > LARGE:
        return NumPyResponse(made, headers, media_type)
    if isinstance(made, AsyncIterator):
        return Stream(made, headers=headers, media_type=media_type)
    response = Response(bytes(made), headers=headers, media_type=media_type)
    if len(response.body) > LARGE:
        request.app.state.lab.budget.hold(response, len(response.body))
    return response


def picture_theme(request: Request) -> Theme:
    """Return the theme that a picture's address asks for; raise Unfit for one that there is not."""
    theme = request.query_params.get("theme") or "light"
    if theme not in ("light", "dark"):
        raise Unfit("theme must be light or dark, not {given}.", given=shown(theme), pointer="/theme")
    return "dark" if theme == "dark" else "light"
