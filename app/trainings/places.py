"""The places in which trainings run: so many at once, each in a thread; the others wait, first come, first served."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from app.trainings.live import LiveTraining
from app.trainings.states import Outcome
from app.trainings.worker import Worker

log = logging.getLogger(__name__)


class Places:
    """Lets at most `count` trainings run; `left` is called with each that has ended by itself."""

    def __init__(self, count: int, left: Callable[[LiveTraining], object]) -> None:
        self._count = count
        self._left = left
        self._running: set[str] = set()
        self._waiting: deque[tuple[LiveTraining, Worker]] = deque()
        self._threads = ThreadPoolExecutor(count + 1, "training")  # one more for single batches

    def ask(self, live: LiveTraining, worker: Worker) -> None:
        """Let a training run as soon as there is a place."""
        live.note("waiting")
        self._waiting.append((live, worker))
        self._fill()

    async def halt(self, live: LiveTraining) -> None:
        """Let a training run or wait no longer; it is paused, unless it has ended by itself meanwhile."""
        if live.state == "waiting":
            self._waiting = deque(each for each in self._waiting if each[0] is not live)
            live.note("paused")
        live.going.clear()
        if live.work is not None:
            await asyncio.wait([live.work])

    async def do(self, job: Callable[[], Outcome]) -> Outcome:
        """Return what a short `job` of a training that does not run leaves it in."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, job)

    def _fill(self) -> None:
        while self._waiting and len(self._running) < self._count:
            live, worker = self._waiting.popleft()
            self._running.add(live.name)
            live.going.set()
            live.note("running")
            live.work = asyncio.ensure_future(self.do(worker.go_on))
            live.work.add_done_callback(partial(self._ended, live))

    def _ended(self, live: LiveTraining, done: "asyncio.Future[Outcome]") -> None:
        live.work = None
        live.going.clear()
        self._running.discard(live.name)
        if done.cancelled():  # with the server
            return
        if error := done.exception():
            log.error("a training has failed", exc_info=error)
        live.note(*(Outcome("stopped", "failed") if error else done.result()))
        self._left(live)
        self._fill()

    def close(self) -> None:
        """Let the threads end, each after its batch."""
        self._waiting.clear()
        self._threads.shutdown(wait=False, cancel_futures=True)
