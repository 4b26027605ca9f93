"""The built-in lesson: its numbers are the engine's, its tasks can be done and are not done already, its words fit."""

import io
import re
from urllib.parse import parse_qsl, urlencode

import numpy as np
import pytest

from app.classroom.beats import Spot, beats_of, spots, state_at
from app.classroom.book import BOOK
from app.classroom.claims import failing
from app.classroom.facts import facts_of, filled, names_in
from app.classroom.lesson import read_lesson

pytestmark = pytest.mark.reads

STEPS = [(slug, number) for slug, lesson in BOOK.items() for number in range(1, len(lesson.steps) + 1)]
IDEAS = {  # of the article, each with words that its chapter cannot do without
    "picture": ("volume", "sheet", "red"),
    "filter": ("dot product", "weights", "slides"),
    "sum": ("bias", "5 × 5 × 3", "products"),
    "why-28": ("window", "places", "cells − window + 1"),
    "maps": ("six", "filter", "volume"),
    "layers": ("receptive field", "deeper"),
    "learning": ("loss", "backpropagation", "gradient", "by lot"),
    "trained": ("edges", "colour", "deep"),
    "neurons": ("neuron", "local connections", "share", "fully connected"),
    "padding": ("zeros", "padding", "stride"),
    "relu": ("below zero", "zero"),
    "pooling": ("largest", "pool"),
    "network": ("softmax", "score", "squeezenet", "photo of your own"),
    "misconceptions": ("three outputs", "156", "new weights", "across all maps", "padding"),
}
NOT_OF_NUMBERS = {("trained", 1), ("pooling", 3), ("network", 4)}  # questions about why, and about who


def step_of(slug, number):
    return BOOK[slug].steps[number - 1]


def state_of(client, slug, number, beat="say"):
    return client.portal.call(state_at, BOOK[slug], Spot(number, beat), client.app.state.lab)


def shapes(client, state):
    return [stage.output_shape for stage in client.portal.call(client.app.state.lab.open, state.document).stages]


class Engine:
    """What the API says of a step's run, or of one that differs from it in some fields."""

    def __init__(self, client, slug, number, **others):
        fields = dict(parse_qsl(step_of(slug, number).address.partition("?")[2])) | others
        self.client = client
        answer = client.get("/api/v1/runs?" + urlencode(fields))
        assert answer.status_code == 200, answer.text
        self.run = answer.json()

    def layer(self, index):
        return self.run["layers"][index]

    def shape(self, index):
        return self.layer(index)["output_shape"]

    def array(self, name):
        answer = self.client.get(f"/api/v1/runs/{self.run['id']}/layers/{name}.npy")
        assert answer.status_code == 200, answer.text
        return np.load(io.BytesIO(answer.content)).astype(np.float64)

    def number(self, layer, channel, row, column):
        return self.client.get(f"/api/v1/runs/{self.run['id']}/layers/{layer}/steps/{channel}/{row}/{column}").json()


def written(number):
    return f"{number:,}".replace("-", "−")


def windows(picture, rows, columns):
    """Every window of a picture (channels, rows, columns), by plain slices."""
    _, height, width = picture.shape
    return [
        picture[:, top : top + rows, left : left + columns]
        for top in range(height - rows + 1)
        for left in range(width - columns + 1)
    ]


TRUTHS = {}


def truth(slug, number):
    """Mark what computes the right answer to a question."""

    def keep(compute):
        TRUTHS[slug, number] = compute
        return compute

    return keep


@truth("picture", 1)
def _(client):
    return written(Engine(client, "picture", 1).array("input/output").size)


@truth("picture", 2)
def _(client):
    red, green, blue = (int(sheet[0, 0]) for sheet in Engine(client, "picture", 2).array("input/output"))
    assert f"{red} red, {green} green, {blue} blue" in step_of("picture", 2).question.ask
    return "brown" if red > 1.8 * green > 3 * blue else "another colour"


@truth("picture", 3)
def _(client):
    coloured, grey = (Engine(client, "picture", number).array("input/output").size for number in (2, 3))
    assert coloured == 75
    return written(grey)


