"""Many runs in one request: documents, a line each, or pictures and what each of them passes through.

    document or picture ─► run ─► a line, or an array      as many on their way as there are computing slots
            └ mistake ─► problem in its place               … and answered in the order in which they were sent

Each of them is admitted and computed as a run that is posted alone, and kept as one where it is answered as one: of
pictures that are answered as arrays nothing is kept. The answer is a stream: who leaves it stops the work.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping
from typing import Annotated, NamedTuple, TypeVar, cast

from fastapi import APIRouter, Query, Request
from starlette.datastructures import FormData, UploadFile

from app.errors import BrokenRequest, Unfit, Word, shown
from app.explorer.addresses import API
from app.lab import Lab, Result, Run
from app.pipeline.document import read_document
from app.pipeline.json_reader import parse_json
from app.web.api import examples, reports
from app.web.api.fields import one_of
from app.web.api.json_text import json_bytes
from app.web.api.runs import check_beside_file, linked, linked_document
from app.web.asgi.answers import NPZ, Lines
from app.web.asgi.archive import Archive, off_the_loop
from app.web.asgi.dependencies import InLab
from app.web.asgi.forms import check_form, decoded, read_body, sent_files
from app.web.asgi.language import translator
from app.web.asgi.operation import Operation
from app.web.asgi.problems import Problem, as_mistake, problem
from app.web.asgi.streams import Stream

batch = APIRouter(prefix=API, route_class=Operation, tags=["runs"])
MOST = 64  # documents or pictures
NOT_KEPT = "not kept"  # the id of a picture that has none
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
    of the problems, each with the `number` that it stands for; of the pictures nothing is kept.
    """
    if output not in ("runs", "npz"):
        raise Unfit("output must be runs or npz, not {given}.", given=shown(output), pointer="/output")
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    sent = await (_files(request, lab) if kind == "multipart/form-data" else _lines(request, lab))
    if output == "npz":
        answer = Stream(_arrays(request, lab, sent), headers=NPZ.named("outputs.npz"), media_type=NPZ.media_type)
    else:
        answer = Stream(_runs(request, lab, sent), media_type=Lines.media_type)
    return cast("Lines[reports.Run | Problem]", answer)


# ---- what is sent


class _One(NamedTuple):
    """One of a batch, read in its turn: its run and the token of its picture, or its last result alone."""

    run: Work[tuple[Run, str | None]]
    last: Work[tuple[Run, Result]]


class _Sent(NamedTuple):
    """A batch."""

    each: list[_One]
    form: FormData | None  # that holds the files


async def _lines(request: Request, lab: Lab) -> _Sent:
    """Return documents that are sent as lines."""
    body = await read_body(request)
    return _Sent([_of_line(line, lab) for line in await lab.queue.light(lambda: _split(body))], None)


def _split(body: bytearray) -> list[bytearray]:
    """Return the lines of a body, which is empty afterwards."""
    text = body.rstrip()
    body.clear()
    _check_count(text.count(b"\n") + bool(text))
    return text.split(b"\n")


def _of_line(line: bytearray, lab: Lab) -> _One:
    async def run() -> tuple[Run, str | None]:
        if not line.strip():
            raise BrokenRequest("This line is empty: each holds one document, and there is nothing between them.")
        document = await lab.read(lambda: read_document(parse_json(line, check=lab.refuse_shape)), len(line))
        return await lab.open(document), None

    async def last() -> tuple[Run, Result]:
        opened, _ = await run()
        return opened, await lab.result(opened, len(opened.stages) - 1 if opened.stages else None)

    return _One(run, last)


async def _files(request: Request, lab: Lab) -> _Sent:
    """Return pictures that are sent in a form, and what they pass through."""
    form, fields, files = await sent_files(request, MOST + 1, _too_many(Word("at least {bound}", bound=MOST + 2)))
    try:
        check_form(form, ("file", *examples.FORM_FIELDS), once=False)
        _check_count(len(files))
        check_beside_file(fields)
    except BaseException:
        await form.close()
        raise
    return _Sent([_of_file(file, fields, lab) for file in files], form)


def _of_file(file: UploadFile, fields: Mapping[str, str], lab: Lab) -> _One:
    async def data() -> bytes:
        read = decoded(await file.read())
        await file.close()
        return read

    async def run() -> tuple[Run, str | None]:
        upload = await lab.album.add(await data())
        return await linked({**fields, "image": upload.id}, lab), upload.delete_token

    async def last() -> tuple[Run, Result]:
        return await lab.last(await linked_document({**fields, "image": NOT_KEPT}, lab), await data())

    return _One(run, last)


def _check_count(count: int) -> None:
    if not count:
        raise BrokenRequest('Send documents, one a line, or pictures as multipart form data in fields named "file".')
    if count > MOST:
        raise _too_many(count)


def _too_many(count: int | Word) -> Unfit:
    return Unfit("A batch has at most {most}; this one has {count}. Send more batches.", most=MOST, count=count)


# ---- what is answered


async def _runs(request: Request, lab: Lab, sent: _Sent) -> AsyncIterator[bytes]:
    """Yield a run, or a problem, a line."""

    def reporting(one: _One) -> Work[Iterator[bytes]]:
        async def report() -> Iterator[bytes]:
            run, token = await one.run()
            facts = await lab.facts(run)
            await lab.keep(run)
            expires_at = await lab.queue.light(lambda: lab.expires_at(run))
            return reports.run_report(run, facts, expires_at, token)

        return report

    async for found in _answered(request, lab, map(reporting, sent.each), sent.form):
        if isinstance(found, dict):
            yield json_bytes(found) + b"\n"
            continue
        async for piece in off_the_loop(found, lab.queue):
            yield piece
        yield b"\n"


async def _arrays(request: Request, lab: Lab, sent: _Sent) -> AsyncIterator[bytes | memoryview]:
    """Yield the archive of the last outputs, and of the problems."""
    archive, problems, number = Archive(lab.queue), list[dict[str, object]](), 0
    async for found in _answered(request, lab, (one.last for one in sent.each), sent.form):
        if isinstance(found, dict):
            problems.append({"number": number, **found})
        else:
            run, result = found
            axes = run.stages[-1].output_axes if run.stages else run.input_shape
            async for piece in archive.add(f"{number}.npy", result.output.reshape(axes)):
                yield piece
            del result, found
        number += 1
    async for piece in archive.add("problems.json", json_bytes(problems)):
        yield piece
    yield archive.end()


async def _answered(
    request: Request, lab: Lab, works: Iterable[Work[T]], form: FormData | None
) -> AsyncIterator[T | Problem]:
    """Yield what comes of each work, or what stood in its way; then let the files go."""
    say = translator(request)

    def told(work: Work[T]) -> Work[T | Problem]:
        async def answer() -> T | Problem:
            try:
                return await work()
            except Exception as error:  # noqa: BLE001 - said in its place
                return problem(as_mistake(error), say)

        return answer

    try:
        async for found in _in_order(map(told, works), lab.settings.compute_slots):
            yield found
    finally:
        if form is not None:
            await form.close()


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
