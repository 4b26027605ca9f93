"""Results of runs: computed while somebody waits for them, each once, and kept while there is room.

    document ─ plan ─► run ─► one result a prefix    (the input is the prefix of no layers)

A stage reads the outputs of any before it. What is asked for together is one piece of work: those stages, and the ones
that they need. It takes its share of the memory before it begins, for the largest of its steps and for the outputs that
are waited for; all other outputs are let go as soon as the last layer that reads them is done, unless there is room to
keep them. What is said of them, their facts, stays. Between layers the work looks whether
anybody still waits, and stops where all have gone.
"""

import asyncio
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple
from weakref import WeakValueDictionary

import numpy as np

from app.budget import Budget, Cache, Share
from app.compute import ComputeQueue, closing
from app.errors import Mistake, Unfit
from app.layers import Shape
from app.layers.layer import MOST_CHANNELS, Array, Weights
from app.layers.references import PICTURE, last_readers
from app.machine import give_back_memory
from app.numerics.shift import shifted
from app.numerics.statistics import Statistics, statistics
from app.numerics.window import Pair
from app.numerics.winograd import known_bytes
from app.pictures.album import Album
from app.pictures.picture import Picture, prepare, scaled
from app.pipeline.document import AnyInput, Document, ImageInput, Scale, ValuesInput
from app.pipeline.plan import Known, Stage, needed

QUICK = 50_000_000  # multiplications, a few milliseconds: layers that take less together are computed in one job …
SLIGHT = 8_000_000  # … where their outputs take no more than so many bytes
LARGE = 30_000_000  # bytes of one layer's maps
LEAST = 100_000  # bytes that a result counts as: many small ones are made sooner than looked through for garbage
STATISTICS = 400  # bytes, about, of one map's
DECODING = 4  # times the bytes of a picture's pixels that reading them from the store and resizing them takes


@dataclass(frozen=True)
class Facts:
    """What is said of a result; it stays when the output has been let go."""

    whole: Statistics
    channels: tuple[Statistics, ...]  # one a map; none of a vector
    arrays: tuple[str, ...]  # names of what the layer learned
    numbers: tuple[float, ...]  # of a vector that is not too long to be told

    @property
    def bytes(self) -> int:
        return STATISTICS * (1 + len(self.channels)) + 32 * len(self.numbers)


@dataclass(frozen=True)
class Result:
    """What one stage, or the input, gives: its array and what is said of it."""

    output: Array
    weights: Weights = field(default_factory=dict)
    vector: bool = False
    pixels: np.ndarray | None = None  # of an input made from a picture: uint8 (channels, rows, columns)

    @cached_property
    def statistics(self) -> tuple[Statistics, tuple[Statistics, ...]]:
        """Those of all numbers and of each map, found once: who makes a result that is kept asks for them there."""
        whole, channels = statistics(self.output.reshape(1, 1, -1) if self.vector else self.output)
        return whole, () if self.vector else channels

    @property
    def whole(self) -> Statistics:
        return self.statistics[0]

    @property
    def channels(self) -> tuple[Statistics, ...]:
        """Those of each map; none of a vector."""
        return self.statistics[1]

    @property
    def bytes(self) -> int:
        arrays = [self.output, *self.weights.values(), *([] if self.pixels is None else [self.pixels])]
        beside = sum(known_bytes(weight) for weight in self.weights.values())
        beside += 0 if self.vector else STATISTICS * len(self.output)
        return max(LEAST, sum(array.nbytes for array in arrays) + beside)

    @property
    def facts(self) -> Facts:
        numbers = () if self.channels or self.output.size > MOST_CHANNELS else tuple(self.output.ravel().tolist())
        return Facts(self.whole, self.channels, tuple(self.weights), numbers)


@dataclass(frozen=True)
class Run:
    """A document on its way: everything known of it before any arithmetic."""

    document: Document
    input_shape: Shape
    stages: tuple[Stage, ...]
    source_bytes: int = 0  # of the picture that it reads
    known: Known = field(default_factory=dict, compare=False, repr=False)  # for documents that are nearly this one

    @property
    def id(self) -> str:
        return self.document.id


