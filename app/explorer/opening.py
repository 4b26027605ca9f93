"""From the fields of an address or a form to the state that they describe, and on to its run."""

from collections.abc import Mapping
from contextlib import suppress

from app.errors import BrokenRequest, Mistake
from app.explorer.comparison import WITH, read_with
from app.explorer.fields import document_of, of_another_model, with_a_picture
from app.explorer.first import FIRST as FIRST_DOCUMENT
from app.explorer.first import FIRST_PLACE
from app.explorer.looks.registry import FIRST, LOOKS, followed
from app.explorer.options import options_of
from app.explorer.path import kept
from app.explorer.state import HELD, State, counted_place, place_of, within
from app.lab import Lab, Run
from app.links import Shared


def sides_of(fields: Mapping[str, str]) -> dict[str, str]:
    """Return the height and width that a person typed as a size of two numbers: 20, 30 · 20 × 30; else nothing."""
    sides = fields.get("size", "").replace("×", " ").replace("x", " ").replace(",", " ").split()
    return {"size": "", "height": sides[0], "width": sides[1]} if len(sides) == 2 else {}


async def state_of(fields: Mapping[str, str], lab: Lab) -> State:
    """Return the state that the fields of an address or a form describe."""
    if fields.get("run"):
        if fields.get("recipe"):
            raise BrokenRequest("Give run alone, or image and recipe.")
        document = await lab.find(fields["run"], pictured=not fields.get("image"))
    elif not fields.keys() & {"image", "values", "recipe", "size"}:
        document = FIRST_DOCUMENT
        fields = {"at": FIRST_PLACE, **fields}
    else:
        flat = {k: v for k, v in fields.items() if v}
        flat |= sides_of(flat)
        document = await lab.queue.light(lambda: document_of(with_a_picture(of_another_model(flat)), lab.refuse_shape))
    state = State(document, options=options_of(fields), path="/embed" if fields.get("path") == "/embed" else "/")
    if fields.get("run") and fields.get("image"):  # in place of one that is gone
        state = state.with_image(fields["image"])
    if "at" in fields or "to_row" in fields:
        place = place_of(fields.get("at", "")) or counted_place(fields)
        if place:
            state = state.but(layer=place[0], place=place[1])
    looked = fields.get("view", "")
    held = {name: fields.get(name, "")[:40] for name in HELD}
    return state.but(view=looked if looked in LOOKS else FIRST, **held)


async def opened(state: State, lab: Lab) -> tuple[Run, State]:
    """Return the run of a state, kept under its id, and the state at a place that exists."""
    run = await lab.open(state.document)
    await lab.keep_on(run)
    return run, settled(state, run)


def settled(state: State, run: Run) -> State:
    """Return a state at a place that exists, seen in a way that says something of the layer there."""
    state = within(state, [stage.output_shape for stage in run.stages])
    if state.hides("layers"):
        state = state.but(edit="")  # the card is one of theirs
    return kept(run, state.but(view=followed(state.view, run, state.layer)) if run.stages else state)


async def shared(state: State, lab: Lab) -> Shared:
    """Return what a link to a state is a link to: its address, and the documents and pictures that it shows."""
    documents, images = [state.document], []
    kind, value = read_with(state.option(WITH)) or ("", "")
    if kind == "image":
        images.append(value)
    if kind == "run":
        with suppress(Mistake):  # where it is gone, the page compares with something else
            documents.append(await lab.find(value))
    images += [document.input.image for document in documents if document.input.image is not None]
    return Shared(state.address(), tuple(documents), tuple(dict.fromkeys(images)))
