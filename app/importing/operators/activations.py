"""Operators that change each number alone."""

import numpy as np

from app.errors import Unfit
from app.importing.network import Network, Value
from app.importing.node import Node
from app.importing.operators.reader import reads

PLAIN = {"Relu": "relu", "Sigmoid": "sigmoid", "Tanh": "tanh"}


@reads(*PLAIN)
def plain(node: Node, network: Network) -> Value:
    """Those without a setting."""
    return network.add(PLAIN[node.operator], network.output(node))


@reads("LeakyRelu")
def leaky(node: Node, network: Network) -> Value:
    slope = node.number_of("alpha", 0.01)
    return network.add("leaky_relu", network.output(node), negative_slope=_decimal(slope))


@reads("Clip")
def clip(node: Node, network: Network) -> Value:
    """Relu, or relu6, where its ends are those of one."""
    source = network.output(node)
    low, high = _end(node, network, 1, "min", -np.inf), _end(node, network, 2, "max", np.inf)
    match low, high:
        case (0.0, 6.0):
            return network.add("relu6", source)
        case (0.0, end) if end == np.inf or end >= float(np.finfo(np.float32).max):
            return network.add("relu", source)
    raise Unfit(
        "It keeps numbers between {low} and {high}, and only 0 to 6 (relu6) and 0 and more (relu) can be shown; export "
        "the network with one of them.",
        low=f"{low:g}",
        high=f"{high:g}",
    )


def _end(node: Node, network: Network, which: int, setting: str, usual: float) -> float:
    """Return an end of the range, which old opsets have as a setting, newer ones as an input."""
    given = network.constant(node, which)
    array = np.array(node.number_of(setting, usual)) if given is None else given
    if array.size != 1 or np.isnan(array).any():
        raise Unfit("Its {setting} must be one number; export the network again.", setting=setting)
    return float(array.ravel()[0])


def _decimal(number: float) -> float:
    """Return a number of single precision as people write it: 0.01, not 0.009999999776."""
    return float(str(np.float32(number)))
