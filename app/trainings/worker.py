"""What does the batches of a training: in a thread of its own, one batch after the other, giving way between them."""

import time
from collections.abc import Callable

from app.errors import Mistake
from app.layers.models import Checkpoint
from app.training.course import Course
from app.trainings.archive import Archive
from app.trainings.feed import EVERY
from app.trainings.live import LiveTraining
from app.trainings.states import Outcome

PAUSE = 0.0002  # seconds between two batches, in which whoever waits for the interpreter gets it …
PATIENCE = 10  # … and at most so many pauses of ten times that while visitors' work is done


class Worker:
    """Does the batches of a training that is awake, and keeps its checkpoints; one thread at a time."""

    def __init__(
        self,
        live: LiveTraining,
        course: Course,
        archive: Archive,
        *,
        most_seconds: float,
        tell: Callable[[], object],
        busy: Callable[[], bool],
    ) -> None:
        """`tell` is called when there is something new, from the thread; `busy` says whether there is other work."""
        self._live, self._course, self._archive = live, course, archive
        self._most, self._tell, self._busy = most_seconds, tell, busy
        self._told = 0.0

    def begin(self) -> Outcome:
        """Go back before the first batch, and keep the checkpoint there; raise Unavailable."""
        self._course.reset()
        self._live.seconds, self._live.archived = 0.0, 0
        self._keep()
        return self._left(None)

    def go_on(self) -> Outcome:
        """Do batches until somebody stops it or something ends it."""
        outcome = None
        while outcome is None and self._live.going.is_set():
            outcome = self._batch()
            if time.monotonic() > self._told + EVERY:
                self._told = time.monotonic()
                self._show()
                self._tell()
            self._give_way()
        return self._left(outcome)

    def _give_way(self) -> None:
        """Let others have the interpreter and the cores, but not for ever."""
        time.sleep(PAUSE)
        for _ in range(PATIENCE):
            if not self._busy():
                return
            time.sleep(10 * PAUSE)

    def once(self) -> Outcome:
        """Do one batch."""
        return self._left(self._batch())

    def _left(self, outcome: Outcome | None) -> Outcome:
        self._show()
        return outcome or Outcome("paused")

    def _batch(self) -> Outcome | None:
        """Do one batch; return what ends the training, if anything does."""
        course, begun = self._course, time.monotonic()
        try:
            self._keep()
            if not course.finished:
                course.advance()
            self._keep()
        except Mistake:  # the store is away
            return Outcome("paused", "not_kept")
        finally:
            self._live.seconds += time.monotonic() - begun
        if course.lost:
            return Outcome("stopped", "lost")
        if course.finished:
            return Outcome("finished")
        return Outcome("stopped", "too_long") if self._live.seconds >= self._most else None

    def _keep(self) -> None:
        """Measure the network where that is due, and keep a checkpoint that is not kept yet; raise Unavailable."""
        live, course = self._live, self._course
        if course.due and not course.lost:
            course.checkpoint()
        if live.archived < len(course.checkpoints):
            found = tuple(Checkpoint(*each[:3]) for each in course.checkpoints)
            learned = max(live.learned, found, key=len)
            self._archive.put_progress(live.name, course.progress(), learned, live.lasting)
            live.archived, live.learned = len(found), learned

    def _show(self) -> None:
        """Let others see how far it has come."""
        self._live.progress = self._course.progress()
