"""A network of one's own: its file comes in, and what the file does not say is asked for.

GET  /network                 the form of the file; scripts have it in the menu of networks
POST /network                 takes the file and leads to the network's own page; says what does not fit
GET  /network/<id>            what it reads and what its numbers stand for, for whoever brought it
POST /network/<id>            keeps that, and leads to the network on a picture
POST /network/<id>/delete     lets it go
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from markupsafe import Markup

from app.errors import BrokenRequest, Mistake
from app.explorer.networks import picture_of
from app.explorer.options import options_of
from app.explorer.own_network import TYPED, Preset, ending, opened, preset_of, presets_for, scale_text, sizes_in, wanted
from app.explorer.templating.context import Context
from app.explorer.templating.templates import render
from app.lab import Lab
from app.layers import Layer
from app.layers.models import Model
from app.models.said import Said
from app.networks import File
from app.pipeline import recipe
from app.rendering.palette import Theme
from app.web.asgi.client import client_of
from app.web.asgi.dependencies import InLab
from app.web.asgi.forms import read_files, read_form, sent_file
from app.web.asgi.language import language_of, translator
from app.web.asgi.problems import headers_of
from app.web.pages.explorer import page_theme
from app.web.pages.owned import remember_tokens, tokens

network = APIRouter(prefix="/network", include_in_schema=False)
KEPT = ("lang", "theme", "projector")  # options that are carried along
ASKED = ("recipe", "height", "width")  # of a file that has numbers alone
SETTLED = ("title", "height", "width", "scale", "classes")  # of a network, where a mistake can be


@dataclass(frozen=True)
class OpenContext(Context):
    """What templates/network/open.html shows."""

    theme: Theme
    language: str
    projector: bool
    carried: Mapping[str, str]
    asked: Mapping[str, str]  # as it was typed
    hours: int  # that a network is kept
    name: str = ""  # of the file that does not fit
    sentence: str = ""  # why it does not
    gone: bool = False  # one has just been deleted
    before: str = ""  # address of what comes before the node that does not fit
    layers_before: int = 0


@dataclass(frozen=True)
class SettingsContext(Context):
    """What templates/network/settings.html shows."""

    theme: Theme
    language: str
    projector: bool
    carried: Mapping[str, str]
    model: Model
    picture: Markup
    outputs: int  # numbers that it gives, where it gives one for each class; else 0
    ending: str  # layers that would make it end in softmax
    presets: list[Preset]
    chosen: str
    scale: str
    classes: str
    hours: int
    typed: Mapping[str, str] = field(default_factory=dict)  # where it could not be kept
    sentence: str = ""
    wrong: str = ""  # the field that the sentence is about, where it is about one


@network.get("")
async def choose(request: Request, lab: InLab) -> Response:
    """The form of a file."""
    return await _open(request, lab, dict(request.query_params))


@network.post("")
async def take(request: Request, lab: InLab) -> Response:
    """Takes a file and leads to its network's page; where a node does not fit, what comes before it is kept too."""
    fields: dict[str, str] = {}
    name = ""
    try:
        async with sent_file(request) as (fields, sent):
            if sent is None:
                raise BrokenRequest("No file was chosen; choose one first.")
            name = sent.filename or ""
            layers = await lab.queue.light(lambda: _layers(fields.get("recipe", "")))
            client = client_of(request)
            said = Said(input=sizes_in(fields))
            file = File(sent.file, sent.size or 0, name, said, layers, client)
            added = await lab.networks.add(file, truncate=True)
    except Mistake as mistake:
        return await _open(request, lab, fields, mistake, name)
    if added.misfit:
        response = await _open(request, lab, fields, added.misfit, name, added.model)
    else:
        response = RedirectResponse(_address(added.model.id, fields), 303)
    token = lab.networks.uploads.token(added.model.id)
    remember_tokens(request, response, [token], lab.settings.upload_ttl)
    return response


def _layers(text: str) -> Sequence[Layer] | None:
    return recipe.read(text) if text else None


