"""A network that has been read from a file: layers with their numbers, what they read, and what did not fit."""

from dataclasses import dataclass

from app.errors import Misfit
from app.layers import Layer, Shape


@dataclass(frozen=True)
class Imported:
    """The layers of a file as a document has them, with their numbers."""

    layers: tuple[Layer, ...]
    shape: Shape  # of the picture that they read
    title: str = ""
    misfit: Misfit | None = None  # the first node that does not fit: the layers are those before it
