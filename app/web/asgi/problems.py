"""One mistake, two voices: problem+json (RFC 9457) under /api, a page or a fragment everywhere else."""

import json
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Any, NotRequired, cast

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import Field
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.routing import Match, Mount, Route
from typing_extensions import TypedDict  # whose fields pydantic can read in Python 3.11

from app.errors import BrokenRequest, Busy, Mistake, NotFound, OurMistake, WrongMethod
from app.strict import escaped, together
from app.web.asgi.directory import listed
from app.web.asgi.language import language_of, translator

log = logging.getLogger("convscope")
METHODS = ("DELETE", "GET", "PATCH", "POST", "PUT")  # HEAD goes with GET
DATA = re.compile(r"/api/|/links$")  # addresses that answer with data
Voice = Callable[[Request, Mistake], Awaitable[Response]]


class Fault(TypedDict):
    """One thing that is wrong with what was sent."""

    pointer: Annotated[str, Field(description="Where: a JSON pointer into what was sent, or / and the field's name.")]
    detail: Annotated[str, Field(description="What, with the numbers, and what to do.")]
    column: NotRequired[Annotated[int, Field(description="The character of a recipe, from 1.")]]
    line: NotRequired[Annotated[int, Field(description="The line of a lesson, from 1.")]]
    node: NotRequired[Annotated[int, Field(description="The node of a network, from 1.")]]
    name: NotRequired[Annotated[str, Field(description="What that node is called.")]]
    operator: NotRequired[Annotated[str, Field(description="What it computes.")]]
    fits: NotRequired[Annotated[int, Field(description="How many layers come before it.")]]


class Problem(TypedDict):
    """Why a request was not carried out (RFC 9457)."""

    type: Annotated[str, Field(description="Where the code is explained.")]
    code: Annotated[str, Field(description="What kind of problem it is; codes never change.")]
    title: Annotated[str, Field(description="The same for people, in their language.")]
    status: int
    detail: Annotated[str, Field(description="What happened, with the numbers, and what to do.")]
    errors: NotRequired[Annotated[list[Fault], Field(description="Every fault that was found, at most 20.")]]


def problem(mistake: Mistake, say: Callable[[str], str] = str) -> Problem:
    """Return the mistake as it is told, in the language that `say` speaks."""
    told = Problem(
        type=f"/guide#{mistake.code}",
        code=mistake.code,
        title=say(mistake.title),
        status=mistake.status,
        detail=mistake.say(say),
    )
    found = [each for each in (mistake, *mistake.others) if each.pointer is not None]
    if found:
        told["errors"] = [
            cast(Fault, {"pointer": each.pointer, "detail": each.say(say), **each.facts}) for each in found
        ]
    return told


def answer_of(mistake: Mistake, request: Request) -> Response:
    """Return the mistake as problem+json, in the language of the request."""
    told = problem(mistake, translator(request))
    text = json.dumps(told, ensure_ascii=False).encode(errors="replace")  # half a surrogate pair may be quoted in it
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
            return WrongMethod("This address does not take that method; the API is described at /docs.")
        case HTTPException(status_code=400):
            return BrokenRequest("The request could not be read: {reason}.", reason=str(error.detail).rstrip("."))
        case ClientDisconnect():
            return BrokenRequest("The request ended before all of it had come.")
        case RequestValidationError():
            return together(map(_of_field, error.errors()))
    log.error("unexpected error", exc_info=error)
    return OurMistake("Something went wrong on our side; nothing you sent is lost. Please try again.")


def _of_field(error: Mapping[str, Any]) -> Mistake:
    """Return what FastAPI finds wrong with a field of an address as a mistake."""
    field = str(error["loc"][-1])
    pointer = f"/{escaped(field)}"
    if error["type"] == "missing":
        return Mistake("{field} is missing.", field=field, pointer=pointer)
    return Mistake("{field}: {reason}.", field=field, reason=str(error["msg"]).rstrip("."), pointer=pointer)


def install(app: FastAPI, page: Voice) -> Voice:
    """Let `app` answer every error in the voice of the face that was called; return that voice."""

    async def say(request: Request, mistake: Mistake) -> Response:
        response = answer_of(mistake, request) if DATA.match(request.url.path) else await page(request, mistake)
        response.headers["Content-Language"] = language_of(request)
        return response

    async def answer(request: Request, error: Exception) -> Response:
        mistake = as_mistake(error)
        allowed = {"Allow": ", ".join(_methods(app, request))} if isinstance(mistake, WrongMethod) else {}
        if allowed and request.method == "OPTIONS":
            return Response(status_code=204, headers=allowed)
        response = await say(request, mistake)
        response.headers.update(allowed)
        return response

    for kind in (Mistake, HTTPException, RequestValidationError, ClientDisconnect, Exception):
        app.add_exception_handler(kind, answer)
    return say


def _methods(app: FastAPI, request: Request) -> list[str]:
    """Return the methods that the address of `request` takes."""
    found, scope = {"OPTIONS"}, request.scope
    root = scope.get("app_root_path", scope.get("root_path", ""))  # of the app, within which files have another
    for method in METHODS:
        asked = {**scope, "method": method, "root_path": root}
        kinds = (Route, Mount) if method == "GET" else Route  # what is mounted are files, which are read
        if any(isinstance(each, kinds) and each.matches(asked)[0] == Match.FULL for each in listed(app.routes)):
            found.add(method)
    return sorted(found | ({"HEAD"} if "GET" in found else set()))