@truth("filter", 1)
def _(client):
    engine = Engine(client, "filter", 1)
    picture, map_ = engine.array("input/output"), engine.array("0/output")
    assert (picture[:, 1:4, -3:] == 255).all()
    assert (map_[0, 2] == [0, 0, 1020, 1020, 0, 0]).all()
    return written(int((picture[0, 1:4, -3:] * engine.array("0/weight")[0, 0]).sum()))


@truth("filter", 3)
def _(client):
    return written(len(windows(Engine(client, "filter", 3).array("input/output"), 3, 3)))


@truth("sum", 1)
def _(client):
    return written(np.array(Engine(client, "sum", 1).number(0, 3, 7, 16)["products"]).size)


@truth("sum", 2)
def _(client):
    engine = Engine(client, "sum", 2)
    terms = engine.number(0, 3, 7, 16)
    said = [round(part, 2) for part in (*terms["channel_sums"], terms["bias"])]
    assert said == [470.43, -137.91, -106.12, -0.25]
    weight, bias = engine.array("0/weight")[3], engine.array("0/bias")[3]
    sums = np.array([(part * weight).sum() for part in windows(engine.array("input/output"), 5, 5)])
    assert np.allclose(engine.array("0/output")[3].ravel(), sums + bias, atol=1e-3)  # so more bias is more everywhere
    return "every number would be larger by 1"


def places_in_a_row(engine, size):
    return len(windows(engine.array("input/output")[:1, :size], size, size))


@truth("why-28", 1)
def _(client):
    return written(places_in_a_row(Engine(client, "why-28", 1), 3))


@truth("why-28", 2)
def _(client):
    assert Engine(client, "why-28", 2, recipe="conv2d(1, 7)").shape(0) == [1, 26, 26]
    return written(places_in_a_row(Engine(client, "why-28", 2), 7))


@truth("why-28", 3)
def _(client):
    return written(len(windows(Engine(client, "why-28", 3).array("input/output"), 32, 32)))


@truth("maps", 1)
def _(client):
    return written(Engine(client, "maps", 1).array("0/output").size)


@truth("maps", 2)
def _(client):
    at = step_of("maps", 2).question.shows
    place = int(at["row"]) - 1, int(at["column"]) - 1
    upright, level = (abs(Engine(client, "maps", 2).array("0/output")[channel][place]) for channel in (0, 1))
    return "both alike" if upright == level else "Map 2" if level > 20 * upright else "Map 1"


@truth("maps", 3)
def _(client):
    return written(Engine(client, "maps", 3, recipe="conv2d(6, 5) | conv2d(4, 3)").array("1/weight").shape[1])


@truth("layers", 1)
def _(client):
    engine = Engine(client, "layers", 1)
    rows = engine.number(2, 0, 12, 12)["receptive_field"]["rows"]
    assert engine.layer(2)["type"] == "conv2d"
    return written(rows[1] - rows[0])


@truth("layers", 2)
def _(client):
    engine = Engine(client, "layers", 2)
    deep = engine.number(8, 0, 1, 1)["receptive_field"]
    assert [span[1] - span[0] for span in (deep["rows"], deep["columns"])] == [24, 24]
    assert [layer["type"] for layer in engine.run["layers"]].index("max_pool2d") == 2
    assert max(layer["index"] for layer in engine.run["layers"] if layer["type"] == "conv2d") == 8
    first, second = (engine.number(2, 0, 5, column)["receptive_field"]["columns"] for column in (5, 6))
    return f"{second[0] - first[0]} pixels"


def reach(client, row, column):
    engine = Engine(client, "layers", 3)
    address = f"/api/v1/runs/{engine.run['id']}/layers/0/cone?row={row}&column={column}&from=input"
    rows, columns = (client.get(address).json()[axis] for axis in ("rows", "columns"))
    return (rows[1] - rows[0]) * (columns[1] - columns[0])


@truth("layers", 3)
def _(client):
    assert reach(client, 16, 16) == 25
    return written(reach(client, 0, 0))


def says(client, slug, number, **others):
    return Engine(client, slug, number, **others).run["prediction"][0]["label"]


