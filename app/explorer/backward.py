"""What the looks about learning share: the class that the picture is taken for, and gradients of maps as pictures."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from app.errors import NotFound
from app.explorer.classes import class_names
from app.explorer.fields import query
from app.explorer.scales import scale_href
from app.explorer.state import State
from app.explorer.sums.answer import Answer, answer_of
from app.lab import Lab, Run
from app.layers.layer import Array
from app.pipeline.document import ENGINE
from app.rendering.palette import Theme
from app.rendering.scales import USUAL, Scale
from app.rendering.sheets.maps import extent_of, laid_out, maps_png
from app.rendering.svg import Face
from app.training.gradients import Gradients
from app.whole_numbers import read_whole


@dataclass(frozen=True)
class Backward:
    """A run seen from its loss, where its picture is of the class `label`."""

    run: Run
    theme: Theme
    label: int
    shares: Array  # of the classes
    gradients: Gradients

    def answer(self, say: Callable[[str], str]) -> Answer:
        """Return what the network says of its picture, and how wrong that is."""
        names = class_names(self.run, len(self.run.stages) - 1, say)
        return answer_of(self.shares, names, self.label, self.gradients.loss)

    def by_map(self, index: int, channel: int) -> Array:
        """Return the gradient by one map of a layer, (rows, columns)."""
        found: Array = self.gradients.outputs[index][channel]
        return found

    def face(self, index: int, channel: int) -> Face:
        """Return the picture of the gradient by one map, on a scale of its own."""
        _, rows, columns = self.run.stages[index].output_shape
        fields = {"v": ENGINE, "label": str(self.label), "channel": str(channel)}
        fields |= {"theme": "dark"} if self.theme == "dark" else {}
        href = f"/parts/gradient/{self.run.id}/{index}.png?{query(fields)}"
        return Face(href, (columns, rows), 0, 0, columns, rows, signed=True)

    def scale(self, index: int, channel: int) -> Scale:
        """Return the scale of that picture."""
        gradient = self.by_map(index, channel)
        ends = float(gradient.min()), float(gradient.max())
        return Scale(USUAL, extent_of(gradient), *ends, href=scale_href(self.theme, USUAL, False))


async def backward(lab: Lab, run: Run, state: State, theme: Theme) -> Backward:
    """Return a run seen from its loss; the class is that of the address, else the likeliest; or raise Unfit."""
    shares = (await lab.result(run, len(run.stages) - 1)).output.ravel()
    label = read_whole(state.option("label"), len(shares))
    label = int(np.argmax(shares)) if label is None else label
    return Backward(run, theme, label, shares, await lab.gradients.find(run, label))


async def gradient_png(lab: Lab, run: Run, layer: str, fields: Mapping[str, str]) -> bytes:
    """Return the gradient of the loss by one map of a layer, on its own scale; raise NotFound where there is none."""
    index = read_whole(layer, len(run.stages))
    label = read_whole(fields.get("label", ""))
    channel = None if index is None else read_whole(fields.get("channel", ""), run.stages[index].output_shape[0])
    if index is None or label is None or channel is None:
        raise NotFound("There is no gradient {name} here.", name=layer[:40])
    gradient = (await lab.gradients.find(run, label)).outputs[index][channel : channel + 1]
    theme: Theme = "dark" if fields.get("theme") == "dark" else "light"
    return await lab.queue.light(lambda: maps_png(laid_out(gradient), [extent_of(gradient)], theme))
