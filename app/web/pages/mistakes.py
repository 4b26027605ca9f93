"""A mistake as a person is told of it: in the page that is there, or on one that keeps what was asked for."""

from dataclasses import dataclass

from fastapi import Request, Response
from fastapi.responses import HTMLResponse

from app.errors import Mistake
from app.explorer.card.settings import FILTERS
from app.explorer.fields import query
from app.explorer.options import options_of
from app.explorer.templating.context import Context
from app.explorer.templating.templates import render
from app.pictures import gallery
from app.rendering.palette import Theme
from app.web.asgi.language import language_of, translator
from app.web.asgi.problems import headers_of
from app.web.pages.explorer import page_theme

LONGEST_SAID = 10_000  # characters of what was asked for, up to which a page about a mistake links to it
# what an address may hold
WHOLE = ("recipe", "values")  # that are kept as long as they are, or not at all
LINKED = (
    "image",
    "values",
    "size",
    "height",
    "width",
    "fit",
    "resample",
    "mode",
    "scale",
    "recipe",
    "run",
    "at",
    "view",
    "edit",
    "pin",
    "sheet",
    "guess",
)


@dataclass(frozen=True)
class SaidContext(Context):
    """What templates/_notice.html and _wrong.html show."""

    sentence: str


@dataclass(frozen=True)
class MistakeContext(Context):
    """What templates/mistake.html shows."""

    title: str
    sentence: str
    fields: dict[str, str]  # of what was asked for
    choices: list[tuple[gallery.Entry, str]]  # pictures that could take the place of one that is gone
    back: str
    theme: Theme
    language: str


async def mistake_page(request: Request, mistake: Mistake) -> Response:
    """Say a mistake to a person: a notice in the page that is there, or a page that keeps what was asked for."""
    say = translator(request)
    language = language_of(request)
    sentence = mistake.say(say)
    headers = headers_of(mistake)
    if request.headers.get("hx-request") and not request.headers.get("hx-history-restore-request"):
        form = getattr(request.state, "fields", {})
        name = form.get("field", "") if form.get("op") in ("set", "reads", "name") else ""  # said where it was typed
        if "op" in form and form.get("edit", "").partition(".")[2] in FILTERS:
            name = "filter"
        target, said = (f"#h-{name}", "wrong") if name.isidentifier() and name.isascii() else ("#notice", "notice")
        return HTMLResponse(
            render(language, f"_{said}.html", SaidContext(sentence)),
            200 if name == "filter" else mistake.status,  # an edit that cannot be is no fault for the browser to report
            {
                **headers,
                "HX-Retarget": target,
                "HX-Reswap": "innerHTML show:none" if said == "wrong" else "innerHTML",  # not scrolled past its field
                "HX-Reselect": f".{said}",
                "HX-Push-Url": "false",
            },
        )
    fields = {**dict(request.query_params), **getattr(request.state, "fields", {})}
    held = {name: value[: None if name in WHOLE else 200] for name, value in fields.items() if name in LINKED}
    fields = held | dict(options_of(fields))
    short = sum(map(len, fields.values())) <= LONGEST_SAID
    if not short:
        fields = {name: value for name, value in fields.items() if name not in WHOLE}
    back = "/?" + query(fields) if request.method == "POST" and short else ""
    kept = {name: value for name, value in fields.items() if name not in ("image", "at", "edit")}
    choices = (
        [(entry, "/?" + query({"image": entry.id, **kept})) for entry in gallery.GALLERY.values()]
        if mistake.pointer == "/input/image" and short
        else []
    )
    shown = MistakeContext(say(mistake.title), sentence, fields, choices, back, page_theme(request), language)
    return HTMLResponse(render(language, "mistake.html", shown), mistake.status, headers)
