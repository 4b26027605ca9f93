"""All that the explorer's page shows of a state, ready for its template."""

from dataclasses import dataclass
from typing import NamedTuple

from app.explorer.card.filters import FilterEditor, filter_editor
from app.explorer.card.settings import FILTERS, Card, card
from app.explorer.editing.additions import Addition, beginnings
from app.explorer.looks.look import Look, LookRequest
from app.explorer.looks.registry import LOOKS, scripts_of
from app.explorer.networks import title_of
from app.explorer.options import OPTIONS
from app.explorer.page.blocks import Folded, folded_ribbon, folds
from app.explorer.page.controls import InputChoices, Jumps, Moves, input_choices, jumps_of, moves_of
from app.explorer.page.keys import Key, keys_of
from app.explorer.page.parts import Figures, figures, parts_of, seen
from app.explorer.page.ribbon import Stop, ribbon
from app.explorer.page.strip import Strip, answer_of, strip_of
from app.explorer.path import Path, led, path_of
from app.explorer.state import State
from app.explorer.templating.context import Context
from app.explorer.templating.templates import render
from app.explorer.view import View
from app.lab import Lab, Run
from app.messages import catalogue
from app.pictures import gallery
from app.pipeline.document import ImageInput
from app.rendering.figure.layout import BOARDS, SCREENS
from app.rendering.palette import Theme

MOST_SEGMENTS = 24  # of the scrubber
SPEEDS = ("0.25", "0.5", "1", "2", "4", "8", "16", "60")
NEW = "new"  # where `go` of an address leads when its picture has just been chosen


class Totals(NamedTuple):
    """What a whole network costs."""

    parameters: int
    multiplications: int


@dataclass(frozen=True)
class PageContext(Context):
    """What templates/explorer.html shows around a look; without layers there is no view, and nothing of a look."""

    state: State
    run: Run
    view: View | None
    look: Look
    theme: Theme
    language: str
    embedded: bool
    stops: list[Stop]  # of the ribbon, where it is not folded
    folded: Folded | None
    entries: list[tuple[gallery.Entry, str]]  # pictures to choose from, each with its address
    picture: str  # what the present one is called
    sizes: InputChoices | None
    network: str  # what the present one is called; nothing for one that is not among the ready ones
    fields: dict[str, str]  # that a form carries along
    adding: list[Addition]  # where there is no layer yet
    totals: Totals
    moves: Moves | None
    jumps: Jumps | None
    speeds: tuple[str, ...]
    most_segments: int
    life_hours: int  # of an upload
    keys: list[Key]
    options: tuple[str, ...]  # that are kept from page to page
    look_scripts: tuple[str, ...]
    scripts: tuple[str, ...]  # that the page begins with, beside those of every page
    figures: Figures
    card: Card | None
    editor: FilterEditor | None
    path: Path | None  # of a clicker
    strip: Strip | None  # of a network that is trained
    welcome: bool  # it is a first visit: what this is stands in the note's place, with three ways to begin
    chapters: int  # of the lesson


async def explorer_page(
    lab: Lab,
    run: Run,
    state: State,
    theme: Theme,
    language: str,
    layout: str,
    recent: tuple[str, ...],
    welcome: bool,
    chapters: int,
) -> str:
    """Return the page, drawn for `layout` or, where that is none, for all; what takes long is off the event loop."""
    look, view = LOOKS[state.view], None
    looked: tuple[Context, ...] = ()
    if run.stages:
        view = await seen(lab, run, state, theme, language)
        looked = await _looked(LookRequest(lab, run, state, view, recent), look)
    answer = await answer_of(lab, run, state, catalogue(language).gettext) if run.stages else None
    shown = await lab.queue.light(lambda: card(run, state, lab, catalogue(language).gettext)) if state.edit else None
    filtering = shown is not None and shown.part in FILTERS
    editor = await filter_editor(lab, run, state, shown.index, theme, language) if shown and filtering else None

    def page() -> str:
        names = BOARDS if state.option("projector") else SCREENS
        strip = strip_of(state, view, answer)
        folding = folds(run)
        parts = {"strip": strip, "blocks": folding}
        looking = (*scripts_of(look), *(f"js/explorer/{name}.js" for name, there in parts.items() if there))
        others = [f"js/explorer/{name}.js" for name in ("predict", "projector") if state.option(name)]
        drawn = figures(view, look, [layout] if layout in names else names) if view else {}
        around = PageContext(
            state=state,
            run=run,
            view=view,
            look=look,
            theme=theme,
            language=language,
            embedded=state.path == "/embed",
            stops=[] if folding else ribbon(run, state, theme, language),
            folded=folded_ribbon(run, state, theme, language) if folding else None,
            entries=_entries(state),
            picture=_picture_name(run, language),
            sizes=input_choices(state),
            network=title_of(run.document, catalogue(language).gettext),
            fields=state.form_fields(),
            adding=[] if run.stages else beginnings(run, state, lab, catalogue(language).gettext),
            totals=Totals(
                sum(stage.parameters for stage in run.stages),
                sum(stage.layer.multiplications(stage.input_shape) for stage in run.stages),
            ),
            moves=moves_of(state, run) if run.stages else None,
            jumps=jumps_of(state, view) if view else None,
            speeds=SPEEDS,
            most_segments=MOST_SEGMENTS,
            life_hours=lab.settings.upload_ttl // 3600,
            keys=keys_of(projector=bool(state.option("projector")), hidden=state.hidden),
            options=tuple(OPTIONS),
            look_scripts=looking,
            scripts=(*looking, *others),
            figures=drawn,
            card=shown,
            editor=editor,
            path=path_of(run, view, state) if view else None,
            strip=strip,
            welcome=welcome,
            chapters=chapters,
        )
        return render(language, "explorer.html", around, *looked)

    return await lab.queue.light(page)


async def renewed(lab: Lab, run: Run, state: State, language: str) -> State:
    """Return a state, whose picture has just become another, where its look stands on a new one."""
    renew = LOOKS[state.view].renew
    return renew(await seen(lab, run, state, "light", language), state) if renew and run.stages else state


async def walked(lab: Lab, run: Run, state: State, way: str, language: str) -> State:
    """Return the state to which a clicker leads, "next" or "prev", or a new picture, NEW."""
    if way == NEW:
        return await renewed(lab, run, state, language)
    if not run.stages:
        return state
    path = path_of(run, await seen(lab, run, state, "light", language), state)
    return led(path, way, state) if path else state


async def _looked(asked: LookRequest, look: Look) -> tuple[Context, ...]:
    """Return what the page shows of a look, and what the look's own template shows."""
    return parts_of(asked), await look.context(asked)


def _entries(state: State) -> list[tuple[gallery.Entry, str]]:
    if not isinstance(state.document.input, ImageInput):
        return []
    way = f"&go={NEW}" if LOOKS[state.view].renew else ""
    return [(entry, state.of_input(image=entry.id).address() + way) for entry in gallery.GALLERY.values()]


def _picture_name(run: Run, language: str) -> str:
    image = run.document.input.image
    if image is None:
        return catalogue(language).gettext("Numbers")
    entry = gallery.GALLERY.get(image)
    return catalogue(language).gettext(entry.title if entry else "Your picture")