def _carried(fields: Mapping[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in options_of(fields) if name in KEPT}
    return {**({"image": fields["image"][:64]} if fields.get("image") else {}), **kept}


def _address(name: str, fields: Mapping[str, str]) -> str:
    carried = _carried(fields)
    return f"/network/{name}?{urlencode(carried)}" if carried else f"/network/{name}"


async def _open(
    request: Request,
    lab: Lab,
    fields: Mapping[str, str],
    mistake: Mistake | None = None,
    name: str = "",
    before: Model | None = None,
) -> Response:
    shown = OpenContext(
        page_theme(request),
        language_of(request),
        bool(fields.get("projector")),
        _carried(fields),
        {field: fields.get(field, "")[:10_000] for field in ASKED},
        lab.settings.upload_ttl // 3600,
        name[:100],
        mistake.say(translator(request)) if mistake else "",
        "gone" in fields and not mistake,
        _address(before.id, fields) if before else "",
        len(before.layers) if before else 0,
    )
    text = await lab.queue.light(lambda: render(shown.language, "network/open.html", shown))
    return HTMLResponse(text, mistake.status if mistake else 200, headers_of(mistake) if mistake else None)


@network.get("/{name}")
async def settings(name: str, request: Request, lab: InLab) -> Response:
    """What is asked of a network; who did not bring it is led to it."""
    fields = dict(request.query_params)
    model = await lab.queue.light(lambda: lab.networks.uploads.found(name))
    if not lab.networks.uploads.owns(name, tokens(request)):
        return RedirectResponse(opened(model, fields.get("image", ""), _options(fields), ""), 303)
    return await _settings(request, lab, model, fields)


@network.post("/{name}")
async def keep(name: str, request: Request, lab: InLab) -> Response:
    """Keeps what was said of a network, and leads to it."""
    fields, files = await read_files(request, 2)
    names = next((data for field, data in files if field == "names"), b"")
    networks, own = lab.networks, tokens(request)
    try:
        said = await lab.queue.light(lambda: wanted(fields, names))
        model = await networks.change(name, said.said, own)
        if said.blue_first != await lab.queue.light(lambda: networks.uploads.is_blue_first(name)):
            model = await networks.blue_first(name, own)
    except Mistake as mistake:
        if mistake.status != 422:
            raise
        model = await lab.queue.light(lambda: networks.uploads.found(name))
        return await _settings(request, lab, model, fields, mistake)
    end = ending(await lab.queue.light(lambda: networks.uploads.stages(model))) if fields.get("softmax") else ""
    there = opened(model, fields.get("image", ""), _options(fields), end)
    scripted = request.headers.get("HX-Request")  # goes there without another page
    response = Response(status_code=204, headers={"HX-Location": there}) if scripted else RedirectResponse(there, 303)
    remember_tokens(request, response, [networks.uploads.token(model.id)], lab.settings.upload_ttl)
    return response


@network.post("/{name}/delete")
async def delete(name: str, request: Request, lab: InLab) -> Response:
    """Lets a network go, and leads to where that is said and another may be opened."""
    fields, _ = await read_form(request)
    await lab.networks.delete(name, tokens(request))
    return RedirectResponse(f"/network?{urlencode({**_carried(fields), 'gone': '1'})}", 303)


def _options(fields: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in _carried(fields).items() if name != "image"}


def _wrong(mistake: Mistake | None) -> str:
    """Return the name of the field in which a mistake is, where it is in one."""
    pointer = (mistake.pointer if mistake else None) or ""
    return next((part for part in pointer.split("/") if part in SETTLED), "")


async def _settings(
    request: Request, lab: Lab, model: Model, fields: Mapping[str, str], mistake: Mistake | None = None
) -> Response:
    def page() -> str:
        uploads = lab.networks.uploads
        stages = uploads.stages(model)
        last = stages[-1].output_shape
        chosen = preset_of(model, blue_first=uploads.is_blue_first(model.id))
        shown = SettingsContext(
            page_theme(request),
            language_of(request),
            bool(fields.get("projector")),
            _carried(fields),
            model,
            picture_of(model),
            last[0] if last[1:] == (1, 1) else 0,
            ending(stages),
            presets_for(model),
            fields.get("values_of", chosen) if mistake else chosen,
            scale_text(model) if chosen == TYPED else "",
            "\n".join(model.classes),
            lab.settings.upload_ttl // 3600,
            dict(fields) if mistake else {},
            mistake.say(translator(request)) if mistake else "",
            _wrong(mistake),
        )
        return render(shown.language, "network/settings.html", shown)

    headers = {"Vary": "Accept-Language, Cookie", "Cache-Control": "no-store"}
    return HTMLResponse(await lab.queue.light(page), mistake.status if mistake else 200, headers)
