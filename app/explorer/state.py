"""What the address bar holds: a document, a place in it, and how it is looked at. Every link of the page is made here.

?image=coffee&size=32&scale=byte&recipe=conv2d(6, 5) | relu&at=0.3.7.16&view=flat&edit=0
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from app.errors import Mistake
from app.explorer.fields import SETTINGS, fields_of, form_fields_of, query
from app.explorer.options import OPTIONS
from app.explorer.prediction import LOOKS_ASK
from app.layers import Layer, Place
from app.layers.layer import Array
from app.layers.numbers import Numbers
from app.layers.reading import read_layer
from app.pipeline.document import Document, ImageInput, Scale, ValuesInput
from app.pipeline.wiring import exchanged, inserted, removed
from app.whole_numbers import read_wholes

LONGEST_ADDRESS = 4000
HELD = ("edit", "pin", "sheet", "walk", "guess")  # fields of a state that an address writes as they are
LINK = ("image", "values", *SETTINGS, "recipe", "run", "at", "view", *HELD, *OPTIONS)  # all that an address may hold
ORIGIN = Place(0, 0, 0)
DRAWN = frozenset(("figure", "flat"))  # looks with a drawing, in which cells, weights and numbers are pinned
COMPARING = "compare"  # the look that `with` speaks of


@dataclass(frozen=True)
class State:
    """A state of the explorer."""

    document: Document
    layer: int = 0
    place: Place = ORIGIN
    view: str = "figure"
    edit: str = ""  # the card that is open: "0" layer 1's settings, "0.weights" its filters
    pin: str = ""  # what is held fast for a closer look: "i.0.3.4" a cell of the input, "w.0.1.2" a weight
    sheet: str = ""  # on a projector, the sheet that speaks, from 0; after the last the sum; before the first none
    walk: str = ""  # on a projector, where the clicker's path was left or has begun, see path.py
    guess: str = ""  # what a learner predicts of this place
    options: tuple[tuple[str, str], ...] = ()  # kept from page to page
    path: str = "/"  # or "/embed"

    @property
    def at(self) -> str:
        """The place as links write it."""
        return ".".join(map(str, (self.layer, *self.place)))

    def fields(self) -> dict[str, str]:
        """Return what the address holds beside the document."""
        fields = {"at": self.at} if self.document.layers else {}
        if self.view != "figure":
            fields["view"] = self.view
        fields |= {name: value for name in HELD if (value := getattr(self, name))}
        return {**fields, **dict(self.options)}

    def all_fields(self) -> dict[str, str]:
        """Return everything the address holds."""
        return dict(self._held[0])

    def form_fields(self) -> dict[str, str]:
        """Return what a form carries along so that its answer is the next state, with another recipe too."""
        fields = self.all_fields() if self.needs_run else {**form_fields_of(self.document), **self.fields()}
        return fields if self.path == "/" else {**fields, "path": self.path}

    @property
    def model(self) -> str:
        """The id of the trained model that the recipe begins with; nothing where it begins with none."""
        return self.document.origin.model.id if self.document.origin else ""

    @property
    def named(self) -> str:
        """What an address holds that names the document by its run: short, for as long as that is kept."""
        return query(self._by_run)

    @property
    def _by_run(self) -> dict[str, str]:
        return {"run": self.document.id, **self.fields()}

    @property
    def needs_run(self) -> bool:
        """Tell whether the whole state is too long for an address, so that it holds the id of a stored run."""
        return "run" in self._held[0]

    def address(self) -> str:
        """Return the address of this state."""
        return f"{self.path}?{self._held[1]}"

    @cached_property
    def _held(self) -> tuple[dict[str, str], str]:
        """Everything the address holds, and how it is written."""
        source = self.document.input
        brief = isinstance(source, ImageInput) or source.values.array.size < LONGEST_ADDRESS // 2  # each has a comma
        if brief and self.document.is_brief(LONGEST_ADDRESS):
            whole = {**fields_of(self.document), **self.fields()}
            if len("/?" + (text := query(whole))) <= LONGEST_ADDRESS:
                return whole, text
        return self._by_run, self.named

    # ---- where one can go from here

    def but(self, **changes: Any) -> "State":
        """Return this state with some of it changed; another question loses the answer to this one.

        What is pinned belongs to its layer and look, though drawings hand it on; what is compared with, to comparing.
        """
        after = replace(self, **changes)
        looks = {self.view, after.view}
        if "pin" not in changes and (looks - DRAWN if len(looks) > 1 else looks & DRAWN and after.layer != self.layer):
            after = replace(after, pin="")
        if self.view == COMPARING != after.view:
            after = replace(after, options=tuple(pair for pair in after.options if pair[0] != "with"))
        return after if not self.guess or after.asked == self.asked else replace(after, guess=changes.get("guess", ""))

    @property
    def asked(self) -> tuple[object, ...]:
        """What a learner's prediction is about."""
        return (
            self.document,
            self.layer,
            None if self.view in LOOKS_ASK else self.place,
            self.view,
            self.pin if LOOKS_ASK.get(self.view) == "parameters" else "",
            self.option("predict"),
        )

    def option(self, name: str) -> str:
        """Return the option `name`; nothing where it is not given."""
        return dict(self.options).get(name, "")

    @property
    def hidden(self) -> tuple[str, ...]:
        """The parts of the page, of HIDEABLE, that are not to be seen."""
        return tuple(filter(None, self.option("hide").split(",")))

    def hides(self, part: str) -> bool:
        """Tell whether a part of the page is not to be seen."""
        return part in self.hidden

    def with_options(self, **changes: str) -> "State":
        """Return this state with other options; what is empty is dropped."""
        kept = {**dict(self.options), **changes}
        return self.but(options=tuple((name, kept[name]) for name in OPTIONS if kept.get(name)))

    def of_layers(self, layers: Sequence[Layer], **changes: Any) -> "State":
        """Return this state with other layers."""
        document = Document(input=self.document.input, layers=tuple(layers))
        return self.but(document=document, **changes)

    def of_input(self, **fields: Any) -> "State":
        """Return this state with other settings of its input."""
        assert isinstance(self.document.input, ImageInput)
        source = self.document.input.model_copy(update=fields)
        if isinstance(source.scale, Scale) and source.mode != self.document.input.mode:
            source = source.model_copy(update={"scale": "unit"})  # its numbers were one for each channel of the other
        source.__dict__.pop("text", None)  # a copy takes along what was written of the other, and so its id
        document = self.document.model_copy(update={"input": source})
        document.__dict__.pop("ids", None)  # … while the recipe, which costs most, is the same
        return self.but(document=document)

    def with_image(self, image: str) -> "State":
        """Return this state with another picture; numbers that were given one by one give way to it."""
        source = self.document.input
        if isinstance(source, ImageInput):
            return self.of_input(image=image).but(edit="", pin="")
        rows, columns = source.shape[1:]
        fresh = ImageInput(image=image, height=rows, width=columns, mode="L" if source.shape[0] == 1 else "RGB")
        return self.but(document=Document(input=fresh, layers=self.document.layers), edit="", pin="")

    def with_numbers(self, cells: Array, layers: Sequence[Layer]) -> "State":
        """Return this state with numbers (channels, rows, columns) as its input, and these layers."""
        document = Document(input=ValuesInput(values=Numbers(cells)), layers=tuple(layers))
        return self.but(document=document, edit="", pin="")

    def adding(self, after: int, *new: Layer) -> "State":
        """Return this state with new layers behind layer `after` (−1: the picture), the last of them looked at."""
        layers = inserted(self.document.layers, after, new)
        return self.of_layers(layers, layer=after + len(new), place=ORIGIN, edit="")

    def removing(self, index: int) -> "State":
        """Return this state without layer `index`."""
        layers = removed(self.document.layers, index)
        return self.of_layers(layers, layer=max(0, min(self.layer - (index <= self.layer), len(layers) - 1)), edit="")

    def moving(self, index: int, by: int) -> "State":
        """Return this state with layer `index` one step on or back on its way; raise Unfit where it cannot go."""
        layers, there = exchanged(self.document.layers, index, by)
        return self if there == index else self.of_layers(layers, layer=there, edit=str(there))

    def setting(self, index: int, changes: Mapping[str, Any]) -> "State":
        """Return this state with settings of layer `index` changed; raise Unfit where they make no layer."""
        layers = list(self.document.layers)
        document = {**layers[index].fields("python"), **changes}
        document = {name: value for name, value in document.items() if value is not None}
        try:
            layers[index] = read_layer(document)
        except Mistake as mistake:
            mistake.pointer = f"/layers/{index}{mistake.pointer or ''}"
            raise
        return self.of_layers(layers)


