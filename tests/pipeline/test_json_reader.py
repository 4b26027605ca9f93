"""Long JSON is read as Python reads it, in time and memory that grow as the text does, and in short steps."""

import json
import tracemalloc
from contextlib import suppress
from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import BrokenRequest, Mistake, Unfit
from app.pipeline import aside, json_reader, recipe
from app.pipeline.json_reader import parse_json
from tests.pauses import cost, pauses

ROW = b"[" + b"0.25," * 400 + b"1]"
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-99, 99), st.floats(-9, 9, width=32),
              st.text('[],"\\1é€\n', max_size=40), st.lists(st.integers(0, 9), min_size=4, max_size=12),
              st.lists(st.lists(st.floats(-9, 9, width=32), min_size=2, max_size=2), min_size=2, max_size=9)),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("ab[", max_size=3), inner, max_size=3),
    max_leaves=12,
)  # fmt: skip
# What took quadratic time, or held all threads, or cost fifty times its own memory; each is repeated to any length.
HOSTILE = ['\\"', "a", "\\u0041", "😀", "1,", "[", "[1],", "[[1],", "[a", "[ ", "] ", "[1]]", " ", "{},", '"a",', "9",
           "[1,[", "0.5,", '{"a":', '"[', "[[[[1]]]],", "[[1, 2], [3]],", "\\", '"\\', "-", "1e5,", "\x00"]  # fmt: skip


@pytest.fixture
def steps(monkeypatch):
    """Make everything count as long, and let steps end in the middle of everything."""
    small_steps(monkeypatch)


def small_steps(patch):
    for module, name, value in ((json_reader, "LONG", 0), (json_reader, "LONG_TEXT", 12), (json_reader, "STEP", 16),
                                (aside, "STEP", 16), (aside, "LEAST", 8)):  # fmt: skip
        patch.setattr(module, name, value)


def plain(value):
    """What was read: arrays as lists, and numbers as they are where they become weights."""
    if isinstance(value, np.ndarray):
        return value.tolist()
    if type(value) in (int, float):
        return float(np.float32(value))
    if isinstance(value, list):
        return [plain(part) for part in value]
    return {name: plain(part) for name, part in value.items()} if isinstance(value, dict) else value


@given(value=VALUES, indent=st.sampled_from([None, 1]))
def test_what_is_read_in_steps_is_what_python_reads(value, indent):
    with pytest.MonkeyPatch.context() as patch:
        small_steps(patch)
        assert plain(parse_json(json.dumps(value, indent=indent).encode())) == value


@given(value=VALUES, chance=st.randoms(use_true_random=False))
def test_what_python_refuses_is_refused_at_the_same_place(value, chance):
    text = json.dumps({"values": value, "more": [[1, 2], [3, 4]]}, ensure_ascii=chance.random() < 0.5)
    at = chance.randrange(len(text))
    text = text[:at] + chance.choice(["", "[", "]", ",", '"', "1", " 1", "-", "}"]) + text[at + chance.randrange(2) :]
    try:
        expected = json.loads(text)
    except json.JSONDecodeError as error:
        expected = error
    with pytest.MonkeyPatch.context() as patch:
        small_steps(patch)
        patch.setattr(json_reader, "LONG_TEXT", 1000)  # long texts have places of their own
        if not isinstance(expected, json.JSONDecodeError):
            assert plain(parse_json(text.encode())) == plain(expected)
            return
        with pytest.raises(BrokenRequest) as told:
            parse_json(text.encode())
        if "no end" not in str(told.value):  # which Python says where something else is wrong before it
            assert f"line {expected.lineno}, column {expected.colno}:" in str(told.value)


@pytest.mark.parametrize("spelling", ["[[1,2],[3]]", "[1,[2,3],4]", "[[1,2],[]]", "[[1],2]", "[[[1,2]],[[3],[4]]]"])
def test_what_is_no_regular_block_stays_as_it_is(steps, spelling):
    assert parse_json(spelling.encode()) == json.loads(spelling)


