"""Many runs in one request: documents, a line each, or pictures and what each of them passes through.

    document or picture ─► run ─► a line, or an array      as many on their way as there are computing slots
            └ mistake ─► problem in its place               … and answered in the order in which they were sent

Each of them is admitted, computed and kept as a run that is posted alone. The answer is a stream: who leaves it stops
the work.
"""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from typing import Annotated, NamedTuple, TypeVar, cast

from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse
from starlette.datastructures import FormData, UploadFile

from app.errors import BrokenRequest, Unfit, shown
from app.explorer.addresses import API
from app.lab import Lab, Result, Run
from app.pipeline.document import Document, read_document
from app.pipeline.json_reader import parse_json
from app.web.api import examples, reports
from app.web.api.fields import one_of
from app.web.api.json_text import json_bytes
from app.web.api.runs import linked_document
from app.web.asgi.answers import NPZ, Lines
from app.web.asgi.archive import Archive, off_the_loop
from app.web.asgi.dependencies import InLab
from app.web.asgi.forms import check_form, decoded, read_body, sent_files
from app.web.asgi.language import translator
from app.web.asgi.operation import Operation
from app.web.asgi.problems import Problem, as_mistake, problem

batch = APIRouter(prefix=API, responses=examples.PROBLEMS, route_class=Operation, tags=["runs"])
MOST = 64  # documents or pictures
T = TypeVar("T")
Work = Callable[[], Awaitable[T]]


@batch.post("/batch", summary="Compute many runs", openapi_extra={"requestBody": examples.BATCH_BODY})
async def create_batch(
    request: Request,
    lab: InLab,
    output: Annotated[
        str, one_of("runs", "npz"), Query(description="`runs`, a line each; or `npz`, an archive of the last outputs.")
    ] = "runs",
) -> Lines[reports.Run | Problem]:
    """Takes documents, one a line (NDJSON), or a form with up to 64 pictures in `file`, one `recipe`, and the fields of
    the input. Answers, in the order sent, the run of each, or the problem with it, a line each.

    As `output=npz` an archive holds the last output of each by its number, `0.npy` and on, and `problems.json` a list
    of the problems, each with the `number` that it stands for.
    """
    if output not in ("runs", "npz"):
        raise Unfit("output must be runs or npz, not {given}.", given=shown(output), pointer="/output")
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    documents = await (_of_files(request, lab) if kind == "multipart/form-data" else _of_lines(request, lab))
    told = _archive(request, lab, documents) if output == "npz" else _lines(request, lab, documents)
    media_type = NPZ.media_type if output == "npz" else Lines.media_type
    return cast("Lines[reports.Run | Problem]", StreamingResponse(told, media_type=media_type))


# ---- what is sent


class _Documents(NamedTuple):
    """The documents of a batch, each read in its turn."""

    each: list[Work[Document]]
    form: FormData | None  # that holds the files


async def _of_lines(request: Request, lab: Lab) -> _Documents:
    """Return documents that are sent as lines."""
    body = await read_body(request)
    lines = await lab.queue.light(lambda: _split(body))

    def reading(line: bytearray) -> Work[Document]:
        return lambda: lab.read(lambda: read_document(parse_json(line, check=lab.refuse_shape)), len(line))

    return _Documents([reading(line) for line in lines], None)


def _split(body: bytearray) -> list[bytearray]:
    """Return the lines of a body, which is empty afterwards."""
    text = body.rstrip()
    body.clear()
    _check_count(text.count(b"\n") + bool(text))
    return text.split(b"\n")


async def _of_files(request: Request, lab: Lab) -> _Documents:
    """Return the documents of pictures that are sent in a form."""
    form, fields, files = await sent_files(request, MOST)
    try:
        check_form(form, ("file", *examples.FORM_FIELDS), once=False)
        _check_count(len(files))
        if "image" in fields:
            raise Unfit("Give a file or the id of an image, not both.", pointer="/image")
    except BaseException:
        await form.close()
        raise

    def reading(file: UploadFile) -> Work[Document]:
        async def read() -> Document:
            image = await lab.album.add(decoded(await file.read()))
            await file.close()
            return await linked_document({**fields, "image": image.id}, lab)

        return read

    return _Documents([reading(file) for file in files], form)


def _check_count(count: int) -> None:
    if not count:
        raise BrokenRequest('Send documents, one a line, or pictures as multipart form data in fields named "file".')
    if count > MOST:
        raise Unfit("A batch has at most {most}; this one has {count}. Send more batches.", most=MOST, count=count)


# ---- what is answered


async def _lines(request: Request, lab: Lab, documents: _Documents) -> AsyncIterator[bytes]:
    async def report(run: Run) -> Iterator[bytes]:
        facts = await lab.facts(run)
        await lab.keep(run)
        expires_at = await lab.queue.light(lambda: lab.expires_at(run))
        return reports.run_report(run, facts, expires_at)

    async for found in _computed(request, lab, documents, report):
        if isinstance(found, dict):
            yield json_bytes(found) + b"\n"
        else:
            async for piece in off_the_loop(found, lab.queue):
                yield piece
            yield b"\n"


async def _archive(request: Request, lab: Lab, documents: _Documents) -> AsyncIterator[bytes]:
    async def last(run: Run) -> tuple[Run, Result]:
        return run, await lab.result(run, len(run.stages) - 1 if run.stages else None)

    archive, problems, number = Archive(), list[dict[str, object]](), 0
    async for found in _computed(request, lab, documents, last):
        if isinstance(found, dict):
            problems.append({"number": number, **found})
        else:
            run, result = found
            axes = run.stages[-1].output_axes if run.stages else run.input_shape
            async for piece in off_the_loop(archive.add(f"{number}.npy", result.output.reshape(axes)), lab.queue):
                yield piece
            del result, found
        number += 1
    for piece in archive.add("problems.json", json.dumps(problems, ensure_ascii=False).encode(errors="replace")):
        yield piece
    yield archive.end()


async def _computed(
    request: Request, lab: Lab, documents: _Documents, answer: Callable[[Run], Awaitable[T]]
) -> AsyncIterator[T | Problem]:
    """Yield the answer for each document, or what stood in its way."""
    say = translator(request)

    def computing(read: Work[Document]) -> Work[T | Problem]:
        async def compute() -> T | Problem:
            try:
                return await answer(await lab.open(await read()))
            except Exception as error:  # noqa: BLE001 - said in its place
                return problem(as_mistake(error), say)

        return compute

    try:
        async for found in _in_order(map(computing, documents.each), lab.settings.compute_slots):
            yield found
    finally:
        if documents.form is not None:
            await documents.form.close()


async def _in_order(works: Iterable[Work[T]], ahead: int) -> AsyncIterator[T]:
    """Yield what works give, in their order, while up to `ahead` of them go on."""
    going = deque[asyncio.Future[T]]()
    try:
        for work in works:
            going.append(asyncio.ensure_future(work()))
            if len(going) > ahead:
                yield await going.popleft()
        while going:
            yield await going.popleft()
    finally:
        for task in going:
            task.cancel()
        await asyncio.gather(*going, return_exceptions=True)
