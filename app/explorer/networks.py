"""Networks to choose from: the first one, those that ship, and a visitor's own; and what the present one is called."""

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from app.explorer.checkpoints import Say, share_right
from app.explorer.fields import query
from app.explorer.first import FIRST, FIRST_PLACE, place_in
from app.explorer.own_network import ending
from app.explorer.state import State, place_of
from app.layers import Shape
from app.layers.models import Model
from app.messages import N_
from app.models import SHIPPED
from app.pictures import gallery
from app.pipeline.document import Document, ImageInput
from app.pipeline.plan import Stage, plan
from app.printing.numbers import grouped
from app.rendering.diagrams.silhouette import silhouette
from app.rendering.svg import markup

KEPT = ("lang", "theme", "projector")  # options that hold for another network too
FIRST_TITLE = N_("Six filters")
SENTENCES = {  # of networks that ship; any other is told by its facts
    "article": N_("The network that an article explains; ten kinds of things, 32 × 32."),
    "cifar10": N_("Ten kinds of things in small pictures, 32 × 32."),
    "digits": N_("Reads a digit that you draw, 0 to 9."),
    "squeezenet": N_("Knows 1,000 kinds of things; it branches."),
}
FACTS = N_("Layers: {layers}. Classes: {classes}.")


@dataclass(frozen=True)
class Network:
    """One network of the menu."""

    title: str
    sentence: str
    number: str  # how good it is, where that is known, else how many numbers it has learned
    unit: str  # what that number counts
    href: str  # the present picture in it
    now: bool
    own: bool  # a visitor's
    picture: Markup
    about: str = ""  # address where what is said of it can be changed


def model_of(document: Document) -> Model | None:
    """Return the model whose layers these are, all of them and none but those that make scores of what it gives."""
    model = document.model
    others = document.layers[len(model.layers) :] if model else ()
    return model if all(layer.scores or layer.rearranges for layer in others) else None


def title_of(document: Document, say: Say) -> str:
    """Return what a ready network is called; nothing for one that is not among them."""
    model = model_of(document)
    return called(model, say) if model else say(FIRST_TITLE) if document.layers == FIRST.layers else ""


def called(model: Model, say: Say) -> str:
    """Return the title of a model: of one that ships as the language has it, of others as it was given."""
    return say(model.title) if SHIPPED.model(model.id) else model.title


def networks(state: State, own: Iterable[Model], say: Say) -> list[Network]:
    """Return the networks that the present picture could be put in: small ones that ship first, then `own` ones."""
    now = model_of(state.document)
    shipped = sorted(SHIPPED, key=lambda model: model.parameters)
    others = {model.id: model for model in own if SHIPPED.model(model.id) is None}
    if now and SHIPPED.model(now.id) is None:
        others[now.id] = now
    present = now.id if now else ""
    listed = [(model, False) for model in shipped] + [(model, True) for model in others.values()]
    return [_first(state, say), *(_of(state, model, model.id == present, mine, say) for model, mine in listed)]


def close_crop(state: State) -> str:
    """Return where the part of the picture is chosen that fills a small input best, where that is known; else any.

    Nothing where the input is no picture.
    """
    image = state.document.input.image
    if image is None:
        return ""
    rows, columns = gallery.CLOSE.get(image, ((0, 0), (0, 0)))
    part = {"top": rows[0] + 1, "left": columns[0] + 1, "tall": rows[1] - rows[0], "wide": columns[1] - columns[0]}
    fields = {**state.all_fields(), **({name: str(side) for name, side in part.items()} if rows[1] else {})}
    return f"/picture/crop?{query(fields)}"


def _first(state: State, say: Say) -> Network:
    image = _image(state)
    layer, place = place_of(FIRST_PLACE) or (0, state.place)
    document = Document(
        input=ImageInput.model_validate({**FIRST.input.canonical(), "image": image}), layers=FIRST.layers
    )
    there = State(document, layer, place, state.view, options=_kept(state), path=state.path)
    stages = _planned(FIRST)
    return Network(
        say(FIRST_TITLE),
        say("Three layers, filters with names. Start here."),
        grouped(sum(stage.parameters for stage in stages)),
        say("parameters"),
        there.address(),
        state.document.layers == FIRST.layers,
        False,
        _drawn(FIRST, stages),
    )


def _of(state: State, model: Model, now: bool, own: bool, say: Say) -> Network:
    sees = Document(input=ImageInput.model_validate({"image": _image(state), **model.input}), layers=model.layers)
    stages = _planned(sees)
    told = say(SENTENCES.get(model.id, FACTS)).format(layers=len(model.layers), classes=len(model.classes))
    best = model.epochs[-1] if model.epochs else None
    return Network(
        called(model, say),
        told,
        share_right(best) if best else grouped(model.parameters),
        say("right") if best else say("parameters"),
        _address(state, model, ending(stages) if model.classes else ""),
        now,
        own,
        _drawn(sees, stages),
        _about(state, model) if own and not model.learning else "",
    )


def _address(state: State, model: Model, end: str) -> str:
    """Return the address of a model on the present picture, in a size of its own."""
    epoch = f", epoch={model.epochs[-1].epoch}" if model.learning else ""
    fields = {"image": _image(state), "recipe": f'model("{model.id}"{epoch}){end}', "at": place_in(model)}
    look = {} if state.view == "figure" else {"view": state.view}
    return f"{state.path}?{query({**fields, **look, **dict(_kept(state))})}"


def _about(state: State, model: Model) -> str:
    """Return where one's own model is told of, and changed."""
    return f"/network/{model.id}?{query({'image': _image(state), **dict(_kept(state))})}"


def picture_of(model: Model) -> Markup:
    """Return the silhouette of a network."""
    sees = Document(input=ImageInput.model_validate({"image": "own", **model.input}), layers=model.layers)
    return _drawn(sees, _planned(sees))


def _image(state: State) -> str:
    return state.document.input.image or FIRST.input.image or ""


def _kept(state: State) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in state.options if name in KEPT)


def _shape(document: Document) -> Shape:
    assert isinstance(document.input, ImageInput)
    return document.input.channels, document.input.height or 1, document.input.width or 1


def _planned(document: Document) -> Sequence[Stage]:
    return plan(document, _shape(document), most_multiplications=sys.maxsize, most_bytes=sys.maxsize)


def _drawn(document: Document, stages: Sequence[Stage]) -> Markup:
    return markup(silhouette([_shape(document), *(stage.output_shape for stage in stages)]))
