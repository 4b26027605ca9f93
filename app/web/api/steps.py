"""Steps, as the API tells them: one type for each type of layer, by what its `step` is annotated to return."""

from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_type_hints

from pydantic import Field
from typing_extensions import TypedDict

from app.described import described, record
from app.layers import LAYERS, Layer
from app.layers.terms import Source
from app.pipeline.closeup import Rectangle


@described
class StepEnds(TypedDict):
    """What every step tells beside its terms."""

    layer: int
    """Its index, from 0."""
    position: Source
    """The place in its output."""
    window: Rectangle | None
    """What it read, in the layer's own input; below 0 where padding is read, null where it read nothing."""
    value: float
    """The map's own number, bit for bit."""
    receptive_field: Rectangle | None
    """The smallest rectangle of the picture behind it; null where only padding was read."""


def step_type(name: str, kind: type[Layer]) -> Any:
    """Return the type of the steps of one type of layer."""
    own = kind.step if kind.terms is Layer.terms else kind.terms
    told = get_type_hints(own)["return"]
    fields = {**get_type_hints(StepEnds), **get_type_hints(told, include_extras=True), "type": Literal[name]}
    step = record(f"{kind.__name__}Step", f"How one number of {name} came to be. {told.__doc__}", fields)
    step.__orig_bases__ = (StepEnds, told)
    return step


if TYPE_CHECKING:
    Step = dict[str, Any]
else:
    Step = Annotated[
        Union[tuple(step_type(name, kind) for name, kind in LAYERS.items())],  # noqa: UP007
        Field(discriminator="type"),
    ]
