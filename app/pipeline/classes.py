"""What the numbers of a network's end stand for: the names of classes, and how likely the network says each is."""

from collections.abc import Sequence
from typing import NamedTuple

from app.layers.models import Model, find
from app.layers.trained import origin_of
from app.pipeline.document import Document, ImageInput
from app.pipeline.plan import Stage


class Predicted(NamedTuple):
    """One class, and how likely it is."""

    label: str  # in English
    probability: float


def trained_model(stages: Sequence[Stage]) -> Model | None:
    """Return the model that every layer with weights comes from, of one epoch and in its order; None for no model."""
    origins = [origin_of(stage.layer) for stage in stages if stage.layer.learned]
    if not origins or origins[0] is None:
        return None
    before = -1
    for origin in origins:
        if origin is None or origin.layer <= before:
            return None
        if (origin.model.id, origin.epoch) != (origins[0].model.id, origins[0].epoch):
            return None
        before = origin.layer
    return find(origins[0].model.id)  # what is said of an upload may have changed since its layers were read


def class_names(stages: Sequence[Stage], index: int) -> tuple[str, ...]:
    """Return what the numbers of stage `index` stand for, in order, in English; nothing where they are no classes.

    They are from the last layer that learned on, where all of the weights are those of one model.
    """
    model = trained_model(stages)
    last = max((stage.index for stage in stages if stage.layer.learned), default=0)
    if model is None or index < last:
        return ()
    origin, end = origin_of(stages[last].layer), max(at for at, shapes in enumerate(model.shapes) if shapes)
    count = len(model.classes)
    kept, number = True, index
    while number > last:  # home to the last that learned, which the other layers only pass on
        kept = kept and stages[number].output_shape[0] == count and len(stages[number].inputs) == 1
        number = stages[number].inputs[0]
    kept = kept and number == last and stages[last].output_shape[0] == count
    is_end = origin is not None and origin.layer == end and stages[index].output_shape == (count, 1, 1)
    return model.classes if kept and is_end else ()


def prediction(document: Document, stages: Sequence[Stage], scores: Sequence[float]) -> list[Predicted] | None:
    """Return what a network says of its input, the likeliest first; None where it was not trained for it to be said.

    `scores` are the numbers that its last layer gives. They are a prediction where every layer with weights is trained,
    of one model and epoch, in its order, on its input shape and scale, and the last is softmax.
    """
    if not stages or not stages[-1].layer.scores:
        return None
    names = class_names(stages, len(stages) - 1)
    model = trained_model(stages)
    if not names or model is None or not _as_trained(document, stages[0], model):
        return None
    found = map(Predicted, names, scores)
    return sorted(found, key=lambda each: -each.probability)


def _as_trained(document: Document, first: Stage, model: Model) -> bool:
    """Tell whether an input has the shape and the scale of the model's own; numbers given one by one have no scale."""
    source = document.input
    own = ImageInput.model_validate({"image": "own", **model.input})
    same_scale = not isinstance(source, ImageInput) or source.scale == own.scale
    return same_scale and first.input_shape == (own.channels, own.height, own.width)
