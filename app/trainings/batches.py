"""The batches that came, or will come, after the checkpoints of trainings, each made once for all who look."""

from collections.abc import Awaitable, Callable

from app.budget import Budget
from app.compute import ComputeQueue, SingleFlightCache
from app.training.course import Course
from app.training.next_batch import NextBatch, next_batch
from app.training.trainer import State
from app.trainings.live import LiveTraining


class Batches:
    """Gives them, as `NextBatches` says."""

    def __init__(
        self,
        queue: ComputeQueue,
        budget: Budget,
        find: Callable[[str], Awaitable[LiveTraining]],
        at: Callable[[LiveTraining, int], Awaitable[State | None]],
        course: Callable[[LiveTraining, State], Awaitable[Course]],
    ) -> None:
        """`find` gives a training whose pictures are there, `at` its state at a checkpoint, `course` one of its own."""
        self._queue, self._find, self._at, self._course = queue, find, at, course
        self._kept = SingleFlightCache[NextBatch](budget, lambda coming: coming.size)

    async def after(self, model: str, epoch: int) -> NextBatch | None:
        """Return the batch after a checkpoint of a training; None where none comes, or the checkpoint is gone."""
        live = await self._find(model)
        state = None if epoch >= live.training.epochs else await self._at(live, epoch)
        if state is None:
            return None

        async def make() -> NextBatch:
            course = await self._course(live, state)
            return await self._queue.heavy(lambda: next_batch(course))

        return await self._kept.get(f"{model} {epoch}", make)

    def forget(self, name: str) -> None:
        """Keep nothing of a training any more."""
        self._kept.forget_all(lambda key: key.startswith(f"{name} "))
