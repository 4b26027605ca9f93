"""The trainings that somebody has asked for lately; who asks for another has it found in the store, once for all."""

import asyncio
import logging
from collections.abc import Iterator

from app.compute import ComputeQueue
from app.errors import Mistake, NotFound
from app.training.course import NOTHING
from app.training.training import read_training
from app.trainings.archive import Archive
from app.trainings.live import LiveTraining
from app.trainings.report import news
from app.trainings.states import OPEN, Outcome
from app.trainings.visitor import Visitor

log = logging.getLogger(__name__)


class Known:
    """Trainings by their ids."""

    def __init__(self, archive: Archive, queue: ComputeQueue) -> None:
        self._archive = archive
        self._light = queue.light
        self._live: dict[str, LiveTraining] = {}
        self._finding = asyncio.Lock()

    def __iter__(self) -> Iterator[LiveTraining]:
        return iter(tuple(self._live.values()))

    def add(self, live: LiveTraining) -> None:
        """Know a training from now on."""
        self._live[live.name] = live

    def forget(self, live: LiveTraining) -> None:
        """Know it no longer, until it is asked for; who follows it is told that this is the end."""
        live.feed.close()
        self._live.pop(live.name, None)

    async def find(self, name: str) -> LiveTraining:
        """Return a training; raise NotFound where it is gone."""
        if (live := self._live.get(name)) is None:
            async with self._finding:
                live = self._live.get(name) or await self._found(name)
                self.add(live)
        return live

    async def _found(self, name: str) -> LiveTraining:
        """Return a training as the store has it: what was going on when the server ended is paused."""
        record = await self._light(lambda: self._archive.record(name))
        if record is None:
            raise no_training(name)
        try:
            training = read_training(record.training)
        except Mistake as mistake:
            log.warning("The training %s is torn in the store (%s).", name, mistake)
            raise no_training(name) from None
        progress = await self._light(lambda: self._archive.progress(name)) or NOTHING
        outcome = Outcome(record.state, record.reason)
        if record.state in OPEN:
            broken_off = record.state != "paused" or record.step != progress.step
            outcome = Outcome("paused", "restarted" if broken_off else record.reason)
        lasting = await self._light(lambda: self._archive.expires_at(name)) == float("inf")
        live = LiveTraining(
            name, training, Visitor(*record.visitor), outcome, progress, news, seconds=record.seconds, lasting=lasting
        )
        live.learned = await self._light(lambda: self._archive.learned(name))
        return live


def no_training(name: str) -> NotFound:
    """Return what is told of an id that leads nowhere."""
    return NotFound("There is no training {id}, or it has expired; begin another.", id=name[:64])
