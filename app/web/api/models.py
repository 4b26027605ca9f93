"""Trained models over HTTP: what there is, and that what ships is not changed."""

from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field

from app.errors import Forbidden
from app.explorer.addresses import API
from app.layers.models import Model, find
from app.models import SHIPPED
from app.pipeline.whole_model import layers_of
from app.web.api import examples
from app.web.api.instants import instant

models = APIRouter(prefix=API, responses=examples.PROBLEMS)
ModelId = Annotated[
    str,
    Path(
        description="The name of a model that ships, or the id of a training.",
        openapi_examples={"shipped": {"value": "cifar10"}},
    ),
]


class Epoch(BaseModel):
    """A checkpoint of a training."""

    epoch: int = Field(description="0 is before any training.")
    loss: float = Field(description="Mean loss on examples that it does not learn from.")
    accuracy: float = Field(description="The share of those that it names right, 0 to 1.")


class ModelReport(BaseModel):
    """A trained model. With an image added to `input`, `{"input", "layers"}` is a document as it stands."""

    id: str
    title: str
    input: dict[str, Any] = Field(description="height, width, mode, fit and scale.")
    layers: list[dict[str, Any]] = Field(description="Its layers, with the weights of its last checkpoint.")
    classes: list[str] = Field(description="What its outputs stand for, in order.")
    parameters: int = Field(description="How many numbers it has learned.")
    epochs: list[Epoch] = Field(description="Its checkpoints, which `epoch` of trained(…) and model(…) may name.")
    licence: str
    source: str = Field(description="What it was trained on.")
    expires_at: str | None = Field(description="When it goes; null for what ships.")


def _report(model: Model) -> ModelReport:
    newest = model.epochs[-1].epoch if model.epochs else None
    return ModelReport(
        id=model.id,
        title=model.title,
        input=dict(model.input),
        layers=[layer.canonical() for layer in layers_of(model, newest)],
        classes=list(model.classes),
        parameters=model.parameters,
        epochs=[Epoch(**each._asdict()) for each in model.epochs],
        licence=model.licence,
        source=model.source,
        expires_at=model.expires_at and instant(model.expires_at),
    )


@models.get("/models", summary="Every trained model that ships", tags=["what there is"])
async def shipped() -> list[ModelReport]:
    return [_report(model) for model in SHIPPED]


@models.get("/models/{model_id}", summary="A trained model", tags=["what there is"])
async def model(model_id: ModelId) -> ModelReport:
    """One that ships, or what a training has learned so far."""
    return _report(find(model_id))


@models.patch("/models/{model_id}", include_in_schema=False)
@models.delete("/models/{model_id}", include_in_schema=False)
async def change(model_id: ModelId) -> None:
    """What ships is the same for everybody, and what a training has learned is its own."""
    raise Forbidden(
        "{title} cannot be changed or deleted: it ships with this server, or belongs to a training.",
        title=find(model_id).title,
    )
