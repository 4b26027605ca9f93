"""One mistake, two voices: problem+json (RFC 9457) under /api, a page or a fragment everywhere else."""

import json
import logging
import re
from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.routing import Match

from app.errors import BrokenRequest, Busy, Mistake, NotFound
from app.web.asgi.language import language_of, translator

log = logging.getLogger("convscope")
METHODS = ("DELETE", "GET", "PATCH", "POST", "PUT")  # HEAD goes with GET
DATA = re.compile(r"/api/|/links$")  # addresses that answer with data
Voice = Callable[[Request, Mistake], Awaitable[Response]]


class _Method(Mistake):
    status = 405
    title = "Method not allowed"


class _Ours(Mistake):
    status = 500
    title = "Our mistake"


def problem(mistake: Mistake, request: Request) -> Response:
    """Return the mistake as problem+json, in the language of the request."""
    say = translator(request)
    sentence = mistake.say(say)
    body: dict[str, object] = {
        "type": "about:blank",
        "title": say(mistake.title),
        "status": mistake.status,
        "detail": sentence,
    }
    if mistake.pointer is not None:
        body["errors"] = [{"pointer": mistake.pointer, "detail": sentence, **mistake.facts}]
    text = json.dumps(body, ensure_ascii=False).encode(errors="replace")  # half a surrogate pair may be quoted in it
    return Response(text, mistake.status, headers_of(mistake), media_type="application/problem+json")


def headers_of(mistake: Mistake) -> dict[str, str]:
    """Return the headers that go with a mistake: when to come back."""
    return {"Retry-After": str(mistake.retry_after)} if isinstance(mistake, Busy) else {}


def as_mistake(error: Exception) -> Mistake:
    """Return the framework's own errors as mistakes of our tree."""
    match error:
        case Mistake():
            return error
        case HTTPException(status_code=404):
            return NotFound("There is nothing at this address; the API is described at /docs.")
        case HTTPException(status_code=405):
            return _Method("This address does not take that method; the API is described at /docs.")
        case HTTPException(status_code=400):
            return BrokenRequest("The request could not be read: {reason}.", reason=str(error.detail).rstrip("."))
        case ClientDisconnect():
            return BrokenRequest("The request ended before all of it had come.")
        case RequestValidationError():
            first = error.errors()[0]
            return Mistake("{field}: {reason}.", field=str(first["loc"][-1]), reason=str(first["msg"]).rstrip("."))
    log.error("unexpected error", exc_info=error)
    return _Ours("Something went wrong on our side; nothing you sent is lost. Please try again.")


def install(app: FastAPI, page: Voice) -> Voice:
    """Let `app` answer every error in the voice of the face that was called; return that voice."""

    async def say(request: Request, mistake: Mistake) -> Response:
        response = problem(mistake, request) if DATA.match(request.url.path) else await page(request, mistake)
        response.headers["Content-Language"] = language_of(request)
        return response

    async def answer(request: Request, error: Exception) -> Response:
        mistake = as_mistake(error)
        response = await say(request, mistake)
        if isinstance(mistake, _Method):
            response.headers["Allow"] = ", ".join(_methods(app, request))
        return response

    for kind in (Mistake, HTTPException, RequestValidationError, ClientDisconnect, Exception):
        app.add_exception_handler(kind, answer)
    return say


def _methods(app: FastAPI, request: Request) -> list[str]:
    """Return the methods that the address of `request` takes."""
    asked = ({**request.scope, "method": method} for method in METHODS)
    found = [scope["method"] for scope in asked if any(r.matches(scope)[0] == Match.FULL for r in app.routes)]
    return [*found, "HEAD"] if "GET" in found else found