@truth("learning", 1)
def _(client):
    assert says(client, "learning", 1) == "cat"
    assert [says(client, "learning", 1, image=image) for image in ("coffee", "coins", "camera")] == ["cat"] * 3
    return says(client, "learning", 1, image="rocket")


@truth("learning", 2)
def _(client):
    run = Engine(client, "learning", 2).run["id"]
    changes = [
        client.get(f"/api/v1/runs/{run}/layers/0/gradients/1/{channel}/0/{column}?label=8").json()
        for channel in range(3)
        for column in range(5)
    ]
    below = [change for change in changes if change["example"] < 0]
    assert below
    return "it grows" if all(change["next"] > change["weight"] for change in below) else "it shrinks"


@truth("learning", 3)
def _(client):
    epochs = {each["epoch"]: each["accuracy"] for each in client.get("/api/v1/models/cifar10").json()["epochs"]}
    question = step_of("learning", 3).question
    assert round(100 * epochs[0]) == 10
    assert f"it was {round(100 * epochs[1])}" in question.because
    assert 4 < epochs[1] / epochs[0] < 5
    before, after = (
        Engine(client, "learning", 3, recipe=f'model("cifar10", epoch={epoch})').array("0/weight")[0]
        for epoch in (0, 1)
    )
    assert np.corrcoef(before.ravel(), after.ravel())[0, 1] > 0.8  # "has hardly changed"
    return written(round(100 * epochs[max(epochs)]))


@truth("trained", 2)
def _(client):
    return written(Engine(client, "trained", 2).array("8/weight")[0].size)


@truth("trained", 3)
def _(client):
    return written(Engine(client, "trained", 3).array("0/weight")[0].size)


@truth("neurons", 1)
def _(client):
    engine = Engine(client, "neurons", 1)
    (first, last), (begin, end) = (engine.number(0, 0, 7, column)["window"]["columns"] for column in (16, 17))
    return written(len(set(range(first, last)) & set(range(begin, end))))


@truth("neurons", 2)
def _(client):
    layer = Engine(client, "neurons", 2).layer(0)
    _, rows, columns = layer["output_shape"]
    return written(layer["parameters"] * rows * columns)


@truth("neurons", 3)
def _(client):
    layer = Engine(client, "neurons", 3).layer(0)
    dense = int(np.prod(layer["output_shape"])) * (int(np.prod(layer["input_shape"])) + 1)
    assert dense == layer["fully_connected_parameters"]
    assert written(dense) in step_of("neurons", 3).question.because
    return f"about {dense // 10**6} million"


@truth("neurons", 4)
def _(client):
    engine = Engine(client, "neurons", 4)
    picture, map_ = engine.array("input/output"), engine.array("0/output")
    weight, bias = engine.array("0/weight")[0], engine.array("0/bias")[0]
    moved = np.pad(picture, ((0, 0), (0, 0), (1, 0)))[:, :, :-1]
    after = np.reshape([(part * weight).sum() + bias for part in windows(moved, 5, 5)], map_.shape[1:])
    return "it moves along" if np.allclose(after[:, 1:], map_[0, :, :-1], atol=1e-3) else "another"


@truth("padding", 1)
def _(client):
    padded = np.pad(Engine(client, "padding", 1).array("input/output"), ((0, 0), (1, 1), (1, 1)))
    return written(len(windows(padded[:, :5], 5, 5)))


@truth("padding", 2)
def _(client):
    tops = [top for top in range(0, 32, 2) if top + 5 <= 32]
    assert Engine(client, "padding", 2, recipe="conv2d(6, 5, stride=2)").shape(0) == [6, len(tops), len(tops)]
    return written(len(tops) ** 2)


@truth("padding", 3)
def _(client):
    picture = Engine(client, "padding", 3).array("input/output")
    return written(len(windows(picture[:, :5], 5, 5)[::3]))


@truth("relu", 2)
def _(client):
    before, after = (Engine(client, "relu", 2).array(f"{index}/output")[0] for index in (0, 1))
    assert (after == np.maximum(before, 0)).all()
    zeros = int((after == 0).sum())
    assert f"{zeros} of the {after.size}" in step_of("relu", 2).notes
    assert str(zeros) in step_of("relu", 2).question.choices
    return written(after.size)