class Step(NamedTuple):
    """One stage, or −1: the input; and whether its output is wanted, or only what is said of it."""

    number: int
    output: bool


class Chain:
    """The stages of a run, on its picture as it is or moved down and right by so many cells.

    What a moved picture leaves free is filled with its edge. Its results are of no document; they are kept beside the
    others, under the id of the layers that made them and the shift.
    """

    def __init__(self, run: Run, shift: Pair = (0, 0)) -> None:
        self.run = run
        self.shift = shift

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """The names of its results, that of the input first."""
        ids = self.run.document.ids
        return tuple(f"{one} moved {self.shift[0]} {self.shift[1]}" for one in ids) if any(self.shift) else ids

    def key(self, number: int) -> str:
        return self.keys[number + 1]

    def output_bytes(self, number: int) -> int:
        """Return the bytes of the output of a stage, and of what it learned."""
        if number < 0:
            return 5 * math.prod(self.run.input_shape)  # the pixels too
        return self.run.stages[number].bytes

    def working_bytes(self, number: int) -> int:
        """Return the bytes that computing a stage takes beside its input and its output."""
        if number < 0:  # moved, the picture as it is stands beside it
            return DECODING * self.run.source_bytes + (13 if any(self.shift) else 8) * math.prod(self.run.input_shape)
        return self.run.stages[number].working_bytes

    def reads(self, number: int) -> tuple[int, ...]:
        """Return which outputs a stage reads."""
        return self.run.stages[number].inputs if number >= 0 else ()

    def needed(self, wanted: Iterable[int], there: Callable[[int], bool] = lambda _: False) -> list[int]:
        """Return which stages are to be computed for some that are wanted, in order; others may be `there` already."""
        return needed(self.run.stages, wanted, there)

    def readers(self, numbers: Iterable[int]) -> dict[int, int]:
        """Return the last of some stages, in their order, to read each of the outputs that they read."""
        return last_readers((number, self.reads(number)) for number in numbers)

    def jobs(self, numbers: Sequence[int]) -> Iterator[Sequence[int]]:
        """Part stages, in their order, into those that are computed in one job each: quick ones together."""
        begun, cost, size = 0, 0, 0
        for at, number in enumerate(numbers):
            own = self.run.stages[number].cost if number >= 0 else 0
            cost += own
            size += self.output_bytes(number)
            if at > begun and (cost > QUICK or size > SLIGHT):
                yield numbers[begun:at]
                begun, cost, size = at, own, self.output_bytes(number)
        yield numbers[begun:]

    def peak(self, jobs: Iterable[Sequence[int]], wanted: Iterable[int] = ()) -> int:
        """Return the most bytes that are held at once while the stages of some jobs are computed.

        What is waited for is held from then on, everything else until the job is done in which it is read for the last
        time; what is there before as well.
        """
        jobs, wanted = list(jobs), set(wanted)
        readers = self.readers(number for job in jobs for number in job)
        held = {source: self.output_bytes(source) for source in readers.keys() - {one for job in jobs for one in job}}
        size, most = sum(held.values()), 0
        for job in jobs:
            made = {number: self.output_bytes(number) for number in job}
            most = max(most, size + sum(made.values()) + max(map(self.working_bytes, job)))
            held |= made
            read = {source for number in job for source in self.reads(number)}
            for number in (read | made.keys()) - wanted:
                if readers.get(number, -1) <= job[-1]:
                    size -= 0 if number in made else held[number]
                    del held[number]
            size += sum(made[number] for number in made.keys() & held.keys())
        return most

    def passing_bytes(self, numbers: Sequence[int]) -> int:
        """Return the most bytes that are held at once where nothing but some outputs is kept, each stage a job."""
        return self.peak(([number] for number in self.needed(numbers)), numbers)

    def compute(self, number: int, sources: Sequence[Result], picture: Picture | None) -> Result:
        """Return the result of a stage, read from those of its inputs."""
        if number >= 0:
            result = layer_result(self.run.stages[number], sources, kept=True)
        else:
            result = input_result(self.run.document.input, picture, self.run.input_shape)
            result = _moved(result, self.shift) if any(self.shift) else result
        assert result.statistics  # found here, not on the event loop
        return result


