"""Worksheets: what is printed adds up, a seed chooses what is left out, and nothing tells what is asked."""

import asyncio
import gc
import html
import re
import weakref
from decimal import Decimal

import pytest

from app.classroom.book import BOOK
from app.classroom.worksheet import worksheet
from app.classroom.worksheet.parts import Blank, Part, Seed
from app.classroom.worksheet.room import PAGE, fitting, height
from app.classroom.worksheet.worksheet import PAPER, sheet_of, sheets_of
from app.explorer.opening import state_of
from app.layers import Place

RECIPES = {  # a picture, layers, and where
    "sum": ("coffee", 'conv2d(weights=preset("edge_x", "warm")) | relu', "0.1.7.16"),
    "trained": ("chelsea", 'model("cifar10")', "0.3.5.6"),
    "strided": ("rocket", "conv2d(4, (3, 5), stride=(2, 3), padding=(1, 2))", "0.2.3.4"),
    "many": ("chelsea", 'model("cifar10")', "3.4.5.6"),
    "one by one": ("coffee", "conv2d(5, 1) | conv2d(3, 1)", "1.1.5.6"),
    "without bias": ("coffee", "conv2d(5, 3, bias=False)", "0.1.5.6"),
    "relu": ("coffee", "conv2d(5, 3) | relu", "1.1.5.6"),
    "sigmoid": ("coffee", "conv2d(5, 3) | sigmoid", "1.1.5.6"),
    "pool": ("coffee", "conv2d(5, 3) | max_pool2d(3, 2, padding=1)", "1.1.0.0"),
    "mean": ("coffee", "conv2d(5, 3) | avg_pool2d((2, 3))", "1.1.4.5"),
    "whole mean": ("coffee", "conv2d(5, 3) | global_avg_pool2d", "1.1.0.0"),
    "whole window": ("coffee", "conv2d(5, 31) | avg_pool2d(2)", "1.1.0.0"),
    "normalized": (
        "coffee",
        "conv2d(3, 3) | batch_norm2d(weights=values([2, -1, 1], [1, 0.5, 0], [3, 2.25, 1], [4, 5.5, 1]))",
        "1.1.2.3",
    ),
    "not learned": ("coffee", "conv2d(3, 3) | batch_norm2d", "1.1.2.3"),
    "added": ("coffee", "conv2d(3, 3, padding=1) | conv2d(3, 3, padding=1) | add(inputs=[0, -1, 1])", "2.1.2.3"),
    "many added": ("coffee", "conv2d(3, 3, padding=1) | add(inputs=[0, -1, 0, 0, 0, 0, 0, 0, -1, 0])", "1.1.2.3"),
    "joined": ("coffee", "conv2d(5, 3, padding=1) | conv2d(3, 3, padding=1) | concat(inputs=[0, 1])", "2.6.2.3"),
    "enlarged": ("coffee", "conv2d(5, 3) | upsample2d((2, 3))", "1.1.8.9"),
    "linear": ("coffee", 'model("article")', "5.3.0.0"),
    "softmax": ("coffee", 'model("article")', "6.3.0.0"),
    "nothing": ("coffee", "dropout", "0.1.3.3"),
    "turned": ("coffee", "conv_transpose2d(3, 3, stride=2)", "0.1.3.3"),
}


def state_at(client, name, **others):
    image, recipe, at = RECIPES[name]
    fields = {"image": image, "recipe": recipe, "at": at, **({} if "model" in recipe else {"size": "32"}), **others}
    return client.portal.call(state_of, fields, client.app.state.lab)


def sheet(client, name, seed=7, language="en", **others):
    return client.portal.call(sheet_of, state_at(client, name, **others), client.app.state.lab, language, seed)


def number(text):
    return Decimal(text.replace("−", "-").replace(",", ""))


def texts(line):
    """The pieces of a line, with what is to be written in its place."""
    return [piece.text.answer if isinstance(piece.text, Blank) else piece.text for piece in line.pieces]


