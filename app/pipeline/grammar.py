"""The grammar of recipes as data: each call with its arguments in order, what they may be, and what they mean.

All of it is asked of the fields themselves, so that what is told of a recipe is what is read.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from pydantic import BaseModel

from app.layers import LAYERS
from app.layers.layer import LARGEST, MOST_CHANNELS
from app.layers.reading import MAX_LAYERS, MOST_READ
from app.layers.references import LONGEST_NAME, MOST_INPUTS, REFERENCES
from app.layers.sources import WEIGHTS
from app.layers.weights import MAX_SEED, NormValueWeights
from app.messages import N_
from app.pipeline import recipe
from app.pipeline.document import MOST_SIDE, ImageInput
from app.pipeline.whole_model import Whole

MINUS = "−"
LEFT_OUT = "…"  # a value that follows from others where it is left out
Schema = Mapping[str, Any]


class Argument(NamedTuple):
    """An argument of a call, or a field of the input."""

    name: str
    default: str  # as it is written; nothing where it must be given
    values: tuple[str, ...]  # what it may be
    help: str  # a msgid


class Call(NamedTuple):
    """What a recipe may call: a layer, a source of weights, a model."""

    name: str
    help: str  # a msgid
    ordered: tuple[Argument, ...]  # may stand without their names, in this order
    named: tuple[Argument, ...]
    torch: str = ""  # what it is in PyTorch

    @property
    def arguments(self) -> tuple[Argument, ...]:
        return self.ordered + self.named

    @property
    def signature(self) -> str:
        """The call as Python writes it: behind the star each argument needs its name."""
        starred = any(argument.name.startswith("*") for argument in self.ordered)
        star = ["*"] if self.named and not starred else []
        written = [*map(_written, self.ordered), *star, *map(_written, self.named)]
        return f"{self.name}({', '.join(written)})" if written else self.name


class Limit(NamedTuple):
    """The most of something."""

    name: str  # as the API has it
    most: int
    help: str  # a msgid


LIMITS = (
    Limit("layers", MAX_LAYERS, N_("Layers of a pipeline.")),
    Limit("inputs", MOST_INPUTS, N_("Outputs that one layer reads.")),
    Limit("layer_inputs", MOST_READ, N_("Outputs that the layers of a pipeline read, all together.")),
    Limit("channels", MOST_CHANNELS, N_("Channels of an input or an output.")),
    Limit("window_max_cells", LARGEST, N_("Cells of a side of a window, stride or padding.")),
    Limit("side_max_pixels", MOST_SIDE, N_("Height or width that an input may be given, pixels.")),
    Limit("seed", MAX_SEED, N_("The number of a seed.")),
    Limit("name_max_characters", LONGEST_NAME, N_("Characters of the name of a layer.")),
    Limit("recipe_max_characters", recipe.MAX_CHARACTERS, N_("Characters of a recipe beside long blocks of numbers.")),
)


def layers() -> list[Call]:
    """Return every type of layer."""
    return [_call(name, kind, kind.in_torch) for name, kind in LAYERS.items()]


def common() -> tuple[Argument, ...]:
    """Return the arguments that every layer has besides, each by its name."""
    return tuple(_arguments(next(iter(LAYERS.values())), REFERENCES))


def sources() -> list[Call]:
    """Return every source of weights; those of a normalization are others where they are given as numbers."""
    return [_call(name, kind) for name, kind in [*WEIGHTS.items(), ("values", NormValueWeights)]]


def model() -> Call:
    """Return what stands for all layers of a model."""
    return _call(recipe.MODEL, Whole)


def picture() -> tuple[Argument, ...]:
    """Return what is said of a picture as an input, in the order in which it happens."""
    return tuple(_arguments(ImageInput, ImageInput.model_fields))


def _call(name: str, kind: Any, torch: str = "") -> Call:
    positional = [field for each in kind.positional if (field := each.lstrip("*")) in kind.model_fields]
    unsaid = {*recipe.UNSAID, *positional} - ({"inputs"} if getattr(kind, "merges", False) else set())
    rest = [field for field in kind.model_fields if field not in unsaid]
    help_ = (kind.__doc__ or "").strip()
    return Call(name, help_, tuple(_arguments(kind, positional)), tuple(_arguments(kind, rest)), torch)


def _arguments(kind: type[BaseModel], names: Any) -> Iterator[Argument]:
    schema = kind.model_json_schema()
    alone = (*getattr(kind, "fixed_by_weights", ()), *schema.get("required", ()))  # without a default
    for name in names:
        field = kind.model_fields[name]
        needed = field.is_required() or (field.default is None and name in alone)
        star = "*" if f"*{name}" in getattr(kind, "positional", ()) else ""
        default = "" if needed else _default(field.default)
        yield Argument(
            star + name, default, tuple(dict.fromkeys(_values(schema["properties"][name]))), field.description or ""
        )


def _written(argument: Argument) -> str:
    return f"{argument.name}={argument.default}" if argument.default else argument.name


def _default(value: Any) -> str:
    """Return a default as a recipe has it; two equal numbers as one."""
    if value is None:
        return LEFT_OUT
    if isinstance(value, BaseModel):
        return "".join(recipe.said(value.model_dump(exclude_none=True), pairs=False))
    if isinstance(value, tuple) and len(set(value)) == 1:
        value = value[0]
    return "".join(recipe.said(value, pairs=True))


def _values(schema: Schema) -> Iterator[str]:
    """Yield what a value may be, of its JSON schema."""
    match schema:
        case {"anyOf": list(choices)}:
            for choice in choices:
                yield from _values(choice)
        case {"enum": list(words)}:
            yield from (f'"{word}"' for word in words)
        case {"type": "boolean"}:
            yield from ("True", "False")
        case {"type": "integer" | "number", "minimum": least, "maximum": most}:
            yield " … ".join(f"{int(end):,}" for end in (least, most)).replace("-", MINUS)
        case {"type": "array", "minItems": int(least), "maxItems": int(most), "items": {"type": "integer"}} if most < 9:
            if least == most > 1:
                yield f"({', '.join('n' * least)})"
