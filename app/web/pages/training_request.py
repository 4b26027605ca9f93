"""From a request about a training to what its templates show, and back to an answer."""

from collections.abc import Callable
from urllib.parse import urlencode

from fastapi import Request, Response
from fastapi.responses import HTMLResponse

from app.explorer.train.frame import Around
from app.explorer.train.live import Addresses, LiveContext, Moment, live_context
from app.explorer.train.snapshot import Snapshot
from app.training.training import Training
from app.trainings.live import LiveTraining
from app.trainings.trainings import COMMANDS, Command
from app.web.asgi.language import language_of, translator
from app.web.pages.explorer import page_theme

HEADERS = {"Vary": "Accept-Language, Cookie", "Cache-Control": "no-store"}
OPTIONS = ("lang", "theme", "projector")
DAY = 86_400


def whole_page(page: str, request: Request, status: int = 200) -> Response:
    """Return a whole page; a theme that its address asks for is the visitor's from now on."""
    response = HTMLResponse(page, status, HEADERS)
    if "theme" in request.query_params and not request.query_params.get("projector"):
        response.set_cookie("theme", page_theme(request), max_age=365 * DAY, samesite="lax")
    return response


def fields_in(request: Request) -> dict[str, str]:
    """Return the fields of an address; a name that stands there more than once is a list of classes."""
    query = request.query_params
    return {**query, **({"names": ",".join(query.getlist("names"))} if "names" in query else {})}


def options_in(request: Request) -> dict[str, str]:
    """Return what every address of these pages carries along."""
    return {name: text for name in OPTIONS if (text := request.query_params.get(name))}


def page_address(request: Request, name: str) -> str:
    """Return the address of a training's page."""
    options = urlencode(options_in(request))
    return f"/train/{name}{'?' if options else ''}{options}"


def command_of(text: str) -> Command | None:
    """Return what a training is told to do, or None where it cannot be."""
    return next((command for command in COMMANDS if command == text), None)


def around_of(
    request: Request, name: str = "", *, owned: bool = True, wrong: str = "", life: int | None = None, link: str = ""
) -> Around:
    """Return who looks at a training, and how."""
    return Around(
        language_of(request),
        page_theme(request),
        bool(request.query_params.get("projector")),
        options_in(request),
        translator(request),
        name,
        owned,
        wrong,
        life,
        link,
    )


def moment_of(live: LiveTraining) -> Moment:
    """Return how a training stands now."""
    progress = live.progress
    return Moment(live.state, live.reason, progress.step, progress.losses, progress.checkpoints)


def changes_of(
    request: Request, training: Training, snapshot: Snapshot, moment: Moment, pictured: Callable[..., str]
) -> LiveContext:
    """Return what is shown of a moment, its pictures at the addresses that `pictured` gives."""
    look = {"step": str(snapshot.step), "theme": page_theme(request)}
    addresses = Addresses(
        pictured("filters", **look), pictured("maps", **look), lambda number: pictured(f"example/{number}")
    )
    board = bool(request.query_params.get("projector"))
    return live_context(training, snapshot, moment, addresses, translator(request), board=board)
