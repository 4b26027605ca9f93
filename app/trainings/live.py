"""One training while somebody asks for it: its state, and what is shown of it.

What it computes with lies in its course, which is there while it is awake; at rest only its progress is.
"""

import asyncio
import threading
from collections.abc import Callable

from app.errors import NotFound
from app.training.course import Course, Progress
from app.training.training import Training
from app.trainings.archive import Learned, Record
from app.trainings.feed import Feed, News
from app.trainings.states import OPEN, Outcome, Reason, State
from app.trainings.visitor import Visitor


class LiveTraining:
    """A training, its state, and who follows it; on the event loop, but for what its thread shows."""

    def __init__(
        self,
        name: str,
        training: Training,
        visitor: Visitor,
        outcome: Outcome,
        progress: Progress,
        write: Callable[["LiveTraining"], News],
        *,
        seconds: float = 0.0,
        lasting: bool = False,
    ) -> None:
        """`lasting`: it is kept for ever as it is, and is nobody's."""
        self.name, self.training, self.visitor, self.lasting = name, training, visitor, lasting
        self.state, self.reason = outcome
        self.progress = progress
        self.seconds = seconds  # that it has computed
        self.course: Course | None = None
        self.archived = 0  # checkpoints of the course that the archive has …
        self.learned: Learned = ()  # … and all that it has, from before a reset too
        self.commands = asyncio.Lock()
        self.work: asyncio.Future[Outcome] | None = None
        self.going = threading.Event()  # whether the thread is to go on
        self.watched = self.checked = float("-inf")  # when somebody last watched, and the store was last asked for it
        self.expires_at: float | None = None  # when it goes, in seconds since 1970; None: it stays
        self.feed = Feed(lambda: write(self))

    @property
    def open(self) -> bool:
        """Whether it may go on."""
        return self.state in OPEN

    @property
    def awake(self) -> bool:
        """Whether it holds memory to go on."""
        return self.course is not None and self.open

    @property
    def epoch(self) -> int:
        """How many epochs are over."""
        return self.progress.step // self.training.steps_an_epoch

    def check_pictures(self) -> None:
        """Raise NotFound where a picture that it learned from is gone."""
        if self.reason == "deleted":
            raise NotFound(
                "A picture that this training learned from has been deleted or has expired, and what it learned has "
                "gone with it."
            )

    def note(self, state: State, reason: Reason | None = None) -> None:
        """Change the state, and tell those who follow."""
        self.state, self.reason = state, reason
        self.feed.tell()

    def record(self) -> Record:
        """Return what the archive is to know."""
        step = self.progress.step
        return Record(self.training.fields("python"), self.visitor, self.state, step, self.reason, self.seconds)
