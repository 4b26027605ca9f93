"""A training that has not begun: the fields of an address, and what they describe.

fields ─► training_of ─► Training ─► fields_of ─► fields          what is left out has its default
"""

from collections.abc import Mapping, Sequence
from typing import Any

from app.errors import Unfit
from app.explorer.editing.typed import read_number
from app.layers import LAYERS, Layer
from app.layers.reading import read_layer
from app.messages import N_
from app.pipeline import recipe
from app.pipeline.wiring import inserted, removed
from app.training.training import Training, read_training
from app.whole_numbers import read_signed, read_whole

Fields = Mapping[str, str]
SETS = {"shapes": N_("Shapes"), "digits": N_("Digits"), "examples": N_("Own pictures")}
METHODS: dict[str, tuple[str, dict[str, Any]]] = {
    "plain": ("SGD", {"type": "sgd", "momentum": 0.0}),
    "momentum": (N_("SGD, momentum 0.9"), {"type": "sgd", "momentum": 0.9}),
    "adam": ("Adam", {"type": "adam"}),
}
RATES = ("0.001", "0.003", "0.01", "0.03", "0.1", "0.3", "1")  # that are offered; the address may hold others
BATCHES = ("1", "4", "8", "16", "32", "64", "128")
EPOCHS = ("1", "4", "12", "20", "40")
FEW = 10  # pictures of a class, of which half as many are held out
BODY = "conv2d(8, 5) | relu | max_pool2d(2)"
DEFAULTS = {"set": "shapes", "method": "plain", "rate": "0.1", "batch": "16", "epochs": "12", "seed": "1"}
OWN_SIZE = "24"
OF_SHAPES = {"size": "16", "names": "circle,cross,line,square", "per_class": "200", "drawn": "1"}


def training_of(fields: Fields) -> Training:
    """Return the training that the fields of an address describe; raise Unfit where it cannot be."""
    given = {**DEFAULTS, **{name: text for name, text in fields.items() if text}}
    if given["method"] not in METHODS:
        methods = ", ".join(METHODS)
        raise Unfit("There is no method {name}; there are {names}.", name=given["method"][:40], names=methods)
    return _fitting(data_of(given), given)


def previewed(fields: Fields) -> Training:
    """Return what is shown of a draft: where the pictures are still to come, shapes stand for them."""
    if fields.get("set") != "examples":
        return training_of(fields)
    return training_of({**fields, "set": "shapes", "size": fields.get("size") or OWN_SIZE})


def with_examples(fields: Fields, examples: Sequence[tuple[str, str]]) -> Training:
    """Return the training that the fields describe, on pictures of one's own, each (id, label)."""
    given = {**DEFAULTS, "size": OWN_SIZE, **{name: text for name, text in fields.items() if text}}
    own = [{"image": image, "label": label} for image, label in examples]
    return _fitting({"set": "examples", "size": _whole(given["size"]), "examples": own}, given)


def data_of(given: Fields) -> dict[str, Any]:
    """Return what a training learns from, as its document says it."""
    if given["set"] != "shapes":
        return {"set": given["set"]}
    drawn = {**OF_SHAPES, **given}
    return {
        "set": "shapes",
        "size": _whole(drawn["size"]),
        "classes": drawn["names"].split(","),
        "per_class": _whole(drawn["per_class"]),
        "seed": _whole(drawn["drawn"]),
    }


def _fitting(data: dict[str, Any], given: Fields) -> Training:
    """Return a training on `data`, whose network tells as many classes apart as there are."""
    rest = {
        "data": data,
        "optimizer": {**METHODS[given["method"]][1], "learning_rate": _rate(given["rate"])},
        "batch_size": _whole(given["batch"]),
        "epochs": _whole(given["epochs"]),
        "seed": _whole(given["seed"]),
    }
    count = len(read_training(rest).data.names)
    layers = recipe.read(given.get("recipe") or f"{BODY} | linear({count}) | softmax")
    return read_training({**rest, "recipe": recipe.write(fitted(layers, count))})


