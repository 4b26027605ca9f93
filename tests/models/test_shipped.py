"""What ships: every network's facts and numbers agree with each other, and keep to their size."""

import json

import numpy as np
import pytest
from pydantic import ValidationError
from safetensors.numpy import load_file

from app.layers.models import Model
from app.models import SHIPPED
from app.models.shipped import Shipped
from app.paths import APP
from app.pipeline.document import Document, ImageInput
from app.pipeline.plan import plan
from tests import tiny
from tests.pipelines import PLENTY

MOST_BYTES = 3_000_000  # of one network, all its checkpoints together
EACH = pytest.mark.parametrize("model", list(SHIPPED), ids=lambda model: model.id)
TRAINED = pytest.mark.parametrize("model", [model for model in SHIPPED if model.epochs], ids=lambda model: model.id)


@EACH
def test_every_checkpoint_has_just_the_arrays_that_its_layers_learn(model: Model) -> None:
    source = ImageInput.model_validate({"image": "any", **model.input})
    shape = (source.channels, model.input["height"], model.input["width"])
    stages = plan(Document(input=source, layers=model.layers), shape, **PLENTY)
    owners = {
        at: [f"{each.epoch}.{at}" for each in model.epochs] or [layer.name] for at, layer in enumerate(model.layers)
    }
    expected = {
        f"{owner}.{name}": array.shape
        for stage in stages
        for owner in owners[stage.index]
        for name, array in stage.layer.weights_for(stage.input_shape).items()
    }
    tensors = load_file(APP / "models" / model.id / "weights.safetensors")
    assert {name: tensor.shape for name, tensor in tensors.items()} == expected
    assert all(np.isfinite(tensor).all() for tensor in tensors.values())
    assert model.parameters == sum(stage.parameters for stage in stages)
    assert (len(model.classes), 1, 1) == stages[-1].output_shape


@TRAINED
def test_its_epochs_ascend_from_before_any_training(model: Model) -> None:
    numbers = [each.epoch for each in model.epochs]
    assert numbers == sorted(set(numbers))
    assert numbers[0] == 0
    assert len(numbers) <= 20
    assert model.epochs[-1].accuracy > model.epochs[0].accuracy


@EACH
def test_it_is_small(model: Model) -> None:
    assert (APP / "models" / model.id / "weights.safetensors").stat().st_size <= MOST_BYTES


def test_a_network_is_read_when_it_is_asked_for(tmp_path) -> None:
    source = Shipped(tiny.write(tmp_path))
    (tmp_path / "tiny" / "model.json").write_text("{}")
    assert source.model("other") is None
    with pytest.raises(ValidationError, match="title"):
        source.model("tiny")


@pytest.mark.parametrize("change", [{"epochs": [{}]}, {"extra": 1}, {"input": {**tiny.INPUT, "mode": "CMYK"}}])
def test_facts_that_are_none_are_refused(tmp_path, change) -> None:
    source = Shipped(tiny.write(tmp_path))
    (tmp_path / "tiny" / "model.json").write_text(json.dumps({**tiny.FACTS, **change}))
    with pytest.raises(ValidationError):
        source.model("tiny")
