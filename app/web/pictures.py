"""Where the pictures of a run are: every map, sheet and filter is a tile of a PNG that never changes."""

from dataclasses import dataclass

from app.lab import Run
from app.layers import Shape
from app.pipeline import ImageInput
from app.rendering.palette import Theme
from app.rendering.sheets import Tiles, tiles
from app.rendering.svg import Face
from app.web.artifacts import layer_address

Axes = tuple[int, ...]  # of an array of weights: (out, in, rows, columns)


@dataclass(frozen=True)
class Pictures:
    """The pictures of one run in one theme; layers count from 0, None is the input."""

    run: Run
    theme: Theme

    def address(self, index: int | None, name: str, **options: object) -> str:
        """Return the address of what is called `name` of a layer."""
        prefix = self.run.document.prefix(0 if index is None else index + 1).id
        theme = "dark" if self.theme == "dark" and name.endswith(".png") else None
        return layer_address(prefix, "input" if index is None else index, name, **options, theme=theme)

    def shape(self, index: int | None) -> Shape:
        """Return the shape of what a layer gives."""
        return self.run.input_shape if index is None else self.run.stages[index].output_shape

    def tiles(self, index: int | None) -> Tiles:
        """Return how the maps of a layer lie on their sheet."""
        return tiles(*self.shape(index))

    def map(self, index: int | None, channel: int) -> Face:
        """Return one map of a layer; of an input that is a picture, one sheet in its colour."""
        if index is None and isinstance(self.run.document.input, ImageInput):
            return self._whole(channel=channel)
        plan = self.tiles(index)
        return Face(self.address(index, "output.png"), plan.size, *plan.corner(channel), plan.width, plan.height)

    def photo(self) -> Face:
        """Return the input picture in all its colours, or the first sheet of an input made of numbers."""
        return self._whole() if isinstance(self.run.document.input, ImageInput) else self.map(None, 0)

    def _whole(self, **options: object) -> Face:
        _, rows, columns = self.run.input_shape
        return Face(self.address(None, "output.png", **options), (columns, rows), 0, 0, columns, rows)

    def slice(self, index: int, axes: Axes, filter_: int, sheet: int) -> Face:
        """Return one slice of a filter of layer `index`, whose weights have the shape `axes`."""
        out, depth, rows, columns = axes
        plan = tiles(out * depth, rows, columns, columns=depth)
        return Face(self.address(index, "weight.png"), plan.size, *plan.corner(filter_ * depth + sheet), columns, rows)
