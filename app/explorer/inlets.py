"""The outputs that a layer reads which merges several: what each is called, what of it the number at a place reads."""

from dataclasses import dataclass

from app.explorer.blocks import block_of, seen_from
from app.explorer.view import View
from app.layers import Place, Shape
from app.layers.activation import Activation
from app.layers.merge import Merge
from app.layers.references import PICTURE
from app.numerics.axis import Pair


@dataclass(frozen=True)
class Inlet:
    """One of several outputs that a layer reads."""

    index: int | None  # of the layer that gives it; None for the picture
    name: str
    shape: Shape
    channels: Pair  # that the number reads of it, half-open; empty where it reads none
    first: int  # the map of the output that its first map is, or goes into
    value: float | None  # that the number reads of it

    @property
    def place(self) -> int | None:
        """The map that the number reads of it; None where it reads none."""
        return self.channels[0] if self.channels[0] < self.channels[1] else None


def inlets_of(view: View) -> tuple[Inlet, ...]:
    """Return the outputs that the layer of a view reads, in their order; none where it does not merge several."""
    if not isinstance(view.layer, Merge):
        return ()
    found, numbers = list[Inlet](), iter(view.layer.numbers(view.closeup.terms))
    for source, geometry in zip(view.stage.inputs, view.stage.geometries, strict=True):
        channels = geometry.channels_read(view.place.channel)
        read = channels[0] < channels[1]
        found.append(
            Inlet(
                None if source == PICTURE else source,
                name_of(view, source),
                geometry.input_shape,
                channels,
                geometry.channels.made_from(0)[0],
                next(numbers) if read else None,
            )
        )
    return tuple(found)


def name_of(view: View, source: int) -> str:
    """Return what a layer calls an output that it reads: by its name, else by which layer it is of; or the input.

    An activation goes by the name of what it follows in its block, as in the ribbon.
    """
    if source == PICTURE:
        return view.say("Input")
    stages = view.run.stages
    layer = stages[source].layer
    while isinstance(layer, Activation) and (before := stages[source].inputs[0]) != PICTURE:
        followed = stages[before].layer
        if not block_of(layer) or block_of(layer) != block_of(followed):
            break
        source, layer = before, followed
    if name := seen_from(view.layer, layer):
        return name
    return view.say("{type}, layer {number}").format(type=layer.type, number=source + 1)


def cell_of(view: View, inlet: Inlet) -> Place | None:
    """Return the place in an inlet that the number of a view reads; None where it reads none."""
    return None if inlet.place is None else view.place._replace(channel=inlet.place)