class Work:
    """Stages of a chain on their way, in their order, and those who wait for some of them."""

    def __init__(self, chain: Chain, numbers: Sequence[int], sources: "dict[int, Result | Expected]") -> None:
        self.chain, self.numbers = chain, numbers
        self.sources = sources  # outputs that it reads and does not make
        self.callers = 0
        self.peak = 0  # bytes, for the outputs that were wanted when it was begun; others take their share themselves
        self.stopped = False
        self.leaves = True  # at once when it is stopped: no thread works for it just now
        self.wanted: dict[Step, asyncio.Future[Result | Facts]] = {}
        self.shares: list[Share] = []
        self.stood: Exception = closing()  # in the way of what is still wanted at the end
        self.task: asyncio.Task[None] | None = None

    def want(self, step: Step) -> asyncio.Future[Result | Facts]:
        """Return what will be there once the stage has been computed."""
        if step not in self.wanted:
            self.wanted[step] = asyncio.get_running_loop().create_future()
        return self.wanted[step]

    def pass_on(self, size: int) -> None:
        """Give back so much of what was taken, since it is counted for itself from now on."""
        for share in self.shares:
            held = share.size
            share.shrink(size)
            size -= held - share.size

    def give(self, step: Step, found: Result | Facts | BaseException) -> None:
        """Let those who wait for a step have it, or what stood in its way."""
        future = self.wanted.pop(step, None)
        if future is None or future.done():
            return
        if isinstance(found, BaseException):
            future.set_exception(found)
            future.exception()  # seen, even where everybody who asked has gone
        else:
            future.set_result(found)


class Expected(NamedTuple):
    """What is on its way, and by which work."""

    work: Work
    future: asyncio.Future[Result | Facts]


