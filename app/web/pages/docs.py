"""The try-it page of the API, the guide to its problems, and the grammar of recipes."""

from dataclasses import dataclass
from functools import lru_cache

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from app.errors import Mistake, kinds
from app.explorer.templating.context import Context
from app.explorer.templating.templates import render
from app.pipeline import grammar
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


@dataclass(frozen=True)
class GrammarContext(DocsContext):
    """What templates/grammar.html shows."""

    layers: list[grammar.Call]
    common: tuple[grammar.Argument, ...]
    sources: list[grammar.Call]
    model: grammar.Call
    picture: tuple[grammar.Argument, ...]
    limits: tuple[grammar.Limit, ...]


@docs.get("/docs")
async def docs_page(request: Request) -> Response:
    language = language_of(request)
    return HTMLResponse(render(language, "docs.html", DocsContext(language, page_theme(request))))


@docs.get("/guide")
async def guide(request: Request) -> Response:
    language = language_of(request)
    shown = GuideContext(language, page_theme(request), tuple(kinds()))
    return HTMLResponse(render(language, "guide.html", shown))


@docs.get("/grammar")
async def grammar_page(request: Request) -> Response:
    language = language_of(request)
    return HTMLResponse(render(language, "grammar.html", _grammar(language, page_theme(request))))


@lru_cache
def _grammar(language: str, theme: Theme) -> GrammarContext:
    return GrammarContext(
        language,
        theme,
        grammar.layers(),
        grammar.common(),
        grammar.sources(),
        grammar.model(),
        grammar.picture(),
        grammar.LIMITS,
    )