def fitted(layers: Sequence[Layer], count: int) -> tuple[Layer, ...]:
    """Return the layers, the last that is learned making `count` numbers where it is one that says how many."""
    last = max((index for index, layer in enumerate(layers) if layer.learned), default=-1)
    if last < 0 or "out_features" not in type(layers[last]).model_fields:
        return tuple(layers)
    return (*layers[:last], changed(layers[last], {"out_features": count}), *layers[last + 1 :])


def changed(layer: Layer, settings: Mapping[str, Any]) -> Layer:
    """Return a layer with other settings."""
    return read_layer({**layer.canonical(), **settings})


def fields_of(training: Training) -> dict[str, str]:
    """Return the fields of the address of a training that has not begun; those of its pictures where they are drawn."""
    document = training.document()
    data, optimizer = document["data"], document["optimizer"]
    kinds = {"adam": "adam", "sgd": "momentum" if optimizer.get("momentum") else "plain"}
    fields = {
        "set": data["set"],
        "recipe": recipe.write(training.layers),
        "method": kinds[optimizer["type"]],
        "rate": f"{optimizer['learning_rate']:g}",
        "batch": str(training.batch_size),
        "epochs": str(training.epochs),
        "seed": str(training.seed),
    }
    if data["set"] == "shapes":
        fields |= {"size": str(data["size"]), "names": ",".join(data["classes"])}
        fields |= {"per_class": str(data["per_class"]), "drawn": str(data["seed"])}
    return fields


def as_typed(fields: Fields, training: Training) -> dict[str, str]:
    """Return the fields of a training with what was typed in their place, for a form that says what is wrong."""
    of_it = fields_of(training)
    typed = {name: text for name, text in fields.items() if name in of_it and text}
    if typed.get("set") not in SETS:
        typed.pop("set", None)
    if typed.get("method") not in METHODS:
        typed.pop("method", None)
    return {**of_it, **typed}


def few(training: Training) -> Training:
    """Return a training on fewer pictures, where they are drawn: the first of them are the same."""
    if "per_class" not in type(training.data).model_fields:
        return training
    return training.model_copy(update={"data": training.data.model_copy(update={"per_class": FEW})})


def edited(training: Training, fields: Fields) -> dict[str, str]:
    """Return the fields of a training after one of its layers has changed, gone, or come."""
    layers, operation = list(training.layers), fields.get("op", "")
    if operation == "add":
        kind = fields.get("kind", "")
        last = max((index for index, layer in enumerate(layers) if layer.learned), default=len(layers))
        after = max(layers[last].reads(last)) if last < len(layers) else last - 1
        new = read_layer({"type": kind, **(LAYERS[kind].starter if kind in LAYERS else {})})
        return _with_layers(training, fields, inserted(layers, after, [new]))
    index = read_whole(fields.get("layer", ""), len(layers))
    if index is None:
        raise Unfit("There are {count} layers, counted from 0.", count=len(layers))
    if operation == "remove":
        return _with_layers(training, fields, removed(layers, index))
    settings = {name: _sides(fields[name]) for name in sizes(layers[index]) if name in fields}
    layers[index] = changed(layers[index], settings)
    return _with_layers(training, fields, layers)


def _with_layers(training: Training, fields: Fields, layers: Sequence[Layer]) -> dict[str, str]:
    own = {"set": "examples"} if fields.get("set") == "examples" else {}
    return {**fields_of(training), **own, "recipe": recipe.write(layers)}


def sizes(layer: Layer) -> dict[str, str]:
    """Return the settings of a layer that are whole numbers or pairs of them, as they are typed."""
    found = {}
    for name in layer.settings():
        value = getattr(layer, name)
        parts = value if isinstance(value, tuple) else (value,)
        if parts and all(isinstance(part, int) and not isinstance(part, bool) for part in parts):
            found[name] = str(parts[0]) if len(set(parts)) == 1 else ", ".join(map(str, parts))
    return found


def _sides(text: str) -> Any:
    parts = [_whole(part.strip()) for part in text.split(",")]
    return parts[0] if len(parts) == 1 else parts


def _whole(text: str) -> Any:
    """Return the whole number that a field holds, or what it holds, which is refused with the rest."""
    number = read_signed(text.strip())
    return text[:40] if number is None else number


def _rate(text: str) -> Any:
    number = read_number(text)
    return text[:40] if number is None else number