@truth("relu", 3)
def _(client):
    engine = Engine(client, "relu", 3)
    first, second = (engine.array(f"{index}/weight")[0, 0] for index in (0, 1))
    both = np.zeros((5, 5))
    for row in range(3):
        for column in range(3):
            both[row : row + 3, column : column + 3] += second[row, column] * first
    once = [(part[0] * both).sum() for part in windows(engine.array("input/output"), 5, 5)]
    same = np.allclose(once, engine.array("1/output")[0].ravel(), atol=1e-3)
    return "no more than one with a larger window" if same else "more than any single one"


@truth("pooling", 2)
def _(client):
    before = Engine(client, "pooling", 2).array("1/output")[0]
    return written(len([before[row : row + 2, 0] for row in range(0, 28, 2)]) * before[0, ::2].size)


@truth("network", 1)
def _(client):
    parameters = [layer["parameters"] for layer in Engine(client, "network", 1).run["layers"]]
    learned = [count for count in parameters if count]
    assert learned == [456, 1510, 14410]
    assert sum(learned) == 16376
    names = ("in the first convolution", "in the second convolution", "in the fully connected layer")
    return names[learned.index(max(learned))]


@truth("network", 2)
def _(client):
    engine = Engine(client, "network", 2)
    scores, shares = engine.array("10/output").ravel(), engine.array("11/output").ravel()
    assert shares.min() > 0
    assert shares.sum() == pytest.approx(1)
    return "it cannot" if (scores.argsort() == shares.argsort()).all() else "it can"


@truth("network", 3)
def _(client):
    engine = Engine(client, "network", 3)
    assert len(engine.run["layers"]) == 66
    assert engine.array("65/output").size == 1000
    classes, shows = client.get("/api/v1/models/squeezenet").json()["classes"], step_of("network", 3).question.shows
    assert all(any(name == each for each in classes) for name in ("teapot", "coffee mug", "soup bowl"))
    first = engine.run["prediction"][0]["label"]
    assert classes[int(shows["channel"]) - 1] == first
    return first


def test_of_the_cat_the_network_says_kinds_of_cat(client):
    engine = Engine(client, "network", 4)
    labels = [each["label"] for each in engine.run["prediction"][:3]]
    assert all("cat" in label.lower() or "mau" in label.lower() for label in labels)
    classes = client.get("/api/v1/models/squeezenet").json()["classes"]
    assert classes[state_of(client, "network", 4).place.channel] == labels[0]


@truth("misconceptions", 1)
def _(client):
    terms = Engine(client, "misconceptions", 1).number(0, 3, 7, 16)
    assert sum(terms["channel_sums"]) + terms["bias"] == pytest.approx(terms["value"], abs=1e-3)
    return written(np.size(terms["value"]))


@truth("misconceptions", 2)
def _(client):
    engine = Engine(client, "misconceptions", 2)
    return written(engine.array("0/weight").size + engine.array("0/bias").size)


@truth("misconceptions", 3)
def _(client):
    engine = Engine(client, "misconceptions", 3)
    here, there = (np.array(engine.number(0, 0, *place)["kernel"]) for place in ((7, 16), (27, 27)))
    return written(int((here != there).sum()))


@truth("misconceptions", 4)
def _(client):
    engine = Engine(client, "misconceptions", 4)
    before, after = engine.array("1/output"), engine.array("2/output")
    assert (after == before.reshape(6, 14, 2, 14, 2).max((2, 4))).all()
    return written(len(after))


@truth("misconceptions", 5)
def _(client):
    terms = Engine(client, "misconceptions", 5).number(0, 0, 0, 0)
    products = np.array(terms["products"])
    outside = np.ones((5, 5), bool)
    outside[2:, 2:] = False
    assert outside.sum() == 16
    assert terms["window"] == {"rows": [-2, 3], "columns": [-2, 3]}
    return written(int(np.abs(products[:, outside]).sum()))


# ---- what holds of all chapters


def test_the_book_has_fourteen_chapters_of_two_to_six_steps():
    assert list(BOOK) == list(IDEAS)
    assert all(2 <= len(lesson.steps) <= 6 for lesson in BOOK.values())


