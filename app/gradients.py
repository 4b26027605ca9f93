"""Gradients of runs: what the loss of the picture, taken for an example of a class, says of every number.

For a run that ends in softmax; found once for each class that is asked about, and kept while there is room.
"""

import numpy as np

from app.budget import Budget
from app.compute import ComputeQueue, SingleFlightCache, closing
from app.errors import NotFound, Unfit, Word
from app.layers.layer import Array
from app.layers.meeting import Weight
from app.results import Chain, Results, Run
from app.settings import Settings
from app.training.gradients import Gradients, backpropagate, backward_bytes
from app.training.weight_change import WeightChange, descent

BACK = 3  # times what forward takes: forward, the gradients by what each layer reads, and those by its weights


class RunGradients:
    """Finds what is asked for."""

    def __init__(self, settings: Settings, queue: ComputeQueue, budget: Budget, results: Results) -> None:
        self._settings, self._queue, self._budget, self._results = settings, queue, budget, results
        self._kept: SingleFlightCache[Gradients] = SingleFlightCache(budget, lambda found: found.bytes, lives=True)

    async def find(self, run: Run, label: int) -> Gradients:
        """Return all gradients of a run whose picture is of class `label`; raise Unfit where there are none."""
        self.check(run, label)
        return await self._kept.get(f"{run.id} {label}", lambda: self._found(run, label))

    def check(self, run: Run, label: int) -> None:
        """Refuse a run without a loss, a class that it has not, and what would take too long (Unfit)."""
        last = run.stages[-1] if run.stages else None
        if last is None or not last.layer.scores:
            raise Unfit(
                "Gradients are those of a loss, which takes the shares of softmax; this run ends in {type}. Put "
                "softmax last.",
                type=last.layer.type if last else "its input",
                pointer="/layers",
            )
        if not 0 <= label < last.output_shape[0]:
            raise Unfit(
                "There is no class {label}; label runs from 0 to {last}.",
                label=label,
                last=last.output_shape[0] - 1,
                pointer="/label",
            )
        cost = BACK * sum(stage.cost for stage in run.stages)
        self._afford(Word("multiplications, or comparisons as dear"), cost, self._settings.run_max_multiplications)
        self._afford(Word("bytes"), 2 * sum(stage.bytes for stage in run.stages), self._settings.run_max_bytes)

    def _afford(self, what: Word, count: int, most: int) -> None:
        if count > most:
            raise Unfit(
                "Forward and back this needs {count} {what}; the most is {most}. Use a smaller picture, fewer filters "
                "or a larger stride.",
                count=f"{count:,}",
                what=what,
                most=f"{most:,}",
            )

    async def _found(self, run: Run, label: int) -> Gradients:
        results = await self._results.outputs(Chain(run), range(-1, len(run.stages)))
        layers = [stage.layer for stage in run.stages]
        values, weights = [result.output for result in results], [result.weights for result in results[1:]]
        share = await self._budget.take(backward_bytes(layers, values, weights), ahead=True)
        gone = False

        def go_on() -> None:
            if gone:
                raise closing()

        def job() -> Gradients:
            found = backpropagate(layers, values, weights, label, go_on)
            _refuse_overflow(run, found)
            return found

        try:
            return await self._queue.heavy(job, share)
        finally:
            gone = True

    async def change(self, run: Run, index: int, weight: Weight, label: int, rate: float) -> WeightChange:
        """Return how a weight of layer `index` would change, alone with this picture, by gradient descent at `rate`."""
        stage = run.stages[index]
        meeting = stage.layer.meeting(stage.input_shape, weight)
        assert meeting is not None
        gradient = (await self.find(run, label)).outputs[index][weight.filter]
        before, after = await self._results.outputs(Chain(run), [*stage.inputs, index])
        return descent(before.output[meeting.channel], gradient, meeting, float(after.weights["weight"][weight]), rate)


def by_output(run: Run, index: int, found: Gradients) -> Array:
    """Return the gradient by the output of layer `index`, in PyTorch's axes; raise Unfit where it is infinite."""
    array = found.outputs[index]
    if not np.isfinite(array).all():
        raise Unfit(
            "The share of that class is 0, so that the gradient by the shares is infinite; ask for that of the layer "
            "before."
        )
    return array.reshape(run.stages[index].output_axes)


def by_weight(run: Run, index: int, found: Gradients) -> Array:
    """Return the gradient by the array `weight` of layer `index`; raise NotFound where it has none."""
    arrays = found.weights[index]
    if "weight" not in arrays:
        raise NotFound(
            "Layer {number} ({type}) has no weights that learn.", number=index + 1, type=run.stages[index].layer.type
        )
    return arrays["weight"]


def _refuse_overflow(run: Run, found: Gradients) -> None:
    """Refuse gradients that have grown past float32; those by the shares alone may, which nothing else follows from."""
    for stage, output, arrays in zip(run.stages[:-1], found.outputs, found.weights, strict=False):
        if not all(np.isfinite(array).all() for array in (output, *arrays.values())):
            raise Unfit(
                "The gradients grow past what float32 holds (about 3.4e38) in layer {number} ({type}); use smaller "
                "weights or a smaller scale.",
                number=stage.index + 1,
                type=stage.layer.type,
                pointer=f"/layers/{stage.index}",
            )