def checked(line):
    """Work a line out with the numbers that are printed; give how far its result is off in its last digit."""
    whole = " ".join(texts(line))
    if not re.search(r" [=≈] ", whole):
        return None
    left, right = re.split(r" [=≈] ", whole)
    if not re.fullmatch(r"[\d.,\s×+−÷√()]+", left) or not re.fullmatch(r"−?[\d.,]+", right):
        return None
    sum_ = re.sub(r"(?<![\d)] )−(?=[\d.])", "-", left).replace("−", "-").replace("×", "*").replace("÷", "/")
    sum_ = re.sub(
        r"√(\([^)]*\))", r"\1.sqrt()", re.sub(r"[\d.]+", lambda n: f"Decimal('{n[0]}')", sum_.replace(",", ""))
    )
    found = eval(sum_)  # noqa: S307 - our own
    printed = number(right)
    step = Decimal(1).scaleb(printed.as_tuple().exponent)
    return abs(found - printed) / step


@pytest.mark.parametrize("name", RECIPES)
@pytest.mark.reads
def test_what_is_printed_adds_up(client, name):
    lines = 0
    for seed in (1, 7, 20):
        for part in sheet(client, name, seed).parts:
            for line in part.lines:
                off = checked(line)
                if off is not None:
                    lines += 1
                    assert off <= Decimal("0.5"), (part.head, texts(line))
    assert lines or name in ("relu", "sigmoid", "pool", "enlarged")


def test_the_rows_of_a_sheet_add_up_to_its_subtotal(client):
    for name in ("sum", "trained", "strided"):
        sums, total = sheet(client, name).parts[:2]
        rows = [number(texts(line)[0]) for line in sums.lines if line.name]
        products = [number(texts(line)[1]) for line in sums.lines if not line.name]
        assert sum(products) == rows[0]
        own = next(piece.text.answer for piece in total.lines[0].pieces if isinstance(piece.text, Blank))
        assert sum(rows) == number(own), name


def test_the_number_is_that_of_the_engine(client):
    for name in ("sum", "trained", "many", "linear", "mean", "whole mean", "normalized", "added", "many added"):
        state = state_at(client, name)
        layer, channel, row, column = state.at.split(".")
        address = f"/api/v1/runs/{state.document.id}/layers/{layer}/steps/{channel}/{row}/{column}"
        client.get(state.address())
        value = client.get(address).json()["value"]
        answers = [part.answers()[-1] for part in sheet(client, name).parts]
        assert any(
            abs(float(number(answer)) - value) < 0.006 for answer in answers if re.fullmatch(r"−?[\d.,]+", answer)
        )


def test_the_same_seed_leaves_out_the_same_and_another_something_else(client):
    told = {seed: sheet(client, "sum", seed) for seed in range(8)}
    assert told[3].parts == sheet(client, "sum", 3).parts
    assert len({repr(each.parts) for each in told.values()}) >= 6
    seed = Seed(7, "a")
    assert (
        seed.some("few", range(100), 5)
        == Seed(7, "a").some("few", range(100), 5)
        != Seed(8, "a").some("few", range(100), 5)
    )
    assert seed.some("few", range(3), 5) == [0, 1, 2]


def test_a_pool_rings_what_stays_and_an_activation_is_asked_number_by_number(client):
    ringed = [cell.value for row in sheet(client, "pool").parts[0].table for cell in row if cell.ringed]
    assert set(ringed) == {sheet(client, "pool").parts[0].answers()[0]}
    lines = sheet(client, "relu").parts[0].lines
    assert len(lines) == 6
    for line in lines:
        before, _, after = texts(line)
        assert number(after) == max(number(before), 0)


