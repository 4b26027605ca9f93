"""From a view to what its drawing needs."""

from app.explorer.blocks import seen_from
from app.explorer.colour_tiles import contact_sheet
from app.explorer.inlets import Inlet, inlets_of
from app.explorer.scales import scale_of, weight_scale
from app.explorer.templating.templates import form_of, sentence_of
from app.explorer.view import View
from app.rendering.arrangement import arranged
from app.rendering.figure import scene as drawn
from app.rendering.figure.scene import MOST_SHEETS, Cell, Scene


def scene_of(view: View) -> Scene:
    """Return what a drawing of the number of a view needs."""
    names = view.channel_names()
    faces = view.sheet_faces()
    first, last = view.channels
    names_of_filters = view.filter_names
    colour = view.range is not None and last - first == 3
    inlets = inlets_of(view)
    return Scene(
        stage=view.stage,
        geometry=view.geometry,
        place=view.place,
        span=view.span,
        say=view.say,
        photo=view.pictures.photo() if colour else None,
        sheets=tuple((name[0], picture) for name, picture in zip(names, faces, strict=False)),
        sheet_count=1 if view.source.single else last - first,
        slices=view.slices(view.place.channel),
        cells=() if view.weight is not None else view.numbers.cells(view.input_number, view.input_brief),
        veil=None if view.hidden else view.veil,
        given=tuple(map(view.input_number, view.before.output.ravel().tolist())) if view.source.column else (),
        made=tuple(map(view.number, view.result.output.ravel().tolist()[: view.place.channel + 1]))
        if view.target.column
        else (),
        sentence=sentence_of(view),
        maps_href=view.pictures.address(view.index, "output.png"),
        maps=view.pictures.tiles(view.index),
        scale=scale_of(view, view.place.channel),
        weight_scale=weight_scale(view),
        number="?" if view.hidden else view.number(view.closeup.value),
        pointed=view.pointed,
        hidden=view.hidden,
        tall="tall" in form_of(view),
        read=view.closeup.span is not None,
        met=view.met,
        source_name="" if (reads := view.reads) is None else seen_from(view.layer, view.run.stages[reads].layer),
        filter_name=names_of_filters[place] if (place := view.place.channel) < len(names_of_filters) else "",
        tiles=contact_sheet(view) if view.in_colour else (),
        blocks="channel_sums" in view.closeup.terms,
        inlets=tuple(_inlet(view, inlet) for inlet in inlets),
        joins=sum(inlet.place is not None for inlet in inlets) == 1,
    )


def _inlet(view: View, inlet: Inlet) -> drawn.Inlet:
    """Return an inlet as it is drawn."""
    cell = None
    if inlet.value is not None and view.hidden and inlet.value == view.closeup.value:
        cell = Cell("?", "?", "?")
    elif inlet.value is not None:
        cell = Cell(view.number(inlet.value), view.input_brief(inlet.value), view.input_brief(inlet.value, 1))
    wanted = [] if inlet.place is None else [inlet.place]
    shown = tuple(wanted or [0]) if arranged(inlet.shape).single else drawn.sampled(inlet.shape[0], MOST_SHEETS, wanted)
    faces = tuple(view.pictures.map(inlet.index, channel) for channel in shown)
    return drawn.Inlet(inlet.name, inlet.shape, faces, shown, inlet.place, inlet.first, cell)
