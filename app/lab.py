"""The core that the pages and the API call: documents in, results out, each computed once.

document ─ plan ─► run id ─► one result a prefix    (the input is the prefix of no layers)
"""

import asyncio
import gc
import logging
import math
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np

from app.compute import ComputeQueue, SingleFlightCache, give_back_memory
from app.errors import BrokenRequest, Mistake, NotFound, Unfit
from app.layers import Place, Shape
from app.layers.layer import Array, Weights
from app.numerics.shift import shifted
from app.numerics.statistics import Statistics, statistics
from app.pictures.album import Album
from app.pictures.intake import read_picture
from app.pictures.picture import Picture, prepare, scaled, wanted_size
from app.pipeline.closeup import Closeup, close_up
from app.pipeline.document import AnyInput, Document, ImageInput, Scale, ValuesInput, unpack
from app.pipeline.plan import Known, Stage, plan
from app.settings import Settings
from app.storage import ExpiryCache, Store

log = logging.getLogger(__name__)
SWEEP_EVERY = 600  # seconds
LONG_ENOUGH = 0.999  # of its life: what is to live so much longer is not written again
QUICK = 50_000_000  # multiplications, a few milliseconds: layers that take less together are computed in one job
LONGER = re.compile(
    rb"([0-9a-f]{32}) (\d{1,3})"
)  # in the store: the id of a longer document, and how many of its layers
LARGE = 30_000_000  # bytes of one layer's maps
LEAST = 100_000  # bytes that a result counts as: many small ones are made sooner than looked through for garbage
SHORT = 1_000  # characters of a document that are read sooner than another thread wakes
LONG = 100_000  # … and that take long enough to read to need a computing slot


@dataclass(frozen=True)
class Result:
    """What one stage, or the input, gives: its array and what is said of it."""

    output: Array
    whole: Statistics
    channels: tuple[Statistics, ...]  # one a map; none of a vector
    weights: Weights
    pixels: np.ndarray | None = None  # of an input made from a picture: uint8 (channels, rows, columns)

    @property
    def bytes(self) -> int:
        arrays = [self.output, *self.weights.values(), *([] if self.pixels is None else [self.pixels])]
        return sum(array.nbytes for array in arrays)


@dataclass(frozen=True)
class Run:
    """A document on its way: everything known of it before any arithmetic."""

    document: Document
    input_shape: Shape
    stages: tuple[Stage, ...]
    known: Known = field(default_factory=dict, compare=False, repr=False)  # for documents that are nearly this one

    @property
    def id(self) -> str:
        return self.document.id