class Results:
    """Computes what is asked for."""

    def __init__(self, queue: ComputeQueue, album: Album, budget: Budget) -> None:
        self._queue, self._album, self._budget = queue, album, budget
        self._kept: Cache[Result] = Cache(budget, lambda result: result.bytes, lives=True)
        self._facts: Cache[Facts] = Cache(budget, lambda facts: facts.bytes)
        self._live: WeakValueDictionary[str, Result] = WeakValueDictionary()  # kept or still looked at
        self._coming: dict[str, Work] = {}
        self.computed = 0  # stages computed since the start; tests hold "once" by it

    async def outputs(self, chain: Chain, numbers: Sequence[int]) -> list[Result]:
        """Return the results of stages of a chain (−1: the input), all at once."""
        found = await self._found(chain, [Step(number, True) for number in numbers])
        return [result for result in found if isinstance(result, Result)]

    async def facts(self, chain: Chain, numbers: Sequence[int]) -> list[Facts]:
        """Return what is said of stages of a chain; their outputs need not be there at once."""
        found = await self._found(chain, [Step(number, False) for number in numbers])
        return [facts for facts in found if isinstance(facts, Facts)]

    async def _found(self, chain: Chain, steps: Sequence[Step]) -> list[Result | Facts]:
        found = {step: self._at_hand(chain, step) for step in steps}
        missing = self._expect(chain, [step for step in found if found[step] is None])
        works = {work for work, _ in missing.values()}
        for work in works:
            work.callers += 1
            self._settle(work)
        try:
            for step, (_, future) in missing.items():
                found[step] = await asyncio.shield(future)
        finally:
            for work in works:
                self._leave(work)
        return [one for step in steps if (one := found[step]) is not None]

    def _at_hand(self, chain: Chain, step: Step) -> Result | Facts | None:
        """Return what is there already."""
        key = chain.key(step.number)
        if not step.output and (facts := self._facts.get(key)) is not None:
            return facts
        result = self._kept.get(key) or self._live.get(key)
        return result if result is None or step.output else result.facts

    def _expect(self, chain: Chain, steps: Sequence[Step]) -> "dict[Step, Expected]":
        """Return the work by which each step that is missing will be there; begin it for those that have none."""
        found = {step: joined for step in steps if (joined := self._joined(chain, step)) is not None}
        begun = [step for step in steps if step not in found]
        if begun:
            work = self._begin(chain, {step.number for step in begun})
            found |= {step: Expected(work, work.want(step)) for step in begun}
        return found

    def _begin(self, chain: Chain, wanted: set[int]) -> Work:
        """Begin work on some stages, and on those that they need and that are neither there nor on their way."""
        sources = dict[int, Result | Expected]()

        def there(number: int) -> bool:
            if number not in sources and (source := self._source(chain, number)) is not None:
                sources[number] = source
            return number in sources

        numbers = chain.needed(wanted, there)
        work = Work(chain, numbers, sources)
        for number in numbers:
            self._coming.setdefault(chain.key(number), work)
        work.task = asyncio.ensure_future(self._carry_out(work))
        work.task.add_done_callback(lambda _: self._end(work))
        return work

    def _source(self, chain: Chain, number: int) -> "Result | Expected | None":
        """Return the output of a stage where it is there or on its way, for work that reads it."""
        found = self._at_hand(chain, Step(number, True))
        if isinstance(found, Result):
            return found
        joined = self._joined(chain, Step(number, True))
        if joined is not None:
            joined.work.callers += 1
        return joined

    def _joined(self, chain: Chain, step: Step) -> Expected | None:
        """Return the work that has a step on its way; None where there is none, or no room to hold its output."""
        work = self._coming.get(chain.key(step.number))
        if work is None or work.stopped:
            return None
        if step.output and work.peak and step not in work.wanted:
            share = self._budget.take_now(chain.output_bytes(step.number)) if work.shares else None
            if share is None:
                return None
            work.shares.append(share)
        return Expected(work, work.want(step))

    def _settle(self, work: Work) -> None:
        """Find how much memory work that has just been begun needs, and take it where it is to be had at once."""
        if work.peak:
            return
        wanted = [step.number for step in work.wanted if step.output]
        work.peak = work.chain.peak(work.chain.jobs(work.numbers), wanted)
        if (share := self._budget.take_now(work.peak)) is not None:
            work.shares.append(share)

    def _shorten(self, work: Work) -> None:
        """Let work that has waited begin behind what others have computed meanwhile."""
        if not work.wanted or any(isinstance(source, Expected) for source in work.sources.values()):
            return
        sources = dict[int, Result]()

        def there(number: int) -> bool:
            found = work.sources.get(number) or self._at_hand(work.chain, Step(number, True))
            if isinstance(found, Result):
                sources[number] = found
            return number in sources

        numbers = work.chain.needed({step.number for step in work.wanted}, there)
        self._forget(work, set(work.numbers).difference(numbers))
        work.numbers, work.sources = numbers, dict(sources)

    def _leave(self, work: Work) -> None:
        """Count one caller less; stop work that nobody waits for."""
        work.callers -= 1
        if work.callers or work.task is None or work.task.done():
            return
        work.stopped = True
        self._forget(work, work.numbers)
        if work.leaves:
            work.task.cancel()

    def _forget(self, work: Work, numbers: Iterable[int]) -> None:
        for number in numbers:
            if self._coming.get(key := work.chain.key(number)) is work:
                del self._coming[key]

    async def _carry_out(self, work: Work) -> None:
        """Compute the stages of a work one after another, and give them to those who wait."""
        try:
            if not work.shares:
                work.shares.append(await self._budget.take(work.peak))
                self._shorten(work)
            await self._compute(work)
        except asyncio.CancelledError:
            if not work.stopped:
                raise
        except Exception as error:  # noqa: BLE001 - those who wait are told
            work.stood = error

    def _end(self, work: Work) -> None:
        """Give back what a work has taken, even where it was stopped before it began."""
        self._let_go(work)
        self._forget(work, work.numbers)
        for share in work.shares:
            share.give_back()
        for step in list(work.wanted):
            work.give(step, work.stood)

    async def _compute(self, work: Work) -> None:
        chain, held, picture = work.chain, await self._before(work), None
        readers, known = chain.readers(work.numbers), False
        given = chain.run.document.input
        if PICTURE in work.numbers and isinstance(given, ImageInput):
            picture = await self._album.picture(given.image, taken=True)
        for numbers in chain.jobs(work.numbers):
            await self._queue.enter(known=known)
            known, work.leaves = True, False
            made = await self._queue.begin(_job(work, numbers, held, picture))
            work.leaves, picture = True, None
            for number, result in zip(numbers, made, strict=False):
                if isinstance(result, Mistake):
                    raise result
                self._made(work, number, result)
                held[number] = result
            if work.stopped:
                return
            del made, result
            for number in [number for number in held if readers.get(number, -1) <= numbers[-1]]:
                del held[number]

    async def _before(self, work: Work) -> dict[int, Result]:
        """Return the results that a work reads and does not make, and hold on to them no longer."""
        found = dict[int, Result]()
        for number, source in work.sources.items():
            result = await asyncio.shield(source.future) if isinstance(source, Expected) else source
            assert isinstance(result, Result)
            found[number] = result
        self._let_go(work)
        return found

    def _let_go(self, work: Work) -> None:
        """Wait no longer for what others make, and hold on to nothing that they have made."""
        sources, work.sources = work.sources, {}
        for source in sources.values():
            if isinstance(source, Expected):
                self._leave(source.work)

    def _made(self, work: Work, number: int, result: Result) -> None:
        """Keep a result that has just been computed, and give it to those who wait for it."""
        self.computed += number >= 0
        key, step = work.chain.key(number), Step(number, True)
        if self._coming.get(key) is work:
            del self._coming[key]
        self._live[key] = result
        facts, waited, size = result.facts, step in work.wanted, result.bytes
        self._facts.keep(key, facts)
        if waited:
            work.pass_on(size)
        if not self._kept.keep(key, result) and waited:
            self._budget.hold(result, size)
        work.give(Step(number, False), facts)
        work.give(step, result)


