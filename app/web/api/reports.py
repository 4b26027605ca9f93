"""A run as the API tells it."""

import json
import secrets
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import chain
from typing import Annotated, NamedTuple, NotRequired, cast

from typing_extensions import TypedDict

from app import lab
from app.described import described, like
from app.explorer.addresses import API, layer_address
from app.lab import Facts
from app.numerics import statistics
from app.numerics.field import Number
from app.pipeline import recipe
from app.pipeline.classes import prediction
from app.pipeline.document import Document
from app.web.api.instants import instant

Shape = list[int]  # (channels, rows, columns); of a vector its length alone


@described
class Statistics(TypedDict):
    """What one map holds."""

    minimum: float
    maximum: float
    mean: float
    zero_fraction: float
    """The share of its numbers that are 0."""


@described
class LayerStatistics(TypedDict):
    """What all maps of a layer hold together, and each of them."""

    minimum: float
    maximum: float
    mean: float
    zero_fraction: float
    """The share of the numbers that are 0."""
    channels: list[Statistics]


@described
class ReceptiveField(TypedDict):
    """How much of the picture one number of a layer can see, edges ignored."""

    size: list[int]
    """[rows, columns]"""
    jump: list[float] | None
    """How far it moves from one number to the next; null where paths differ."""


@described
class LayerLinks(TypedDict):
    """Where the numbers of a layer are, for ever."""

    output_json: str
    output_npy: str
    output_png: str
    output_csv: str
    weight_npy: NotRequired[str]
    bias_npy: NotRequired[str]
    running_mean_npy: NotRequired[str]
    running_var_npy: NotRequired[str]


@described
class Layer(TypedDict):
    """A layer of a run."""

    index: int
    """From 0."""
    type: str
    input_shape: Shape
    output_shape: Shape
    parameters: int
    """How many numbers it learns."""
    multiplications: int
    fully_connected_parameters: int | None
    """What a dense layer between the same two volumes would learn, biases included; null but for convolutions."""
    receptive_field: ReceptiveField
    statistics: LayerStatistics
    links: LayerLinks


@described
class RunInput(TypedDict):
    """What a run reads."""

    shape: Shape
    image: str | None
    """The id of the picture; null where numbers were given."""
    delete_token: NotRequired[str]
    """Of a picture that was posted with the run: lets whoever holds it delete the picture, in the header
    `Authorization: Bearer <token>`.
    """


@described
class Totals(TypedDict):
    """What all layers cost together."""

    parameters: int
    multiplications: int


@described
class Prediction(TypedDict):
    """A class, and how likely a network says it is."""

    label: str
    probability: float


@described
class RunLinks(TypedDict):
    """Where a run is, and the numbers of its input."""

    run: str
    input_json: str
    input_npy: str
    input_png: str
    input_csv: str
    image: NotRequired[str]
    """The picture that the input is made from."""


@described
class Run(TypedDict):
    """A picture, or numbers, and what the layers make of it."""

    id: str
    """32 hexadecimal digits: the hash of the document."""
    recipe: str
    """The layers in one line."""
    input: RunInput
    layers: list[Layer]
    totals: Totals
    document: Annotated[str, like(Document)]
    """As it would be posted, with nothing left out but defaults."""
    links: RunLinks
    expires_at: str | None
    """When it goes, or what it is made of does; null for one that stays."""
    prediction: list[Prediction] | None
    """The likeliest first; null where the network was not trained to say it of this input."""


FORMS = ("json", "npy", "png", "csv")
STEP = 1 << 16  # bytes that are sent in one go
_RECIPE = secrets.token_hex(8)  # stands for the recipe while what is around it is written; nobody can know it
_DOCUMENT = secrets.token_hex(8)  # … and for its document


class Told(NamedTuple):
    """What was said of a run while it was to go at a certain moment."""

    expires_at: float | None
    report: bytes


def told_size(told: Told) -> int:
    """Return the bytes that a report takes, about."""
    return len(told.report)


