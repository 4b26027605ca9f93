"""All arrays of a run in one file."""

from collections.abc import AsyncIterator, Iterator, Sequence

from fastapi import APIRouter, Request

from app.explorer.addresses import API
from app.lab import Result, Run
from app.layers.layer import Array
from app.web.api.runs import RunId
from app.web.asgi.answers import NPZ, Artifact
from app.web.asgi.archive import archived
from app.web.asgi.artifacts import immutable
from app.web.asgi.dependencies import InLab
from app.web.asgi.operation import Operation

exports = APIRouter(prefix=API, route_class=Operation)


@exports.get("/runs/{run_id}/export.npz", summary="All arrays of a run in one file", tags=["runs"])
async def get_export(run_id: RunId, request: Request, lab: InLab) -> Artifact[NPZ]:
    """A NumPy archive: `input`, and of each layer `layer_0_output`, and what it learned: `layer_0_weight` and so on."""
    run = await lab.run(run_id)

    async def make() -> AsyncIterator[bytes | memoryview]:
        results = await lab.some(run, [None, *range(len(run.stages))])
        return archived(_arrays(run, results), lab.queue)

    return await immutable(request, f"{run.id}-export", NPZ, make, "run.npz")


def _arrays(run: Run, results: Sequence[Result]) -> Iterator[tuple[str, Array]]:
    """Yield the arrays of a run by name, and hold its results meanwhile, which are counted as long as somebody does."""
    first, *layers = results
    yield "input", first.output
    for stage, result in zip(run.stages, layers, strict=True):
        yield f"layer_{stage.index}_output", result.output.reshape(stage.output_axes)
        for name, array in result.weights.items():
            yield f"layer_{stage.index}_{name}", array
