"""How far an occlusion has come, told as it goes on: lines of JSON, for as long as somebody reads them.

{"done": 26} … {"done": 169}                       it is all there; the look shows it
{"done": 26} … {"problem": "All 2 slots are …"}    it could not be computed
"""

import asyncio
import json
from collections.abc import AsyncIterator

from fastapi import APIRouter, Request, Response

from app.errors import Mistake, NotFound
from app.web.asgi.dependencies import InLab
from app.web.asgi.language import translator
from app.web.asgi.streams import Stream
from app.whole_numbers import read_whole

occlusion = APIRouter(prefix="/parts", include_in_schema=False)
EVERY = 0.15  # seconds


@occlusion.get("/occlusion/{run_id}/{layer}")
async def progress(run_id: str, layer: str, request: Request, lab: InLab) -> Response:
    """Computes what a layer says with each part of the picture covered, and tells how far it has come."""
    run = await lab.run(run_id)
    index = read_whole(layer, len(run.stages))
    if index is None or not run.stages[index].vector:
        raise NotFound("There is no layer {name} here that gives one number a class.", name=layer[:40])
    count = lab.occlusions.plan(run, index).count
    say = translator(request)

    async def lines() -> AsyncIterator[str]:
        work = asyncio.ensure_future(lab.occlusions.find(run, index))
        try:
            while not (await asyncio.wait([work], timeout=EVERY))[0]:
                yield _line(done=lab.occlusions.places_done(run, index))
            work.result()
            yield _line(done=count)
        except Mistake as mistake:
            yield _line(problem=mistake.say(say))
        finally:
            work.cancel()

    return Stream(lines(), media_type="application/x-ndjson", headers={"Cache-Control": "no-store"})


def _line(**fields: object) -> str:
    return json.dumps(fields) + "\n"
