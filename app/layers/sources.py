"""The sources of weights that each kind of layer can use: a layer's `weights` field is one of these unions.

The numbers given, and those learned, differ from kind to kind.
"""

from collections.abc import Mapping
from typing import Annotated, get_args

from pydantic import BeforeValidator, Field

from app.errors import Unfit
from app.layers.trained import LinearTrainedWeights, NormTrainedWeights, TrainedWeights, TransposedTrainedWeights
from app.layers.weights import (
    LinearValueWeights,
    NormValueWeights,
    PresetWeights,
    RandomWeights,
    TransposedValueWeights,
    ValueWeights,
    Weights,
)
from app.strict import carried


@carried
def _no_preset(value: object) -> object:
    """Refuse named kernels, which are filters, for layers that have none."""
    if isinstance(value, Mapping) and value.get("init") == "preset":
        raise Unfit(
            "Named kernels are filters for conv2d, which this layer does not have; take random weights, or give the "
            "values.",
            pointer="/weights",
        )
    return value


Source = RandomWeights | PresetWeights | ValueWeights | TrainedWeights
AnyWeights = Annotated[Source, Field(discriminator="init")]
TransposedWeights = Annotated[
    RandomWeights | TransposedValueWeights | TransposedTrainedWeights,
    Field(discriminator="init"),
    BeforeValidator(_no_preset),
]
LinearWeights = Annotated[
    RandomWeights | LinearValueWeights | LinearTrainedWeights, Field(discriminator="init"), BeforeValidator(_no_preset)
]
NormWeights = Annotated[
    RandomWeights | NormValueWeights | NormTrainedWeights, Field(discriminator="init"), BeforeValidator(_no_preset)
]
WEIGHTS: dict[str, type[Weights]] = {kind.model_fields["init"].default: kind for kind in get_args(Source)}
