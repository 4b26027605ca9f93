"""Trained models over HTTP: those that ship, and those that visitors bring, which go when they expire."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from typing_extensions import TypedDict

from app.described import described, like
from app.errors import BrokenRequest, Forbidden, Unfit, shown
from app.explorer.addresses import API
from app.explorer.fields import input_of
from app.lab import Lab
from app.layers import AnyLayer, Layer
from app.layers import models as models_of
from app.layers.models import find
from app.models import SHIPPED
from app.models.said import SETTINGS, Said
from app.networks import File
from app.pipeline import recipe
from app.pipeline.document import read_layers
from app.pipeline.json_reader import parse_json
from app.pipeline.whole_model import layers_of
from app.strict import check_fields
from app.web.api import examples
from app.web.api.bodies import ModelInput
from app.web.api.instants import instant
from app.web.api.json_text import json_bytes
from app.web.asgi.answers import Answer
from app.web.asgi.bearer import bearer
from app.web.asgi.client import client_of
from app.web.asgi.dependencies import InLab
from app.web.asgi.forms import read_body, sent_file
from app.web.asgi.operation import Operation

models = APIRouter(prefix=API, route_class=Operation)
ModelId = Annotated[
    str,
    Path(
        description="The name of a model that ships, or the id of an upload or of a training.",
        openapi_examples={"shipped": {"value": "cifar10"}},
    ),
]
CHANNELS = ("RGB", "BGR")
SAID = {"title", "classes", *SETTINGS}  # what can be changed
SENT = ("file", *sorted(SAID), "channels", "truncate", "layers", "recipe")


@described
class Epoch(TypedDict):
    """A checkpoint of a training."""

    epoch: int
    """0 is before any training."""
    loss: float
    """Mean loss on examples that it does not learn from."""
    accuracy: float
    """The share of those that it names right, 0 to 1."""


@described
class Model(TypedDict):
    """A trained model. With an image added to `input`, `{"input", "layers"}` is a document as it stands."""

    id: str
    title: str
    input: Annotated[dict[str, Any], like(ModelInput)]
    layers: Annotated[list[dict[str, Any]], like(list[AnyLayer])]
    """Its layers, with the weights of its last checkpoint."""
    classes: list[str]
    """What its outputs stand for, in order; none where nobody has said it."""
    parameters: int
    """How many numbers it has learned."""
    epochs: list[Epoch]
    """Its checkpoints, which `epoch` of trained(…) and model(…) may name; none of an upload."""
    licence: str
    source: str
    """What it was trained on, or that it is an upload."""
    expires_at: str | None
    """When it goes; null for what ships."""


@described
class NewModel(Model):
    """A model, and the token of its owner."""

    delete_token: str
    """Lets whoever holds it change and delete the model, in the header `Authorization: Bearer <token>`."""


def _told(model: models_of.Model) -> Model:
    newest = model.epochs[-1].epoch if model.epochs else None
    return {
        "id": model.id,
        "title": model.title,
        "input": dict(model.input),
        "layers": [layer.canonical() for layer in layers_of(model, newest)],
        "classes": list(model.classes),
        "parameters": model.parameters,
        "epochs": [{"epoch": each.epoch, "loss": each.loss, "accuracy": each.accuracy} for each in model.epochs],
        "licence": model.licence,
        "source": model.source,
        "expires_at": instant(model.expires_at) if model.expires_at else None,
    }


@models.get("/models", summary="Every trained model that ships", tags=["what there is"])
async def list_models() -> Answer[list[Model]]:
    """Those of visitors are not among them."""
    return Answer(json_bytes([_told(model) for model in SHIPPED]))


@models.get("/models/{model_id}", summary="A trained model", tags=["what there is"])
async def get_model(model_id: ModelId) -> Answer[Model]:
    """One that ships, one that somebody has uploaded, or what a training has learned so far."""
    return Answer(json_bytes(_told(find(model_id))))


@models.post(
    "/models",
    status_code=201,
    summary="Upload a model",
    tags=["models"],
    openapi_extra={"requestBody": examples.MODEL_BODY},
)
async def upload_model(request: Request, lab: InLab) -> Answer[NewModel]:
    """Takes a network in a file: `.onnx`; or `.safetensors` with its layers in `recipe` or `layers`, to which tensors
    belong by `<name>.weight`, else `<index>.weight`. It is private to whoever knows its id, and goes when it expires.
    A file that does not fit is answered with its first node that does not, by name and reason.
    """
    async with sent_file(request, SENT) as (fields, sent):
        if sent is None:
            raise BrokenRequest('Send the network as multipart form data in a field named "file".')
        said, truncate, layers = await lab.queue.light(
            lambda: (said_in(fields), _flag(fields, "truncate"), _layers_in(fields))
        )
        client = client_of(request)
        file = File(sent.file, sent.size or 0, sent.filename or "", said, layers, client)
        added = await lab.networks.add(file, truncate=truncate)
    told: NewModel = {**_told(added.model), "delete_token": lab.networks.uploads.token(added.model.id)}
    return Answer(json_bytes(told), 201, {"Location": f"{API}/models/{added.model.id}"})


@models.patch(
    "/models/{model_id}",
    summary="Change what is said of an upload",
    tags=["models"],
    openapi_extra={"requestBody": examples.MODEL_CHANGE, **examples.OWNER},
)
async def change_model(model_id: ModelId, request: Request, lab: InLab) -> Answer[Model]:
    """Needs the token that the upload returned, in the header `Authorization: Bearer <token>`. What is left out stays;
    layers and numbers never change.
    """
    _refuse_lasting(lab, model_id)
    body = await read_body(request)
    said = await lab.queue.light(lambda: _said(parse_json(body)))
    return Answer(json_bytes(_told(await lab.networks.change(model_id, said, bearer(request)))))


@models.delete(
    "/models/{model_id}", status_code=204, summary="Delete an upload", tags=["models"], openapi_extra=examples.OWNER
)
async def delete_model(model_id: ModelId, request: Request, lab: InLab) -> Response:
    """Needs the token that the upload returned, in the header `Authorization: Bearer <token>`. Its runs go too."""
    _refuse_lasting(lab, model_id)
    await lab.networks.delete(model_id, bearer(request))
    return Response(status_code=204)


def _refuse_lasting(lab: Lab, name: str) -> None:
    """Refuse to change what ships, which is the same for everybody, and what a training has learned, its own."""
    found = find(name)
    if lab.networks.uploads.model(name) is None:
        raise Forbidden(
            "{title} cannot be changed or deleted with any token: it ships with this server, or belongs to a training.",
            title=found.title,
        )


# ---- what is said beside a file


def said_in(fields: Mapping[str, str]) -> Said:
    """Return what the fields of a form say of a network; raise Unfit where they make no sense."""
    said: dict[str, Any] = {name: fields[name] for name in ("title", "channels") if fields.get(name)}
    if fields.get("classes"):
        said["classes"] = parse_json(fields["classes"].encode(errors="replace"))
    source = input_of({name: fields[name] for name in SETTINGS if name in fields})
    return _said(said | source, {*SAID, "channels"})


def _said(value: Any, known: set[str] = SAID) -> Said:
    """Return what a JSON object says of a network; raise Unfit where it makes no sense."""
    if not isinstance(value, Mapping):
        raise Unfit('What is said of a model is an object, such as {{"title": "LeNet"}}.')
    check_fields(value, sorted(known))
    title, classes, channels = value.get("title"), value.get("classes"), value.get("channels", "RGB")
    if not isinstance(title, str | None):
        raise Unfit("{field} is a text, not {given}.", field="title", given=shown(title), pointer="/title")
    if classes is not None and not (isinstance(classes, list) and all(isinstance(name, str) for name in classes)):
        raise Unfit('classes is a list of names, such as ["cat", "dog"].', pointer="/classes")
    if channels not in CHANNELS:
        raise Unfit("channels must be RGB or BGR, not {given}.", given=shown(channels), pointer="/channels")
    source = {name: value[name] for name in SETTINGS if name in value}
    return Said(title, None if classes is None else tuple(classes), source, channels)


def _flag(fields: Mapping[str, str], name: str) -> bool:
    text = fields.get(name, "false").lower()
    if text not in ("true", "false"):
        raise Unfit("{field} is true or false, not {given}.", field=name, given=shown(text), pointer=f"/{name}")
    return text == "true"


def _layers_in(fields: Mapping[str, str]) -> tuple[Layer, ...] | None:
    """Return the layers to which the tensors of a file belong; None where none are said."""
    if fields.get("layers") and fields.get("recipe"):
        raise Unfit("Give the layers or the recipe, not both.", pointer="/recipe")
    if fields.get("layers"):
        return read_layers(parse_json(fields["layers"].encode(errors="replace")))
    return recipe.read(fields["recipe"]) if fields.get("recipe") else None
