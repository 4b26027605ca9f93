"""Random pipelines, as JSON: layers of every kind with oblong windows, and inputs on which they fit."""

import random
from typing import Any

import numpy as np

from app.errors import Unfit
from app.pipeline import Document, Stage, plan, read_document

Fields = dict[str, Any]
KINDS = ("conv2d", "conv2d", "conv2d", "relu", "max_pool2d", "avg_pool2d")
PLENTY = {"most_multiplications": 10**12, "most_bytes": 10**12}


def chance(seed: object) -> random.Random:
    """Return a source of chance that is the same every time."""
    return random.Random(str(seed))  # noqa: S311 - not a secret


def layer(chance: random.Random, kind: str | None = None, channels: int | None = None) -> Fields:
    """Return a layer that can be, though perhaps not on every input; each field is there about half the time."""
    kind = kind or chance.choice(KINDS)
    if kind == "relu":
        return {"type": "relu"}
    size = _size(chance, 1, 5)
    fields: Fields = {"type": kind, "kernel_size": size, "stride": _size(chance, 1, 4)}
    if kind != "conv2d":
        most = [n // 2 for n in (size if isinstance(size, list) else [size, size])]
        fields |= {"padding": [chance.randint(0, n) for n in most], "ceil_mode": chance.random() < 0.5}
        if kind == "avg_pool2d":
            fields["count_include_pad"] = chance.random() < 0.5
        return _some(chance, fields)
    groups = chance.choice([1, 1, 1, 2, channels or 3])
    fields |= {
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
        fields["weights"] = _values(chance, fields, channels // groups)
    return _some(chance, fields)


def pipeline(chance: random.Random, layers: int = 4, sides: int = 24) -> tuple[Document, tuple[Stage, ...]]:
    """Return a document on an input of random numbers, and its plan."""
    while True:
        channels = chance.choice([1, 2, 3, 4])
        shape = (channels, chance.randint(1, sides), chance.randint(1, sides))
        document: Fields = {"input": {"values": _block(chance, shape)}, "layers": []}
        try:
            for _ in range(chance.randint(1, layers)):
                stages = plan(read_document(document), shape, **PLENTY)
                channels = stages[-1].output_shape[0] if stages else channels
                document["layers"].append(layer(chance, channels=channels))
            read = read_document(document)
            return read, plan(read, shape, **PLENTY)
        except Unfit:
            continue


def _size(chance: random.Random, least: int, most: int) -> int | list[int]:
    return chance.choice([chance.randint(least, most), [chance.randint(least, most), chance.randint(least, most)]])


def _some(chance: random.Random, fields: Fields) -> Fields:
    needed = {"type", "kernel_size", "out_channels", "groups", "weights"}
    if fields.get("padding") == "same":
        needed.add("stride")
    return {name: value for name, value in fields.items() if name in needed or chance.random() < 0.6}


def _values(chance: random.Random, fields: Fields, depth: int) -> Fields:
    size = fields["kernel_size"]
    rows, columns = size if isinstance(size, list) else (size, size)
    weights = {"init": "values", "weight": _block(chance, (fields["out_channels"], depth, rows, columns))}
    if fields["bias"] and chance.random() < 0.7:
        weights["bias"] = _block(chance, (fields["out_channels"],))
    return weights


def _block(chance: random.Random, shape: tuple[int, ...]) -> Any:
    generator = np.random.default_rng(chance.randrange(2**32))
    numbers = generator.normal(size=shape).astype(np.float32)
    return (numbers.round(2) if chance.random() < 0.3 else numbers).astype(float).tolist()
