"""Layers and small networks: our NumPy against PyTorch and ONNX Runtime, and OpenCV and SciPy where they do the job."""

from collections.abc import Iterable, Sequence

import numpy as np

from app.layers.layer import Array
from app.numerics import threads
from bench.cases import CASES
from bench.graph import Graph
from bench.machine import cores, peak
from bench.peers import PEERS, SHOWN
from bench.table import Row, geometric_mean
from bench.timing import side_by_side


def measure(only: str = "", seconds: float = 1.0) -> list[Row]:
    """Return a row a case and number of threads, and geometric means."""
    rows = []
    for count in sorted({1, min(2, cores())}):
        threads.use(count)
        found = [
            row(case.name, case.graph(), count, seconds, kind=case.kind, limit=case.limit)
            for case in CASES
            if only in case.name
        ]
        rows += [*found, *_means(found, count)]
    return rows


def row(
    name: str,
    graph: Graph,
    count: int,
    seconds: float,
    *,
    kind: str,
    limit: float | None = None,
    peers: Iterable[str] = PEERS,
) -> Row:
    """Return how long a graph takes us and others, with `count` threads each; the ratio is that to `peers`."""
    contenders = {"ours": graph.ours}
    for other, make in {**PEERS, **SHOWN}.items():
        if (call := make(graph, count)) is not None:
            _agree(f"{other} gives other numbers for {name}", graph.ours(), call())
            contenders[other] = call
    times = side_by_side(contenders, seconds=seconds)
    ours, flops = times.pop("ours"), 2e-6 * graph.multiplications()
    return Row(
        name,
        ours,
        peers={other: times[other] for other in peers},
        shown={other: time for other, time in times.items() if other not in peers}
        | ({"% peak": 100 * flops / ours / peak() / count} if flops else {}),
        limit=limit,
        threads=count,
        kind=kind,
    )


def _agree(fault: str, ours: Sequence[Array], theirs: Sequence[Array]) -> None:
    """Stop where another computes something else: then there is nothing to compare."""
    for mine, other in zip(ours, theirs, strict=True):
        if not np.allclose(mine.ravel(), other.ravel(), rtol=0, atol=1e-4 * np.abs(mine).max()):
            raise AssertionError(fault)


def _means(rows: list[Row], count: int) -> list[Row]:
    """Return geometric means of ratios: of the random kernels, and of all."""
    dense = [row.ratio for row in rows if row.kind in ("dense", "large") and row.ratio]
    every = [row.ratio for row in rows if row.ratio]
    return [
        Row(f"geometric mean, {name}", geometric_mean(ratios), "", limit=limit, threads=count)
        for name, ratios, limit in (("random kernels", dense, 0.95), ("all", every, 0.7))
        if ratios
    ]
