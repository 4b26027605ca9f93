"""Operators that give what they read, or what stands in the file."""

import numpy as np

from app.errors import Unfit
from app.importing.network import Network, Value
from app.importing.node import Node
from app.importing.operators.reader import reads
from app.importing.tensors import Constant

CONSTANTS = {"value_float": np.float32, "value_floats": np.float32, "value_int": np.int64, "value_ints": np.int64}


@reads("Identity")
def identity(node: Node, network: Network) -> Value:
    value = network.value(node, 0)
    if value is None:
        raise Unfit("It reads nothing; export the network again.")
    return value


@reads("Dropout")
def dropout(node: Node, network: Network) -> Value:
    """Does nothing once a network has learned; it is kept as a note for people."""
    training = network.constant(node, 2)
    if training is not None and training.any():
        raise Unfit("It drops numbers at random, as in a training; export the network for inference (model.eval()).")
    return network.add("dropout", network.output(node))


@reads("Constant")
def constant(node: Node, network: Network) -> Value:
    value = node.attributes.get("value")
    if isinstance(value, Constant):
        return value.array
    for name, kind in CONSTANTS.items():
        if node.attributes.get(name) is not None:
            return np.array(node.attributes[name], kind)
    raise Unfit("It holds no numbers that can be read; export the network again.")