def _job(
    work: Work, numbers: Sequence[int], held: Mapping[int, Result], picture: Picture | None
) -> Callable[[], list[Result | Mistake]]:
    """Return what computes some stages of a work, up to one that cannot be, while somebody waits."""

    def job() -> list[Result | Mistake]:
        found, made = dict(held), list[Result | Mistake]()
        for number in numbers:
            if work.stopped:
                break
            try:
                sources = [found[source] for source in work.chain.reads(number)]
                found[number] = work.chain.compute(number, sources, picture)
            except Mistake as mistake:
                made.append(mistake)
                break
            made.append(found[number])
        return made

    return job


def layer_result(stage: Stage, sources: Sequence[Result], *, kept: bool = False) -> Result:
    """Return what a stage makes of the results that it reads; raise Unfit where numbers grow past float32.

    Of one that is `kept` the statistics are found too, and say whether they did.
    """
    if 4 * math.prod(stage.output_shape) > LARGE:
        give_back_memory()
    weights = stage.layer.weights_for(stage.input_shape)
    with np.errstate(over="ignore", invalid="ignore"):
        output = stage.layer.compute([source.output for source in sources], weights)
        result = Result(output, weights, stage.vector)
        least, most = result.whole[:2] if kept else (output.min(), output.max())
    if not (math.isfinite(least) and math.isfinite(most)):
        raise Unfit(
            "The numbers grow past what float32 holds (about 3.4e38) in layer {number} ({type}); use smaller "
            "weights or a smaller scale.",
            number=stage.index + 1,
            type=stage.layer.type,
            pointer=f"/layers/{stage.index}",
        )
    output.flags.writeable = False
    return result


def input_result(source: AnyInput, picture: Picture | None, shape: Shape) -> Result:
    """Return what an input gives; `picture` where it is one."""
    if isinstance(source, ValuesInput):
        return Result(source.values.array)
    assert picture is not None
    pixels, real = prepare(picture, shape[1], shape[2], source.fit, source.mode, source.resample)
    scale = source.scale
    output = scaled(pixels, real, (scale.mean, scale.std) if isinstance(scale, Scale) else scale)
    output.flags.writeable = False
    return Result(output, pixels=pixels)


def _moved(source: Result, shift: Pair) -> Result:
    output = shifted(source.output, *shift)
    output.flags.writeable = False
    pixels = None if source.pixels is None else shifted(source.pixels, *shift)
    return Result(output, pixels=pixels)