def test_the_rule_for_windows_is_asked_where_it_holds(client):
    heads = {name: " ".join(part.head for part in sheet(client, name).parts) for name in RECIPES}
    assert "How many places" in heads["sum"]
    assert "How many places" not in heads["turned"]
    assert "Draw the last one" in heads["strided"]
    assert "Draw the last one" not in heads["many"]
    assert "other windows" in " ".join(part.head for part in sheet(client, "sum", view="places").parts)
    assert sheet(client, "sum", view="sharing").parts[0].answers()[-1] == "152"


def lines_of(client, name, part, **others):
    return [(line.name, texts(line)) for line in sheet(client, name, **others).parts[part].lines]


def test_a_normalized_number_is_worked_out_from_what_was_measured_and_learned(client):
    terms = steps(client, "normalized")
    first, second = (sheet(client, "normalized").parts[at].answers() for at in (0, 1))
    assert abs(float(number(first[0])) - (terms["input"] - 2.25) / (5.5 + 1e-5) ** 0.5) < 6e-4
    assert abs(float(number(second[1])) - terms["value"]) < 0.006
    printed = [piece.text for line in sheet(client, "normalized").parts[1].lines for piece in line.pieces]
    assert "−1.000" in printed or "−1.0000" in printed  # the scale of map 2
    assert "0.50" in printed  # its shift


def steps(client, name):
    state = state_at(client, name)
    client.get(state.address())
    place = state.at.replace(".", "/steps/", 1).replace(".", "/")
    return client.get(f"/api/v1/runs/{state.document.id}/layers/{place}").json()


def test_what_is_added_is_what_the_layers_have_there(client):
    terms = steps(client, "added")
    pieces = sheet(client, "added").parts[0].lines[0].pieces
    names = [piece.name for piece in pieces if piece.name not in ("", "rounding")]
    assert names == ["conv2d, layer 1", "Input", "conv2d, layer 2", "the number"]
    shown = [number(piece.text) for piece in pieces if piece.name in names[:3]]
    assert [abs(float(each)) for each in shown] == pytest.approx([abs(each) for each in terms["inputs"]], abs=0.006)
    assert "all others" in [piece.name for piece in sheet(client, "many added").parts[0].lines[0].pieces]


def test_a_map_of_a_joint_is_a_map_of_one_of_its_layers(client):
    assert lines_of(client, "joined", 0)[0][1] == ["5", "+", "3", "=", "8"]
    for seed in range(6):
        lines = lines_of(client, "joined", 1, seed=seed)
        assert len(lines) == 4
        assert "map 7" in [name for name, _ in lines]
        for name, (_, layer, own) in lines:
            at = int(name.removeprefix("map "))
            assert (layer, int(own)) == (("conv2d, layer 1", at) if at <= 5 else ("conv2d, layer 2", at - 5))


