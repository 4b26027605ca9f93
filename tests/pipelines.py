"""Random pipelines, as JSON: layers of every kind with oblong windows, and inputs on which they fit."""

import random
from typing import Any

import numpy as np

from app.errors import Unfit
from app.layers import LAYERS, Place
from app.layers.reading import read_layer
from app.pipeline.document import Document, read_document
from app.pipeline.plan import Known, Stage, plan

Fields = dict[str, Any]
Shape = tuple[int, int, int]
Volume = tuple[Shape, bool]  # whether it is a vector
SINGLE = tuple(kind for kind, layer in LAYERS.items() if not layer.merges)  # kinds that read one output
MERGING = tuple(kind for kind, layer in LAYERS.items() if layer.merges)
OFTEN = ("conv2d", "conv2d", "conv2d", "max_pool2d", "avg_pool2d")  # beside every kind once
MOST_NUMBERS = 30_000  # of a volume: over more of them PyTorch's own softmax is out by more than the tolerance
PLENTY = {"most_multiplications": 10**12, "most_bytes": 10**12}


def chance(seed: object) -> random.Random:
    """Return a source of chance that is the same every time."""
    return random.Random(str(seed))  # noqa: S311 - not a secret


def layer(chance: random.Random, kind: str | None = None, shape: Shape | None = None, vector: bool = False) -> Fields:
    """Return a layer that can be, though perhaps not on every input; each field is there about half the time.

    Where the shape of the input is known, its weights are given number by number about half the time.
    """
    form = "vector" if vector else "maps"
    kind = kind or chance.choice([kind for kind in (*SINGLE, *OFTEN) if form in LAYERS[kind].takes])
    return {"type": kind, **(FIELDS[kind](chance, shape) if kind in FIELDS else {})}


def merging(chance: random.Random, kind: str, volumes: list[Volume], most: int = 3) -> Fields:
    """Return a layer that joins some of the volumes that there are, the input first; the last is one of them."""
    axes = slice(0 if kind == "add" else 1, None)
    alike = [
        at for at, one in enumerate(volumes, -1) if one[1] == volumes[-1][1] and one[0][axes] == volumes[-1][0][axes]
    ]
    inputs = [len(volumes) - 2, *(chance.choice(alike) for _ in range(chance.randint(1, most - 1)))]
    chance.shuffle(inputs)
    return {"type": kind, "inputs": inputs}


def graph(
    chance: random.Random, layers: int = 8, sides: int = 16, kind: str | None = None
) -> tuple[Document, tuple[Stage, ...]]:
    """Return a document whose layers branch and meet, with its plan; one of its layers is of a `kind` if that is given.

    Where two outputs can be joined they often are; a layer that reads another than the one before it is as likely as
    not of a kind that keeps rows and columns, so that they can meet again.
    """
    while True:
        shape = (chance.choice([1, 2, 3, 4]), chance.randint(1, sides), chance.randint(1, sides))
        source, written = {"values": _block(chance, shape)}, list[Fields]()
        document, known = read_document({"input": source}), Known()
        count = chance.randint(1, layers)
        wanted = {chance.randrange(count): kind}
        volumes = [(shape, False)]
        for number in range(count):
            for _ in range(8):
                fields = _joined_or_branched(chance, wanted.get(number), volumes)
                try:
                    longer = Document(input=document.input, layers=(*document.layers, read_layer(fields)))
                    stages = plan(longer, shape, **PLENTY, known=known)
                except Unfit:
                    continue
                if np.prod(stages[-1].output_shape) <= MOST_NUMBERS:
                    document = longer
                    written.append(fields)
                    volumes.append((stages[-1].output_shape, stages[-1].vector))
                    break
            else:
                break
        if len(volumes) > count:
            document = read_document({"input": source, "layers": written})
            return document, plan(document, shape, **PLENTY)


def _joined_or_branched(chance: random.Random, kind: str | None, volumes: list[Volume]) -> Fields:
    """Return a layer that joins several outputs, or that reads any one of them."""
    if kind in MERGING or (kind is None and len(volumes) > 1 and chance.random() < 0.35):
        return merging(chance, kind or chance.choice(MERGING), volumes)
    at = len(volumes) - 1 if chance.random() < 0.6 else chance.randrange(len(volumes))
    here, vector = volumes[at]
    if kind is None and not vector and chance.random() < 0.5:
        fields = {
            "type": "conv2d",
            "out_channels": chance.choice([here[0], 2, 3]),
            "kernel_size": chance.choice([1, 3, [1, 3]]),
            "padding": "same",
            "padding_mode": chance.choice(["zeros", "zeros", "reflect", "replicate", "circular"]),
            "weights": {"init": "random", "seed": chance.randrange(100)},
        }
    else:
        fields = layer(chance, kind, here, vector)
    return {**fields, **({"inputs": at - 1} if chance.random() < 0.9 or at < len(volumes) - 1 else {})}


