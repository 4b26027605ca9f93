"""What the batch that comes next will do to one weight of a network in training."""

import numpy as np

from app.errors import NotFound, Unfit
from app.layers.meeting import Weight
from app.training.course import Course
from app.training.network import quiet
from app.training.weight_change import WeightChange


@quiet
def next_change(course: Course, index: int, weight: Weight, example: int) -> WeightChange:
    """Return how a weight of layer `index` is to change, with what one example of the batch says of it.

    Nothing changes yet. Raises NotFound where no batch comes next, and where it has no such example; Unfit where the
    numbers run away.
    """
    trainer, network = course.trainer, course.network
    meeting = network.layers[index].meeting(network.shapes[index], weight)
    assert meeting is not None
    if course.finished:
        raise NotFound(
            "All {epochs} epochs are over, so that no batch comes next; reset begins again.", epochs=trainer.epochs
        )
    batch = trainer.next_batch()
    if not 0 <= example < len(batch.labels):
        raise NotFound(
            "There is no example {example} in the batch that comes next; they run from 0 to {last}.",
            example=example,
            last=len(batch.labels) - 1,
        )
    found = network.learn(batch.x, batch.labels, watched=True)
    x = network.inputs(batch.x, index, learning=True)[0]
    by_output = found.outputs[index][weight.filter, ..., example] * np.float32(len(batch.labels))  # of its own loss
    by_weight = float(found.weights[index]["weight"][weight])
    before, after = trainer.followed(index, "weight", weight, found)
    change = WeightChange(
        input=np.ascontiguousarray(x[meeting.channel, ..., example]),
        gradient=by_output,
        meeting=meeting,
        weight=before,
        update=after - before,
        step=trainer.step,
        batch=by_weight,
    )
    if not all(np.isfinite(number).all() for number in (change.input, by_output, by_weight, change.next)):
        raise Unfit(
            "The numbers of layer {number} ({type}) grow past what float32 holds (about 3.4e38) in the batch that "
            "comes next; begin another training with a smaller learning rate or smaller weights.",
            number=index + 1,
            type=network.layers[index].type,
        )
    return change
