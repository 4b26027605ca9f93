"""The menu of networks: which there are for the present picture, and the one that is there.

GET /networks?<state>    the menu of a state; scripts show it under the button that names the network, else it is a page
"""

from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from app.explorer.checkpoints import trained, untrained
from app.explorer.networks import Network, close_crop, networks
from app.explorer.opening import opened, state_of
from app.explorer.page.controls import InputChoices, input_choices
from app.explorer.state import State
from app.explorer.templating.context import Context
from app.explorer.templating.templates import render
from app.lab import Run
from app.rendering.palette import Theme
from app.web.asgi.dependencies import InLab
from app.web.asgi.language import language_of, translator
from app.web.pages.explorer import page_theme
from app.web.pages.recent import own_networks

choosing = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class NetworksContext(Context):
    """What templates/networks.html shows."""

    state: State
    run: Run
    theme: Theme
    language: str
    networks: list[Network]
    learned: bool  # all weights are of one training, whose strip has the place of the recipe
    random_href: str  # the same layers, their weights random
    crop_href: str  # nothing where the picture cannot be cropped
    fields: dict[str, str]  # that the form of the recipe carries along
    sizes: InputChoices | None


@choosing.get("/networks")
async def menu(request: Request, lab: InLab) -> Response:
    """The menu of a state."""
    run, state = await opened(await state_of(dict(request.query_params), lab), lab)

    def page() -> str:
        learned = trained(state.document.layers) is not None and not state.needs_run
        shown = NetworksContext(
            state,
            run,
            page_theme(request),
            language_of(request),
            networks(state, own_networks(request), translator(request)),
            learned,
            untrained(state).address() if learned else "",
            close_crop(state) if learned else "",
            state.form_fields(),
            input_choices(state),
        )
        return render(shown.language, "networks.html", shown)

    headers = {"Vary": "Accept-Language, Cookie", "Cache-Control": "no-store"}
    return HTMLResponse(await lab.queue.light(page), headers=headers)