@pytest.mark.parametrize("slug", IDEAS)
def test_every_idea_of_the_article_has_its_chapter_with_a_task_and_a_question(slug):
    lesson = BOOK[slug]
    words = " ".join(" ".join(lesson.texts()).split()).lower()
    assert [word for word in IDEAS[slug] if word not in words] == []
    assert any(step.task for step in lesson.steps)
    assert any(step.question for step in lesson.steps)
    assert all(step.sentence and step.say and step.notes for step in lesson.steps)


def test_what_is_right_is_asked_of_the_engine_for_every_question():
    own = {(slug, number) for slug, number in STEPS if (step := step_of(slug, number)).question and step.question.ask}
    assert own == TRUTHS.keys() | NOT_OF_NUMBERS


@pytest.mark.parametrize(("slug", "number"), TRUTHS)
def test_the_right_answer_is_what_the_engine_says(client, slug, number):
    assert step_of(slug, number).question.right == TRUTHS[slug, number](client)


@pytest.mark.parametrize(
    ("slug", "number", "answer"),
    [("filter", 2, "above"), ("relu", 1, "0"), ("pooling", 1, "142.45")],
)
def test_what_the_explorer_asks_has_the_answer_that_it_should_have(client, slug, number, answer):
    state = state_of(client, slug, number, "ask").but(guess=answer)
    page = client.get(state.but(path="/").address()).text
    assert re.search(r"Yes: it is|Exactly: |your .* is right", page), answer


@pytest.mark.parametrize(("slug", "number"), [key for key in STEPS if step_of(*key).task])
def test_a_task_is_not_done_before_it_is_done(client, slug, number):
    until = step_of(slug, number).task.until
    before, after = (state_of(client, slug, number, beat) for beat in ("say", "do"))
    assert failing(until, before, shapes(client, before))
    assert not failing(until, after, shapes(client, after))


@pytest.mark.parametrize(("slug", "number"), STEPS)
def test_every_beat_opens_where_its_words_say_and_all_their_facts_are_known(client, slug, number):
    step = step_of(slug, number)
    texts = list(
        read_lesson({"title": "T", "steps": [step.model_dump(exclude_none=True, exclude_defaults=True)]}).texts()
    )
    wanted = names_in(texts)
    view = dict(parse_qsl(step.address)).get("view", "figure")
    for beat in beats_of(step):
        state = state_of(client, slug, number, beat)
        assert client.get(state.address()).status_code == 200
        if beat in ("say", "do"):
            assert state.view == view  # one that says nothing of this layer gives way to the figure
        assert client.portal.call(facts_of, state, client.app.state.lab, texts).keys() == wanted


def test_lines_for_the_projector_are_at_most_two_of_twelve_words(client):
    long = []
    for slug, lesson in BOOK.items():
        for number, step in enumerate(lesson.steps, 1):
            lines = step.say.splitlines()
            state = state_of(client, slug, number)
            facts = client.portal.call(facts_of, state, client.app.state.lab, lines)
            words = [len(re.findall(r"[\w.,]*\w+", filled(line, facts))) for line in lines]
            if len(lines) > 2 or max(words) > 12:
                long.append((slug, number, lines))
    assert long == []


SUM = re.compile(r"(?<![\w.,])([(\d][\d.,\s×+−÷()]*[\d)]) = ([\d,.]+)(?![\d,.]*\s*[×+−÷])")


def test_sums_in_the_words_add_up():
    found = wrong = 0
    for lesson in BOOK.values():
        for text in lesson.texts():
            for sum_, result in SUM.findall(text):
                python = sum_.replace(",", "").replace("×", "*").replace("−", "-").replace("÷", "/")
                found += 1
                wrong += abs(eval(python, {}) - float(result.rstrip(".,").replace(",", ""))) > 1e-6  # noqa: S307 — our own words
    assert (found > 15, wrong) == (True, 0)


def test_all_spots_have_addresses_of_their_own():
    texts = [spot.text for lesson in BOOK.values() for spot in spots(lesson)]
    assert len(texts) > 120
