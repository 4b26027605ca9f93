"""The try-it page of the API, and the guide to its problems."""

from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from app.errors import Mistake, kinds
from app.explorer.templating.context import Context
from app.explorer.templating.templates import render
from app.rendering.palette import Theme
from app.web.asgi.language import language_of
from app.web.pages.explorer import page_theme

docs = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class DocsContext(Context):
    """What templates/docs.html shows."""

    language: str
    theme: Theme


@dataclass(frozen=True)
class GuideContext(DocsContext):
    """What templates/guide.html shows."""

    problems: tuple[type[Mistake], ...]


@docs.get("/docs")
async def docs_page(request: Request) -> Response:
    language = language_of(request)
    return HTMLResponse(render(language, "docs.html", DocsContext(language, page_theme(request))))


@docs.get("/guide")
async def guide(request: Request) -> Response:
    language = language_of(request)
    shown = GuideContext(language, page_theme(request), tuple(kinds()))
    return HTMLResponse(render(language, "guide.html", shown))
