"""What is said in rooms on its way to the store: whatever is acknowledged is there, a pupil's answer as well as a move.

    latest ─ kept ─► store ─► state, which is told      one piece at a time a room, with all that has come meanwhile

Where the store refuses, nothing that is not in it has happened.
"""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from app.classroom.feed import EVERY, SELDOM
from app.classroom.register import Register, record_of
from app.classroom.room import Answering, Room, State
from app.compute import closing
from app.errors import Mistake
from app.storage import Store

T = TypeVar("T")


class Ledger:
    """Writes rooms into a store. All of it on the event loop, but for one thread that waits for the store."""

    def __init__(self, store: Store, life: int) -> None:
        self.register = Register(store, life)
        self._store = store
        self._thread = ThreadPoolExecutor(1, "rooms")  # of its own: no move waits for a drawing
        self._answered: dict[str, Room] = {}  # rooms with answers that the store has not, by code
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
            answers, room.answers = room.answers, []
            try:
                room.check()
                room.kept_until = await self.wait(partial(self.register.put, room.code, record_of(latest)))
            except Mistake as mistake:  # nothing that is not in the store has happened
                waiting += room.waiting
                answers += room.answers
                room.waiting, room.answers, room.latest = [], [], room.state
                for answer in reversed(answers):
                    answer.undo()
                for done in (*waiting, *(answer.done for answer in answers)):
                    if not done.done():
                        done.set_exception(mistake)
            else:
                every = SELDOM if latest is room.state else EVERY  # nothing but answers, or more
                room.state = latest
                room.feed.tell(every)
                for done in (*waiting, *(answer.done for answer in answers)):
                    if not done.done():
                        done.set_result(None)
        room.writing = False

    async def answered(self, room: Room, undo: Callable[[], None]) -> None:
        """Wait until an answer in a room is in the store; raise Mistake where it cannot be, after `undo`."""
        answer = Answering(asyncio.get_running_loop().create_future(), undo)
        room.answers.append(answer)
        self._answered[room.code] = room
        if self._saving is None or self._saving.done():
            self._saving = self._later(self._save())
        await answer.done

    async def _save(self) -> None:
        """Put answers into the store, room by room, so that a move waits for one piece at most."""
        while self._answered:
            room = self._answered.pop(next(iter(self._answered)))
            if room.answers:
                with suppress(Mistake):  # who answered is told
                    await self.kept(room)

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

    async def delete(self, room: Room) -> None:
        """Leave nothing of a room."""
        await self.wait(partial(self.register.delete, room.code))

    async def close(self) -> None:
        """Write what has not been written, and end."""
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._thread.shutdown()
