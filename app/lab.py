"""The core that the pages and the API call: pictures in, documents in, results out, each computed once.

upload bytes ─ intake ─► picture ─► image id        (keyed hash of the pixels; the original bytes are not kept)
document ─ plan ─► run id ─► one result a prefix    (the input is the prefix of no layers)
"""

import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

import numpy as np

from app import gallery
from app.closeup import Closeup, close_up
from app.compute import ComputeQueue, Once
from app.errors import Forbidden, NotFound, Unavailable, Unfit
from app.intake import read_picture
from app.layers import Place, Shape
from app.layers.layer import Array, Weights
from app.numerics.statistics import Statistics, statistics
from app.picture import Picture, from_png, png, prepare, scaled, wanted_size
from app.pipeline import AnyInput, Document, ImageInput, Scale, Stage, ValuesInput, plan, read_document
from app.settings import Settings
from app.storage import Store

T = TypeVar("T")


@dataclass(frozen=True)
class Upload:
    """A picture that has an id."""

    id: str
    width: int
    height: int
    mode: str
    expires_at: datetime | None
    delete_token: str | None = None


@dataclass(frozen=True)
class Result:
    """What one stage, or the input, gives: its array and what is said of it."""

    output: Array
    whole: Statistics
    channels: tuple[Statistics, ...]
    weights: Weights
    pixels: np.ndarray | None = None  # of an input made from a picture: uint8 (channels, rows, columns)

    @property
    def bytes(self) -> int:
        return self.output.nbytes + sum(w.nbytes for w in self.weights.values())


@dataclass(frozen=True)
class Run:
    """A document on its way: everything known of it before any arithmetic."""

    document: Document
    input_shape: Shape
    stages: tuple[Stage, ...]

    @property
    def id(self) -> str:
        return self.document.id