def run_report(
    run: lab.Run, facts: Sequence[Facts], expires_at: float | None, token: str | None = None
) -> Iterator[bytes]:
    """Yield the run as JSON, a piece at a time: its recipe and its document may be longer than all that is held of it.

    `expires_at`: seconds since 1970; None: it stays. `token`: of the picture that came with it.
    """
    report = _report(run, facts, expires_at)
    if token is not None:
        report["input"]["delete_token"] = token
    text = json.dumps(report, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    first, rest = text.split(_RECIPE.encode())
    second, last = rest.split(b'"%b"' % _DOCUMENT.encode())
    document = run.document
    written = [document.recipe] if document.is_brief(STEP) else _joined(recipe.pieces(document.layers))
    spelled = (json.dumps(piece, ensure_ascii=False)[1:-1].encode() for piece in written)
    left = bytearray()
    for piece in chain([first], spelled, [second], run.document.plain(), [last]):
        left += piece
        if len(left) >= STEP:
            yield bytes(left)
            left.clear()
    yield bytes(left)


def _joined(pieces: Iterable[str]) -> Iterator[str]:
    """Yield a text that comes in small pieces in larger ones."""
    held, size = list[str](), 0
    for piece in pieces:
        held.append(piece)
        size += len(piece)
        if size >= STEP:
            yield "".join(held)
            held, size = [], 0
    yield "".join(held)


def _report(run: lab.Run, facts: Sequence[Facts], expires_at: float | None) -> Run:
    """Return the run: its shapes, its cost, and what its maps hold."""
    predicted = prediction(run.document, run.stages, facts[-1].numbers) if facts else None
    layers = [_layer_report(run, index, said) for index, said in enumerate(facts)]
    return {
        "id": run.id,
        "recipe": _RECIPE,
        "input": {"shape": list(run.input_shape), "image": run.document.input.image},
        "layers": layers,
        "totals": {
            "parameters": sum(layer["parameters"] for layer in layers),
            "multiplications": sum(layer["multiplications"] for layer in layers),
        },
        "document": _DOCUMENT,
        "links": _links(run),
        "expires_at": None if expires_at is None else instant(datetime.fromtimestamp(expires_at, UTC)),
        "prediction": None
        if predicted is None
        else [{"label": label, "probability": share} for label, share in predicted],
    }


def _links(run: lab.Run) -> RunLinks:
    image, identity = run.document.input.image, run.document.ids[0]
    links: RunLinks = {
        "run": f"{API}/runs/{run.id}",
        "input_json": layer_address(identity, "input", "output.json"),
        "input_npy": layer_address(identity, "input", "output.npy"),
        "input_png": layer_address(identity, "input", "output.png"),
        "input_csv": layer_address(identity, "input", "output.csv"),
    }
    if image is not None:
        links["image"] = f"{API}/images/{image}.png"
    return links


def _layer_report(run: lab.Run, index: int, facts: Facts) -> Layer:
    stage = run.stages[index]
    layer, shape = stage.layer, stage.input_shape
    prefix = run.document.ids[index + 1]
    links = {f"output_{form}": layer_address(prefix, index, f"output.{form}") for form in FORMS}
    links.update({f"{name}_npy": layer_address(prefix, index, f"{name}.npy") for name in facts.arrays})
    return {
        "index": index,
        "type": layer.type,
        "input_shape": list(stage.input_axes),
        "output_shape": list(stage.output_axes),
        "parameters": stage.parameters,
        "multiplications": layer.multiplications(shape),
        "fully_connected_parameters": layer.fully_connected_parameters(shape),
        "receptive_field": {"size": list(stage.receptive_size), "jump": stage.jump and list(map(_plain, stage.jump))},
        "statistics": {**_statistics(facts.whole), "channels": _channels(facts)},
        "links": cast(LayerLinks, links),
    }


def _statistics(found: statistics.Statistics) -> Statistics:
    return {
        "minimum": found.minimum,
        "maximum": found.maximum,
        "mean": found.mean,
        "zero_fraction": found.zero_fraction,
    }


def _channels(facts: Facts) -> list[Statistics]:
    """Return the statistics of each map; of a vector each number is its own, and a long one is not told twice."""
    if facts.channels:
        return [_statistics(channel) for channel in facts.channels]
    return [{"minimum": n, "maximum": n, "mean": n, "zero_fraction": float(n == 0)} for n in facts.numbers]


def _plain(number: Number) -> float:
    """Return a whole number as such, a fraction as JSON can write it."""
    return number if isinstance(number, int) else float(number)