class Lab:
    """Keeps documents, plans runs and computes their results; its album keeps the pictures."""

    def __init__(self, settings: Settings, store: Store, key: bytes) -> None:
        self.settings = settings
        self.store = store
        self.queue = ComputeQueue(settings.compute_slots, settings.waiting_room)
        self.album = Album(settings, store, key, self.queue)
        self._expiry = ExpiryCache(store)
        self._results: SingleFlightCache[Result] = SingleFlightCache(
            settings.cache_bytes, lambda result: max(result.bytes, LEAST)
        )
        self._documents = SingleFlightCache[Document](settings.cache_bytes // 16, _length)
        self.computed = 0  # stages computed since the start; tests hold "once" by it

    # ---- runs

    async def read(self, reading: Callable[[], Document], size: int) -> Document:
        """Return the document that `reading` makes of `size` bytes or characters.

        Short ones are read here and now, others off the event loop, and long ones take a computing slot.
        """

        def read() -> Document:
            document = reading()
            assert document.ids  # hashed here, not on the event loop
            return document

        if size <= SHORT:
            return read()
        return await (self.queue.heavy(read) if size > LONG else self.queue.light(read))

    async def open(self, document: Document) -> Run:
        """Plan `document`: find its shapes, refuse what cannot be; nothing is computed or kept yet."""
        run = Run(document, await self._input_shape(document.input), ())
        return replace(run, stages=self.replan(run, document))

    def replan(self, run: Run, document: Document) -> tuple[Stage, ...]:
        """Return the stages of other layers on the input of `run`; quick where they are mostly the same ones."""
        settings = self.settings
        return plan(
            document,
            run.input_shape,
            most_multiplications=settings.run_max_multiplications,
            most_bytes=settings.run_max_bytes,
            known=run.known,
        )

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
        picture = await self.album.picture(source.image)
        rows, columns = wanted_size((picture.height, picture.width), source.height, source.width, limit)
        return source.channels, rows, columns

    async def keep(self, run: Run) -> bool:
        """Keep the document of `run` and of its prefixes under their ids; tell whether it was new."""
        return await self.queue.light(lambda: self.keep_now(run))

    def keep_now(self, run: Run) -> bool:
        """Do what `keep` does, in a thread that may wait for the store."""
        return self._keep_document(run.document, self.settings.upload_ttl)

    def keep_for_ever(self, document: Document) -> None:
        """Keep a document of ours, and its prefixes, without expiry."""
        self._keep_document(document, None)

    def _keep_document(self, document: Document, ttl: int | None) -> bool:
        """Keep the text once, and under the id of each prefix where it is found; what is kept for ever stays so.

        What lives nearly as long already is not written again: of a document that is edited most is. What a crash has
        torn is.
        """
        *prefixes, whole = document.ids
        found = self.store.expires_at("document", whole)
        end = math.inf if ttl is None else self.store.now() + LONG_ENOUGH * ttl
        text = document.text.encode()
        if found is None or found < end or not _kept_whole(self.store.get("document", whole), text):
            self.store.put("document", whole, text, ttl)
        for count, prefix in enumerate(prefixes):
            expiry = self.store.expires_at("document", prefix)
            if expiry is None or expiry < end:
                self.store.put("document", prefix, f"{whole} {count}".encode(), ttl)
        return found is None

    async def run(self, run_id: str) -> Run:
        """Return the run that was kept under `run_id`; raise NotFound where it, or its picture, is gone."""
        return await self.open(await self.find(run_id))

    async def find(self, run_id: str) -> Document:
        """Return the document that was kept under `run_id`; raise NotFound where it, or its picture, is gone."""
        if not self._expiry.there("document", run_id) and not await self.queue.light(
            lambda: self._expiry.ask("document", run_id)
        ):  # gone, whatever is still in memory
            self._documents.forget(run_id)
            raise _no_run(run_id)
        document = await self._documents.get(run_id, lambda: self._kept_document(run_id))
        if document.input.image is not None:
            await self.album.picture(document.input.image)
        return document

    async def _kept_document(self, run_id: str) -> Document:
        """Return the document under `run_id`; raise NotFound where it is not there, or torn and so let go."""
        data = await self.queue.light(lambda: self.store.get("document", run_id))
        if data is None:
            raise _no_run(run_id)
        document = None
        try:
            if longer := LONGER.fullmatch(data):
                whole, count = longer[1].decode(), int(longer[2])
                found = await self._kept_document(whole) if whole != run_id else None
                if found and found.ids[count : count + 1] == (run_id,):
                    document = found.prefix(count)
            else:
                document = await self.read(lambda: unpack(data), len(data))
        except (NotFound, BrokenRequest, Unfit, ValueError, TypeError) as error:
            log.warning("The document %s is torn in the store (%s).", run_id, error)
        if document is None or document.id != run_id:
            await self.queue.light(lambda: self.store.delete("document", run_id))
            self._expiry.forget("document", run_id)
            raise _no_run(run_id)
        return document

    async def result(self, run: Run, index: int | None) -> Result:
        """Return the result of layer `index` of `run`, computing what is missing up to it; None: of the input."""
        last = -1 if index is None else index
        keys = run.document.ids
        if not self._results.has(keys[last + 1]):
            first = self._first_missing(run, last)
            job = asyncio.ensure_future(self._make(run, first, last))
            for place, key in enumerate(keys[first + 1 : last + 2]):
                self._results.begin(key, partial(_outcome, job, place))
        return await self._results.found(keys[last + 1])

    async def results(self, run: Run) -> list[Result]:
        """Return the results of all layers of `run`."""
        if run.stages:
            await self.result(run, len(run.stages) - 1)  # and with it, in as few jobs as can be, those before
        return [await self.result(run, index) for index in range(len(run.stages))]

    def _first_missing(self, run: Run, last: int) -> int:
        """Return the first of the stages up to `last` (−1: the input) that are to be computed in one job with it."""
        costs = [stage.layer.cost(stage.input_shape) for stage in run.stages[: last + 1]]
        for first in range(last, -1, -1):
            if self._results.has(run.document.ids[first]) or sum(costs[max(first - 1, 0) :]) > QUICK:
                return first
        return -1

    async def _make(self, run: Run, first: int, last: int) -> list[Result | Mistake]:
        """Compute the stages from `first` (−1: the input) to `last` in one job, up to one that cannot be."""
        source = run.document.input
        picture = await self.album.picture(source.image) if first < 0 and isinstance(source, ImageInput) else None
        before = await self.result(run, first - 1 if first else None) if first >= 0 else None

        def job() -> list[Result | Mistake]:
            result, found = before, list[Result | Mistake]()
            try:
                for number in range(first, last + 1):
                    if result is None:
                        result = _input_result(source, picture, run.input_shape)
                    else:
                        result = _layer_result(run.stages[number], result)
                    found.append(result)
            except Mistake as mistake:
                found += [mistake] * (last + 1 - first - len(found))
            return found

        found = await self.queue.heavy(job)
        self.computed += sum(isinstance(result, Result) for result in found[first < 0 :])
        return found

    async def shifted(self, run: Run, index: int | None, rows: int, columns: int) -> Result:
        """Return what layer `index` (None: the input) would give had the picture moved down and right by so many cells.

        What the picture leaves free is filled with its edge. These results are of no document; they are kept beside
        the others, under the id of the layers that made them and the shift.
        """
        if not (rows or columns):
            return await self.result(run, index)
        key = f"{run.document.ids[0 if index is None else index + 1]} moved {rows} {columns}"
        return await self._results.get(key, lambda: self._make_shifted(run, index, rows, columns))

    async def _make_shifted(self, run: Run, index: int | None, rows: int, columns: int) -> Result:
        if index is None:
            source = await self.result(run, None)
            return await self.queue.heavy(lambda: _shifted_input(source, rows, columns))
        before = await self.shifted(run, index - 1 if index else None, rows, columns)
        return await self.queue.heavy(lambda: _layer_result(run.stages[index], before))

    async def passing(self, run: Run, index: int, data: bytes) -> Result:
        """Return what layer `index` of `run` gives for the picture in the bytes of a file, of which nothing is kept."""

        def passed() -> Result:
            result = _input_result(run.document.input, read_picture(data, self.settings), run.input_shape)
            for stage in run.stages[: index + 1]:
                result = _layer_result(stage, result)
            return result

        return await self.queue.heavy(passed)

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
        if own and (channels := (await self.result(run, index)).channels):
            return [max(-part.minimum, part.maximum, 0.0) for part in channels]
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

    async def sweep(self) -> None:
        """Remove what has expired from the store, and what is garbage, every ten minutes, until cancelled."""
        while True:
            await asyncio.sleep(SWEEP_EVERY)
            gc.collect()
            try:
                await self.queue.light(self.store.sweep)
            except Exception:  # a store that is away now may be back next time
                log.exception("the store could not be swept")

    def close(self) -> None:
        """Stop taking work."""
        self.queue.close()


async def _outcome(job: Awaitable[list[Result | Mistake]], place: int) -> Result:
    """Return one of the results of a job, or raise what stood in its way."""
    found = (await job)[place]
    if isinstance(found, Mistake):
        raise found
    return found


def _layer_result(stage: Stage, before: Result) -> Result:
    if 4 * math.prod(stage.output_shape) > LARGE:
        give_back_memory()
    weights = stage.layer.weights_for(stage.input_shape)
    with np.errstate(over="ignore", invalid="ignore"):
        output = stage.layer.forward(before.output, weights)
        whole, channels = statistics(output.reshape(1, 1, -1) if stage.vector else output)
    if not np.isfinite([whole.minimum, whole.maximum, whole.mean]).all():
        raise Unfit(
            "The numbers grow past what float32 holds (about 3.4e38) in layer {number} ({type}); use smaller "
            "weights or a smaller scale.",
            number=stage.index + 1,
            type=stage.layer.type,
            pointer=f"/layers/{stage.index}",
        )
    output.flags.writeable = False
    return Result(output, whole, () if stage.vector else channels, weights)


def _shifted_input(source: Result, rows: int, columns: int) -> Result:
    output = shifted(source.output, rows, columns)
    output.flags.writeable = False
    pixels = None if source.pixels is None else shifted(source.pixels, rows, columns)
    return Result(output, *statistics(output), {}, pixels)


def _input_result(source: AnyInput, picture: Picture | None, shape: Shape) -> Result:
    if isinstance(source, ValuesInput):
        return Result(source.values.array, *statistics(source.values.array), {})
    assert picture is not None
    pixels, real = prepare(picture, shape[1], shape[2], source.fit, source.mode)
    scale = source.scale
    output = scaled(pixels, real, (scale.mean, scale.std) if isinstance(scale, Scale) else scale)
    output.flags.writeable = False
    return Result(output, *statistics(output), {}, pixels)


def _length(document: Document) -> int:
    return len(document.input.text) + sum(len(layer.text) for layer in document.layers)


def _kept_whole(data: bytes | None, text: bytes) -> bool:
    """Tell whether what is in the store is a document's text, or says of which longer document it is the beginning."""
    return data is not None and (data == text or LONGER.fullmatch(data) is not None)


def _no_run(run_id: str) -> NotFound:
    return NotFound("There is no run {id}, or it has expired; post its document again.", id=run_id[:64])
