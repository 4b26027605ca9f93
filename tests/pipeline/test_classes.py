"""What the numbers of a network's end stand for: of one model alone, in its order, to its end."""

import numpy as np
import pytest

from app.layers import models
from app.layers.models import Checkpoint, Model
from app.pipeline import recipe
from app.pipeline.classes import class_names, prediction
from app.pipeline.document import read_document
from app.pipeline.plan import plan
from tests.pipelines import PLENTY

INPUT = {"image": "chelsea", "height": 4, "width": 5}
BOTH = 'conv2d(weights=trained("alike", 0)) | relu | conv2d(weights=trained("alike", 2))'
END = ' | linear(weights=trained("alike", 3)) | linear(weights=trained("alike", 4)) | softmax'


class Alike:
    """A model of which several layers have weights of one shape."""

    def model(self, name):
        conv, linear = {"weight": (3, 3, 1, 1), "bias": (3,)}, {"weight": (3, 60), "bias": (3,)}
        return None if name != "alike" else Model(
            id="alike", title="Alike", input={"height": 4, "width": 5, "mode": "RGB", "fit": "cover", "scale": "unit"},
            layers=recipe.read("conv2d(3, 1) | relu | conv2d(3, 1) | linear(3) | linear(3) | softmax"),
            shapes=(conv, {}, conv, linear, {"weight": (3, 3), "bias": (3,)}, {}),
            classes=("cat", "dog", "frog"), epochs=(Checkpoint(0, 1.1, 0.3), Checkpoint(1, 0.5, 0.9)),
        )  # fmt: skip

    def arrays(self, name, layer, epoch):
        return {key: np.ones(shape, np.float32) for key, shape in self.model(name).shapes[layer].items()}


@pytest.fixture(autouse=True)
def alike():
    source = Alike()
    models.register(source)
    yield
    models.forget(source)


def stages_of(text):
    document = read_document({"input": INPUT, "recipe": text})
    return document, plan(document, (3, 4, 5), **PLENTY)


@pytest.mark.parametrize("text", [BOTH + END, BOTH.replace("| relu ", "") + END, BOTH.split(" | ")[0] + END])
def test_in_the_models_order_to_its_end_the_numbers_are_its_classes(text):
    document, stages = stages_of(text)
    last = len(stages) - 1
    assert class_names(stages, last) == class_names(stages, last - 1) == ("cat", "dog", "frog")
    assert class_names(stages, last - 2) == ()
    said = prediction(document, stages, [0.2, 0.2, 0.6])
    assert said == [("frog", 0.6), ("cat", 0.2), ("dog", 0.2)]


@pytest.mark.parametrize(
    "text",
    [
        BOTH.replace('"alike", 0', '"alike", 2').replace('"alike", 2))', '"alike", 0))') + END,
        BOTH.replace('"alike", 2', '"alike", 0') + END,
        BOTH + ' | linear(weights=trained("alike", 3)) | softmax',
        BOTH.replace('"alike", 0', '"alike", 0, epoch=0') + END,
        f"conv2d(3, 1) | {BOTH}" + END,
    ],
)
def test_in_another_order_or_short_of_the_end_they_are_none(text):
    document, stages = stages_of(text)
    assert class_names(stages, len(stages) - 1) == ()
    assert prediction(document, stages, [0.2, 0.2, 0.6]) is None


def test_what_branches_off_before_the_end_gives_no_classes():
    _, stages = stages_of(f"{BOTH}{END} | relu(inputs=5) | relu(inputs=3)")
    assert class_names(stages, 6) == ("cat", "dog", "frog")
    assert class_names(stages, 7) == ()


def test_without_layers_there_is_nothing_to_say():
    document, stages = stages_of("")
    assert prediction(document, stages, []) is None