def place_of(text: str) -> tuple[int, Place] | None:
    """Read `at`: layer.channel.row.column; None where it is not four numbers."""
    numbers = read_wholes(text, 4)
    return None if numbers is None else (numbers[0], Place(*numbers[1:]))


def counted_place(fields: Mapping[str, str]) -> tuple[int, Place] | None:
    """Read the place that a person asks for by number, counted from 1: to_channel, to_row, to_column of a layer."""
    parts = [fields.get(name, "") for name in ("layer", "to_channel", "to_row", "to_column")]
    place = place_of(".".join(part or "0" for part in parts))
    return place and (place[0], Place(*(max(0, number - 1) for number in place[1])))


def within(state: State, shapes: Sequence[tuple[int, int, int]]) -> State:
    """Return `state` at the nearest place that exists, for layers whose outputs have `shapes`."""
    if not shapes:
        return state.but(layer=0, place=ORIGIN)
    layer = min(state.layer, len(shapes) - 1)
    nearest = Place(*(min(wanted, length - 1) for wanted, length in zip(state.place, shapes[layer], strict=True)))
    return state.but(layer=layer, place=nearest)


def along(state: State, shapes: Sequence[tuple[int, int, int]], index: int) -> Place:
    """Return the place of layer `index` that looks at the same part of the picture as the present place."""
    here, there = shapes[state.layer], shapes[index]
    return Place(
        min(state.place.channel, there[0] - 1),
        min(state.place.row * there[1] // here[1], there[1] - 1),
        min(state.place.column * there[2] // here[2], there[2] - 1),
    )
