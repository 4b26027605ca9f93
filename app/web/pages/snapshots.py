"""What trainings look like at one moment, made once however many look, and their pictures.

GET /train/new/<picture>.png?<fields>     of a draft
GET /train/<id>/<picture>.png             examples, filters, maps; /train/<id>/example/<n>.png one that is measured on
GET /train/<id>/batch/<epoch>.png         the pictures that are learned from first after a checkpoint
"""

import hashlib
from collections.abc import Callable
from functools import partial
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request, Response

from app.compute import SingleFlightCache
from app.errors import NotFound
from app.explorer.sums.batch_row import SHOWN
from app.explorer.train.draft import few, training_of
from app.explorer.train.snapshot import Snapshot, example_png, examples_png
from app.lab import Lab
from app.rendering.palette import Theme
from app.rendering.sheets.pictures import pictures_png
from app.training.network import Network
from app.training.training import Training
from app.trainings.live import LiveTraining
from app.trainings.trainings import Trainings
from app.web.asgi.artifacts import has, picture_theme
from app.web.asgi.dependencies import InLab, InTrainings
from app.whole_numbers import read_whole

train_pictures = APIRouter(prefix="/train", include_in_schema=False)
NEW = "new"  # in place of the id of a training that has not begun
PICTURES: dict[str, Callable[[Snapshot, Theme], bytes]] = {
    "examples": lambda snapshot, theme: examples_png(snapshot.data),
    "filters": Snapshot.filters_png,
    "maps": Snapshot.maps_png,
}


class Snapshots:
    """Makes snapshots of trainings and of drafts, and keeps the newest while there is room."""

    def __init__(self, lab: Lab, trainings: Trainings) -> None:
        self._lab, self._trainings = lab, trainings
        self._kept = SingleFlightCache[Snapshot](lab.budget, lambda snapshot: snapshot.size)
        self._told = SingleFlightCache[bytes](lab.budget, len)
        trainings.at_end_of_pictures.append(self.forget)

    async def of(self, live: LiveTraining) -> Snapshot:
        """Return a training as it is now; raise NotFound where a picture that it learned from is gone."""
        live.check_pictures()
        state = live.progress.state

        async def make() -> Snapshot:
            data = await self._trainings.data(live)
            return await self._made(Snapshot(live.training, data, state.step, state.arrays))

        return await self._kept.get(f"{live.name} {state.step}", make)

    async def of_draft(self, training: Training) -> Snapshot:
        """Return a training before it begins, on the first of its pictures; raise Unfit where it cannot be."""
        training.check()
        training = few(training)

        async def make() -> Snapshot:
            data = await self._lab.queue.light(lambda: training.data.make({}))
            network = await self._lab.queue.light(lambda: Network(training.seeded, training.data.shape))
            return await self._made(Snapshot(training, data, 0, dict(network.named())))

        return await self._kept.get(str(training.document()), make)

    async def told(self, key: str, make: Callable[[], bytes]) -> bytes:
        """Return what `make` says of a moment, once for all who ask: `key` has all that it depends on."""
        return await self._told.get(key, lambda: self._lab.queue.light(make))

    def known(self, key: str) -> bytes | None:
        """Return what has been said of a moment, where it is still kept."""
        return self._told.known(key)

    def forget(self, name: str) -> None:
        """Keep nothing of a training any more."""
        for kept in (self._kept, self._told):
            kept.forget_all(lambda key: key.startswith(f"{name} "))

    async def _made(self, snapshot: Snapshot) -> Snapshot:
        await self._lab.queue.light(snapshot.look)
        return snapshot


async def snapshots_of(request: Request) -> Snapshots:
    """Return the snapshots of this app."""
    snapshots: Snapshots = request.app.state.snapshots
    return snapshots


InSnapshots = Annotated[Snapshots, Depends(snapshots_of)]


@train_pictures.get("/{name}/{picture}.png")
async def picture_png(
    name: str, picture: str, request: Request, trainings: InTrainings, snapshots: InSnapshots
) -> Response:
    """The pictures that it learns from, its filters, or its maps."""
    draw, theme, asked = PICTURES.get(picture), picture_theme(request), request.query_params.get("step", "")
    if draw is None:
        raise _no_picture()
    live = await _live(name, trainings)
    if live and (known := snapshots.known(f"{name} {picture} {asked} {theme}")):
        return _png(request, known, live, lasting=True)
    snapshot = await _snapshot(live, request, snapshots)
    if snapshot.layer is None and picture != "examples":
        raise _no_picture()
    of = request.url.query if name == NEW else str(snapshot.step)
    data = await snapshots.told(f"{name} {picture} {of} {theme}", partial(draw, snapshot, theme))
    return _png(request, data, live, lasting=picture == "examples" or asked == of)


@train_pictures.get("/{name}/batch/{epoch}.png")
async def batch_png(
    name: str, epoch: str, request: Request, lab: InLab, trainings: InTrainings, snapshots: InSnapshots
) -> Response:
    """The first pictures of the batch that comes after a checkpoint."""
    live, after = await trainings.pictured(name), read_whole(epoch)
    coming = None if after is None or lab.next_batches is None else await lab.next_batches.after(name, after)
    if coming is None:
        raise _no_picture()
    pictures = dict(enumerate(coming.pictures[:SHOWN]))
    data = await snapshots.told(f"{name} batch {after}", lambda: pictures_png(pictures, len(pictures)))
    return _png(request, data, live, lasting=True)


@train_pictures.get("/{name}/example/{number}.png")
async def one_png(
    name: str, number: str, request: Request, lab: InLab, trainings: InTrainings, snapshots: InSnapshots
) -> Response:
    """One of the pictures that the network is measured on."""
    live = await _live(name, trainings)
    snapshot = await _snapshot(live, request, snapshots)
    pictures = snapshot.data.held_out.pictures
    at = read_whole(number, len(pictures))
    if at is None:
        raise _no_picture()
    return _png(request, await lab.queue.light(lambda: example_png(pictures, at)), live, lasting=True)


async def _live(name: str, trainings: Trainings) -> LiveTraining | None:
    """Return the training whose pictures are asked for, None for a draft; raise NotFound where one of them is gone."""
    return None if name == NEW else await trainings.pictured(name)


async def _snapshot(live: LiveTraining | None, request: Request, snapshots: Snapshots) -> Snapshot:
    if live is None:
        return await snapshots.of_draft(training_of(dict(request.query_params)))
    return await snapshots.of(live)


def address(name: str, picture: str, /, **fields: str) -> str:
    """Return where a picture of a training, or of a draft of these fields, is."""
    return f"/train/{name or NEW}/{picture}.png?{urlencode(fields)}"


def _png(request: Request, data: bytes, live: LiveTraining | None, *, lasting: bool) -> Response:
    """Return a picture, which may be kept where its address says all that it depends on.

    What visitors' pictures have a part in may go at any time, so that browsers ask each time whether it is still there.
    """
    if not lasting:
        return Response(data, media_type="image/png", headers={"Cache-Control": "no-store"})
    if live is None or not live.training.data.images:
        return Response(data, media_type="image/png", headers={"Cache-Control": "private, max-age=86400"})
    tag = f'"{hashlib.sha256(data).hexdigest()[:32]}"'
    headers = {"Cache-Control": "private, no-cache", "ETag": tag}
    if has(request, tag):
        return Response(status_code=304, headers=headers)
    return Response(data, media_type="image/png", headers=headers)


def _no_picture() -> NotFound:
    return NotFound("This training has no such picture.")
