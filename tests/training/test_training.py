"""Claims about the document of a training: its defaults, what is refused before anything is made, and its course."""

import numpy as np
import pytest

from app.errors import Mistake
from app.training.course import Course
from app.training.training import Training, read_training

SHAPES = {"set": "shapes"}


def own(*labels, **more):
    examples = [{"image": f"picture{index}", "label": label} for index, label in enumerate(labels)]
    return {"set": "examples", "examples": examples, **more}


def test_what_is_left_out_is_the_contracts_default():
    found = read_training({"data": SHAPES}).document()
    shapes = ["circle", "cross", "line", "square"]
    assert found["data"] == {"set": "shapes", "size": 16, "classes": shapes, "per_class": 200, "seed": 1}
    assert found["optimizer"] == {
        "type": "sgd", "learning_rate": 0.05, "momentum": 0.9, "weight_decay": 0, "nesterov": False,
        "schedule": "constant",
    }  # fmt: skip
    assert read_training({"optimizer": {"type": "adam"}}).optimizer.learning_rate == 0.001
    assert read_training(found) == Training()
    assert read_training({"data": {"set": "digits"}}).layers[-2].out_features == 10


def test_a_recipe_may_stand_for_the_layers_and_the_document_reads_back():
    text = "conv2d(2, 3, weights=random(5)) | relu | linear(4) | softmax"
    first = read_training({"recipe": text, "seed": 9})
    assert read_training(first.document()) == first
    assert [layer.weights.seed for layer in first.seeded if layer.learned] == [5, 11]


def begun(document):
    training = read_training(document)
    training.check()
    return Course(training, training.data.make({}))


@pytest.mark.parametrize(
    ("document", "words", "pointer"),
    [
        ([], "A training is an object", None),
        ({"epoch": 3}, "no setting named 'epoch'", "/epoch"),
        ({"data": 3}, '"set" is one of shapes, digits, examples', "/data"),
        ({"data": {"set": "cifar"}}, '"set" is one of', "/data"),
        ({"data": {"set": ["shapes"]}}, '"set" is one of', "/data"),
        ({"data": {**SHAPES, "size": 11}}, "size must be at least 12, not 11", "/data/size"),
        ({"data": {**SHAPES, "size": 33}}, "size must be at most 32, not 33", "/data/size"),
        ({"data": {**SHAPES, "per_class": 1001}}, "at most 1,000", "/data/per_class"),
        ({"data": {**SHAPES, "classes": ["circle"]}}, "classes must have at least 2 entries, not 1", "/data/classes"),
        ({"data": {**SHAPES, "classes": ["circle", "circle"]}}, "may stand once", "/data/classes"),
        ({"data": {**SHAPES, "classes": ["circle", "cow"]}}, "not 'cow'", "/data/classes/1"),
        ({"data": own("a", "a")}, "different labels; these have 1", "/data/examples"),
        ({"data": own(*map(str, range(11)))}, "from 2 to 10 different labels; these have 11", "/data/examples"),
        ({"data": own(*"ab" * 101)}, "at most 200 entries, not 202", "/data/examples"),
        ({"data": own("a", "b" * 41)}, "at most 40 characters, not 41", "/data/examples/1/label"),
        ({"data": own("a", " a\n")}, "different labels; these have 1", "/data/examples"),
        ({"data": own("a", " ")}, "label is empty or blank; give at least 1 character", "/data/examples/1/label"),
        ({"data": own("a", "\ud800")}, "a text of valid characters", "/data/examples/1/label"),
        ({"data": own("a\0", "b")}, "Character 2 of a label is U+0000", "/data/examples/0/label"),
        ({"data": own("a", "b\nc")}, "U+000A", "/data/examples/1/label"),
        ({"data": own("a", "\u202eb")}, "U+202E", "/data/examples/1/label"),
        ({"data": own("a", "b\u2069")}, "U+2069", "/data/examples/1/label"),
        ({"data": own("a", "\u200d")}, "a character that can be seen", "/data/examples/1/label"),
        ({"optimizer": {"type": "sgd", "learning_rate": float("inf")}}, "between -1.8e308 and 1.8e308",
         "/optimizer/learning_rate"),
        ({"data": {"set": "examples", "examples": [{"image": "a", "label": "x"}] * 2}}, "stands here twice",
         "/data/examples/1/image"),
        ({"optimizer": {"type": "sgd", "learning_rate": 0}}, "more than 0, not 0", "/optimizer/learning_rate"),
        ({"optimizer": {"type": "sgd", "momentum": 1}}, "less than 1, not 1", "/optimizer/momentum"),
        ({"optimizer": {"type": "lion"}}, '"type" is one of sgd, adam', "/optimizer"),
        ({"batch_size": 257}, "at most 256", "/batch_size"),
        ({"epochs": 101}, "at most 100", "/epochs"),
        ({"epochs": True}, "a whole number", "/epochs"),
        ({"seed": -1}, "at least 0", "/seed"),
        ({"recipe": "relu", "layers": []}, "not both", "/recipe"),
        ({"recipe": 3}, "is a text", "/recipe"),
        ({"recipe": "conv2d("}, "Column 7", "/recipe"),
        ({"layers": {}}, "is a list", "/layers"),
        ({"layers": []}, "here are none", "/layers"),
        ({"recipe": "conv2d(8, 5) | relu"}, "Put softmax last", None),
        ({"recipe": "conv2d(8, 17) | linear(4) | softmax"}, "does not fit", "/layers/0"),
        ({"recipe": "linear(3) | softmax"}, "tells 3 classes apart, and the examples have 4", "/layers/1"),
        ({"recipe": "relu | " * 24 + "linear(4) | softmax"}, "26 layers; the most is 24", "/layers"),
        ({"recipe": "linear(4096) | linear(4) | softmax"}, "parameters; the most is 100,000", "/layers/0"),
        ({"data": {**SHAPES, "size": 32}, "recipe": "conv2d(600, 7, padding=3) | linear(4) | softmax"},
         "multiplications a batch", "/layers/0"),
        ({"data": {**SHAPES, "size": 32}, "recipe": "upsample2d(8) | upsample2d(8) | linear(4) | softmax"},
         "numbers a batch", "/layers/1"),
        ({"data": {**SHAPES, "per_class": 1000}, "batch_size": 1}, "48,000 batches; the most is 40,000", "/epochs"),
        ({"data": {**SHAPES, "size": 24, "per_class": 1000}, "epochs": 100,
          "recipe": "conv2d(48, 9) | linear(4) | softmax"},
         "multiplications in all", "/epochs"),
    ],
)  # fmt: skip
def test_what_cannot_be_or_is_too_much_is_refused_before_it_is_made(document, words, pointer):
    with pytest.raises(Mistake) as caught:
        begun(document)
    assert words in str(caught.value)
    assert caught.value.pointer == pointer


