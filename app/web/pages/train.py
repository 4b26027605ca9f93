"""Trainings as a class watches them: before the start, while they run, and the way to the explorer.

GET  /train?<fields>          a draft: everything can still be changed
POST /train                   begins what the fields describe, and does what `op` says: run, step, or nothing
GET  /train/<id>              the training, for all who have the address; /live has what changes
POST /train/<id>/<command>    run, pause, step, reset, stop: for who holds its key in a cookie
POST /train/<id>/explore      one of its checkpoints in the explorer, on the picture that is shown
"""

import secrets
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from urllib.parse import urlencode

import numpy as np
from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from app.errors import Mistake, NotFound
from app.explorer.first import place_in
from app.explorer.opening import state_of
from app.explorer.templating.templates import render
from app.explorer.train.draft import as_typed, edited, fields_of, previewed, training_of, with_examples
from app.explorer.train.frame import frame
from app.explorer.train.live import Moment
from app.explorer.train.snapshot import example_png
from app.lab import Lab
from app.layers import models
from app.training.data import MOST_EXAMPLES
from app.training.examples import Examples
from app.training.training import Training
from app.trainings.live import LiveTraining
from app.trainings.trainings import COMMANDS
from app.trainings.visitor import Visitor
from app.web.asgi.client import client_of
from app.web.asgi.dependencies import InLab, InTrainings
from app.web.asgi.forms import read_files, read_form
from app.web.asgi.language import language_of, translator
from app.web.asgi.reach import reach_of
from app.web.pages.explorer import page_theme, sent_on
from app.web.pages.owned import remember_tokens
from app.web.pages.snapshots import InSnapshots, Snapshots, address
from app.web.pages.training_keys import VISITOR, keys, remember_key, visitor_of
from app.web.pages.training_request import (
    DAY,
    HEADERS,
    around_of,
    changes_of,
    command_of,
    fields_in,
    moment_of,
    options_in,
    page_address,
    whole_page,
)
from app.whole_numbers import read_whole

train = APIRouter(prefix="/train", include_in_schema=False)
DRAFT = Moment("draft", None, 0, np.zeros(0, np.float32), ())


@train.get("")
async def draft(request: Request, lab: InLab, snapshots: InSnapshots) -> Response:
    """A training before it has begun, with its pictures and its random filters."""
    return await _draft(request, lab, snapshots, fields_in(request))


async def _draft(
    request: Request, lab: Lab, snapshots: Snapshots, fields: dict[str, str], mistake: Mistake | None = None
) -> Response:
    """Return the page of a draft, with a mistake that has led here instead of to what was asked for."""
    say = translator(request)
    wrong, status = (mistake.say(say), mistake.status) if mistake else ("", 200)
    try:
        training = previewed(fields)
        snapshot = await snapshots.of_draft(training)
    except Mistake as unfit:
        wrong, status = unfit.say(say), unfit.status
        training = training_of({})
        snapshot = await snapshots.of_draft(training)
    of_pictures = fields_of(training)
    shown = as_typed(fields, training) if wrong or fields.get("set") == "examples" else of_pictures
    pictured = partial(address, "", **of_pictures)
    around = around_of(request, wrong=wrong)

    def page() -> str:
        standing = frame(around, training, snapshot.data, pictured("examples"), shown)
        return render(around.language, "train.html", standing, changes_of(request, training, snapshot, DRAFT, pictured))

    return whole_page(await lab.queue.light(page), request, status)


@train.get("/edit")
async def edit(request: Request, lab: InLab, snapshots: InSnapshots) -> Response:
    """Leads to the draft with another layer, with one fewer, or with one that is set otherwise."""
    fields = fields_in(request)
    try:
        after = edited(previewed(fields), fields)
        await snapshots.of_draft(previewed(after))
    except Mistake as mistake:
        return await _draft(request, lab, snapshots, fields, mistake)
    return RedirectResponse(f"/train?{urlencode({**after, **options_in(request)})}", 303)


@train.post("")
async def begin(request: Request, lab: InLab, trainings: InTrainings) -> Response:
    """Begins what the fields describe; what this browser began before it, and is not over, ends."""
    fields, files = await read_files(request, MOST_EXAMPLES)
    request.state.fields = fields
    tokens: list[str] = []
    training = await _on_own(fields, files, lab, tokens) if fields.get("set") == "examples" else training_of(fields)
    training.check()
    visitor = visitor_of(request) or secrets.token_hex(16)
    for before, key in list(keys(request).items())[:1]:
        with suppress(Mistake):
            await trainings.command(before, "stop", [key])
    live = await trainings.begin(training, Visitor(client_of(request), visitor))
    key, life = trainings.owners.key(live.name), lab.settings.training_ttl
    if (op := command_of(fields.get("op", ""))) is not None:
        await trainings.command(live.name, op, [key])
    response = RedirectResponse(page_address(request, live.name), 303)
    remember_key(request, response, live.name, key, life)
    response.set_cookie(VISITOR, visitor, max_age=365 * DAY, path="/train", httponly=True, samesite="lax")
    if tokens:
        remember_tokens(request, response, tokens, lab.settings.upload_ttl)
    return response


