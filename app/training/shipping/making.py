"""A network that ships, in the making: epoch by epoch, put down in a file after each and taken up again from there.

    plan, examples ─► Making ─ epoch ─► loss and accuracy of what is held out … ─► the files of the model
                         │ ▲
                         ▼ │ after each epoch
                     unfinished.npz

Loss and accuracy are those of the weights as they ship, rounded where they are kept in half precision.
"""

import json
import time
import zipfile
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import NamedTuple

import numpy as np

from app.layers.numbers import Array
from app.training.network import Network, seeded
from app.training.score import score
from app.training.shipping.networks import Divided, Plan
from app.training.shipping.wrong_data import WrongData
from app.training.trainer import State, Trainer


class Epoch(NamedTuple):
    """How well the network does after so many epochs, on what is held out."""

    epoch: int
    loss: float
    accuracy: float


class Making:
    """A network on its way to be shipped."""

    def __init__(self, plan: Plan, examples: Divided, folder: Path) -> None:
        """Begin, or go on from what lies in `folder`; raise WrongData where that is of another plan."""
        self.plan = plan
        learned, self.held_out = examples
        self.network, self._rounded = (Network(seeded(plan.layers, plan.seed), plan.data.shape) for _ in range(2))
        self.trainer = Trainer(
            self.network,
            learned,
            plan.optimizer,
            batch_size=plan.batch_size,
            epochs=plan.epochs,
            seed=plan.seed,
            decays=plan.decays,
            micro_batches=plan.micro_batches,
        )
        self.kept: dict[str, Array] = {}  # weights of the checkpoints, as they ship
        self.epochs: list[Epoch] = []  # all that are over, 0 first
        self.seconds = 0.0  # of computing: an idle machine takes so long with one thread
        self.unfinished = folder / "unfinished.npz"
        if self.unfinished.is_file():
            self._take_up()

    def __iter__(self) -> Iterator[Epoch]:
        """Train, and give each epoch as it is over."""
        if not self.epochs:
            yield self._over(0)
        begun = time.process_time()
        for report in self.trainer:
            if report.epoch is None:
                continue
            self.seconds += time.process_time() - begun
            yield self._over(report.epoch)
            begun = time.process_time()

    def _over(self, epoch: int) -> Epoch:
        shipped = {name: array.astype(self.plan.precision) for name, array in self.network.named()}
        self._rounded.take(shipped)
        found = score(self._rounded, self.held_out)
        self.epochs.append(Epoch(epoch, found.loss, found.accuracy))
        if epoch in self.plan.checkpoints:
            self.kept |= {f"{epoch}.{name}": array for name, array in shipped.items()}
        self._put_down()
        return self.epochs[-1]

    def _put_down(self) -> None:
        """Keep all that it takes to go on, in one file that is there wholly or not at all."""
        step, arrays = self.trainer.state()
        facts = {"plan": self._fingerprint(), "step": step, "seconds": self.seconds, "epochs": self.epochs}
        self.unfinished.parent.mkdir(parents=True, exist_ok=True)
        unfinished = self.unfinished.with_suffix(".part.npz")
        kept = {f"kept {name}": array for name, array in self.kept.items()}
        state = {f"state {name}": array for name, array in arrays.items()}
        np.savez(unfinished, allow_pickle=False, facts=np.array(json.dumps(facts)), **kept, **state)
        unfinished.replace(self.unfinished)

    def _take_up(self) -> None:
        try:
            with np.load(self.unfinished, allow_pickle=False) as file:
                facts = json.loads(str(file["facts"]))
                parts = {name.partition(" "): file[name] for name in file.files}
        except (zipfile.BadZipFile, ValueError, KeyError) as error:
            raise WrongData(f"{self.unfinished} cannot be read ({error}); delete it to begin anew.") from error
        if facts["plan"] != self._fingerprint():
            raise WrongData(
                f"{self.unfinished} was begun with other settings or other data; delete it, or give another --out."
            )
        self.kept = {name: array for (part, _, name), array in parts.items() if part == "kept"}
        self.trainer.restore(
            State(facts["step"], {name: array for (part, _, name), array in parts.items() if part == "state"})
        )
        self.epochs, self.seconds = [Epoch(*epoch) for epoch in facts["epochs"]], facts["seconds"]

    def _fingerprint(self) -> str:
        """Return all that decides what comes out."""
        plan = self.plan
        settings = {field.name: getattr(plan, field.name) for field in fields(plan) if field.name != "data"}
        return repr((settings, len(self.trainer.examples), plan.data.description))
