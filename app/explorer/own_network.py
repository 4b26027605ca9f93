"""A visitor's own network as its page asks for it: how it reads pictures, what its numbers mean, where it opens."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from app.errors import BrokenRequest, Unfit
from app.explorer.fields import input_of, query
from app.explorer.first import FIRST, place_in
from app.explorer.looks.registry import LOOKS
from app.layers.models import Model
from app.messages import N_
from app.models.said import Said, own_input
from app.pipeline.json_reader import parse_json
from app.pipeline.plan import Stage

VIEW = "network"  # the look in which it is shown first, where there is one
MOST_BYTES = 4_000_000  # of names of classes, more than as many of the longest have
TYPED = "typed"  # the scale that stands in a field of its own
MEAN = [0.485, 0.456, 0.406]  # of the pictures of ImageNet, red, green, blue
DEVIATION = [0.229, 0.224, 0.225]
CAFFE_MEAN = [round(level / 255, 6) for level in (123.68, 116.779, 103.939)]
BYTES = [round(1 / 255, 8)] * 3  # by which 0..1 becomes 0..255


class Preset(NamedTuple):
    """One way in which networks read the values of a picture."""

    name: str
    title: str  # a msgid
    scale: Any  # as a document has it
    blue_first: bool = False


PRESETS = (
    Preset("unit", N_("0 to 1"), "unit"),
    Preset("imagenet", N_("ImageNet: less its mean, by its deviation"), {"mean": MEAN, "std": DEVIATION}),
    Preset("byte", N_("0 to 255"), "byte"),
    Preset("bgr", N_("0 to 255, blue first"), "byte", blue_first=True),
    Preset("caffe", N_("0 to 255 less ImageNet's mean, blue first"), {"mean": CAFFE_MEAN, "std": BYTES}, True),
)
GREY = ("unit", "byte")  # those for networks that read one channel


def presets_for(model: Model) -> list[Preset]:
    """Return the ways in which a network may read pictures."""
    grey = own_input(model.input).channels == 1
    return [preset for preset in PRESETS if not grey or preset.name in GREY]


def preset_of(model: Model, *, blue_first: bool) -> str:
    """Return the name of the way in which a network reads pictures, TYPED for any other."""
    scale = model.input["scale"]
    alike = (each.name for each in presets_for(model) if (each.scale, each.blue_first) == (scale, blue_first))
    return next(alike, TYPED)


def scale_text(model: Model) -> str:
    """Return the scale of a network as an address has it."""
    scale = model.input["scale"]
    if isinstance(scale, str):
        return scale
    return ";".join(f"{name}:{','.join(map(str, scale[name]))}" for name in ("mean", "std"))


class Wanted(NamedTuple):
    """What a form says of a network."""

    said: Said
    blue_first: bool


def sizes_in(fields: Mapping[str, str]) -> dict[str, Any]:
    """Return the rows and columns of the input that a form says."""
    return input_of({name: fields[name] for name in ("height", "width") if fields.get(name)})


def wanted(fields: Mapping[str, str], names: bytes) -> Wanted:
    """Return what the form of a network's page says; `names` is a file with those of its classes."""
    preset = next((each for each in PRESETS if each.name == fields.get("values_of")), None)
    source = sizes_in(fields)
    if preset:
        source["scale"] = preset.scale
    elif fields.get("scale"):
        source |= input_of({"scale": fields["scale"]})
    classes = classes_in(names or fields.get("classes", "").encode())
    return Wanted(Said(fields.get("title", "").strip() or None, classes, source), bool(preset and preset.blue_first))


def classes_in(data: bytes) -> tuple[str, ...]:
    """Return the names in a text: one a line, or JSON, a list or an object by number."""
    if len(data) > MOST_BYTES:
        raise Unfit(
            "The names of classes are {count} bytes of text; the most is {most}. Give a file with the names alone.",
            count=f"{len(data):,}",
            most=f"{MOST_BYTES:,}",
            pointer="/classes",
        )
    text = data.decode(errors="replace").strip()
    if text[:1] not in ("[", "{"):
        return tuple(name for line in text.splitlines() if (name := line.strip()))
    try:
        found = parse_json(text.encode(errors="replace"))
    except BrokenRequest:
        raise _no_names() from None
    if isinstance(found, Mapping):
        found = [found[key] for key in sorted(found, key=_number)]
    names = [each[-1] if isinstance(each, list) and each else each for each in found]  # [id, name], as Keras has them
    if not all(isinstance(name, str) for name in names):
        raise _no_names()
    return tuple(names)


def _number(key: str) -> int:
    if not (key.isascii() and key.isdigit() and len(key) < 7):
        raise _no_names()
    return int(key)


def _no_names() -> Unfit:
    return Unfit("The names of classes are one a line, or a JSON list of texts.", pointer="/classes")


def ending(stages: Sequence[Stage]) -> str:
    """Return the layers, in one line, that would make a network end in softmax; nothing where it does, or cannot."""
    last = stages[-1]
    if last.layer.scores or last.output_shape[1:] != (1, 1):
        return ""
    return " | softmax" if last.vector else " | flatten | softmax"


def opened(model: Model, image: str, options: Mapping[str, str], ending: str) -> str:
    """Return the address at which a network is shown on a picture."""
    fields = {
        "image": image or FIRST.input.image or "",
        "recipe": f'model("{model.id}"){ending}',
        "at": place_in(model),
    }
    look = {"view": VIEW} if VIEW in LOOKS else {}
    return f"/?{query({**fields, **look, **options})}"
