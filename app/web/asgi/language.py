"""The language of an answer: ?lang=, else what the browser asks for."""

from collections.abc import Callable

from starlette.requests import Request

from app.messages import LANGUAGES, catalogue


def language_of(request: Request) -> str:
    """Return the language in which to answer `request`."""
    asked = request.query_params.get("lang")
    if asked in LANGUAGES:
        return asked
    for part in request.headers.get("accept-language", "").split(","):
        tag = part.split(";")[0].strip()
        if tag in LANGUAGES:
            return tag
    return "en"


def translator(request: Request) -> Callable[[str], str]:
    """Return the function that says a message in the language of `request`."""
    return catalogue(language_of(request)).gettext
