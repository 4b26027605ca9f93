"""What stands over the parts of a drawing: of maps their number and size, of vectors how many numbers they hold."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from app.messages import Counted
from app.rendering.figure.layout import Layout
from app.rendering.figure.scene import Inlet, Scene
from app.rendering.svg import length

PHONE, BOARD, ELSE = (9.2, 9.2), (15.0, 15.0), (11.5, 9.0)  # px of a letter of a heading, and of one beside it
LONG_NAME = 12  # characters, beside which there is no room for a size
LONGEST_INLET, LONGEST_SHORT = 20, 12  # characters of what an output is called
AIR = 14.0  # px between a heading and what stands beside it


class Heading(NamedTuple):
    """What stands over a part; beside it its size and, of a filter, its name, where there is room."""

    text: str
    size: str = ""
    name: str = ""
    usual: str = ""  # what stands there in place of a text for which there is no room

    def within(self, room: float, letter: float) -> "Heading":
        """Return the heading for `room` px."""
        return self._replace(text=self.usual) if self.usual and letter * length(self.text) + AIR > room else self

    def beside(self, room: float, letter: float, sizes: bool) -> str:
        """Return what stands in `room` px beside the heading: the most that its letters leave room for, or nothing."""
        whole = f"{self.name}  {self.size}" if self.name and len(self.name) <= LONG_NAME else self.name or self.size
        offered = [whole if sizes else "", self.name]
        return next((text for text in offered if text and AIR + letter * length(text) < room), "")


def letters(layout: Layout) -> tuple[float, float]:
    """Return the width of a letter of a heading, and of one beside it."""
    return PHONE if layout.small else BOARD if layout.board else ELSE


def fitted(headings: Sequence[tuple[float, Heading]], end: float, layout: Layout) -> Iterator[tuple[float, str, str]]:
    """Give each heading, where it begins, and what stands beside it: on a phone or a projector no sizes.

    One in the middle that reaches into another is left out: what goes in and what comes out has a name, and the lens
    is seen to be one.
    """
    (large, beside), sizes = letters(layout), not (layout.small or layout.board)
    ends, reached = [x for x, _ in headings[1:]] + [end], 0.0
    for number, ((x, heading), stop) in enumerate(zip(headings, ends, strict=True)):
        heading = heading.within(stop - x, large)
        room = stop - x - large * length(heading.text)
        if (room >= 0 and x >= reached) or number in {0, len(headings) - 1}:
            reached = stop - room
            yield x, heading.text, heading.beside(room, beside, sizes)


def source_heading(scene: Scene, short: bool = False) -> Heading:
    """Return the heading of the sheets that are read."""
    if scene.inlets:
        return inlet_heading(scene, next(inlet for inlet in scene.inlets if inlet.cell), short)
    if scene.source.single:
        return Heading(_numbers(scene, scene.source.count))
    sides = (scene.source.rows, scene.source.columns)
    if scene.stage.index == 0 or scene.slices:
        size, usual = _by(*sides, *([scene.sheet_count] if scene.slices or scene.photo else [])), scene.say("Input")
        return Heading(scene.source_name or usual, size, usual=usual)
    return Heading(scene.say("Map {number}").format(number=scene.sheets[0][0]), _by(*sides))


def inlet_heading(scene: Scene, inlet: Inlet, short: bool = False) -> Heading:
    """Return the heading of one of several outputs that are read: what it is called, and how much of it is read."""
    most = LONGEST_SHORT if short else LONGEST_INLET
    name = inlet.name if len(inlet.name) <= most else f"{inlet.name[: most - 1]}…"
    channels, rows, columns = inlet.shape
    if scene.source.single:
        return Heading(name, _numbers(scene, channels))
    if scene.joins:
        return Heading(name, _by(rows, columns, channels))
    return Heading(name, scene.say("map {number}").format(number=scene.place.channel + 1))


def lens_heading(scene: Scene, short: bool = False) -> Heading:
    """Return the heading of the filter, or of the numbers in the window; `short` where there is little room."""
    number = scene.place.channel + 1
    if scene.slices:
        size = _by(*scene.size, scene.sheet_count) if not scene.source.single else ""
        if scene.stage.vector:
            text = scene.say("Weights") if short else scene.say("Weights of output {number}").format(number=number)
            return Heading(text, size)
        return Heading(scene.say("Filter {number}").format(number=number), size, scene.filter_name)
    if scene.inlets and not scene.joins:
        return Heading(_numbers(scene, len(scene.inlets)))
    if scene.size == (1, 1):
        return Heading(scene.say("One number"))
    if scene.source.single:
        return Heading(scene.say("All of them"))
    return Heading(scene.say("Window"), _by(*scene.size))


def target_heading(scene: Scene) -> Heading:
    """Return the heading of the sheet at work."""
    if scene.target.single or scene.stage.vector:
        return Heading(_numbers(scene, scene.target.count))
    size = _by(scene.target.rows, scene.target.columns)
    return Heading(scene.say("Map {number}").format(number=scene.place.channel + 1), size)


def _numbers(scene: Scene, count: int) -> str:
    if count == 1:
        return scene.say("One number")
    return scene.say(Counted("{count} number", "{count} numbers", count)).format(count=f"{count:,}")


def _by(*sides: int) -> str:
    return " × ".join(map(str, sides))
