"""What is sent as JSON, where it is more than a few words: a document, and what begins a training.

These types describe; what is sent is read by `app/pipeline/document.py` and `app/training/training.py`.
"""

from typing import Annotated, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from app.described import described
from app.layers import AnyLayer
from app.layers.weights import MAX_SEED
from app.pipeline.document import ImageInput, ValuesInput
from app.training.data import AnyData
from app.training.optimizers import AnyOptimizer


@described
class PostedDocument(TypedDict):
    """An input, and the layers that it passes through: as a list, or as a recipe."""

    input: ImageInput | ValuesInput
    layers: NotRequired[list[AnyLayer]]
    recipe: NotRequired[str]
    """In place of layers: all of them in one line."""


@described
class PostedTraining(TypedDict):
    """What is learned, by which layers, and how; what is left out has its default."""

    data: NotRequired[AnyData]
    """What it learns from."""
    layers: NotRequired[list[AnyLayer]]
    """The network, which ends in softmax; weights of which nothing is said are random, by the seed plus the index."""
    recipe: NotRequired[str]
    """In place of layers: all of them in one line."""
    optimizer: NotRequired[AnyOptimizer]
    """How weights follow their gradients."""
    batch_size: NotRequired[Annotated[int, Field(ge=1, le=256)]]
    """Examples that are learned from at once."""
    epochs: NotRequired[Annotated[int, Field(ge=1, le=100)]]
    """How often it goes through all examples."""
    seed: NotRequired[Annotated[int, Field(ge=0, le=MAX_SEED)]]
    """What weights begin with and the order of examples follow from it."""


BODIES = (PostedDocument, PostedTraining)