def pipeline(
    chance: random.Random, layers: int = 6, sides: int = 24, kind: str | None = None
) -> tuple[Document, tuple[Stage, ...]]:
    """Return a document on an input of random numbers, one of its layers of a `kind` if that is given, and its plan."""
    if kind in MERGING:
        return graph(chance, layers, sides, kind)
    while True:
        shape = (chance.choice([1, 2, 3, 4]), chance.randint(1, sides), chance.randint(1, sides))
        document: Fields = {"input": {"values": _block(chance, shape)}, "layers": []}
        count = chance.randint(1, layers)
        wanted = dict.fromkeys(range(count)) | {chance.randrange(count): kind}
        here, vector = shape, False
        try:
            for number in range(count):
                document["layers"].append(layer(chance, wanted[number], here, vector))
                stages = plan(read_document(document), shape, **PLENTY)
                here, vector = stages[-1].output_shape, stages[-1].vector
                if here[0] * here[1] * here[2] > MOST_NUMBERS:
                    raise Unfit("too large to try")
            return read_document(document), stages
        except Unfit:
            continue


# ---- the fields of each kind that has any


def _conv2d(chance: random.Random, shape: Shape | None) -> Fields:
    channels = shape[0] if shape else None
    groups = chance.choice([1, 1, 1, 2, min(channels or 3, 8)])
    fields: Fields = {
        "kernel_size": _size(chance, 1, 5),
        "stride": _size(chance, 1, 4),
        "out_channels": groups * chance.randint(1, 3),
        "padding": chance.choice([_size(chance, 0, 4), "valid", "same"]),
        "padding_mode": chance.choice(["zeros", "reflect", "replicate", "circular"]),
        "dilation": _size(chance, 1, 3),
        "groups": groups,
        "bias": chance.random() < 0.8,
        "weights": {"init": "random", "seed": chance.randrange(100)},
    }
    if fields["padding"] == "same":
        fields["stride"] = 1
    if channels and channels % groups == 0 and chance.random() < 0.5:
        rows, columns = _both(fields["kernel_size"])
        fields["weights"] = _values(chance, fields, (fields["out_channels"], channels // groups, rows, columns))
    return _some(chance, fields)


def _conv_transpose2d(chance: random.Random, shape: Shape | None) -> Fields:
    channels = shape[0] if shape else None
    groups = chance.choice([1, 1, 1, 2, min(channels or 3, 8)])
    stride, dilation = _size(chance, 1, 4), _size(chance, 1, 3)
    most = [max(pair) - 1 for pair in zip(_both(stride), _both(dilation), strict=True)]
    fields: Fields = {
        "kernel_size": _size(chance, 1, 5),
        "stride": stride,
        "out_channels": groups * chance.randint(1, 3),
        "padding": _size(chance, 0, 2),
        "output_padding": [chance.randint(0, n) for n in most],
        "dilation": dilation,
        "groups": groups,
        "bias": chance.random() < 0.8,
        "weights": {"init": "random", "seed": chance.randrange(100)},
    }
    if channels and channels % groups == 0 and chance.random() < 0.5:
        maps, (rows, columns) = fields["out_channels"], _both(fields["kernel_size"])
        fields["weights"] = _values(chance, fields, (channels, maps // groups, rows, columns), maps)
    needed = {"stride", "dilation"} if any(fields["output_padding"]) else set()
    some = _some(chance, fields)
    if "output_padding" in some:
        some |= {name: fields[name] for name in needed}
    return some


def _upsample2d(chance: random.Random, shape: Shape | None) -> Fields:
    return _some(chance, {"scale": _size(chance, 2, 4)})


def _zero_pad2d(chance: random.Random, shape: Shape | None) -> Fields:
    return {"padding": chance.choice([_size(chance, 0, 1), [chance.choice((0, 0, 1, 3)) for _ in range(4)]])}


def _pool(chance: random.Random, shape: Shape | None) -> Fields:
    size = _size(chance, 1, 5)
    padding = [chance.randint(0, n // 2) for n in _both(size)]
    fields = {"kernel_size": size, "stride": _size(chance, 1, 4), "padding": padding}
    return _some(chance, fields | {"ceil_mode": chance.random() < 0.5})


def _max_pool(chance: random.Random, shape: Shape | None) -> Fields:
    return _pool(chance, shape) | ({"dilation": _size(chance, 1, 3)} if chance.random() < 0.3 else {})


def _avg_pool(chance: random.Random, shape: Shape | None) -> Fields:
    divisor = {"divisor_override": chance.randint(1, 9)} if chance.random() < 0.2 else {}
    return _pool(chance, shape) | _some(chance, {"count_include_pad": chance.random() < 0.5}) | divisor


def _leaky_relu(chance: random.Random, shape: Shape | None) -> Fields:
    return _some(chance, {"negative_slope": chance.choice([0.2, 0, 1.5, -0.5, 3])})


def _batch_norm2d(chance: random.Random, shape: Shape | None) -> Fields:
    fields: Fields = {"eps": chance.choice([1e-3, 1e-8])}
    if not shape:
        return _some(chance, fields)
    arrays = {name: _block(chance, shape[:1]) for name in ("weight", "bias", "running_mean", "running_var")}
    least = chance.choice([0, 1e-6, 1])  # variances may be tiny
    arrays["running_var"] = [least * abs(number) for number in arrays["running_var"]]
    return _some(chance, fields) | {"weights": {"init": "values", **_some(chance, arrays)}}


def _linear(chance: random.Random, shape: Shape | None) -> Fields:
    fields: Fields = {
        "out_features": chance.randint(1, 12),
        "bias": chance.random() < 0.8,
        "weights": {"init": "random", "seed": chance.randrange(100)},
    }
    if shape and chance.random() < 0.5:
        fields["weights"] = _values(chance, fields, (fields["out_features"], shape[0] * shape[1] * shape[2]))
    return _some(chance, fields)


FIELDS = {
    "conv2d": _conv2d,
    "conv_transpose2d": _conv_transpose2d,
    "upsample2d": _upsample2d,
    "zero_pad2d": _zero_pad2d,
    "max_pool2d": _max_pool,
    "avg_pool2d": _avg_pool,
    "leaky_relu": _leaky_relu,
    "batch_norm2d": _batch_norm2d,
    "linear": _linear,
}


def _size(chance: random.Random, least: int, most: int) -> int | list[int]:
    return chance.choice([chance.randint(least, most), [chance.randint(least, most), chance.randint(least, most)]])


def _both(size: int | list[int]) -> list[int]:
    return size if isinstance(size, list) else [size, size]


def _some(chance: random.Random, fields: Fields) -> Fields:
    needed = {"kernel_size", "out_channels", "out_features", "groups", "weights"}
    if fields.get("padding") == "same":
        needed.add("stride")
    if isinstance(fields.get("weights"), dict) and fields["weights"]["init"] == "values":
        needed.add("bias")
    return {name: value for name, value in fields.items() if name in needed or chance.random() < 0.6}


def _values(chance: random.Random, fields: Fields, shape: tuple[int, ...], outputs: int = 0) -> Fields:
    weights = {"init": "values", "weight": _block(chance, shape)}
    if fields["bias"] and chance.random() < 0.7:
        weights["bias"] = _block(chance, (outputs or shape[0],))
    return weights


def _block(chance: random.Random, shape: tuple[int, ...]) -> Any:
    generator = np.random.default_rng(chance.randrange(2**32))
    numbers = generator.normal(size=shape).astype(np.float32)
    return (numbers.round(2) if chance.random() < 0.3 else numbers).astype(float).tolist()


def arrays(document: Document, stages: tuple[Stage, ...]) -> tuple[list[Any], list[Any]]:
    """Return the input and what leaves each layer, and the weights of each."""
    outputs, weights = [document.input.values.array], []
    for stage in stages:
        weights.append(stage.layer.weights_for(stage.input_shape))
        outputs.append(stage.layer.compute([outputs[number + 1] for number in stage.inputs], weights[-1]))
    return outputs, weights


def somewhere(chance: random.Random, shape: tuple[int, ...]) -> Place:
    """Return a place in an array of `shape`."""
    return Place(*(chance.randrange(n) for n in shape))