class Lab:
    """Keeps pictures and documents, plans runs and computes their results."""

    def __init__(self, settings: Settings, store: Store, key: bytes) -> None:
        self.settings = settings
        self.store = store
        self._key = key
        self.queue = ComputeQueue(settings.compute_slots, settings.waiting_room)
        self._results: Once[Result] = Once(settings.cache_bytes, lambda result: result.bytes)
        self._pictures: Once[Picture] = Once(settings.cache_bytes // 4, lambda picture: picture.pixels.nbytes)
        self.draining = False
        self.computed = 0  # stages computed since the start; tests hold "once" by it

    # ---- pictures

    async def add_picture(self, data: bytes) -> Upload:
        """Keep the picture in the bytes of a file under the keyed hash of its pixels; again: renew its expiry."""
        self._open()
        picture = await self.queue.heavy(lambda: read_picture(data, self.settings))
        return await self.queue.light(lambda: self._keep(picture))

    def _keep(self, picture: Picture) -> Upload:
        facts = f"{picture.mode} {picture.width}x{picture.height} ".encode()
        image = self._sign(facts + hashlib.sha256(picture.pixels).digest())
        self.store.put("picture", image, png(picture), self.settings.upload_ttl)
        return self._upload(image, picture, token=True)

    def _upload(self, image: str, picture: Picture, token: bool = False) -> Upload:
        expiry = None if image in gallery.GALLERY else self.store.expires_at("picture", image)
        return Upload(
            image,
            picture.width,
            picture.height,
            picture.mode,
            None if expiry is None else datetime.fromtimestamp(expiry, UTC),
            self._sign(b"delete " + image.encode()) if token else None,
        )

    def _sign(self, data: bytes) -> str:
        return hmac.new(self._key, data, hashlib.sha256).hexdigest()[:32]

    async def facts(self, image: str) -> Upload:
        """Return what is known of a picture; raise NotFound where there is none (any longer)."""
        picture = await self.picture(image)
        return self._upload(image, picture)

    async def picture(self, image: str) -> Picture:
        """Return the picture named `image`, from the gallery or an upload; raise NotFound."""
        if image in gallery.GALLERY:
            return await self._pictures.get(image, lambda: self.queue.light(lambda: gallery.load(image)))
        if self.store.expires_at("picture", image) is None:  # gone, whatever is still in memory
            self._pictures.forget(image)
            raise _no_picture(image)

        def load() -> Picture:
            data = self.store.get("picture", image)
            if data is None:
                raise _no_picture(image)
            return from_png(data)

        return await self._pictures.get(image, lambda: self.queue.light(load))

    async def delete_picture(self, image: str, token: str) -> None:
        """Delete an upload for whoever holds its token; raise NotFound or Forbidden."""
        if image in gallery.GALLERY:
            raise Forbidden("The gallery's pictures stay; only your own uploads can be deleted.")
        await self.picture(image)
        if not hmac.compare_digest(token.encode(), self._sign(b"delete " + image.encode()).encode()):
            raise Forbidden(
                "Deleting needs the token that the upload returned, in the header Authorization: Bearer <token>."
            )
        self.store.delete("picture", image)
        self._pictures.forget(image)

    # ---- runs

    async def open(self, document: Document) -> Run:
        """Plan `document`: find its shapes, refuse what cannot be; nothing is computed or kept yet."""
        shape = await self._input_shape(document.input)
        settings = self.settings
        stages = plan(
            document, shape, most_multiplications=settings.run_max_multiplications, most_bytes=settings.run_max_bytes
        )
        return Run(document, shape, stages)

    async def _input_shape(self, source: AnyInput) -> Shape:
        limit = self.settings.working_max_pixels
        if isinstance(source, ValuesInput):
            if source.shape[1] * source.shape[2] > limit:
                raise Unfit(
                    "An input of {rows}×{columns} has more than {most} pixels; give a smaller one.",
                    rows=source.shape[1],
                    columns=source.shape[2],
                    most=f"{limit:,}",
                    pointer="/input/values",
                )
            return source.shape
        picture = await self.picture(source.image)
        rows, columns = wanted_size((picture.height, picture.width), source.height, source.width, limit)
        return source.channels, rows, columns

    async def keep(self, run: Run) -> bool:
        """Keep the document of `run` and of its prefixes under their ids; tell whether it was new."""
        new = self.store.get("document", run.id) is None
        documents = [run.document.prefix(count) for count in range(len(run.stages) + 1)]

        def put() -> None:
            for document in documents:
                if self.store.get("document", document.id) is not None and (
                    self.store.expires_at("document", document.id) is None
                ):
                    continue  # kept for ever
                self.store.put("document", document.id, document.text.encode(), self.settings.upload_ttl)

        await self.queue.light(put)
        return new

    def keep_for_ever(self, document: Document) -> None:
        """Keep a document of ours, and its prefixes, without expiry."""
        for count in range(len(document.layers) + 1):
            prefix = document.prefix(count)
            self.store.put("document", prefix.id, prefix.text.encode(), None)

    async def run(self, run_id: str) -> Run:
        """Return the run that was kept under `run_id`; raise NotFound where it, or its picture, is gone."""
        data = self.store.get("document", run_id)
        if data is None:
            raise NotFound("There is no run {id}, or it has expired; post its document again.", id=run_id[:64])
        return await self.open(read_document(json.loads(data)))

    async def result(self, run: Run, index: int | None) -> Result:
        """Return the result of layer `index` of `run`, computing what is missing up to it; None: of the input."""
        if index is None:
            key = run.document.prefix(0).id
            return await self._results.get(key, lambda: self._make_input(run))
        key = run.document.prefix(index + 1).id
        return await self._results.get(key, lambda: self._make_layer(run, index))

    async def results(self, run: Run) -> list[Result]:
        """Return the results of all layers of `run`."""
        return [await self.result(run, index) for index in range(len(run.stages))]

    async def _make_input(self, run: Run) -> Result:
        source = run.document.input
        picture = await self.picture(source.image) if isinstance(source, ImageInput) else None
        return await self._heavy(lambda: _input_result(source, picture, run.input_shape))

    async def _make_layer(self, run: Run, index: int) -> Result:
        before = await self.result(run, index - 1 if index else None)
        stage = run.stages[index]

        def compute() -> Result:
            weights = stage.layer.weights_for(stage.input_shape)
            with np.errstate(over="ignore", invalid="ignore"):
                output = stage.layer.forward(before.output, weights)
                whole, channels = statistics(output)
            if not np.isfinite([whole.minimum, whole.maximum, whole.mean]).all():
                raise Unfit(
                    "The numbers grow past what float32 holds (about 3.4e38) in layer {number} ({type}); use smaller "
                    "weights or a smaller scale.",
                    number=index + 1,
                    type=stage.layer.type,
                    pointer=f"/layers/{index}",
                )
            output.flags.writeable = False
            return Result(output, whole, channels, weights)

        self.computed += 1
        return await self._heavy(compute)

    async def _heavy(self, job: Callable[[], T]) -> T:
        self._open()
        return await self.queue.heavy(job)

    def _open(self) -> None:
        if self.draining:
            raise Unavailable("The server is shutting down; try again in a moment.", retry_after=5)

    async def close_up(self, run: Run, index: int, place: Place) -> Closeup:
        """Return how the number at `place` of layer `index` came to be; raise NotFound outside the output."""
        before = await self.result(run, index - 1 if index else None)
        after = await self.result(run, index)
        return await self.queue.light(
            lambda: close_up(run.stages, index, place, before.output, after.weights, after.output)
        )

    async def extents(self, run: Run, index: int | None, *, own: bool = False) -> list[float]:
        """Return the end of each map's signed scale: `own`, or one for the layer.

        Layers that only pass values on share the scale of the layer before them, so that a number keeps its colour.
        """
        if own:
            return [max(-map.minimum, map.maximum, 0.0) for map in (await self.result(run, index)).channels]
        source = index
        while source is not None and run.stages[source].layer.keeps_values:
            source = source - 1 if source else None
        whole = (await self.result(run, source)).whole
        shape = run.input_shape if index is None else run.stages[index].output_shape
        return [max(-whole.minimum, whole.maximum, 0.0)] * shape[0]

    async def weight(self, run: Run, index: int | None, name: str) -> Array:
        """Return the array `name` that layer `index` learned, in PyTorch's layout; raise NotFound where it has none."""
        arrays = {} if index is None else (await self.result(run, index)).weights
        if name not in arrays:
            raise NotFound(
                'There is no array "{name}" here; this layer has {names}.',
                name=name[:40],
                names=", ".join(arrays) or "no weights",
            )
        return arrays[name]

    async def picture_png(self, picture: Picture) -> bytes:
        """Return the picture as PNG."""
        return await self.queue.light(lambda: png(picture))

    def close(self) -> None:
        """Stop taking work."""
        self.draining = True
        self.queue.close()


def _input_result(source: AnyInput, picture: Picture | None, shape: Shape) -> Result:
    if isinstance(source, ValuesInput):
        return Result(source.values.array, *statistics(source.values.array), {})
    assert picture is not None
    pixels, real = prepare(picture, shape[1], shape[2], source.fit, source.mode)
    scale = source.scale
    output = scaled(pixels, real, (scale.mean, scale.std) if isinstance(scale, Scale) else scale)
    output.flags.writeable = False
    return Result(output, *statistics(output), {}, pixels)


def _no_picture(image: str) -> NotFound:
    return NotFound(
        "There is no picture {id}, or it has expired; upload it again or choose one from the gallery.",
        id=image[:64],
        pointer="/input/image",
    )
