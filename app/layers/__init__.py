"""The kinds of layer, one file each; this union is the registry: to add a layer, add its name here."""

from typing import Annotated, Any, get_args

from pydantic import Field, GetJsonSchemaHandler, SerializeAsAny, TypeAdapter

from app.layers.add import Add
from app.layers.batch_norm2d import BatchNorm2d
from app.layers.cells import Place
from app.layers.concat import Concat
from app.layers.conv2d import Conv2d
from app.layers.conv_transpose2d import ConvTranspose2d
from app.layers.dropout import Dropout
from app.layers.flatten import Flatten
from app.layers.global_avg_pool2d import GlobalAvgPool2d
from app.layers.layer import Layer, Shape
from app.layers.leaky_relu import LeakyReLU
from app.layers.linear import Linear
from app.layers.pool2d import AvgPool2d, MaxPool2d
from app.layers.relu import ReLU
from app.layers.relu6 import ReLU6
from app.layers.sigmoid import Sigmoid
from app.layers.softmax import Softmax
from app.layers.tanh import Tanh
from app.layers.upsample2d import Upsample2d
from app.layers.zero_pad2d import ZeroPad2d

Kind = (
    Conv2d
    | ReLU
    | ReLU6
    | LeakyReLU
    | Sigmoid
    | Tanh
    | MaxPool2d
    | AvgPool2d
    | ConvTranspose2d
    | Upsample2d
    | ZeroPad2d
    | GlobalAvgPool2d
    | BatchNorm2d
    | Dropout
    | Flatten
    | Linear
    | Softmax
    | Add
    | Concat
)
AnyLayer = Annotated[Kind, Field(discriminator="type")]


class _AsKinds:
    """Describes a layer as one of the kinds."""

    def __get_pydantic_json_schema__(self, schema: Any, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return handler(TypeAdapter(AnyLayer).core_schema)


LayerField = Annotated[SerializeAsAny[Layer], _AsKinds()]  # of a document, whose layers have been read already
LAYERS: dict[str, type[Layer]] = {kind.model_fields["type"].default: kind for kind in get_args(Kind)}

__all__ = ["LAYERS", "AnyLayer", "Layer", "LayerField", "Place", "Shape"]
