"""The patches that excite a map most belong to the weights that ship, and are what the file says they are."""

import numpy as np
import pytest

from app.models import SHIPPED
from app.models.patches import Patch, Patches, patches_of, read_patches, weights_hash
from app.pictures import gallery
from app.pictures.picture import on_scale, prepare
from app.pictures.shrinking import cut
from app.pipeline.document import ImageInput, Scale
from app.training.digits import pictures as digits

MODELS = [model.id for model in SHIPPED if model.epochs]


@pytest.mark.parametrize("name", MODELS)
def test_the_patches_belong_to_the_weights_that_ship(name: str) -> None:
    found, model = patches_of(name), SHIPPED.model(name)
    assert found is not None
    assert model is not None
    assert found.weights == weights_hash(name), "the weights have changed: run python -m scripts.patches"
    assert found.epoch == model.last
    sliding = [index for index, shapes in enumerate(model.shapes) if len(shapes.get("weight", ())) == 4]
    assert list(found.layers) == sliding
    for index, maps in found.layers.items():
        assert len(maps) == model.shapes[index]["weight"][0]
        assert all(1 <= len(each) <= 4 for each in maps)


@pytest.mark.parametrize("name", MODELS)
def test_the_strongest_patch_of_a_first_filter_comes_first(name: str) -> None:
    found, model = patches_of(name), SHIPPED.model(name)
    assert found is not None
    assert model is not None
    source = ImageInput.model_validate({"image": "own", **model.input})
    scale = (source.scale.mean, source.scale.std) if isinstance(source.scale, Scale) else source.scale
    weight = SHIPPED.arrays(name, 0, model.last)["weight"]
    for filter_, patches in list(zip(weight, found.layers[0], strict=True))[:4]:
        answers = []
        for patch in patches:
            assert (patch.rows, patch.columns) == filter_.shape[1:]
            if patch.picture.startswith("digits/"):
                pixels = digits()[int(patch.picture.split("/")[1])][
                    :, patch.top : patch.top + patch.rows, patch.left : patch.left + patch.columns
                ]
            else:
                picture = gallery.load(patch.picture)
                part = (
                    (patch.top, patch.top + patch.rows * patch.scale),
                    (patch.left, patch.left + patch.columns * patch.scale),
                )
                pixels = prepare(cut(picture, part), patch.rows, patch.columns, "stretch", "RGB")[0]
            answers.append(float((on_scale(np.ascontiguousarray(pixels), scale) * filter_).sum()))
        assert answers == sorted(answers, reverse=True)
        assert answers[0] > 0


def test_a_file_comes_back() -> None:
    one = Patches("00ff", 3, {0: ((Patch("chelsea", 8, 16, 5, 5, 4), Patch("digits/3", 1, 2, 5, 4, 1)), ()), 2: ((),)})
    assert read_patches(one.text()) == one


def test_what_does_not_ship_has_none() -> None:
    assert patches_of("0123") is None
    assert patches_of("*") is None
    assert patches_of("../models/cifar10") is None
