"""The core that the pages and the API call: documents in, results out, each computed once.

document ─ plan ─► run id ─► one result a prefix    (the input is the prefix of no layers)
"""

import asyncio
import gc
import logging
import math
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TypeVar

from app.budget import Budget, Cache
from app.compute import ComputeQueue, SingleFlightCache
from app.errors import BrokenRequest, NotFound, Unfit, Word
from app.gradients import RunGradients
from app.layers import Place, models
from app.layers.layer import Array
from app.layers.references import PICTURE
from app.machine import give_back_memory
from app.models import SHIPPED
from app.models.uploads import Uploads
from app.networks import Networks
from app.numerics import memory, threads
from app.occlusions import RunOcclusions
from app.passing import Passing
from app.pictures.album import Album
from app.pictures.picture import Picture, wanted_size
from app.pipeline.closeup import Closeup, close_up
from app.pipeline.document import AnyInput, Document, ValuesInput, unpack
from app.pipeline.plan import Stage, plan
from app.results import Chain, Facts, Result, Results, Run
from app.settings import Settings
from app.storage import ExpiryCache, Store
from app.training.next_batch import NextBatches

__all__ = ["Facts", "Lab", "Result", "Run"]

T = TypeVar("T")
log = logging.getLogger(__name__)
SWEEP_EVERY = 600  # seconds
REST_EVERY = 10  # seconds
SPARE = 16  # one part in so many of the memory is the most that the engine keeps at hand to use again
SLIGHT = 4_000_000  # bytes that a picture or a text may take while it is made without being counted
LONG_ENOUGH = 0.999  # of its life: what is to live so much longer is not written again
# in the store, of a document that is the beginning of another: the id of that one, and how many of its layers
LONGER = re.compile(rb"([0-9a-f]{32}) (\d{1,3})")
STAGE, PHASE = 3_000, 120  # bytes, about, of a planned stage, and of a phase of what it has seen
SHORT = 1_000  # characters of a document that are read sooner than another thread wakes
LONG = 100_000  # … and that take long enough to read to need a computing slot


