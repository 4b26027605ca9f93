"""The kinds of layer, one file each; this union is the registry: to add a layer, add its name here."""

from typing import Annotated, get_args

from pydantic import Field

from app.layers.conv2d import Conv2d
from app.layers.layer import Layer, Place, Shape
from app.layers.pool2d import AvgPool2d, MaxPool2d
from app.layers.relu import ReLU

Kind = Conv2d | ReLU | MaxPool2d | AvgPool2d
AnyLayer = Annotated[Kind, Field(discriminator="type")]
LAYERS: dict[str, type[Layer]] = {kind.model_fields["type"].default: kind for kind in get_args(Kind)}

__all__ = ["LAYERS", "AnyLayer", "Layer", "Place", "Shape"]
