"""The API under /api/v1: it parses, asks the lab, and answers with data; it decides nothing."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, cast

from fastapi import APIRouter, Path, Request, Response
from typing_extensions import TypedDict

from app.budget import Cache
from app.described import described, like
from app.errors import BrokenRequest, Forbidden, Unfit
from app.explorer.addresses import API
from app.explorer.fields import as_sent, document_of
from app.explorer.state import LINK
from app.lab import Lab, Run
from app.layers import LAYERS
from app.layers.numbers import Numbers
from app.numerics.kernels import KERNELS
from app.pictures import gallery
from app.pictures.album import Upload
from app.pipeline.document import Document, read_document
from app.pipeline.json_reader import parse_json
from app.strict import together
from app.web.api import examples, reports
from app.web.api.instants import instant
from app.web.api.json_text import json_bytes
from app.web.asgi.answers import PNG, Answer, Artifact
from app.web.asgi.artifacts import immutable
from app.web.asgi.bearer import bearer
from app.web.asgi.dependencies import InLab, InTrainings
from app.web.asgi.forms import read_body, read_form
from app.web.asgi.operation import Operation, takes
from app.web.asgi.streams import Stream

LONG_RECIPE = 1_000_000  # characters, from which on it is not written as a whole
api = APIRouter(prefix=API, route_class=Operation)


ImageId = Annotated[
    str,
    Path(
        description="The id of an upload or the name of a gallery picture.",
        openapi_examples={"gallery": {"value": "chelsea"}},
    ),
]
RunId = Annotated[str, Path(description="The id of a run.", openapi_examples=examples.RUN_ID)]


# ---- pictures


@described
class Image(TypedDict):
    """A picture that has an id."""

    id: str
    """The name of a gallery picture, or what an upload was answered with."""
    width: int
    height: int
    mode: Literal["RGB", "L"]
    """Colour or grey."""
    expires_at: str | None
    """When it goes; null for the gallery."""


@described
class NewImage(Image):
    """A picture, and the token of its owner."""

    delete_token: str | None
    """Lets whoever holds it delete the picture, in the header `Authorization: Bearer <token>`; null for one of the
    gallery.
    """


@api.get("/images", summary="The gallery", tags=["pictures"])
async def list_images() -> Answer[list[gallery.GalleryImage]]:
    """Every picture that is always there."""
    return Answer(json_bytes([entry.facts() for entry in gallery.GALLERY.values()]))


@api.post(
    "/images",
    status_code=201,
    summary="Upload a picture",
    tags=["pictures"],
    openapi_extra={"requestBody": examples.UPLOAD_BODY},
)
async def upload_image(request: Request, lab: InLab) -> Answer[NewImage]:
    """Keeps the picture, upright and without metadata, until it expires; the same picture again renews it."""
    _, data = await read_form(request, ("file",))
    if data is None:
        raise BrokenRequest('Send the picture as multipart form data in a field named "file".')
    picture = await lab.album.add(data)
    told: NewImage = {**_told(picture), "delete_token": picture.delete_token}
    return Answer(json_bytes(told), 201, {"Location": f"{API}/images/{picture.id}"})


@api.get("/images/{image}.png", summary="The picture as PNG", tags=["pictures"])
async def get_image_png(image: ImageId, request: Request, lab: InLab) -> Artifact[PNG]:
    """Upright, without metadata."""
    picture = await lab.album.picture(image)
    return await immutable(request, f"image-{image}", PNG, lambda: lab.album.png(picture))


@api.get("/images/{image:name}", summary="Facts of a picture", tags=["pictures"])
async def get_image(image: ImageId, lab: InLab) -> Answer[Image]:
    """Its size, its mode and when it goes."""
    return Answer(json_bytes(_told(await lab.album.facts(image))))


@api.delete(
    "/images/{image:name}", status_code=204, summary="Delete an upload", tags=["pictures"], openapi_extra=examples.OWNER
)
async def delete_image(image: ImageId, request: Request, lab: InLab, trainings: InTrainings) -> Response:
    """Needs the token that the upload returned, in the header `Authorization: Bearer <token>`."""
    tokens = bearer(request)
    if not tokens:
        await lab.album.picture(image)
        raise Forbidden(
            "Deleting needs the token that the upload returned, in the header Authorization: Bearer <token>."
        )
    if await lab.album.delete(image, *tokens):
        await trainings.part_with(image)
    return Response(status_code=204)


def _told(upload: Upload) -> Image:
    return {
        "id": upload.id,
        "width": upload.width,
        "height": upload.height,
        "mode": cast(Literal["RGB", "L"], upload.mode),
        "expires_at": instant(upload.expires_at) if upload.expires_at else None,
    }


# ---- what there is


@described
class LayerType(TypedDict):
    """A type of layer."""

    type: str
    help: str
    """What it does, in one line."""
    schema: dict[str, Any]
    """The JSON schema of a layer of this type, as documents have it."""


@described
class Kernel(TypedDict):
    """A kernel that has a name."""

    name: str
    weight: Annotated[object, like(list[list[float | list[float]]])]
    """[row][column], or [channel][row][column] where it reads colours."""
    bias: float
    channels: int | None
    """How many channels it reads; null where it is spread over as many as there are."""
    on_channels: str
    """What it becomes on several channels."""
    sentence: str
    """What it answers to."""
    source: str
    """Where it comes from."""


@api.get("/layers", summary="Every layer type with its schema", tags=["what there is"])
async def list_layers() -> Answer[list[LayerType]]:
    """What may stand in `layers` of a document, and with which settings."""
    kinds: list[LayerType] = [
        {"type": name, "help": (kind.__doc__ or "").strip(), "schema": kind.model_json_schema()}
        for name, kind in LAYERS.items()
    ]
    return Answer(json_bytes(kinds))


@api.get("/kernels", summary="Every named kernel", tags=["what there is"])
async def list_kernels() -> Answer[list[Kernel]]:
    """What `preset(…)` may name, each as it is laid on a grey picture. On several channels a kernel of rows and columns
    becomes one sheet a channel, all alike: divided by the number of channels (`spread="mean"`, as usual), so that it
    gives what it gives on their mean, or as it is (`spread="sum"`). One of colours has a sheet a channel already.
    """
    kernels: list[Kernel] = [
        {
            "name": kernel.name,
            "weight": Numbers(kernel.weight).nested(),
            "bias": kernel.bias,
            "channels": kernel.channels,
            "on_channels": kernel.on_channels,
            "sentence": kernel.sentence,
            "source": kernel.source,
        }
        for kernel in KERNELS.values()
    ]
    return Answer(json_bytes(kernels))


# ---- runs


@api.post(
    "/runs",
    status_code=201,
    summary="Compute a run",
    tags=["runs"],
    openapi_extra={"requestBody": examples.RUN_BODY},
    responses={200: {"description": "The run, again"}},
)
async def create_run(request: Request, lab: InLab) -> Answer[reports.Run]:
    """Takes a JSON document, or a multipart form with a picture in `file`, a `recipe`, and the input's fields."""
    run, token = await _posted_run(request, lab)
    return await _answer(request, run, lab, kept=True, location=f"{API}/runs/{run.id}", token=token)


