"""Which part of the picture mattered: what a network says with each part covered, computed while somebody waits.

A row of places is one job, so that others get their turn in between; when all who waited have gone, the next row is
not begun. What was found is kept for the run, for every class.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from app.budget import Budget
from app.compute import ComputeQueue, SingleFlightCache
from app.layers.layer import Array
from app.pictures.picture import scaled
from app.pipeline.document import ImageInput, Scale
from app.pipeline.occlusion import Occlusion, colour_of, occlusion, said, working_bytes
from app.pipeline.plan import needed_for
from app.results import Chain, Result, Results, Run
from app.settings import Settings

MOST_AT_ONCE = 64_000_000  # bytes of a batch, about
QUICK = 4_000_000_000  # multiplications that take a second or a few: nobody need ask for them


@dataclass(frozen=True)
class Occluded:
    """What a layer says with each part covered."""

    occlusion: Occlusion
    colour: tuple[int, ...] | None  # of the patch, a level a channel; None where the input is no picture
    numbers: Array  # (number of the vector, row of places, column)


class RunOcclusions:
    """Finds what is asked for, and keeps it while there is room."""

    def __init__(self, settings: Settings, queue: ComputeQueue, budget: Budget, results: Results) -> None:
        self._settings, self._queue, self._budget, self._results = settings, queue, budget, results
        self._kept = SingleFlightCache[Occluded](budget, lambda found: found.numbers.nbytes)
        self._done: dict[str, int] = {}  # places of what is on its way

    def plan(self, run: Run, index: int) -> Occlusion:
        """Return the patch that slides over the input of a run, for what layer `index` says; raise Unfit where it costs
        too much."""
        return occlusion(needed_for(run.stages, index), run.input_shape, self._settings.run_max_multiplications)

    def places_done(self, run: Run, index: int) -> int:
        """Return how many places of what is on its way are done."""
        return self._done.get(_key(run, index), 0)

    def at_hand(self, run: Run, index: int) -> Occluded | None:
        """Return what is kept; None where it is still to be computed."""
        return self._kept.known(_key(run, index))

    async def find(self, run: Run, index: int) -> Occluded:
        """Return what layer `index` of a run says with each part covered."""
        return await self._kept.get(_key(run, index), lambda: self._computed(run, index))

    async def _computed(self, run: Run, index: int) -> Occluded:
        plan, stages = self.plan(run, index), needed_for(run.stages, index)
        (source,) = await self._results.outputs(Chain(run), [-1])
        levels = colour_of(source.output, source.pixels)
        colour, (rows, columns) = _on_scale(run, source, levels), plan.places
        several = columns
        while several > 1 and working_bytes(stages, several) > MOST_AT_ONCE:
            several = -(-several // 2)
        found = np.empty((stages[-1].output_shape[0], rows * columns), np.float32)
        key = _key(run, index)

        def covering(places: range) -> Callable[[], Array]:
            return lambda: said(stages, plan.covered(source.output, colour, [divmod(each, columns) for each in places]))

        try:
            for first in range(0, plan.count, several):
                places = range(first, min(first + several, plan.count))
                share = await self._budget.take(working_bytes(stages, several), ahead=first > 0)
                found[:, places] = await self._queue.heavy(covering(places), share, known=first > 0)
                self._done[key] = places.stop
        finally:
            self._done.pop(key, None)
        shown = None if source.pixels is None else tuple(levels.tolist())
        return Occluded(plan, shown, found.reshape(-1, rows, columns))


def is_quick(run: Run, index: int, plan: Occlusion) -> bool:
    """Tell whether it takes so little that nobody need ask for it."""
    return plan.count * sum(stage.cost for stage in needed_for(run.stages, index)) <= QUICK


def _key(run: Run, index: int) -> str:
    return run.document.ids[index + 1]


def _on_scale(run: Run, source: Result, levels: np.ndarray) -> Array:
    """Return the numbers that a patch of these levels is read as."""
    given = run.document.input
    if not isinstance(given, ImageInput) or source.pixels is None:
        return levels
    scale = (given.scale.mean, given.scale.std) if isinstance(given.scale, Scale) else given.scale
    return scaled(levels.reshape(-1, 1, 1), ((0, 1), (0, 1)), scale)
