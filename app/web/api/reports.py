"""A run as the API tells it."""

import json
import secrets
from collections.abc import Iterator, Sequence
from typing import Any

from app.explorer.addresses import layer_address
from app.lab import Facts, Run
from app.numerics.field import Number
from app.pipeline import recipe
from app.pipeline.classes import prediction

STEP = 1 << 16  # bytes that are sent in one go
_RECIPE = secrets.token_hex(8)  # stands for the recipe while what is around it is written; nobody can know it


def run_report(run: Run, facts: Sequence[Facts]) -> Iterator[bytes]:
    """Yield the run as JSON, a piece at a time: its recipe may be longer than all that is held of it."""
    first, last = json.dumps(_report(run, facts), ensure_ascii=False, allow_nan=False, separators=(",", ":")).split(
        _RECIPE
    )
    left = bytearray(first.encode())
    for piece in recipe.pieces(run.document.layers):
        left += json.dumps(piece, ensure_ascii=False)[1:-1].encode()
        if len(left) >= STEP:
            yield bytes(left)
            left.clear()
    yield bytes(left) + last.encode()


def _report(run: Run, facts: Sequence[Facts]) -> dict[str, Any]:
    """Return the run: its shapes, its cost, and what its maps hold."""
    predicted = prediction(run.document, run.stages, facts[-1].numbers) if facts else None
    layers = [_layer_report(run, index, said) for index, said in enumerate(facts)]
    return {
        "id": run.id,
        "recipe": _RECIPE,
        "input": {"shape": list(run.input_shape), "image": run.document.input.image},
        "layers": layers,
        "totals": {name: sum(layer[name] for layer in layers) for name in ("parameters", "multiplications")},
        "prediction": predicted and [each._asdict() for each in predicted],
    }


def _layer_report(run: Run, index: int, facts: Facts) -> dict[str, Any]:
    stage = run.stages[index]
    layer, shape = stage.layer, stage.input_shape
    prefix = run.document.ids[index + 1]
    links = {f"output_{form}": layer_address(prefix, index, f"output.{form}") for form in ("json", "npy", "png")}
    links.update({f"{name}_npy": layer_address(prefix, index, f"{name}.npy") for name in facts.arrays})
    return {
        "index": index,
        "type": layer.type,
        "input_shape": list(stage.input_axes),
        "output_shape": list(stage.output_axes),
        "parameters": stage.parameters,
        "multiplications": layer.multiplications(shape),
        "fully_connected_parameters": layer.fully_connected_parameters(shape),
        "receptive_field": {"size": list(stage.receptive_size), "jump": stage.jump and list(map(_plain, stage.jump))},
        "statistics": {**facts.whole._asdict(), "channels": _channels(facts)},
        "links": links,
    }


def _channels(facts: Facts) -> list[dict[str, float]]:
    """Return the statistics of each map; of a vector each number is its own, and a long one is not told twice."""
    if facts.channels:
        return [channel._asdict() for channel in facts.channels]
    return [{"minimum": n, "maximum": n, "mean": n, "zero_fraction": float(n == 0)} for n in facts.numbers]


def _plain(number: Number) -> float:
    """Return a whole number as such, a fraction as JSON can write it."""
    return number if isinstance(number, int) else float(number)
