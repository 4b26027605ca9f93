"""Layers of a network put in, taken out and moved, so that every other layer goes on reading what it read.

A layer names what it reads by place in the list, so that whatever comes, goes or moves changes these numbers. What no
longer can be is refused (Unfit), by the layers that stand in the way; shapes are the plan's to refuse.
"""

from collections.abc import Callable, Iterator, Sequence

from app.errors import Unfit
from app.layers import Layer
from app.layers.reading import MAX_LAYERS, all_linked
from app.layers.references import PICTURE

Layers = tuple[Layer, ...]


def readers(layers: Sequence[Layer], index: int) -> list[int]:
    """Return which layers read layer `index`; −1 is the picture."""
    return [number for number, layer in enumerate(layers) if index in layer.reads(number)]


def inserted(layers: Sequence[Layer], after: int, new: Sequence[Layer]) -> Layers:
    """Return the layers with a chain of `new` ones behind layer `after` (−1: the picture), on every way that leaves it.

    What `new` ones read is told by their places in the new list. Inside a block they belong to it.
    """
    count = len(layers) + len(new)
    if count > MAX_LAYERS:
        raise Unfit(
            "A pipeline has at most {most} layers; this one has {count}.",
            most=MAX_LAYERS,
            count=count,
            pointer="/layers",
        )

    def moved(source: int) -> int:
        return source + len(new) if source >= after else source

    block = _block_around(layers, after)
    named = (layer.called(f"{block}/{layer.type}") if block else layer for layer in new)
    return all_linked((*layers[: after + 1], *named, *_moved(layers, after + 1, len(new), moved)))


def _block_around(layers: Sequence[Layer], after: int) -> str:
    """Return the block to which both the layer at `after` and the next belong; nothing where that is none."""
    names = [layer.name or "" for layer in layers[max(0, after) : after + 2]]
    blocks = {name.rpartition("/")[0] for name in names}
    return blocks.pop() if len(names) == 2 and len(blocks) == 1 else ""


def removed(layers: Sequence[Layer], index: int) -> Layers:
    """Return the layers without layer `index`; who read it reads what it read, of several outputs the nearest."""
    stands_in = max(layers[index].reads(index))

    def moved(source: int) -> int:
        return stands_in if source == index else source - (source > index)

    return all_linked((*layers[:index], *_moved(layers, index + 1, -1, moved)))


def exchanged(layers: Sequence[Layer], index: int, by: int) -> tuple[Layers, int]:
    """Return the layers with layer `index` one step on (`by` 1) or back (−1) on its way, and its new place.

    It changes places with the one layer that reads it, or that it reads; at an end of its way it stays.
    """
    if layers[index].merges:
        raise _joined(layers, index, index)
    other = _after(layers, index) if by > 0 else _before(layers, index)
    if other is None:
        return tuple(layers), index
    first, second = sorted((index, other))
    found = list(layers)
    found[first] = layers[second].reading(layers[first].reads(first))
    found[second] = layers[first].reading((first,))
    return all_linked(found), other


def _moved(layers: Sequence[Layer], first: int, by: int, moved: Callable[[int], int]) -> Iterator[Layer]:
    """Yield the layers from `first` on for places that are `by` more, each reading what it read at its new place.

    A layer that goes on reading the one before it is the same as before, and so nothing of it is planned again.
    """
    for place, layer in enumerate(layers[first:], first):
        inputs = tuple(map(moved, layer.reads(place)))
        yield layer.reading(None if inputs == (place + by - 1,) else inputs)


def _after(layers: Sequence[Layer], index: int) -> int | None:
    """Return the layer that reads layer `index` alone, none where nobody does; raise Unfit where it is not one."""
    found = readers(layers, index)
    if len(found) > 1:
        raise Unfit(
            "{type}, layer {number}, is read by the layers {readers}; it cannot go behind all of them. Let but one of "
            "them read it first.",
            type=layers[index].type,
            number=index + 1,
            readers=", ".join(str(each + 1) for each in found),
            pointer=f"/layers/{index}",
        )
    if found and layers[found[0]].merges:
        raise _joined(layers, found[0], index)
    return found[0] if found else None


def _before(layers: Sequence[Layer], index: int) -> int | None:
    """Return the layer that layer `index` reads, none for the picture; raise Unfit where it has not that alone."""
    (source,) = layers[index].reads(index)
    if source == PICTURE:
        return None
    found = readers(layers, source)
    if len(found) > 1:
        raise Unfit(
            "{type}, layer {number}, is read by the layers {readers}; layer {this} cannot go before it for itself "
            "alone. Let but one of them read it first.",
            type=layers[source].type,
            number=source + 1,
            readers=", ".join(str(each + 1) for each in found),
            this=index + 1,
            pointer=f"/layers/{index}",
        )
    if layers[source].merges:
        raise _joined(layers, source, index)
    return source


def _joined(layers: Sequence[Layer], merge: int, index: int) -> Unfit:
    return Unfit(
        "{type}, layer {number}, joins several outputs, and no layer changes places with it. Take the layer out, and "
        "put it in where it is wanted.",
        type=layers[merge].type,
        number=merge + 1,
        pointer=f"/layers/{index}",
    )
