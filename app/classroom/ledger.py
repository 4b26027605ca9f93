"""What is said in rooms on its way to the store: a move is there before it is answered or told, answers within BEHIND.

    latest ─ kept ─► store ─► state, which is told      one piece at a time a room, with all that has come meanwhile

Where the store refuses, nothing that is not in it has happened.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from app.classroom.register import Register, record_of
from app.classroom.room import Room, State
from app.compute import closing
from app.errors import Mistake, NotFound
from app.storage import Store

T = TypeVar("T")
log = logging.getLogger(__name__)
BEHIND = 0.5  # seconds until answers are written


class Ledger:
    """Writes rooms into a store. All of it on the event loop, but for one thread that waits for the store."""

    def __init__(self, store: Store, life: int) -> None:
        self.register = Register(store, life)
        self._store = store
        self._thread = ThreadPoolExecutor(1, "rooms")  # of its own: no move waits for a drawing
        self._unsaved: dict[str, Room] = {}  # rooms with answers that the store has not, by code
        self._saving: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def change(self, room: Room, change: Callable[[State], State]) -> None:
        """Carry out a change, and wait until it is in the store."""
        self.take(room, change)
        await self.kept(room)

    def take(self, room: Room, change: Callable[[State], State]) -> State:
        """Return the latest state after a change, not yet in the store; raise NotFound where the room has ended."""
        room.check()
        after = room.latest = replace(change(room.latest), led=self._store.now())
        return after

    def kept(self, room: Room) -> asyncio.Future[None]:
        """Return what is done once the latest of a room is in the store; what comes meanwhile goes in one piece."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        room.waiting.append(done)
        if not room.writing:
            room.writing = True
            self._later(self._write(room))
        return done

    async def _write(self, room: Room) -> None:
        while room.waiting:
            latest, waiting, room.waiting = room.latest, room.waiting, []
            try:
                room.check()
                room.kept_until = await self.wait(partial(self.register.put, room.code, record_of(latest)))
            except Mistake as mistake:  # nothing that is not in the store has happened
                waiting += room.waiting
                room.waiting, room.latest = [], room.state
                for done in waiting:
                    if not done.done():
                        done.set_exception(mistake)
            else:
                room.state = latest
                room.feed.tell()
                for done in waiting:
                    if not done.done():
                        done.set_result(None)
        room.writing = False

    async def _save(self) -> None:
        """Put the answers that have come lately into the store, room by room, so that a move never waits for many."""
        await asyncio.sleep(BEHIND)
        while self._unsaved:
            room = self._unsaved.pop(next(iter(self._unsaved)))
            try:
                await self.kept(room)
            except NotFound:
                continue  # it has ended
            except Mistake as mistake:
                log.warning("the answers in room %s could not be kept: %s", room.code, mistake)
                self._unsaved[room.code] = room  # they are with the next time
                return

    def save_soon(self) -> None:
        """See to it that the store has what it has not; harmless where it has all."""
        if self._unsaved and (self._saving is None or self._saving.done()):
            self._saving = self._later(self._save())

    async def wait(self, job: Callable[[], T]) -> T:
        """Return what a job returns that may wait for the store."""
        try:
            work = asyncio.get_running_loop().run_in_executor(self._thread, job)
        except RuntimeError:  # the thread has ended
            raise closing() from None
        return await asyncio.shield(work)

    def _later(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def save(self, room: Room) -> None:
        """Have the answers that have come in a room written before long, with those of others."""
        self._unsaved[room.code] = room
        self.save_soon()

    async def delete(self, room: Room) -> None:
        """Leave nothing of a room."""
        self._unsaved.pop(room.code, None)
        await self.wait(partial(self.register.delete, room.code))

    async def close(self) -> None:
        """Write what has not been written, and end."""
        for room in list(self._unsaved.values()):
            with suppress(Mistake):
                await self.kept(room)
        self._unsaved.clear()
        if self._saving is not None:
            self._saving.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._thread.shutdown()
