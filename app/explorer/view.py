"""One number of a run with all that is known of it, asked of the lab; who draws or says it stands above."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from app.explorer.blocks import called
from app.explorer.brightness import brightness_range
from app.explorer.decimals import decimals_of
from app.explorer.pictures import Pictures
from app.explorer.prediction import Prediction
from app.explorer.tracks import meetings, track
from app.explorer.window_numbers import WindowNumbers
from app.lab import Lab, Result, Run
from app.layers import Layer, Place
from app.layers.geometry import Geometry
from app.layers.references import PICTURE
from app.layers.weights import Weights
from app.messages import catalogue
from app.numerics.statistics import Statistics
from app.numerics.window import Span
from app.pipeline.closeup import Closeup
from app.pipeline.plan import Stage
from app.printing.digits import AUTOMATIC, Digits, read_digits
from app.printing.numbers import NARROW, Significant, brightness, fixed, level, short
from app.printing.shares import share
from app.rendering.arrangement import Arrangement, arranged
from app.rendering.figure.pointing import Pointed
from app.rendering.figure.scene import MOST_SHEETS
from app.rendering.palette import Theme
from app.rendering.scales import USUAL, Colours
from app.rendering.sheets.maps import extent_of
from app.rendering.svg import Face

Say = Callable[[str], str]
MOST_SENT = 262_144  # numbers of one map that the page holds to read from
FAINT = 0.06  # of the scale: 15 of 255
MOST_MET = 32  # rows or columns of a filter of which the page holds where they meet a cell


@dataclass(frozen=True)
class View:
    """A number of a layer with all that is shown about it."""

    run: Run
    index: int
    place: Place
    theme: Theme
    language: str
    closeup: Closeup
    result: Result
    before: Result
    extent: float  # of the maps' scale
    input_extent: float
    decimals: int
    input_decimals: int
    weight_decimals: int
    range: tuple[float, float] | None  # of the picture's values, where the sheets are its channels
    digits: Digits = AUTOMATIC  # what is asked of printed numbers
    prediction: Prediction | None = None  # what is asked about the number before it is shown
    pointed: Pointed | None = None  # what is pointed at
    colours: Colours = USUAL  # that the maps are seen in
    epoch: int | None = None  # of a network that is trained
    before_training: float | None = None  # the number at this place then
    in_colour: bool = False  # all filters stand in colour, in place of all maps

    @property
    def stage(self) -> Stage:
        return self.run.stages[self.index]

    @property
    def layer(self) -> Layer:
        return self.stage.layer

    @property
    def called(self) -> str:
        """What the layer is called: its name within its block, else its type."""
        return called(self.layer)

    @property
    def hidden(self) -> bool:
        """Whether the number is still to be predicted, and so not shown."""
        return self.prediction is not None and self.prediction.hidden

    @property
    def covered(self) -> bool:
        """Whether the parts that are added are not shown either, as they would leave but one addition."""
        return self.prediction is not None and self.prediction.hidden and not self.prediction.hint

    @property
    def unsaid(self) -> str:
        """What is asked, where the sentence that tells the number is not to be said yet; else nothing."""
        return self.prediction.question if self.prediction is not None and self.prediction.hidden else ""

    @property
    def say(self) -> Say:
        return catalogue(self.language).gettext

    @property
    def reads(self) -> int | None:
        """The layer whose output the number reads, of several the first that it reads of; None for the picture."""
        number = self.stage.inputs[self._input]
        return None if number == PICTURE else number

    @property
    def _input(self) -> int:
        return self.stage.read_for(self.place.channel)

    @property
    def channels(self) -> tuple[int, int]:
        """The half-open range of input channels that the number reads."""
        return self.geometry.channels_read(self.place.channel)

    @property
    def weight(self) -> np.ndarray | None:
        """The filters (out, in, rows, columns); None for a layer without."""
        weight = self.result.weights.get("weight")
        return None if weight is None else self.layer.filters(self.stage.input_shape, weight)

    @property
    def filter_names(self) -> list[str]:
        """What the filters are called, one a map; empty where none has a name."""
        weights: Weights | None = getattr(self.layer, "weights", None)
        return [] if weights is None else weights.labels()

    @cached_property
    def weight_extent(self) -> float:
        return 0.0 if self.weight is None else extent_of(self.weight)

    @property
    def geometry(self) -> Geometry:
        return self.stage.geometries[self._input]

    def ranged(self) -> "View":
        """Return this view with the picture's values tinted over their own range, where that is asked for."""
        if self.range is None or not self.colours.stretched:
            return self
        low, high = self.before.whole.minimum, self.before.whole.maximum
        return replace(self, range=(low, high if high > low else low + 1))

    @property
    def faint(self) -> bool:
        """Whether the picture's values lie so close together that nothing is seen on the whole scale."""
        if self.range is None or self.colours.stretched:
            return False
        spread = self.before.whole.maximum - self.before.whole.minimum
        return 0 < spread < FAINT * (self.range[1] - self.range[0])

    @property
    def source(self) -> Arrangement:
        """How the input is laid out."""
        return arranged(self.geometry.input_shape)

    @property
    def target(self) -> Arrangement:
        """How the output is laid out."""
        return arranged(self.stage.output_shape)

    @property
    def span(self) -> Span:
        """The window, in cells of the sheets on which the input is laid out; empty where no cell is read."""
        if not self.source.single:
            return self.geometry.around(self.place)
        first, last = self.channels
        (_, top, left), (_, bottom, _) = (self.source.cell(Place(c, 0, 0)) for c in (first, last - 1))
        if last - first == 1:
            return Span((top, top + 1), (left, left + 1))
        return Span((top, bottom + 1), (0, self.source.columns))

    @property
    def slides(self) -> bool:
        """Whether only the window moves from place to place of a sheet; else sheets or filters change with it."""
        if self.target.column:
            return False  # the numbers stand beside the cells
        if self.source.single:
            return self.target.single and self.channels[1] - self.channels[0] == 1
        return not self.target.single

    @property
    def tracks(self) -> tuple[str, str]:
        """Where the window is, down and across the sheets: see `track`."""
        if self.source.single:  # whose cells are read one by one
            (top, bottom), (left, right) = self.span
            return f"0 1 {bottom - top}", f"0 1 {right - left}"
        return track(self.geometry.rows), track(self.geometry.columns)

    @property
    def met(self) -> tuple[Sequence[int], Sequence[int]] | None:
        """The rows and columns of the filter that meet a cell here; None where all do, or they are too many."""
        even = self.geometry.step is not None or self.geometry.rows.period is None
        if self.weight is None or even or max(self.geometry.size) > MOST_MET:
            return None
        return self.geometry.rows.taps(self.place.row), self.geometry.columns.taps(self.place.column)

    @property
    def meetings(self) -> tuple[str, str] | None:
        """`met`, for every row and every column of places: 3,1 2,0 and so on."""
        if self.met is None:
            return None
        rows, columns = self.geometry.axes
        return meetings(rows), meetings(columns)

    @property
    def values_href(self) -> str:
        """The address of the numbers of the map at work, where they are few enough to send; else nothing."""
        if self.target.count > MOST_SENT:
            return ""
        chosen = {} if self.target.single else {"channel": self.place.channel}
        return self.pictures.address(self.index, "output.npy", **chosen)

    @property
    def extremes(self) -> dict[str, Place]:
        """The places of the largest and the smallest number on the sheet at work, the first of equal ones."""
        output = self.result.output
        sheet = output.ravel() if self.target.single else output[self.place.channel].ravel()
        first = self.target.index(self.place) - self.target.index(self.place) % self.target.count
        found = {"strongest": sheet.argmax(), "weakest": sheet.argmin()}
        return {name: self.target.at(first + int(index)) for name, index in found.items()}

    @property
    def zero_share(self) -> str:
        """The share of zeros in the map at work, in words."""
        channels = self.result.channels  # none of a vector
        return self.share_of_zeros(channels[self.place.channel] if channels else self.result.whole)

    @property
    def zero_share_of_all(self) -> str:
        """The share of zeros in all maps, in words."""
        return self.share_of_zeros(self.result.whole)

    def share_of_zeros(self, part: Statistics, decimals: int = 0) -> str:
        """Return the share of zeros in one map, or in all, in words."""
        numbers = self.result.output.size
        if part is not self.result.whole:
            numbers //= len(self.result.channels)
        return share(round(part.zero_fraction * numbers), numbers, self.say, decimals)

    @property
    def dead(self) -> list[int]:
        """The maps in which every number is 0."""
        return [index for index, each in enumerate(self.result.channels) if each.zero_fraction == 1]

    # ---- tints of cells

    def tint_of(self, sheet: int) -> str:
        """Return the class that says which colour the values of the sheet-th channel read are tinted in."""
        if self.range is None:
            return "ch-map"
        return f"ch-{'rgb'[self.channels[0] + sheet]}" if self.run.input_shape[0] == 3 else "ch-grey"

    def value_tint(self, value: float) -> str:
        """Return the class of a cell that holds `value`."""
        if self.range is None:
            return level(value, self.input_extent)
        return brightness(value, *self.range)

    def product_levels(self, sheet: int) -> list[tuple[str, str]]:
        """Return the products of one channel as a picture: for each tint, the path of its cells."""
        products = self.closeup.terms["products"]
        extent = float(np.abs(products).max())
        cells: dict[str, str] = {}
        for (row, column), value in np.ndenumerate(products[sheet]):
            tint = level(float(value), extent)
            cells[tint] = cells.get(tint, "") + f"M{column} {row}h1v1h-1z"
        return sorted(cells.items())

    # ---- numbers

    @property
    def numbers(self) -> WindowNumbers:
        """The numbers that the window reads."""
        return WindowNumbers(self.closeup, self.hidden)

    @property
    def rounding(self) -> str:
        """How the numbers of this layer are rounded: to how many decimals, or s3, three digits that count."""
        return self.digits.name if isinstance(self.decimals, Significant) else str(self.decimals)

    @property
    def cell_decimals(self) -> int:
        """Decimals of the input's numbers where there is room for a few characters."""
        decimals = self.input_decimals
        if isinstance(decimals, Significant):
            return decimals
        largest = -self.input_extent if self.before.whole.minimum < 0 else self.input_extent
        while decimals and len(short(largest, decimals)) > NARROW:
            decimals -= 1
        return decimals

    def cell(self, value: float, decimals: int) -> str:
        """Return a value or a weight as it stands in a cell of the sum: all have a zero before the point, or none."""
        return short(value, decimals, max(self.cell_decimals, self.weight_decimals) > 2)

    def input_swatch(self, place: tuple[int, int] | None = None) -> Face:
        """Return the very pixel of the input map at `place`, by default at the place of the number itself."""
        row, column = place or (self.place.row, self.place.column)
        _, y, x = self.source.cell(Place(self.channels[0], row, column))
        return self.sheet_faces()[0].part(x, y, 1, 1)

    def number(self, value: float) -> str:
        """Return a number of this layer's output as printed."""
        return fixed(value, self.decimals)

    def input_number(self, value: float) -> str:
        """Return a number of this layer's input as printed."""
        return fixed(value, self.input_decimals)

    def input_brief(self, value: float, fewer: int = 0) -> str:
        """Return a number of this layer's input for a narrow cell, with `fewer` decimals where that leaves one."""
        decimals = self.cell_decimals
        text = fixed(value, decimals - fewer if decimals > fewer else decimals)
        return text.replace("0.", ".", 1) if abs(value) < 1 else text

    def channel_names(self) -> list[tuple[str, str]]:
        """Return a letter and a word for each input channel that the number reads."""
        first, last = self.channels
        if self.range is not None:
            say = self.say
            names = (
                [("R", say("red")), ("G", say("green")), ("B", say("blue"))]
                if self.run.input_shape[0] == 3
                else [(say("grey"), say("grey"))]
            )
            return names[first:last]
        return [(str(c + 1), self.say("map {number}").format(number=c + 1)) for c in range(first, last)]

    @property
    def pictures(self) -> Pictures:
        """Where the pictures of this run are."""
        return Pictures(self.run, self.theme, self.colours)

    @property
    def swatch(self) -> Face:
        """The very pixel of the map that the number is."""
        sheet, row, column = self.target.cell(self.place)
        return self.map_face(sheet).part(column, row, 1, 1)

    def map_face(self, channel: int) -> Face:
        """Return the picture of one map of this layer."""
        return self.pictures.map(self.index, channel)

    def sheet_faces(self) -> list[Face]:
        """Return the pictures of the input channels that the number reads, at most MOST_SHEETS of them."""
        first, last = self.channels
        last = first + 1 if self.source.single else min(last, first + MOST_SHEETS)
        return [self.pictures.map(self.reads, channel) for channel in range(first, last)]

    def slices(self, channel: int) -> tuple[tuple[str, Face], ...]:
        """Return the pictures of the slices of filter `channel`, at most MOST_SHEETS; none for a layer without."""
        if self.weight is None:
            return ()
        shape, laid = self.weight.shape, arranged(self.weight.shape[1:])
        names = self.channel_names()[: 1 if self.source.single and laid.single else MOST_SHEETS]
        places = [laid.cell(Place(k, 0, 0)) for k in range(len(names))]
        faces = [self.pictures.slice(self.index, shape, channel, sheet) for sheet, _, _ in places]
        if laid.single and not self.source.single:  # slices of one weight each, all on one sheet
            faces = [face.part(column, row, 1, 1) for face, (_, row, column) in zip(faces, places, strict=True)]
        return tuple((name, face) for (name, _), face in zip(names, faces, strict=True))

    @property
    def veil(self) -> Face | None:
        """The picture that dims what this layer drops of the map before it; None for a layer that picks no cells."""
        if not self.layer.picks:
            return None
        _, rows, columns = self.stage.input_shape
        href = self.pictures.address(self.index, "kept.png", channel=self.channels[0])
        return Face(href, (columns, rows), 0, 0, columns, rows)


async def view_of(
    lab: Lab, run: Run, index: int, place: Place, theme: Theme, language: str, asked_digits: str = ""
) -> View:
    """Return the view of the number at `place` of layer `index`, its numbers written as `asked_digits` asks."""
    digits = read_digits(asked_digits)
    stage = run.stages[index]
    before, result = await lab.some(run, (stage.inputs[stage.read_for(place.channel)], index))
    closeup = await lab.close_up(run, index, place)
    extent = (await lab.extents(run, index))[0]
    input_extent = max(-before.whole.minimum, before.whole.maximum)
    own, entering, weights = await lab.queue.light(
        lambda: decimals_of(digits, result, extent, before, input_extent, first=stage.inputs == (PICTURE,))
    )
    return View(
        run,
        index,
        place,
        theme,
        language,
        closeup,
        result,
        before,
        extent,
        input_extent,
        own,
        entering,
        weights,
        brightness_range(run.document.input, before.output) if stage.inputs == (PICTURE,) else None,
        digits,
    )
