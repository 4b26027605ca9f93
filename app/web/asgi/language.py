"""The language of an answer: ?lang=, else the visitor's choice, else what the browser prefers, else English.

A tag stands for the language that is there and nearest to it: zh, zh-Hans, zh-Hans-CN and zh-SG are zh-CN, en-GB is en.
Whoever reads zh-Hant or zh-TW reads zh-CN too, and sooner than English; so any other zh is zh-CN as well.
"""

import re
from collections.abc import Callable, Iterator
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.messages import LANGUAGES, catalogue

LONGEST = 500  # characters of Accept-Language that are read
WEIGHT = re.compile(r"q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)")
YEAR = 365 * 86_400
APART = ("/api/", "/static/", "/embed")  # what is there for others changes no choice


def nearest(tag: str) -> str:
    """Return the language that is there and nearest to the one that `tag` asks for, or "" where none is near."""
    if not tag:
        return ""
    known = {there.lower(): there for there in LANGUAGES}
    parts = tag.strip().lower().split("-")
    for count in range(len(parts), 0, -1):
        if found := known.get("-".join(parts[:count])):
            return found
    return next((there for lower, there in known.items() if lower.split("-")[0] == parts[0]), "")


def preferred(header: str) -> str:
    """Return the language that an Accept-Language header weighs most, or "" where it asks for none that is there."""
    weighed = sorted(_weighed(header[:LONGEST]), key=lambda each: -each[0])
    return next((found for weight, tag in weighed if weight and (found := nearest(tag))), "")


def _weighed(header: str) -> Iterator[tuple[float, str]]:
    for part in header.split(","):
        tag, _, weight = part.partition(";")
        read = WEIGHT.fullmatch(weight.strip()) if weight else None
        if read or not weight:
            yield float(read[1]) if read else 1.0, tag


def language_of(request: Request) -> str:
    """Return the language in which to answer `request`."""
    asked, chosen = request.query_params.get("lang", ""), request.cookies.get("lang", "")
    return nearest(asked) or nearest(chosen) or preferred(request.headers.get("accept-language", "")) or "en"


def translator(request: Request) -> Callable[[str], str]:
    """Return the function that says a message in the language of `request`."""
    return catalogue(language_of(request)).gettext


class Language:
    """The pure ASGI middleware that says in which language a page is, and keeps the choice that an address makes.

    A link ?lang=… leads to the page that it stands on: what else the address of that page held is asked of the Referer.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request, chosen, address = Request(scope), "", ""
        if scope["query_string"]:
            asked = nearest(request.query_params.get("lang", ""))
            chosen = asked if asked != request.cookies.get("lang") and not scope["path"].startswith(APART) else ""
            address = same_page(request)

        async def said(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if headers.get("content-type", "").startswith(("text/html", "application/problem+json")):
                    headers.setdefault("Content-Language", language_of(request))
                    varies = headers.get("vary", "").lower()
                    for name in ("Accept-Language", "Cookie"):
                        if name.lower() not in varies:
                            headers.add_vary_header(name)
                if chosen:
                    headers.append("Set-Cookie", f"lang={chosen}; Max-Age={YEAR}; Path=/; SameSite=lax")
            await send(message)

        await (RedirectResponse(address, 303) if address else self.app)(scope, receive, said)


def same_page(request: Request) -> str:
    """Return the whole address of the page on which a link of nothing but ?lang= was followed, or "" elsewhere."""
    if request.method != "GET" or [*request.query_params] != ["lang"]:
        return ""
    try:
        before = urlsplit(request.headers.get("referer", ""))
    except ValueError:
        return ""
    if (before.netloc, before.path) != (request.headers.get("host", ""), request.url.path):
        return ""
    others = [(name, text) for name, text in parse_qsl(before.query, keep_blank_values=True) if name != "lang"]
    return f"{request.url.path}?{urlencode([*others, *request.query_params.items()])}" if others else ""
