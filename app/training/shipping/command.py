"""What `convscope models` does, line by line as it is told."""

from collections.abc import Iterator
from math import prod
from pathlib import Path

from app.layers.models import Model
from app.models import SHIPPED
from app.models.shipped import Shipped
from app.paths import APP
from app.training.network import Network
from app.training.score import score
from app.training.shipping.files import write
from app.training.shipping.making import Making
from app.training.shipping.networks import PLANS, Plan
from app.training.shipping.wrong_data import WrongData

MODELS = APP / "models"
CLOSE = 0.002  # of losses and parts that are right: on another machine a sum may round otherwise


def listed() -> Iterator[str]:
    """Give a line for each network that ships."""
    for model in SHIPPED:
        learned = sum(prod(shape) for shapes in model.shapes for shape in shapes.values())
        yield f"{model.id:10}{learned:>10,} parameters, {_checkpoints(model)}{model.source}"


def train(name: str, data: Path, folder: Path, cache: Path | None) -> Iterator[str]:
    """Make the network `name` anew from `data`, its files in `folder`; go on where that was put down."""
    plan = _plan(name)
    examples = plan.data.divided(data, cache)
    folder.mkdir(parents=True, exist_ok=True)
    making = Making(plan, examples, folder)
    if making.epochs:
        yield f"Going on after epoch {making.epochs[-1].epoch} of {plan.epochs}."
    for epoch in making:
        yield f"{_measured(*epoch)}, {making.seconds:,.0f} s of computing"
    write(making, folder, f"convscope models train {name} --data {plan.data.file} --out {name}")
    making.unfinished.unlink()
    yield f"{folder / 'model.json'} and {folder / 'weights.safetensors'} are written."


def evaluate(name: str, data: Path, folder: Path | None, cache: Path | None) -> Iterator[str]:
    """Measure every checkpoint of the network `name` on what is held out; raise WrongData where its facts differ.

    `folder` has its files, where it is not the one that ships.
    """
    plan = _plan(name)
    folder = (folder or MODELS / name).resolve()
    if not (folder / "model.json").is_file():
        raise WrongData(f"There is no {folder / 'model.json'}; give the folder that `convscope models train` has made.")
    shipped, (_, held_out) = Shipped(folder.parent), plan.data.divided(data, cache)
    model = shipped.model(folder.name)
    assert model is not None, folder
    if model.layers != plan.layers:
        raise WrongData(f"{folder} holds another network than {name}, {model.title}.")
    network, apart = Network(plan.layers, plan.data.shape), 0
    for told in model.epochs:
        network.take(
            {
                f"{layer}.{kind}": array
                for layer in range(len(model.layers))
                for kind, array in shipped.arrays(model.id, layer, told.epoch).items()
            }
        )
        found = score(network, held_out)
        differs = max(abs(found.loss - told.loss) / max(1, told.loss), abs(found.accuracy - told.accuracy)) > CLOSE
        apart += differs
        yield (
            _measured(told.epoch, found.loss, found.accuracy)
            + differs * f"; model.json says {told.loss:.4f} and {told.accuracy:.2%}"
        )
    if apart:
        raise WrongData(
            f"{apart} of {len(model.epochs)} checkpoints are not as model.json says; is {data} the same data?"
        )


def _checkpoints(model: Model) -> str:
    """Return how many checkpoints ship, and how good the last is; nothing of a network that others trained."""
    if not model.epochs:
        return ""
    last = model.epochs[-1]
    return f"{len(model.epochs):>2} checkpoints, {last.accuracy:.1%} right after {last.epoch} epochs; "


def _measured(epoch: int, loss: float, accuracy: float) -> str:
    return f"epoch {epoch:>2}: loss {loss:.4f}, {accuracy:.2%} right"


def _plan(name: str) -> Plan:
    if name not in PLANS:
        raise WrongData(f'There is no network "{name}"; those that ship are {", ".join(PLANS)}.')
    return PLANS[name]
