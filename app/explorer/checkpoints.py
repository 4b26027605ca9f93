"""Networks that are trained: all weights are of one model at one epoch, and so can be seen at its others."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from app.explorer.fields import query
from app.explorer.state import State
from app.layers import Layer
from app.layers.models import Checkpoint, Model, find
from app.layers.reading import read_layer
from app.layers.trained import origin_of
from app.pipeline import recipe
from app.printing.numbers import fixed

Say = Callable[[str], str]
UNTRAINED = 0  # the epoch before any training


@dataclass(frozen=True)
class Trained:
    """A model, and how far it is trained."""

    model: Model
    epoch: int

    @property
    def index(self) -> int:
        """Which of the model's checkpoints it is, from 0."""
        return [each.epoch for each in self.model.epochs].index(self.epoch)

    @property
    def checkpoint(self) -> Checkpoint:
        """How good it is."""
        return self.model.epochs[self.index]


def trained(layers: Sequence[Layer]) -> Trained | None:
    """Return how far layers are trained; None where not all weights are of one model, at one of several epochs."""
    origins = [origin_of(layer) for layer in layers if layer.learned]
    first = origins[0] if origins else None
    if first is None or first.epoch is None or len(first.model.epochs) < 2:
        return None
    alike = all(each and (each.model.id, each.epoch) == (first.model.id, first.epoch) for each in origins)
    model = find(first.model.id) if first.model.learning else first.model  # which may have learned more since
    return Trained(model, first.epoch) if alike else None


def at_epoch(state: State, epoch: int) -> State:
    """Return a state of trained layers with their weights as they were at another epoch."""
    return state.of_layers([_at(layer, epoch) for layer in state.document.layers])


def addresses(state: State, network: Trained) -> dict[int, str]:
    """Return the addresses of a state at each epoch of its network, which differ in nothing but the recipe."""
    fields = state.but(guess="").all_fields()
    recipes = {each.epoch: _recipe_at(state.document.recipe, each.epoch) for each in network.model.epochs}
    return {epoch: f"{state.path}?{query({**fields, 'recipe': text})}" for epoch, text in recipes.items()}


@lru_cache(1_000)  # every page of a network names the same ones
def _recipe_at(text: str, epoch: int) -> str:
    return recipe.write([_at(layer, epoch) for layer in recipe.read(text)])


def _at(layer: Layer, epoch: int) -> Layer:
    if origin_of(layer) is None:
        return layer
    fields = layer.fields("python")
    return read_layer({**fields, "weights": {**fields["weights"], "epoch": epoch}})


def untrained(state: State) -> State:
    """Return a state with the same layers, their weights drawn at random."""
    fields = (layer.fields("python") for layer in state.document.layers)
    return state.of_layers([read_layer({k: v for k, v in each.items() if k != "weights"}) for each in fields])


def share_right(checkpoint: Checkpoint) -> str:
    """Return the share of held-out pictures that a network names right, as printed."""
    return f"{fixed(100 * checkpoint.accuracy, 0)} %"


def told(checkpoint: Checkpoint, say: Say) -> str:
    """Return what a checkpoint is, in words."""
    return say("epoch {epoch}, {share} right").format(epoch=checkpoint.epoch, share=share_right(checkpoint))
