"""Worksheets: a view, a step or a whole lesson on paper, with blanks; and what belongs into them.

GET /worksheet?<state>                    one view
GET /lesson/<name>/worksheet?step=3       a step of a lesson; without it a page for each

`seed` says which numbers are left out, and `answers=1` writes them in.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from app.classroom.worksheet.worksheet import PAPER, Sheet, sheet_of, sheets_of
from app.explorer.fields import query
from app.explorer.opening import state_of
from app.explorer.templating.context import Context
from app.explorer.templating.templates import render
from app.lab import Lab
from app.rendering.palette import Theme
from app.web.asgi.dependencies import InLab
from app.web.asgi.language import language_of
from app.web.pages.lesson import lesson_named, screen_of
from app.whole_numbers import read_whole

worksheet = APIRouter(include_in_schema=False)
SEEDS = 10_000
FIRST_SEED = 7
HEADERS = {"Vary": "Accept-Language, Cookie", "Cache-Control": "no-store"}
OWN = ("seed", "answers")


@dataclass(frozen=True)
class Links:
    """Where the buttons lead."""

    back: str
    answers: str
    another: str


@dataclass(frozen=True)
class WorksheetContext(Context):
    """What templates/worksheet.html shows."""

    sheets: Sequence[Sheet]
    lost: tuple[int, ...]  # steps whose picture or run has gone, or whose numbers grow too large
    answers: bool
    links: Links
    language: str
    theme: Theme = "light"


@worksheet.get("/worksheet")
async def view_worksheet(request: Request, lab: InLab) -> Response:
    """The worksheet of a view."""
    fields = {name: text for name, text in request.query_params.items() if name not in OWN}
    language, (seed, _) = language_of(request), _asked(request)
    state = await state_of(fields, lab)
    sheet = await sheet_of(state, lab, language, seed)
    return await _page(request, lab, [sheet] if sheet.parts else [], f"/?{query(fields)}", fields)


@worksheet.get("/lesson/{name}/worksheet")
async def lesson_worksheet(name: str, request: Request, lab: InLab) -> Response:
    """The worksheets of a lesson, or of one of its steps."""
    screen, lesson = screen_of(request), await lesson_named(name, request)
    seed, answers = _asked(request)
    fields = {name: text for name, text in request.query_params.items() if name not in OWN}
    number = read_whole(fields.get("step", "").partition(".")[0], len(lesson.steps) + 1)
    steps = [number] if number else range(1, len(lesson.steps) + 1)
    told = screen.told(name, lesson)
    sheets, lost = await sheets_of(told, lab, screen.language, seed, steps, answers=answers)
    back = f"/lesson/{name}?{query(fields)}" if fields else f"/lesson/{name}"
    return await _page(request, lab, [sheet for sheet in sheets if sheet.parts], back, fields, lost)


def _asked(request: Request) -> tuple[int, bool]:
    """Return the seed, and whether answers are shown."""
    seed = read_whole(request.query_params.get("seed", ""), SEEDS)
    return FIRST_SEED if seed is None else seed, bool(request.query_params.get("answers"))


async def _page(
    request: Request, lab: Lab, sheets: Sequence[Sheet], back: str, fields: dict[str, str], lost: Sequence[int] = ()
) -> Response:
    seed, answers = _asked(request)
    language = language_of(request)

    def there(number: int, shown: bool) -> str:
        return f"{request.url.path}?{query({**fields, 'seed': str(number), **({'answers': '1'} if shown else {})})}"

    links = Links(back, there(seed, not answers), there((seed + 1) % SEEDS, answers))
    shown = WorksheetContext(sheets, tuple(lost), answers, links, language)
    text = await lab.render(lambda: render(language, "worksheet.html", shown), PAPER * len(sheets))
    return HTMLResponse(text, headers=HEADERS)
