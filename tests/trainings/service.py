"""A service of trainings without HTTP: a lab on a folder, a clock that a test sets forward, and a small training."""

import time
from typing import Any

from app.lab import Lab
from app.settings import Settings
from app.storage import FolderStore
from app.training.training import Training, read_training
from app.trainings.live import LiveTraining
from app.trainings.trainings import Trainings
from app.trainings.visitor import Visitor

KEY = b"k" * 32
SMALL = {
    "data": {"set": "shapes", "size": 12, "classes": ["circle", "line"], "per_class": 8, "seed": 1},
    "recipe": "conv2d(2, 3) | relu | max_pool2d(2) | linear(2) | softmax",
    "batch_size": 4,
    "epochs": 3,
    "seed": 7,
}
ENDLESS = {**SMALL, "epochs": 100, "batch_size": 1, "data": {**SMALL["data"], "per_class": 40}}


class Service:
    """The trainings of a server, as one that is started anew on the same folder finds them."""

    def __init__(self, settings: Settings) -> None:
        self.store = FolderStore(settings.data_dir / "store")
        self.lab = Lab(settings, self.store, KEY)
        self.ahead = 0.0
        self.trainings = Trainings(self.lab, KEY, lambda: time.monotonic() + self.ahead)

    async def begin(self, document: Any = SMALL, visitor: str = "a", address: str = "") -> LiveTraining:
        return await self.trainings.begin(training(document), Visitor(address or f"of {visitor}", visitor))

    async def say(self, live: LiveTraining, command: Any) -> LiveTraining:
        return await self.trainings.command(live.name, command, [self.trainings.owners.key(live.name)])

    def close(self) -> None:
        self.trainings.close()
        self.lab.close()


def training(document: Any = SMALL) -> Training:
    return read_training(document)


async def reaches(live: LiveTraining, *states: str, step: int = 0) -> LiveTraining:
    """Wait until a training is in one of these states and has done so many batches."""
    async for _ in live.feed.follow():
        if live.state in states and live.progress.step >= step:
            return live
    raise AssertionError(live.state)