class Lab:
    """Keeps documents, plans runs and computes their results; its album keeps the pictures."""

    def __init__(self, settings: Settings, store: Store, key: bytes) -> None:
        self.settings = settings
        self.store = store
        self.queue = ComputeQueue(settings.compute_slots, settings.waiting_room)
        spare = settings.memory_max_bytes // SPARE
        memory.use(spare)
        self.budget = Budget(settings.memory_max_bytes - spare, settings.waiting_room)
        self.album = Album(settings, store, key, self.queue, self.budget)
        self._expiry = ExpiryCache(store)
        self._kept = ExpiryCache(store)  # of documents that were kept with all their prefixes
        self._results = Results(self.queue, self.album, self.budget)
        self.gradients = RunGradients(settings, self.queue, self.budget, self._results)
        self.passing = Passing(settings, self.queue, self.budget, self.album)
        self.occlusions = RunOcclusions(settings, self.queue, self.budget, self._results)
        self.next_batches: NextBatches | None = None  # of trainings, where there are any
        self._documents: SingleFlightCache[Document] = SingleFlightCache(self.budget, _length)
        self._runs: Cache[Run] = Cache(self.budget, _planned_length)
        self.networks = Networks(settings, self.queue, self.budget, Uploads(settings, store, key))
        models.register(SHIPPED)
        models.register(self.networks.uploads)

    @property
    def computed(self) -> int:
        """Stages computed since the start."""
        return self._results.computed

    # ---- runs

    async def read(self, reading: Callable[[], Document], size: int) -> Document:
        """Return the document that `reading` makes of `size` bytes or characters.

        Short ones are read here and now, others off the event loop, and long ones take a computing slot.
        """

        def read() -> Document:
            document = reading()
            self._refuse_large(document.input)  # before more memory goes into it
            assert document.ids  # hashed here, not on the event loop
            return document

        if size <= SHORT:
            return read()
        return await (self.queue.heavy(read) if size > LONG else self.queue.light(read))

    async def open(self, document: Document) -> Run:
        """Plan `document`: find its shapes, refuse what cannot be; nothing is computed or kept yet."""
        _still_there(document)
        self._refuse_large(document.input)
        image = document.input.image
        return self._planned(document, None if image is None else await self.album.picture(image))

    def _planned(self, document: Document, picture: Picture | None) -> Run:
        """Return the run of a document on a picture, or on its own numbers."""
        source = document.input
        if isinstance(source, ValuesInput):
            run = Run(document, source.shape, ())
        else:
            assert picture is not None
            size, most = (picture.height, picture.width), self.settings.working_max_pixels
            rows, columns = wanted_size(size, source.height, source.width, most)
            run = Run(document, (source.channels, rows, columns), (), picture.pixels.nbytes)
        return replace(run, stages=self.replan(run, document))

    async def outline(self, document: Document) -> Run:
        """Plan `document` as `open` does, for whoever only asks for shapes: no picture is decoded for it.

        An uploaded picture need not be there any longer, where the document says how large it was to be.
        """
        _still_there(document)
        source = document.input
        if isinstance(source, ValuesInput):
            return await self.open(document)
        size, most = await self.album.size(source.image), self.settings.working_max_pixels
        if size is None and (source.height is None or source.width is None):
            await self.album.picture(source.image)  # which says that it is gone
        rows, columns = wanted_size(size or (1, 1), source.height, source.width, most)
        run = Run(document, (source.channels, rows, columns), ())
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

    def _refuse_large(self, source: AnyInput) -> None:
        """Refuse numbers given one by one that are more pixels than a run may have."""
        if isinstance(source, ValuesInput):
            self.refuse_shape(source.shape)

    def refuse_shape(self, shape: tuple[int, ...]) -> None:
        """Refuse a block of numbers of more pixels than a run may have, before it is read; no layer has three axes."""
        limit = self.settings.working_max_pixels
        if len(shape) == 3 and shape[1] * shape[2] > limit:
            raise Unfit(
                "An input of {rows}×{columns} has more than {most} pixels; give a smaller one.",
                rows=shape[1],
                columns=shape[2],
                most=f"{limit:,}",
                pointer="/input/values",
            )

    async def keep(self, run: Run) -> bool:
        """Keep the document of `run` and of its prefixes under their ids; tell whether it was new."""
        return await self.queue.light(lambda: self.keep_now(run))

    async def keep_on(self, run: Run) -> None:
        """Keep `run` unless that was done a moment ago: who looks at one place after another asks for it each time."""

        def keep() -> None:
            self.keep_now(run)
            self._kept.ask("document", run.id)

        if not self._kept.there("document", run.id, LONG_ENOUGH * self.settings.upload_ttl):
            await self.queue.light(keep)

    def keep_now(self, run: Run) -> bool:
        """Do what `keep` does, in a thread that may wait for the store."""
        return self._keep_document(run.document, self.settings.upload_ttl)

    def expires_at(self, run: Run) -> float | None:
        """Return when a kept run goes, be it for its picture or a model, in seconds since 1970; None: it stays.

        To be asked in a thread that may wait for the store.
        """
        image = run.document.input.image
        ends = [self.store.expires_at("document", run.id), self.album.expires_at(image) if image else None]
        for name in run.document.models:
            expiry = models.find(name).expires_at
            ends.append(None if expiry is None else expiry.timestamp())
        soonest = min((end for end in ends if end is not None), default=math.inf)
        return None if soonest == math.inf else soonest

    def keep_longer(self, document: Document, ttl: int) -> None:
        """Keep a document and its prefixes for `ttl` seconds from now, in a thread that may wait for the store."""
        self._keep_document(document, ttl)
        for kept in document.ids:
            self._expiry.forget("document", kept)

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
        if found is None or found < end or not self._kept_whole(document, end):
            self.store.put("document", whole, document.stored(), ttl)
        for count, prefix in enumerate(prefixes):
            expiry = self.store.expires_at("document", prefix)
            if expiry is None or expiry < end:
                self.store.put("document", prefix, f"{whole} {count}".encode(), ttl)
        return found is None

    def _kept_whole(self, document: Document, end: float) -> bool:
        """Tell whether the store has a document's text, or says of which longer document it is the beginning."""
        if self.store.holds("document", document.id, document.stored()):
            return True
        longer = LONGER.fullmatch(self.store.get("document", document.id) or b"")
        return longer is not None and (self.store.expires_at("document", longer[1].decode()) or 0.0) >= end

    async def run(self, run_id: str) -> Run:
        """Return the run that was kept under `run_id`; raise NotFound where it, or its picture, is gone.

        It is planned once for as long as its document is at hand.
        """
        document, run = await self.find(run_id), self._runs.get(run_id)
        if run is None or run.document is not document:
            run = await self.open(document)
            self._runs.keep(run_id, run)
        return replace(run, known=run.known.copy())  # of which each caller has its own, to add to

    async def find(self, run_id: str, *, pictured: bool = True) -> Document:
        """Return the document that was kept under `run_id`; raise NotFound where it is gone, a model that it names or,
        where it is to be `pictured`, its picture.
        """
        if not self._expiry.there("document", run_id) and not await self.queue.light(
            lambda: self._expiry.ask("document", run_id)
        ):  # gone, whatever is still in memory
            self._documents.forget(run_id)
            raise _no_run(run_id)
        document = await self._documents.get(run_id, lambda: self._kept_document(run_id))
        _still_there(document)
        if pictured and document.input.image is not None:
            await self.album.picture(document.input.image)
        return document

    async def _kept_document(self, run_id: str) -> Document:
        """Return the document under `run_id`; raise NotFound where it is not there, or torn and so let go.

        One that names a model that has gone is let go too.
        """
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
        return (await self.some(run, [index]))[0]

    async def results(self, run: Run) -> list[Result]:
        """Return the results of all layers of `run`."""
        return await self.some(run, range(len(run.stages)))

    async def some(self, run: Run, indices: Iterable[int | None]) -> list[Result]:
        """Return several results of `run`; whoever needs more than one asks for them together: memory is taken once."""
        return await self._results.outputs(Chain(run), [_number(index) for index in indices])

    async def facts(self, run: Run) -> list[Facts]:
        """Return what is said of all layers of `run`; its outputs need not fit in memory together."""
        return await self._results.facts(Chain(run), range(len(run.stages)))

    async def shifted(self, run: Run, index: int | None, rows: int, columns: int) -> Result:
        """Return what layer `index` (None: the input) would give had the picture moved down and right by so many cells.

        What the picture leaves free is filled with its edge.
        """
        return (await self._results.outputs(Chain(run, (rows, columns)), [_number(index)]))[0]

    async def last(self, document: Document, data: bytes) -> tuple[Run, Result]:
        """Return the run of a document on the picture in a file, and its last result; nothing is kept of either."""
        _still_there(document)
        picture = await self.album.decoded(data)
        run = self._planned(document, picture)
        return run, await self.passing.last(run, picture)

    async def render(self, job: Callable[[], T], size: int) -> T:
        """Return what `job` makes of results that the caller holds, for which it takes `size` bytes at once."""
        if size <= SLIGHT:
            return await self.queue.light(job)
        return await self.queue.light(job, await self.budget.take(size, ahead=True))

    async def close_up(self, run: Run, index: int, place: Place) -> Closeup:
        """Return how the number at `place` of layer `index` came to be; raise NotFound outside the output."""
        return await self.told_of(run, index, place, lambda closeup: closeup)

    async def told_of(self, run: Run, index: int, place: Place, tell: Callable[[Closeup], T]) -> T:
        """Return what `tell` makes, off the event loop, of how the number at `place` of layer `index` came to be."""
        *before, after = await self.some(run, (*run.stages[index].inputs, index))
        inputs = [result.output for result in before]
        return await self.queue.light(
            lambda: tell(close_up(run.stages, index, place, inputs, after.weights, after.output))
        )

    async def extents(self, run: Run, index: int | None, *, own: bool = False) -> list[float]:
        """Return the end of each map's signed scale: `own`, or one for the layer.

        Layers that only pass values on share the scale of the layer before them, so that a number keeps its colour.
        """
        if own and (channels := (await self._facts(run, index)).channels):
            return [max(-part.minimum, part.maximum, 0.0) for part in channels]
        source = index
        while source is not None and run.stages[source].layer.keeps_scale:
            source = None if (before := run.stages[source].inputs[0]) == PICTURE else before
        whole = (await self._facts(run, source)).whole
        shape = run.input_shape if index is None else run.stages[index].output_shape
        return [max(-whole.minimum, whole.maximum, 0.0)] * shape[0]

    async def _facts(self, run: Run, index: int | None) -> Facts:
        return (await self._results.facts(Chain(run), [_number(index)]))[0]

    async def weight(self, run: Run, index: int | None, name: str) -> Array:
        """Return the array `name` that layer `index` learned, in PyTorch's layout; raise NotFound where it has none."""
        arrays = {} if index is None else (await self.result(run, index)).weights
        if name not in arrays:
            raise NotFound(
                'There is no array "{name}" here; this layer has {names}.',
                name=name[:40],
                names=", ".join(arrays) or Word("no weights"),
            )
        return arrays[name]

    async def rest(self) -> None:
        """Give back to the system what is not needed just now, every few seconds in which something is done."""
        rested = 0
        while True:
            await asyncio.sleep(REST_EVERY)
            self.budget.rest()
            if rested != self.budget.changes:
                rested = self.budget.changes
                memory.give_back()
                threads.give_back()
                await self.queue.light(give_back_memory)

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
        models.forget(SHIPPED)
        models.forget(self.networks.uploads)


def _number(index: int | None) -> int:
    return PICTURE if index is None else index


def _length(document: Document) -> int:
    return 2 * document.input.length + sum(layer.length for layer in document.layers)


def _planned_length(run: Run) -> int:
    fields = (field for stage in run.stages for ways in stage.ways for field in ways.fields)
    return _length(run.document) + STAGE * len(run.stages) + PHASE * sum(len(field.phases) for field in fields)


def _still_there(document: Document) -> None:
    """Raise NotFound where a model has expired whose weights a document has: so have its runs."""
    for name in document.models:
        models.find(name)


def _no_run(run_id: str) -> NotFound:
    return NotFound("There is no run {id}, or it has expired; post its document again.", id=run_id[:64])
