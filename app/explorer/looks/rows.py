"""Several pictures through the same filters: a row a picture, a column a map, all maps on one scale."""

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from app.errors import Mistake, NotFound
from app.explorer.comparison import alone, beside
from app.explorer.fields import query
from app.explorer.looks.look import LookRequest
from app.explorer.looks.shift import whole_number
from app.explorer.scales import scale_href
from app.explorer.state import State
from app.lab import Lab, Run
from app.pictures import gallery
from app.pipeline.document import ENGINE, ImageInput
from app.rendering.legend import alone as legend
from app.rendering.palette import Theme
from app.rendering.scales import Scale, read_colours, read_extent
from app.rendering.sheets.difference import sheet_of
from app.rendering.sheets.maps import coloured_png, extent_of, picture_png
from app.rendering.svg import Face, markup

MOST_MAPS = 8
MOST_SLICES = 3  # of a filter
MOST_WORK = 400_000_000  # multiplications of all rows, up to which the scale is that of all; above, of the present one


@dataclass(frozen=True)
class Column:
    """One filter."""

    channel: int
    slices: tuple[Face, ...]
    name: str


@dataclass(frozen=True)
class Row:
    """One picture: its address in the figure, its picture, and for each column the map and where it leads."""

    image: str
    title: str
    current: bool
    href: str
    photo: str
    maps: tuple[tuple[str, str], ...]  # link, picture


@dataclass(frozen=True)
class Rows:
    """All that is shown."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    legend: Markup
    whole: bool  # the scale is that of every row
    first: int
    count: int
    before: str  # addresses of the maps before and after these
    after: str
    back_href: str


async def rows_of(asked: LookRequest) -> Rows:
    """Return the present picture, the visitor's own and the gallery's, as the present layer sees them."""
    lab, run, state, view = asked.lab, asked.run, asked.state, asked.view
    source = run.document.input
    assert isinstance(source, ImageInput)
    own = await lab.album.still_there(asked.recent)
    images = [source.image, *(name for name in (*own, *gallery.GALLERY) if name != source.image)]
    ends = await ends_of_all(lab, run, state, images)
    count = 1 if view.target.single else view.stage.output_shape[0]
    first = 0 if count == 1 else state.place.channel // MOST_MAPS * MOST_MAPS
    names = view.filter_names
    channels = range(first, min(count, first + MOST_MAPS))
    columns = []
    for channel in channels:
        slices = view.slices(channel) if not view.target.single else ()
        faces = tuple(face for _, face in slices[:MOST_SLICES])
        columns.append(Column(channel, faces, names[channel] if channel < len(names) else ""))
    extent, lowest = ends or (view.extent, view.result.whole.minimum)
    colours, zero = view.colours, view.colours.kind != "signed" and ends is not None and lowest >= 0
    shown = extent if colours.extent is None else colours.extent
    scale = Scale(
        colours,
        shown,
        0,
        0,
        href=scale_href(view.theme, colours, zero),
        from_zero=zero,
        several=colours.own,
        marks=False,
    )
    rows = [_row(asked, image, channels, shown, zero) for image in images]

    def chunk(channel: int) -> str:
        if not 0 <= channel < count:
            return ""
        return beside(state, "pictures", place=state.place._replace(channel=channel)).address()

    return Rows(
        tuple(columns),
        tuple(rows),
        markup(legend(scale, view.say, shared=view.say("one scale for all pictures"))),
        ends is not None or bool(colours.range),
        first,
        count,
        chunk(first - 1) if first else "",
        chunk(first + MOST_MAPS),
        beside(state, "").address(),
    )


def _row(asked: LookRequest, image: str, channels: range, extent: float, from_zero: bool) -> Row:
    run, state, view = asked.run, asked.state, asked.view
    there = alone(state.of_input(image=image))
    theme = {"theme": "dark"} if view.theme == "dark" else {}
    colours = view.colours
    asked_for = {"colours": colours.kind, "range": colours.range, "from": "zero" if from_zero else ""}
    coloured = {name: value for name, value in asked_for.items() if value not in ("", "signed")}

    def address(layer: int | str, **fields: str) -> str:
        return f"/parts/row/{run.id}/{layer}.png?{query({'v': ENGINE, 'image': image, **fields})}"

    maps = tuple(
        (
            there.but(place=state.place if view.target.single else state.place._replace(channel=channel)).address(),
            address(state.layer, channel=str(channel), extent=f"{extent:.9g}", **coloured, **theme),
        )
        for channel in channels
    )
    entry = gallery.GALLERY.get(image)
    title = view.say(entry.title) if entry else view.say("Your picture")
    return Row(image, title, image == run.document.input.image, there.address(), address("input"), maps)


async def ends_of_all(lab: Lab, run: Run, state: State, images: list[str]) -> tuple[float, float] | None:
    """Return the end of a scale that holds the layer's numbers for every picture, and the least; None if too dear."""
    work = sum(stage.cost for stage in run.stages[: state.layer + 1])
    if work * len(images) > MOST_WORK:
        return None
    extents, least = [], []
    for image in images:
        try:
            other = await lab.open(state.of_input(image=image).document)
            extents.append((await lab.extents(other, state.layer))[0])
            least.append((await lab.result(other, state.layer)).whole.minimum)
        except Mistake:  # with this picture the layers do not fit; its row stays empty
            continue
    return max(extents), min(least)


async def row_png(lab: Lab, run: Run, layer: str, fields: Mapping[str, str]) -> bytes:
    """Return another picture, or a map of it, through the layers of `run`; raise NotFound where there is none."""
    if not isinstance(run.document.input, ImageInput):
        raise NotFound("There is no picture {name} here.", name=layer[:40])
    there = await lab.open(State(run.document).of_input(image=fields.get("image", "")[:64]).document)
    if layer == "input":
        pixels = (await lab.result(there, None)).pixels
        assert pixels is not None
        return await lab.queue.light(lambda: picture_png(pixels, None))
    index = whole_number(layer, len(there.stages))
    channel = whole_number(fields.get("channel") or "0", there.stages[index].output_shape[0])
    extent = _extent(fields.get("extent", ""))
    output = (await lab.result(there, index)).output
    theme: Theme = "dark" if fields.get("theme") == "dark" else "light"
    colours, zero = read_colours(fields.get("colours", ""), fields.get("range", "")), fields.get("from") == "zero"

    def make() -> bytes:
        one = sheet_of(output, channel)
        end = extent_of(one) if colours.own else extent
        return coloured_png(one, [end], theme, colours, zero and colours.kind != "signed")

    return await lab.queue.light(make)


def _extent(text: str) -> float:
    extent = read_extent(text)
    if extent is None:
        raise NotFound("There is no picture {name} here.", name=text[:40])
    return extent