@pytest.mark.parametrize("spelling", ["[[1[,2]],[3,4]]", "[[1,2]3,[,4]]", "[1 2,3,4,5]", "[01,2,3,4]", "[1,2,3,4,]",
                                      "[1,2,,3,4]", "[+1,2,3,4]", "[1.,2,3,4]", "[[1,2],[3,4]", "[1,2],[3,4]",
                                      "[[1,2]5,[3,4]]", "[1,2,3,\f4]"])  # fmt: skip
def test_what_is_not_json_is_no_block_either(steps, spelling):
    with pytest.raises(BrokenRequest):
        parse_json(spelling.encode())


def test_numbers_are_rounded_as_they_are_in_lists():
    numbers = [0.1, 1 / 3, 16777217, 2**70 + 1, 1e-46, 3.4028235e38, -0.0, 123456789.5]
    found = parse_json(json.dumps(numbers * 20_000).encode())
    np.testing.assert_array_equal(found, np.array(numbers * 20_000).astype(np.float32), strict=True)
    assert np.isinf(parse_json(b"[" + b"1," * 60_000 + b"9" * 400 + b"]")[-1])


def test_a_long_document_with_a_mistake_is_told_where():
    text = b'{"input": {"values": [\n' + b",\n".join([ROW] * 60) + b'\n]},\n "recipe": "relu" "x"}'
    with pytest.raises(BrokenRequest, match="line 63, column 19: Expecting ',' delimiter"):
        parse_json(text)
    with pytest.raises(Unfit, match="line 1, column 12, and give every row the same length"):
        parse_json(b'{"values": [' + b",".join([ROW] * 1000) + b",[1]]}")
    with pytest.raises(BrokenRequest, match="line 1, column 2: this text has no end"):
        parse_json(b'["' + b"a" * 200_000)


def refused_or_not(read, text):
    with suppress(Mistake):
        read(text)


@pytest.mark.parametrize("read", [lambda text: parse_json(text.encode()), recipe.read], ids=["JSON", "recipe"])
@pytest.mark.parametrize("unit", HOSTILE)
def test_time_grows_as_the_text_does(unit, read):
    for opened in ("", '{"values": [', '"'):
        small, large = (
            cost(partial(refused_or_not, read, opened + unit * (size // len(unit.encode()))), times=2)
            for size in (120_000, 360_000)
        )
        assert large < 6 * small + 0.05


@pytest.mark.parametrize("unit", ['\\"', "😀", "1,", "[1],", "{},"])
def test_memory_grows_by_no_more_than_three_times_the_text(unit):
    data = b'{"values": ' + (b'"' if unit in '\\"a😀' else b"[") + unit.encode() * (2_000_000 // len(unit.encode()))
    tracemalloc.start()
    refused_or_not(parse_json, data)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 3 * len(data)


@pytest.mark.parametrize("unit", ['\\"', "1,", "[1],", "[[1],", "[a", "0.12345,", "] ", '"a",'])
def test_other_threads_get_their_turn(unit):
    with pauses() as found:
        refused_or_not(parse_json, b'{"values": [' + unit.encode() * (4_000_000 // len(unit)))
    assert min(sorted(found)[-2:], default=0) < 0.1


def test_a_bytearray_is_empty_once_it_is_read():
    data = bytearray(b'{"values": [' + b",".join([ROW] * 200) + b"]}")
    assert parse_json(data)["values"].shape == (200, 401)
    assert not data


@pytest.mark.parametrize("number", [b"-9", b"100", b"127", b"128", b"-128", b"-129", b"0.5"])
def test_small_whole_numbers_and_others_are_what_they_were(steps, number):
    numbers = b"[" + b",".join([b"1,2,3", number, b"-4,5", number]) + b"]"
    np.testing.assert_array_equal(parse_json(numbers), np.array(json.loads(numbers), np.float32), strict=True)