def test_every_fourth_of_a_class_is_held_out_where_each_has_four():
    training = read_training({"data": own(*"aaaabbbbaaaa", size=12), "recipe": "linear(2) | softmax"})
    pictures = {f"picture{index}": np.full((3, 12, 12), index, np.uint8) for index in range(12)}
    data = training.data.make(pictures)
    assert training.data.counts == (9, 3)
    assert data.held_out.pictures[:, 0, 0, 0].tolist() == [3, 7, 11]
    assert data.learned.labels.tolist() == [0, 0, 0, 1, 1, 1, 0, 0, 0]
    few = read_training({"data": own(*"aaaabbb")})
    assert (few.data.measured, few.data.counts) == ("learned", (7, 7))


def test_its_counts_are_those_of_what_is_made():
    for data in (SHAPES, {"set": "digits"}):
        training = read_training({"data": data})
        made = training.data.make({})
        assert (len(made.learned), len(made.held_out)) == training.data.counts
        assert made.learned.shape == training.data.shape
        assert made.classes == training.data.names


def test_the_worst_mistakes_are_those_of_which_it_is_most_sure():
    training = read_training({"data": {**SHAPES, "size": 12, "per_class": 8}, "recipe": "linear(4) | softmax"})
    course = Course(training, training.data.make({}))
    course.checkpoint()
    (found,) = course.checkpoints
    shares = course.network.evaluate(course.data.held_out.batch(np.arange(16)).x)
    labels = course.data.held_out.labels
    wrong = [(float(column.max()), at) for at, column in enumerate(shares.T) if column.argmax() != labels[at]]
    assert [(each.share, each.example) for each in found.worst] == sorted(wrong, key=lambda each: -each[0])[:8]
    assert all(each.label == labels[each.example] != each.taken_for for each in found.worst)
    assert found.accuracy == 1 - len(wrong) / 16
