"""Answers that never change: a run's arrays and pictures, kept as long as the engine is the same."""

from collections.abc import Awaitable, Callable

from fastapi import Request, Response

from app.pipeline.document import ENGINE
from app.rendering.palette import Theme


async def immutable(
    request: Request, key: str, media_type: str, make: Callable[[], Awaitable[bytes]], filename: str | None = None
) -> Response:
    """Return what `make` makes, as an answer that may be kept: for ever with ?v=, else while its ETag holds."""
    tag = f'"{ENGINE}-{key}"'
    kept_for_ever = request.query_params.get("v") == ENGINE
    headers = {"ETag": tag, "Cache-Control": "private, max-age=31536000, immutable" if kept_for_ever else "no-cache"}
    if tag in (part.strip().removeprefix("W/") for part in request.headers.get("if-none-match", "").split(",")):
        return Response(status_code=304, headers=headers)
    if filename:
        headers["Content-Disposition"] = f'inline; filename="{filename}"'
    return Response(await make(), headers=headers, media_type=media_type)


def picture_theme(request: Request) -> Theme:
    """Return the theme that a picture's address asks for."""
    return "dark" if request.query_params.get("theme") == "dark" else "light"
