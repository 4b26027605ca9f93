"""The language of a page: ?lang=, else what the browser asks for; message catalogues are gettext's."""

import gettext
from collections.abc import Callable
from functools import lru_cache

from starlette.requests import Request

from app.paths import folder

LANGUAGES = {"en": "English"}  # a language is listed here once its catalogue is whole


@lru_cache
def catalogue(language: str) -> gettext.NullTranslations:
    """Return the messages of `language`; English is what the code says."""
    return gettext.translation("convscope", str(folder("locale")), [language.replace("-", "_")], fallback=True)


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
