"""How far a window reaches past the edges, which ONNX says for each of the four, or leaves to a rule."""

from typing import NamedTuple

from app.errors import Unfit
from app.importing.network import Network, Output
from app.importing.node import Node
from app.numerics.axis import Pair

AUTOMATIC = {"NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER"}


class Edges(NamedTuple):
    """Cells added at the edges of a map."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def even(self) -> bool:
        return (self.top, self.left) == (self.bottom, self.right)

    @property
    def pair(self) -> Pair:
        return self.top, self.left

    @property
    def fields(self) -> list[int]:
        """As zero_pad2d has them."""
        return [self.top, self.bottom, self.left, self.right]


class Sliding(NamedTuple):
    """How a window slides, as a node says it."""

    size: Pair
    stride: Pair
    dilation: Pair
    edges: Edges


def sliding(node: Node, source: Output, size: Pair) -> Sliding:
    """Return how a node's window of `size` slides over maps; raise Unfit where it does not over rows and columns."""
    stride, dilation = pair(node, "strides"), pair(node, "dilations")
    return Sliding(size, stride, dilation, _edges(node, source, size, stride, dilation))


def pair(node: Node, setting: str, usual: Pair = (1, 1)) -> Pair:
    """Return a setting of one number for rows and one for columns."""
    numbers = node.wholes(setting) or usual
    if len(numbers) != 2:
        raise Unfit(
            "Its {setting} has {count} numbers; maps have rows and columns, so 2 are needed.",
            setting=setting,
            count=len(numbers),
        )
    return numbers[0], numbers[1]


def _edges(node: Node, source: Output, size: Pair, stride: Pair, dilation: Pair) -> Edges:
    rule = node.text("auto_pad", "NOTSET")
    if rule not in AUTOMATIC:
        raise Unfit('Its setting {setting} is "{given}", which is unknown.', setting="auto_pad", given=rule[:40])
    if rule.startswith("SAME"):
        rows, columns = (
            max(0, (-(-length // step) - 1) * step + (cells - 1) * apart + 1 - length)
            for length, cells, step, apart in zip(source.shape[1:], size, stride, dilation, strict=True)
        )
        more = (rows - rows // 2, columns - columns // 2)
        less = (rows // 2, columns // 2)
        return Edges(*less, *more) if rule == "SAME_UPPER" else Edges(*more, *less)
    pads = node.wholes("pads") if rule == "NOTSET" else ()
    return edges_of(pads or (0, 0, 0, 0))


def edges_of(numbers: tuple[int, ...]) -> Edges:
    """Return four numbers of cells as the edges they are added at; raise Unfit where they are none."""
    if len(numbers) != 4 or min(numbers) < 0:
        raise Unfit(
            "It pads by {given}; four numbers of 0 or more are needed, for top, left, bottom and right.",
            given=list(numbers[:8]),
        )
    return Edges(*numbers)


def padded(network: Network, source: Output, edges: Edges) -> Output:
    """Return maps with zeros around them, as a layer of their own."""
    return network.add("zero_pad2d", source, note="pad", padding=edges.fields)
