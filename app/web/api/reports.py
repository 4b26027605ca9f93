"""A run as the API tells it."""

from collections.abc import Sequence
from typing import Any

from app.explorer.addresses import layer_address
from app.lab import Result, Run
from app.layers.layer import MOST_CHANNELS
from app.pipeline.plan import Stage


def run_report(run: Run, results: Sequence[Result]) -> dict[str, Any]:
    """Return the run: its shapes, its cost, and what its maps hold."""
    layers = [_layer_report(run, index, result) for index, result in enumerate(results)]
    return {
        "id": run.id,
        "recipe": run.document.recipe,
        "input": {"shape": list(run.input_shape), "image": run.document.input.image},
        "layers": layers,
        "totals": {name: sum(layer[name] for layer in layers) for name in ("parameters", "multiplications")},
        "prediction": None,
    }


def _layer_report(run: Run, index: int, result: Result) -> dict[str, Any]:
    stage = run.stages[index]
    layer, shape = stage.layer, stage.input_shape
    prefix = run.document.ids[index + 1]
    links = {f"output_{form}": layer_address(prefix, index, f"output.{form}") for form in ("json", "npy", "png")}
    links.update({f"{name}_npy": layer_address(prefix, index, f"{name}.npy") for name in result.weights})
    return {
        "index": index,
        "type": layer.type,
        "input_shape": list(stage.input_axes),
        "output_shape": list(stage.output_axes),
        "parameters": layer.parameters(shape),
        "multiplications": layer.multiplications(shape),
        "fully_connected_parameters": layer.fully_connected_parameters(shape),
        "receptive_field": {"size": list(stage.receptive_size), "jump": list(stage.jump)},
        "statistics": {**vars(result.whole), "channels": _channels(stage, result)},
        "links": links,
    }


def _channels(stage: Stage, result: Result) -> list[dict[str, float]]:
    """Return the statistics of each map; of a vector each number is its own, and a long one is not told twice."""
    if not stage.vector:
        return [vars(channel) for channel in result.channels]
    numbers = result.output.ravel().tolist() if result.output.size <= MOST_CHANNELS else []
    return [{"minimum": n, "maximum": n, "mean": n, "zero_fraction": float(n == 0)} for n in numbers]
