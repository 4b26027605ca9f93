"""The menu of layers to add.

GET /add?<state>            the menu of a state; scripts show it under the button in the ribbon, else it is a page
GET /add?<state>&after=3    … of what can stand behind layer 3, counted from 0, in place of the last
"""

from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from app.explorer.editing.additions import Addition, adding
from app.explorer.opening import opened, state_of
from app.explorer.state import State
from app.explorer.templating.context import Context
from app.explorer.templating.templates import render
from app.rendering.palette import Theme
from app.web.asgi.dependencies import InLab
from app.web.asgi.language import language_of, translator
from app.web.pages.explorer import page_theme
from app.whole_numbers import read_whole

additions = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class AdditionsContext(Context):
    """What templates/additions.html shows."""

    state: State
    theme: Theme
    language: str
    adding: list[Addition]


@additions.get("/add")
async def menu(request: Request, lab: InLab) -> Response:
    """The menu of a state."""
    run, state = await opened(await state_of(dict(request.query_params), lab), lab)
    last = len(run.stages) - 1
    after = read_whole(request.query_params.get("after", ""), len(run.stages))

    def page() -> str:
        language = language_of(request)
        found = adding(run, state, last if after is None else after, lab, translator(request))
        return render(language, "additions.html", AdditionsContext(state, page_theme(request), language, found))

    headers = {"Vary": "Accept-Language, Cookie", "Cache-Control": "no-store"}
    return HTMLResponse(await lab.queue.light(page), headers=headers)