async def _posted_run(request: Request, lab: Lab) -> tuple[Run, str | None]:
    """Return the run that is asked for, and the token of the picture that came with it."""
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind not in ("multipart/form-data", "application/x-www-form-urlencoded"):
        body = [await read_body(request)]  # held by nobody else, so that it goes when it has been read
        read = await lab.read(lambda: read_document(parse_json(body.pop(), check=lab.refuse_shape)), len(body[0]))
        return await lab.open(read), None
    fields, data = await read_form(request, ("file", *examples.FORM_FIELDS))
    token = None
    if data is not None:
        check_beside_file(fields)
        upload = await lab.album.add(data)
        fields["image"], token = upload.id, upload.delete_token
    elif not fields.keys() & {"image", "values"}:
        raise BrokenRequest('Send a picture in a field named "file", the id of one in "image", or numbers in "values".')
    return await linked(fields, lab), token


def check_beside_file(fields: Mapping[str, str]) -> None:
    """Raise Unfit where there is another input beside a file."""
    wrong = []
    if fields.get("image"):
        wrong.append(Unfit("Give a file or the id of an image, not both.", pointer="/image"))
    if fields.get("values"):
        wrong.append(Unfit("Give a file or values, not both.", pointer="/values"))
    if wrong:
        raise together(wrong)