def test_an_enlarged_map_has_copies_of_whole_blocks(client):
    for seed in range(6):
        lines = lines_of(client, "enlarged", 0, seed=seed)
        assert lines[0] == ("row 9, column 10", ["9 ÷ 2 →", "5", ",  10 ÷ 3 →", "4"])
        for name, (_, row, _, column) in lines:
            at = [int(each) for each in re.findall(r"\d+", name)]
            assert (int(row), int(column)) == (-(-at[0] // 2), -(-at[1] // 3))


def test_a_mean_of_a_whole_map_counts_it(client):
    part = sheet(client, "whole mean").parts[0]
    assert part.answers()[:2] == ("900", "900")
    assert abs(float(number(part.answers()[2])) - steps(client, "whole mean")["value"]) < 0.006
    assert len(sheet(client, "whole window").parts[0].lines[0].pieces) > 8  # four numbers, one by one


def test_of_millions_of_places_a_few_are_chosen_without_looking_at_each():
    seed, asked = Seed(7, "a"), []
    seed_pick = Seed.pick
    try:
        Seed.pick = lambda self, name, count: asked.append(name) or seed_pick(self, name, count)
        found = seed.places_beside(Place(2, 3_000, 500), 100_000, 50_000, "windows")
    finally:
        Seed.pick = seed_pick
    assert len(asked) < 20
    assert len(set(found)) == 3
    assert found == sorted(found) == seed.places_beside(Place(2, 3_000, 500), 100_000, 50_000, "windows")
    assert found != Seed(8, "a").places_beside(Place(2, 3_000, 500), 100_000, 50_000, "windows")
    for here in range(6):
        beside = seed.places_beside(Place(1, here // 3, here % 3), 2, 3, "windows", 9)
        assert beside == [Place(1, r, c) for r in range(2) for c in range(3) if 3 * r + c != here]


def page(client, address):
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.text


def words(text):
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


def test_the_page_has_blanks_and_with_answers_none(client):
    asked, answered = page(client, "/worksheet?seed=7"), page(client, "/worksheet?seed=7&answers=1")
    assert asked.count('class="blank') == answered.count('class="blank') > 8
    assert "226.15" in words(answered)
    assert "226.15" not in words(asked)
    assert "Your name" in words(asked)
    assert "Your name" not in words(answered)
    assert page(client, "/worksheet?seed=7") == asked != page(client, "/worksheet?seed=8")


def test_nothing_on_a_sheet_tells_what_is_asked(client):
    lab = client.app.state.lab
    for name, lesson in BOOK.items():
        steps = range(1, len(lesson.steps) + 1)
        for sheet in client.portal.call(lambda: sheets_of(lesson, lab, "en", 7, steps, answers=False))[0]:  # noqa: B023
            numbers = set(re.findall(r"−?\d[\d,.]*\d", sheet.sentence))
            assert not numbers & {answer for part in sheet.parts for answer in part.answers()}, name
            assert sheet.sized != any(part.sizes for part in sheet.parts)


def test_a_lesson_has_a_page_a_step_and_one_step_one_page(client):
    whole = page(client, "/lesson/why-28/worksheet?answers=1")
    assert whole.count("<article") == len(BOOK["why-28"].steps)
    one = page(client, "/lesson/why-28/worksheet?step=2")
    assert one.count("<article") == 1
    assert "7 × 7" in words(one)
    assert '<li class="right">' in whole
    assert 'class="right"' not in one
    assert client.get("/lesson/no-such/worksheet").status_code == 404
    assert page(client, "/lesson/why-28/worksheet?step=99").count("<article") == len(BOOK["why-28"].steps)
    assert page(client, "/worksheet?image=coffee&size=8&recipe=").count("<article") == 0


@pytest.mark.parametrize("seed", ["", "-1", "x", "99999999999", "0", "9999"])
@pytest.mark.reads
def test_any_seed_gives_a_sheet(client, seed):
    assert page(client, f"/worksheet?seed={seed}").count("<article") == 1


def test_parts_that_have_no_room_are_left_out_but_never_the_question():
    part, question = Part("Head"), Part("Ask", boxes=(("1", True), ("2", False)))
    kept = fitting([part] * 40, [question], "")
    assert kept[-1] is question
    assert 5 < len(kept) < 40
    assert sum(map(height, kept)) < PAGE
    assert len(fitting([part] * 40, [question], "word " * 300)) < len(kept)


def test_a_worksheet_of_many_dear_steps_is_refused_with_numbers_before_it_is_computed(client):
    recipe = " | ".join(["conv2d(32, 7, padding=3)"] * 6)
    steps = [{"address": f"/?image=coffee&size={200 + n}&recipe={recipe}&at=5.0.0.0"} for n in range(10)]
    new = client.post("/api/v1/lessons", json={"title": "Dear", "steps": steps}).json()
    before = client.app.state.lab.computed
    answer = client.get(f"/lesson/{new['id']}/worksheet")
    assert answer.status_code == 422
    assert "20,000,000,000" in answer.text
    assert client.app.state.lab.computed == before


def test_a_step_whose_numbers_cannot_be_leaves_a_note_and_the_others_their_pages(client):
    recipe = " | ".join(["conv2d(8, 3, padding=1, weights=random(1))"] * 200)
    addresses = (f"/?image=coffee&size=8&recipe={recipe}&at=199.0.0.0", "/?image=coffee&size=8&recipe=conv2d(2, 3)")
    steps = [{"address": address, "sentence": "It is {value}."} for address in addresses]
    new = client.post("/api/v1/lessons", json={"title": "Large", "steps": steps}).json()
    answer = client.get(f"/lesson/{new['id']}/worksheet")
    assert answer.status_code == 200
    assert "Step 1 has no page" in answer.text
    assert answer.text.count('<article class="paper') == 1


def test_what_a_step_takes_is_let_go_before_the_next(client, monkeypatch):
    """Nothing but its words stays of a sheet: no result, no number, no network, however many steps a lesson has."""
    steps = [
        {"address": f"/?image=coffee&size={20 + n}&recipe=conv2d(4, 3) | relu&at=1.0.2.3", "sentence": "It is {value}."}
        for n in range(8)
    ]
    new = client.post("/api/v1/lessons", json={"title": "Long", "steps": steps}).json()
    seen, living = [], []
    view_of = worksheet.view_of

    async def noted(*arguments):
        view = await view_of(*arguments)
        for _ in range(1000):  # the thread that made them lets go of them a moment after it has told of it
            if (alive := sum(each() is not None for each in seen)) == 0:
                break
            await asyncio.sleep(0.001)
        living.append(alive)
        seen.extend(map(weakref.ref, (view, view.run.document, view.closeup)))
        return view

    monkeypatch.setattr(worksheet, "view_of", noted)
    client.get(f"/lesson/{new['id']}/worksheet")  # what is compiled once
    seen.clear(), living.clear()
    gc.collect()
    gc.disable()
    try:
        assert client.get(f"/lesson/{new['id']}/worksheet").text.count("<article") == 8
    finally:
        gc.enable()
    assert len(living) == 8
    assert not any(living)
    budget = client.app.state.lab.budget
    budget.serve()
    assert budget.used == budget.kept


def test_a_page_with_the_longest_words_takes_no_more_than_is_counted_for_it(client):
    long, sign = "多" * 1000, "\N{MATHEMATICAL BOLD CAPITAL A}"
    question = {
        "ask": sign * 300,
        "choices": [sign * 79 + str(n) for n in range(6)],
        "right": sign * 79 + "0",
        "because": sign * 500,
    }
    names = "".join(f' | conv2d(40, 9, padding=4, name="{sign * 60}")' for _ in range(2))
    address = f"/?image=coffee&size=40&recipe=conv2d(40, 5){names}&at=2.3.4.5"
    steps = [{"address": address, "sentence": long, "question": question}] * 2
    new = client.post("/api/v1/lessons", json={"title": sign * 120, "steps": steps}).json()
    whole = client.get(f"/lesson/{new['id']}/worksheet?answers=1").text
    assert whole.count("<article") == 2
    article = max(whole.split("<article"), key=len)
    assert 4 * len(article.encode()) < PAPER  # twice: as parts and as text


def test_a_worksheet_of_many_pages_takes_its_share_of_the_memory(client, monkeypatch):
    lab, taken = client.app.state.lab, []
    take = lab.budget.take
    monkeypatch.setattr(lab.budget, "take", lambda size, **how: taken.append(size) or take(size, **how))
    steps = [{"address": f"/?image=coffee&size=8&recipe=conv2d(1, 3)&at=0.0.0.{n % 6}"} for n in range(60)]
    new = client.post("/api/v1/lessons", json={"title": "Long", "steps": steps}).json()
    assert client.get(f"/lesson/{new['id']}/worksheet").text.count("<article") == 60
    assert 60 * PAPER in taken
