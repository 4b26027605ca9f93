"""What is shown of a training is what its weights make of its pictures; its draft is what its address says."""

import io

import numpy as np
import pytest
from PIL import Image

from app.errors import Unfit
from app.explorer.train.draft import few, fields_of, fitted, training_of, with_examples
from app.explorer.train.live import percent
from app.explorer.train.snapshot import Snapshot, examples_faces, examples_png
from app.pipeline import recipe
from app.training.network import Network

FIELDS = {
    "size": "13",
    "names": "line,circle,square",
    "per_class": "12",
    "seed": "5",
    "recipe": "conv2d(3, (3, 4), stride=2) | relu | linear(3) | softmax",
}


@pytest.fixture(scope="module")
def snapshot():
    training = training_of(FIELDS)
    network = Network(training.seeded, training.data.shape)
    return Snapshot(training, training.data.make({}), 0, {name: array + 0.1 for name, array in network.named()})


def pixels(data):
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


def test_the_maps_are_of_the_picture_that_is_shown(snapshot):
    held_out = snapshot.data.held_out
    assert snapshot.data.classes[held_out.labels[snapshot.example]] == "circle"
    picture = held_out.pictures[snapshot.example] / 255
    weight, bias = snapshot.arrays["0.weight"], snapshot.arrays["0.bias"]
    assert snapshot.maps.shape == (3, 6, 5)
    for k, row, column in [(0, 0, 0), (1, 5, 2), (2, 3, 4)]:
        window = picture[:, 2 * row : 2 * row + 3, 2 * column : 2 * column + 4]
        assert snapshot.maps[k, row, column] == pytest.approx((window * weight[k]).sum() + bias[k], abs=1e-5)
    assert snapshot.shares.sum() == pytest.approx(1, abs=1e-6)


def test_the_pictures_of_a_class_lie_where_its_faces_are(snapshot):
    sheet = pixels(examples_png(snapshot.data))
    for label, faces in enumerate(examples_faces(snapshot.data, "there")):
        assert len(faces) == 5
        face, first = faces[0], int(np.argmax(snapshot.data.learned.labels == label))
        part = sheet[face.y : face.y + 13, face.x : face.x + 13]
        assert (part == snapshot.data.learned.pictures[first].transpose(1, 2, 0)).all()


def test_an_address_describes_a_training_and_the_other_way_round():
    training = training_of(FIELDS)
    assert training_of(fields_of(training)) == training
    assert training.data.counts == (36, 18)
    for method in ("plain", "momentum", "adam"):
        assert fields_of(training_of({**FIELDS, "method": method}))["method"] == method


def test_a_preview_has_the_first_pictures_of_the_whole():
    training = training_of({**FIELDS, "per_class": "40"})
    whole, some = training.data.make({}), few(training).data.make({})
    assert (some.learned.pictures[10:20] == whole.learned.pictures[40:50]).all()
    assert (some.held_out.pictures[5:10] == whole.held_out.pictures[20:25]).all()


def test_the_last_layer_that_says_how_many_follows_the_classes():
    assert (
        recipe.write(fitted(recipe.read("conv2d(2, 3) | linear(9) | softmax"), 4))
        == "conv2d(2, 3) | linear(4) | softmax"
    )
    assert recipe.write(fitted(recipe.read("conv2d(9, 3) | softmax"), 4)) == "conv2d(9, 3) | softmax"
    assert fitted((), 4) == ()


def test_own_pictures_are_counted_by_their_labels():
    training = with_examples({"batch": "2"}, [("a", "cat"), ("b", "dog"), ("c", "cat")])
    assert training.data.names == ("cat", "dog")
    assert recipe.write(training.layers).endswith("linear(2) | softmax")
    with pytest.raises(Unfit):
        with_examples({}, [("a", "cat"), ("b", "cat")])


def test_all_and_none_are_said_of_all_and_none_alone():
    assert [percent(share) for share in (0, 0.001, 0.5, 0.999, 1)] == ["0 %", "1 %", "50 %", "99 %", "100 %"]
    assert percent(float("nan")) == ""
