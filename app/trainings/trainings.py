"""All trainings of this server: who may begin one, what their owners say, and when they end.

What nobody watches ends. What is at rest lies in the store, where whoever has its id finds it again.
"""

import asyncio
import hashlib
import json
import logging
import secrets
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Iterable
from typing import Any, Literal

from app.errors import Busy, Forbidden
from app.lab import Lab
from app.layers import models
from app.training.course import NOTHING, Course
from app.training.data import DataSet
from app.training.trainer import State
from app.training.training import Training
from app.trainings.admission import Admission, Owners
from app.trainings.archive import Archive
from app.trainings.batches import Batches
from app.trainings.checkpoints import Checkpoints
from app.trainings.courses import Courses
from app.trainings.feed import News
from app.trainings.known import Known, no_training
from app.trainings.live import LiveTraining
from app.trainings.places import Places
from app.trainings.report import news
from app.trainings.states import Outcome, Reason
from app.trainings.visitor import Visitor
from app.trainings.worker import Worker

log = logging.getLogger(__name__)
Command = Literal["run", "pause", "step", "reset", "stop"]
COMMANDS: tuple[Command, ...] = ("run", "pause", "step", "reset", "stop")
MOST_FOLLOWERS = 500  # of one training
UNWATCHED = 600.0  # seconds after which one that nobody watches ends
MOMENT = 1.0  # seconds for which pictures that were there count as there
TEND_EVERY = 5.0  # seconds
RENEW = 4  # one part in so many of its life passes before a training that is watched gets a new one


