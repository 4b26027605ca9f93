"""Where the pictures of a run are: every map, sheet and filter is a tile of a PNG that never changes."""

from dataclasses import dataclass

from app.explorer.addresses import layer_address
from app.lab import Run
from app.layers import Place, Shape
from app.pipeline.document import ImageInput
from app.rendering.arrangement import Arrangement, arranged
from app.rendering.palette import Theme
from app.rendering.scales import USUAL, Colours
from app.rendering.sheets.sheets import Tiles, tiles
from app.rendering.svg import Face

Axes = tuple[int, ...]  # of filters: (out, in, rows, columns)
MOST_SEEN = 16  # cells a side of a slice that are seen one by one
MOST_AT_ONCE = 250_000  # weights in one picture of all filters; where there are more, each filter has its own


@dataclass(frozen=True)
class Pictures:
    """The pictures of one run in one theme; layers count from 0, None is the input."""

    run: Run
    theme: Theme
    colours: Colours = USUAL  # of the maps

    def address(self, index: int | None, name: str, **options: object) -> str:
        """Return the address of what is called `name` of a layer."""
        prefix = self.run.document.ids[0 if index is None else index + 1]
        if name == "output.png" and index is None and isinstance(self.run.document.input, ImageInput):
            options |= {"scale": "own" if self.colours.stretched else None}
        elif name == "output.png":
            options |= self.colours.options
        theme = "dark" if self.theme == "dark" and name.endswith(".png") else None
        return layer_address(prefix, "input" if index is None else index, name, **options, theme=theme)

    def shape(self, index: int | None) -> Shape:
        """Return the shape of what a layer gives."""
        return self.run.input_shape if index is None else self.run.stages[index].output_shape

    def arrangement(self, index: int | None) -> Arrangement:
        """Return how what a layer gives is laid out."""
        return arranged(self.shape(index))

    def tiles(self, index: int | None) -> Tiles:
        """Return how the sheets of a layer lie in their picture."""
        plan = self.arrangement(index)
        return tiles(plan.sheets, plan.rows, plan.columns)

    def map(self, index: int | None, channel: int, *, alone: bool = False) -> Face:
        """Return the sheet that holds a channel of a layer; of an input that is a picture, one in its colour.

        It is a tile of the picture of all sheets, or `alone` one of its own.
        """
        if index is None and isinstance(self.run.document.input, ImageInput):
            return self._whole(channel=channel)
        plan, laid = self.tiles(index), self.arrangement(index)
        if alone and not laid.single:
            size = laid.columns, laid.rows
            return Face(self.address(index, "output.png", channel=channel), size, 0, 0, *size, signed=True)
        sheet = laid.cell(Place(channel, 0, 0)).channel
        return Face(
            self.address(index, "output.png"), plan.size, *plan.corner(sheet), plan.width, plan.height, signed=True
        )

    def photo(self) -> Face:
        """Return the input picture in all its colours, or the first sheet of an input made of numbers."""
        return self._whole() if isinstance(self.run.document.input, ImageInput) else self.map(None, 0)

    def _whole(self, **options: object) -> Face:
        _, rows, columns = self.run.input_shape
        return Face(self.address(None, "output.png", **options), (columns, rows), 0, 0, columns, rows)

    def slice(self, index: int, axes: Axes, filter_: int, sheet: int, *, signs: bool = True) -> Face:
        """Return one slice of a filter of layer `index`, whose weights have the shape `axes`; where its cells are large
        enough to be seen one by one, with their signs."""
        out, depth, rows, columns = axes
        laid = arranged((depth, rows, columns))
        alone = out * depth * rows * columns > MOST_AT_ONCE
        plan = tiles(laid.sheets * (1 if alone else out), laid.rows, laid.columns, columns=laid.sheets)
        corner = plan.corner(sheet + (0 if alone else filter_ * laid.sheets))
        seen = 1 if signs and max(laid.rows, laid.columns) <= MOST_SEEN else None
        href = self.address(index, "weight.png", channel=filter_ if alone else None, signs=seen)
        return Face(href, plan.size, *corner, laid.columns, laid.rows, signed=not seen)
