"""What a page prints of a number can be computed again from its digits, for every kind of layer."""

import random
from decimal import Decimal

import pytest
from fastapi.testclient import TestClient

from app.layers import LAYERS
from tests.pages.arithmetic import holds, lines
from tests.pages.reading import Element, link, number, printed, read
from tests.pages.test_twins import api

pytestmark = pytest.mark.reads

SETTINGS = {
    "conv2d": "3, 3, weights=random({0})",
    "conv_transpose2d": "3, 3, 2, weights=random({0})",
    "leaky_relu": "negative_slope=0.2",
    "zero_pad2d": "(1, 2, 0, 3)",
    "max_pool2d": "3, 2, padding=1",
    "avg_pool2d": "2",
    "linear": "{1}, weights=random({0})",
    "add": "inputs=[{2}, {2}]",
    "concat": "inputs=[{2}, {2}]",
}
ROUNDS = 6


def recipe(kind: str, chance: random.Random) -> str:
    seed = chance.randrange(99)
    outputs = chance.choice((2, 10, 20))
    vector = "maps" not in LAYERS[kind].takes or ("vector" in LAYERS[kind].takes and chance.random() < 0.5)
    layer = f"{kind}({SETTINGS.get(kind, '').format(seed, outputs, 2 if vector else 1)})"
    head = f" | linear({chance.choice((4, 10, 30))}, weights=random({seed}))" if vector else ""
    return f"conv2d(3, 3, weights=random({seed})) | max_pool2d(2){head} | {layer}"


def visits(client: TestClient, kind: str) -> list[tuple[Element, float]]:
    """Return pages of numbers that a kind of layer makes, each with the API's value."""
    found = []
    for round_ in range(ROUNDS):
        chance = random.Random(f"{kind} {round_}")  # noqa: S311 - the same every time
        fields = {"image": "chelsea", "size": str(chance.choice((10, 17))), "recipe": recipe(kind, chance)}
        if chance.random() < 0.3:
            fields["scale"] = "byte"
        run = api(client).run(fields)
        last = len(run["layers"]) - 1
        shape = [*run["layers"][last]["output_shape"], 1, 1][:3]
        place = [chance.randrange(length) for length in shape]
        at = ".".join(map(str, (last, *place)))
        page = read(client.get(link(**{"size": None, **fields, "at": at})).text)
        value = float(api(client).output(run["id"], last).reshape(shape)[tuple(place)])
        found.append((page, value))
    return found


@pytest.mark.parametrize("kind", LAYERS)
def test_every_line_gives_what_it_says(client: TestClient, kind: str) -> None:
    checked = 0
    for page, value in visits(client, kind):
        answer = number(page.one("output", "answer").text)
        assert answer == printed(value, -int(answer.as_tuple().exponent))
        for line in lines(page):
            checked += holds(line)
    assert checked >= ROUNDS / 3 or kind in ("conv2d", "conv_transpose2d"), "whose terms are held elsewhere"


@pytest.mark.parametrize("kind", ["linear", "batch_norm2d", "flatten"])
def test_terms_add_up_to_the_last_digit(client: TestClient, kind: str) -> None:
    for page, _ in visits(client, kind):
        adding = page.one(class_="adding")
        terms = [signed(term) for term in adding.all(class_="addend")]
        makes = next(adding.all(class_="makes"), None) or page.one("output", "answer")
        assert sum(terms) == number(makes.text)


def test_shares_add_up_to_all(client: TestClient) -> None:
    for page, _ in visits(client, "softmax"):
        shares = page.one("ol", "shares")
        for kind in ("share", "exp"):
            texts = [term.text for term in shares.all(class_="addend") if term.has(kind)]
            terms = [number(text) for text in texts if text[0] not in "<>"]  # which say no number
            (whole,) = (number(term.text) for term in shares.all(class_="makes") if term.has(kind))
            assert sum(terms) == whole or any(text.startswith(">") for text in texts)
            if kind == "share":
                assert whole == 100


@pytest.mark.parametrize("kind", LAYERS)
def test_one_plain_sentence_says_the_number(client: TestClient, kind: str) -> None:
    for page, _ in visits(client, kind)[:3]:
        sentence = page.one(class_="sentence").text
        answer = page.one("output", "answer").text
        assert answer in sentence
        assert sentence.endswith(".")
        assert ".." not in sentence


def signed(term: Element) -> Decimal:
    """Return one of the numbers that are added, with its sign."""
    told = number(next(term.all(class_="num"), term).text)
    minus = any(op.text == "−" for op in term.all(class_="op"))
    return -told if minus else told