class Trainings:
    """Begins trainings, carries out what their owners say, and tends them. All of it on the event loop."""

    def __init__(self, lab: Lab, key: bytes, now: Callable[[], float] = time.monotonic) -> None:
        self.now = now
        self._lab = lab
        self._light = lab.queue.light
        self.owners = Owners(key)
        self.archive = Archive(lab.store, lab.settings.training_ttl)
        self._courses = Courses(lab)
        self._checkpoints = Checkpoints(self.archive, lab.album)
        models.register(self._checkpoints)
        self._places = Places(lab.settings.trainings, lambda live: self._later(self._save(live)))
        self._known = Known(self.archive, lab.queue)
        self._admission = Admission(lambda: [live for live in self._known if live.awake], now)
        self._tasks: set[asyncio.Task[None]] = set()
        self._batches = Batches(lab.queue, lab.budget, self.pictured, self._at, self._course)
        lab.next_batches = self._batches
        self.at_end_of_pictures: list[Callable[[str], object]] = [self._batches.forget]  # told the id of what lost one

    # ---- what there is

    async def begin(self, training: Training, visitor: Visitor) -> LiveTraining:
        """Begin a training of a visitor's, paused before its first batch.

        Raises Unfit for one that cannot be, Busy where the visitor, those at the same address, or all together have as
        many open as they may.
        """
        training.check()
        alias = self.owners.alias(visitor)
        with self._admission.admitted(alias):
            self._admission.count(visitor.address)
            return await self._begun(secrets.token_hex(16), training, alias)

    async def keep_for_ever(self, training: Training) -> str:
        """Keep a training of ours before its first batch, which nobody can run; return its id."""
        name = lasting_id(training)
        if await self._light(lambda: self.archive.record(name)) is None:
            live = await self._begun(name, training, Visitor(""), lasting=True)
            live.course = None
        return name

    async def _begun(self, name: str, training: Training, visitor: Visitor, *, lasting: bool = False) -> LiveTraining:
        course = await self._courses.make(training)
        live = LiveTraining(name, training, visitor, Outcome("paused"), NOTHING, news, lasting=lasting)
        live.course = course
        await self._places.do(self._worker(live, course).begin)
        await self._save(live)
        live.watched = live.checked = self.now()
        self._known.add(live)
        return live

    async def find(self, name: str) -> LiveTraining:
        """Return the training of this id, which counts as watched; raise NotFound where it is gone.

        Where it learned from pictures of visitors', the store is asked for them each time.
        """
        live = await self._known.find(name)
        live.watched = self.now()
        known = live.checked + MOMENT >= self.now() and not live.training.data.images
        if not known and not await self._is_there(live):
            raise no_training(name)
        return live

    async def pictured(self, name: str) -> LiveTraining:
        """Return the training of this id, whose pictures may be shown; raise NotFound where one of them is gone."""
        live = await self.find(name)
        live.check_pictures()
        return live

    async def part_with(self, image: str) -> None:
        """End at once what has learned from a picture that has been deleted."""
        for live in self._known:
            if image in live.training.data.images:
                await self._is_there(live)

    async def data(self, live: LiveTraining) -> DataSet:
        """Return the examples of a training; raise NotFound where a picture of them is gone."""
        live.check_pictures()
        return live.course.data if live.course else await self._courses.data(live.training)

    async def copy(self, live: LiveTraining) -> Course:
        """Return a course of its own that has come as far as a training is seen to have come, to try things on."""
        live.check_pictures()
        return await self._course(live, live.progress.state)

    async def _course(self, live: LiveTraining, state: State) -> Course:
        """Return a course of its own in a state that a training has been in."""
        course = await self._courses.make(live.training, live.course.data if live.course else None)
        course.trainer.restore(state)
        return course

    async def _at(self, live: LiveTraining, epoch: int) -> State | None:
        """Return a training as it was at a checkpoint."""
        return await self._light(lambda: self.archive.state(live.name, epoch))

    def follow(self, live: LiveTraining) -> AsyncGenerator[News, None]:
        """Give what is new of a training, the newest at once; it is over at once for one that stays as it is.

        Whoever follows watches. Raises Busy where too many do.
        """
        if live.feed.followers >= MOST_FOLLOWERS:
            raise Busy(
                "{count} browsers follow this training, as many as can; try again in a minute.",
                count=MOST_FOLLOWERS,
                retry_after=60,
            )
        return live.feed.follow(once=live.lasting)

    # ---- what its owner says

    async def command(self, name: str, command: Command, keys: Iterable[str]) -> LiveTraining:
        """Do what the owner of a training says, again harmlessly; raise NotFound, Forbidden, or Busy."""
        live = await self.find(name)
        if not self.owners.owns(name, keys):
            raise Forbidden(
                "This needs the key that came with the training, in the header Authorization: Bearer <key>; without "
                "it one can watch."
            )
        await asyncio.shield(self._later(self._obey(live, command)))  # to its end, whoever has gone meanwhile
        return live

    async def _obey(self, live: LiveTraining, command: Command) -> None:
        act: dict[Command, Callable[[LiveTraining], Awaitable[None]]] = {
            "run": self._run,
            "pause": self._places.halt,
            "step": self._step,
            "reset": self._reset,
            "stop": self._stop,
        }
        async with live.commands:
            await act[command](live)
            await self._save(live)

    async def _run(self, live: LiveTraining) -> None:
        if live.state == "paused":
            self._places.ask(live, self._worker(live, await self._wake(live)))

    async def _step(self, live: LiveTraining) -> None:
        await self._places.halt(live)
        if live.state == "paused":
            worker = self._worker(live, await self._wake(live))
            live.note(*await self._places.do(worker.once))

    async def _reset(self, live: LiveTraining) -> None:
        await self._places.halt(live)
        worker = self._worker(live, await self._wake(live))
        live.note(*await self._places.do(worker.begin))

    async def _stop(self, live: LiveTraining) -> None:
        await self._places.halt(live)
        if live.open:
            live.note("stopped")
        live.course = None

    async def _wake(self, live: LiveTraining) -> Course:
        """Return the course of a training, made anew where it is at rest; raise Busy where too many are open."""
        live.check_pictures()
        with self._admission.admitted(live.visitor, live):
            if live.course is None:
                course = await self._courses.make(live.training)
                if live.progress.checkpoints:
                    kept = await self._light(lambda: self.archive.progress(live.name))
                    course.take_up(kept or live.progress)
                live.course, live.archived = course, len(course.checkpoints)
            return live.course

    def _worker(self, live: LiveTraining, course: Course) -> Worker:
        loop = asyncio.get_running_loop()
        return Worker(
            live,
            course,
            self.archive,
            most_seconds=self._lab.settings.training_max_seconds,
            tell=lambda: loop.call_soon_threadsafe(live.feed.tell),
            busy=lambda: self._lab.queue.busy,
        )

    # ---- how they end

    async def tend(self) -> None:
        """Look after all trainings every few seconds, until cancelled."""
        while True:
            await asyncio.sleep(TEND_EVERY)
            try:
                await self.look_after()
            except Exception:  # a store that is away now may be back next time
                log.exception("the trainings could not be looked after")

    async def look_after(self) -> None:
        """End what nobody watches or whose pictures are gone, and let what is watched live on."""
        for live in self._known:
            if live.feed.followers:
                live.watched = self.now()
            if await self._is_there(live) and live.watched + UNWATCHED < self.now():
                await self._end(live, "unwatched")
                self._known.forget(live)

    async def _is_there(self, live: LiveTraining) -> bool:
        """Tell whether a training is still in the store, where one that is open lives on.

        One that has learned from a picture that is gone ends, and what it has learned goes.
        """
        live.checked = self.now()
        if not await self._light(lambda: self._renew(live)):
            await self._end(live, None)
            self._known.forget(live)
            return False
        if live.reason != "deleted" and not await self._courses.there(live.training):
            await self._end(live, "deleted")
            await self._light(lambda: self.archive.forget_learned(live.name))
        return True

    def _renew(self, live: LiveTraining) -> bool:
        """Tell whether a training is in the store, where it gets a new life if it is open; may wait for the store."""
        ttl = self._lab.settings.training_ttl
        expiry = self.archive.expires_at(live.name)
        if expiry is not None and live.open and expiry < self._lab.store.now() + ttl * (1 - 1 / RENEW):
            self.archive.renew(live.name)
        self._note_expiry(live)
        return expiry is not None

    def _note_expiry(self, live: LiveTraining) -> None:
        """Note when a training goes; may wait for the store."""
        live.expires_at = None if live.lasting else self.archive.expires_at(live.name)

    async def _end(self, live: LiveTraining, reason: Reason | None) -> None:
        """Let a training go on no longer; without a `reason` it is gone already."""
        async with live.commands:
            await self._places.halt(live)
            if reason == "deleted":
                live.progress, live.learned = NOTHING, ()
                for told in self.at_end_of_pictures:
                    told(live.name)
            if reason == "deleted" or (reason and live.awake and not live.lasting):
                live.note("stopped", reason)
                await self._save(live)
            live.course = None

    async def _save(self, live: LiveTraining) -> None:
        """Keep what is known of a training, all of it for its whole life from now."""

        def save() -> None:
            self.archive.put(live.name, live.record(), live.lasting)
            if not live.lasting:
                self.archive.renew(live.name)
            self._note_expiry(live)

        await self._light(save)

    def _later(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:  # whoever waits for it hears it too
            log.info("a training could not do as it was told: %s", error)

    def close(self) -> None:
        """Let everything end, as it would if the server were killed: what runs is found paused next time."""
        for live in self._known:
            live.going.clear()
            live.feed.close()
        self._places.close()
        models.forget(self._checkpoints)


def lasting_id(training: Training) -> str:
    """Return the id under which a training is kept for ever."""
    return hashlib.sha256(json.dumps(training.document()).encode()).hexdigest()[:32]