async def linked(fields: Mapping[str, str], lab: Lab) -> Run:
    """Return the run that flat fields describe, at which mistakes point."""
    document = await linked_document(fields, lab)
    with as_sent(fields):
        return await lab.open(document)


async def linked_document(fields: Mapping[str, str], lab: Lab) -> Document:
    with as_sent(fields):
        return await lab.read(lambda: document_of(fields, lab.refuse_shape), sum(map(len, fields.values())))


async def _answer(
    request: Request, run: Run, lab: Lab, *, kept: bool = False, location: str = "", token: str | None = None
) -> Answer[reports.Run]:
    """Return what is said of a run, made off the event loop; where its recipe or its input is long, piece by piece.

    `kept`: the run is to be kept, and at a `location` for who posts it, to whom it may be new. `token`: of the picture
    that came with it. What was said before is said again while the run still goes at the same moment; of what names a
    model it is not, since what is said of an upload may change.
    """
    known: Cache[reports.Told] = request.app.state.known_reports
    facts, document = await lab.facts(run), run.document
    lasting = token is None and not document.models
    before = known.get(run.id) if lasting else None

    def tell() -> tuple[bool, float | None, bytes | Iterator[bytes]]:
        new, expiry = kept and lab.keep_now(run), lab.expires_at(run)
        if before is not None and before.expires_at == expiry:
            return new, expiry, before.report
        report = reports.run_report(run, facts, expiry, token)
        if document.input.length > LONG_RECIPE or not document.is_brief(LONG_RECIPE):
            return new, expiry, report
        return new, expiry, b"".join(report)

    new, expiry, report = await lab.queue.light(tell)
    status, headers = (201 if new else 200, {"Location": location}) if location else (200, None)
    if not isinstance(report, bytes):
        return cast("Answer[reports.Run]", Stream(report, status, headers, "application/json"))
    if lasting:
        known.keep(run.id, reports.Told(expiry, report))
    return cast("Answer[reports.Run]", Response(report, status, headers, "application/json"))


@api.get("/runs", summary="Compute a run from a link", tags=["runs"], openapi_extra=examples.RUN_QUERY)
@takes(LINK)
async def get_run_by_link(request: Request, lab: InLab) -> Answer[reports.Run]:
    """The fields of a page's link, with the same meaning: image, size (or height, width), mode, fit, scale, recipe.

    Numbers may stand in `values`, in place of image and of all that is said of it.
    """
    return await _answer(request, await linked_run(request, lab), lab, kept=True)


async def linked_run(request: Request, lab: Lab) -> Run:
    """Return the run of which an address has the fields, or the id in `run`; nothing is computed or kept yet."""
    fields = dict(request.query_params)
    if fields.get("run"):
        beside = [name for name in examples.FORM_FIELDS if name in fields]
        if beside:
            raise together(
                Unfit(
                    "A run has its input and its layers already: leave out {names}, or run.",
                    names=", ".join(beside),
                    pointer=f"/{name}",
                )
                for name in beside
            )
        return await lab.run(fields["run"])
    if fields.keys() & {"image", "values"}:
        return await linked(fields, lab)
    raise Unfit(
        "The link needs the id of a picture in image, such as image=chelsea, or numbers in values.",
        pointer="/image",
    )


@api.get("/runs/{run_id}", summary="A run", tags=["runs"])
async def get_run(run_id: RunId, request: Request, lab: InLab) -> Answer[reports.Run]:
    """The run again."""
    return await _answer(request, await lab.run(run_id), lab)