async def _on_own(fields: dict[str, str], files: list[tuple[str, bytes]], lab: Lab, tokens: list[str]) -> Training:
    """Return a training on the pictures of a form, sent or drawn, each labelled by the field of its class."""
    drawn = [(image, name) for name, text in fields.items() if name.startswith("image") for image in text.split(",")]
    labelled = [(image, fields.get(name.replace("image", "label"), "").strip()) for image, name in drawn if image]
    for name, data in files:
        picture = await lab.album.add(data)
        labelled.append((picture.id, fields.get(name.replace("pictures", "label"), "").strip()))
        tokens += [picture.delete_token] if picture.delete_token else []
    return with_examples(fields, list(dict(labelled).items()))


@train.get("/{name}")
async def training_page(
    name: str, request: Request, lab: InLab, trainings: InTrainings, snapshots: InSnapshots
) -> Response:
    """A training as it is now."""
    try:
        live = await trainings.find(name)
        snapshot = await snapshots.of(live)
    except NotFound as gone:
        return await _draft(request, lab, snapshots, {}, gone)
    life = None if live.expires_at is None else int(live.expires_at - lab.store.now())
    owned = trainings.owners.owns(name, keys(request).values())
    link = reach_of(request, lab.settings).address + page_address(request, name)
    around = around_of(request, name, owned=owned, life=life, link=link)

    def page() -> str:
        pictured = partial(address, name)
        standing = frame(around, live.training, snapshot.data, pictured("examples"), fields_of(live.training))
        changes = changes_of(request, live.training, snapshot, moment_of(live), pictured)
        return render(around.language, "train.html", standing, changes)

    return whole_page(await lab.queue.light(page), request)


@train.get("/{name}/live")
async def changing(name: str, request: Request, trainings: InTrainings, snapshots: InSnapshots) -> Response:
    """What has changed of a training: the parts of its page."""
    return await _changing(await trainings.find(name), request, snapshots)


@train.post("/{name}/explore")
async def explore(name: str, request: Request, lab: InLab, trainings: InTrainings, snapshots: InSnapshots) -> Response:
    """Leads to the explorer, with the network as it was after an epoch, on the picture that is shown."""
    fields, _ = await read_form(request)
    request.state.fields = fields
    live = await trainings.find(name)
    view, epoch = fields.get("view", "")[:20], fields.get("epoch", "0")[:9]
    if view and trainings.owners.owns(name, held := keys(request).values()):
        await trainings.command(name, "pause", held)  # what is looked at is what comes next
    examples, number = await _example(live, lab, snapshots, fields if view == "weight" else {})
    data = await lab.queue.light(lambda: example_png(examples.pictures, number))
    picture = await lab.album.add(data)
    place = {"at": fields.get("at", "")[:40] or place_in(models.find(name)), "pin": fields.get("pin", "")[:40]}
    shown = {"view": view, "label": str(examples.labels[number])} if view else {}
    network = {"recipe": f'model("{name}", epoch={epoch})', **place}
    state = await state_of({"image": picture.id, **network, **shown, **options_in(request)}, lab)
    response = await sent_on(state, request, lab)
    remember_tokens(request, response, [picture.delete_token], lab.settings.upload_ttl)
    return response


async def _example(
    live: LiveTraining, lab: Lab, snapshots: Snapshots, fields: Mapping[str, str]
) -> tuple[Examples, int]:
    """Return the picture that is shown, as one of some examples: of the batch after an `epoch` the one that `batch`
    says, else the one whose maps are shown.
    """
    epoch = read_whole(fields.get("epoch", ""))
    coming = None if epoch is None or lab.next_batches is None else await lab.next_batches.after(live.name, epoch)
    if coming is not None:
        number = read_whole(fields.get("batch", ""), len(coming)) or 0
        return coming.trainer.examples, int(coming.batch.numbers[number])
    snapshot = await snapshots.of(live)
    return snapshot.data.held_out, snapshot.example


@train.post("/{name}/{command}")
async def obey(name: str, command: str, request: Request, trainings: InTrainings, snapshots: InSnapshots) -> Response:
    """Does what its owner says; a script gets what has changed, a browser its page."""
    known = command_of(command)
    if known is None:
        raise NotFound("A training can {commands}.", commands=", ".join(COMMANDS))
    live = await trainings.command(name, known, keys(request).values())
    if request.headers.get("hx-request"):
        return await _changing(live, request, snapshots)
    return RedirectResponse(page_address(request, name), 303)


async def _changing(live: LiveTraining, request: Request, snapshots: Snapshots) -> Response:
    """Return what has changed, which is said once for all who watch in the same language and theme."""
    snapshot, moment, language = await snapshots.of(live), moment_of(live), language_of(request)
    changes = partial(changes_of, request, live.training, snapshot, moment, partial(address, live.name))
    board = bool(request.query_params.get("projector"))
    when = f"{snapshot.step} {moment.step} {moment.state} {moment.reason} {len(moment.checkpoints)}"
    key = f"{live.name} {when} {language} {page_theme(request)} {board}"
    return HTMLResponse(
        await snapshots.told(key, lambda: render(language, "train/changes.html", changes()).encode()), headers=HEADERS
    )
