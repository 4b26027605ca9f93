"""Layers and small networks: our NumPy against PyTorch and ONNX Runtime, and OpenCV and SciPy where they do the job."""

from collections.abc import Callable

import numpy as np

from app.layers.layer import Array, Layer, Weights
from app.numerics import threads
from bench.cases import CASES, Case
from bench.machine import cores, peak
from bench.peers import PEERS, SHOWN
from bench.table import Row, geometric_mean
from bench.timing import side_by_side


def measure(only: str = "", seconds: float = 1.0) -> list[Row]:
    """Return a row a case and number of threads, and geometric means."""
    rows = []
    for count in sorted({1, min(2, cores())}):
        threads.use(count)
        found = [_row(case, count, seconds) for case in CASES if only in case.name]
        rows += [*found, *_means(found, count)]
    return rows


def _row(case: Case, count: int, seconds: float) -> Row:
    x = case.input()
    ours = _ours([(layer, weights) for layer, weights, _ in case.layers()], x)
    contenders = {"ours": ours}
    for name, make in {**PEERS, **SHOWN}.items():
        if (call := make(case, x, count)) is not None:
            _agree(case, name, ours(), call())
            contenders[name] = call
    times = side_by_side(contenders, seconds=seconds)
    flops = 2e-6 * sum(layer.multiplications(shape) for layer, _, shape in case.layers())
    return Row(
        case.name,
        times["ours"],
        peers={name: times[name] for name in PEERS if name in times},
        shown={name: times[name] for name in SHOWN if name in times}
        | {"% peak": 100 * flops / times["ours"] / peak() / count},
        limit=case.limit,
        threads=count,
        kind=case.kind,
    )


def _ours(layers: list[tuple[Layer, Weights]], x: Array) -> Callable[[], Array]:
    def run() -> Array:
        result = x
        for layer, weights in layers:
            result = layer.forward(result, weights)
        return result

    return run


def _agree(case: Case, name: str, ours: Array, theirs: Array) -> None:
    """Stop where another computes something else: then there is nothing to compare."""
    if not np.allclose(ours.ravel(), theirs.ravel(), rtol=0, atol=1e-4 * np.abs(ours).max()):
        raise AssertionError(f"{name} gives other numbers for {case.name}")


def _means(rows: list[Row], count: int) -> list[Row]:
    """Return geometric means of ratios: of the random kernels, and of all."""
    dense = [row.ratio for row in rows if row.kind in ("dense", "large") and row.ratio]
    every = [row.ratio for row in rows if row.ratio]
    return [
        Row(f"geometric mean, {name}", geometric_mean(ratios), "", limit=limit, threads=count)
        for name, ratios, limit in (("random kernels", dense, 0.95), ("all", every, 0.7))
        if ratios
    ]
