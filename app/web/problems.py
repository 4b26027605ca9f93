"""One mistake, two voices: problem+json (RFC 9457) under /api, a page or a fragment everywhere else."""

import json
import logging
from collections.abc import Awaitable, Callable
from http import HTTPStatus

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from app.errors import BrokenRequest, Busy, Mistake, NotFound
from app.web.language import translator

log = logging.getLogger("convscope")
PageVoice = Callable[[Request, Mistake], Awaitable[Response]]


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
        body["errors"] = [{"pointer": mistake.pointer, "detail": sentence}]
    return Response(
        json.dumps(body, ensure_ascii=False), mistake.status, headers_of(mistake), media_type="application/problem+json"
    )


def headers_of(mistake: Mistake) -> dict[str, str]:
    """Return the headers that go with a mistake: when to come back."""
    return {"Retry-After": str(mistake.retry_after)} if isinstance(mistake, Busy) else {}


def as_mistake(error: Exception) -> Mistake:
    """Return the framework's own errors as mistakes of our tree."""
    if isinstance(error, Mistake):
        return error
    if isinstance(error, HTTPException):
        match error.status_code:
            case 404:
                return NotFound("There is nothing at this address; the API is described at /docs.")
            case 405:
                return _Method("This address does not take that method; the API is described at /docs.")
            case 400:
                return BrokenRequest("The request could not be read: {reason}.", reason=str(error.detail).rstrip("."))
    if isinstance(error, RequestValidationError):
        first = error.errors()[0]
        return Mistake("{field}: {reason}.", field=str(first["loc"][-1]), reason=str(first["msg"]).rstrip("."))
    return _Ours("Something went wrong on our side; nothing you sent is lost. Please try again.")


def install(app: FastAPI, page: PageVoice) -> None:
    """Let `app` answer every error in the voice of the face that was called."""

    async def answer(request: Request, error: Exception) -> Response:
        mistake = as_mistake(error)
        if mistake.status == HTTPStatus.INTERNAL_SERVER_ERROR:
            log.error("unexpected error", exc_info=error)
        response = problem(mistake, request) if request.url.path.startswith("/api/") else await page(request, mistake)
        if isinstance(error, HTTPException) and error.headers:
            response.headers.update({k: v for k, v in error.headers.items() if k.lower() == "allow"})
        return response

    for kind in (Mistake, HTTPException, RequestValidationError, Exception):
        app.add_exception_handler(kind, answer)
