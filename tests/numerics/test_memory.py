"""Claims about memory that is used again."""

import gc

import numpy as np
import pytest

from app.numerics import memory
from app.numerics.memory import fresh

SHAPE = (8, 128, 128)  # 512 KiB


@pytest.fixture(autouse=True)
def nothing_waits():
    memory._idle.clear()
    yield
    memory._idle.clear()


def address(array):
    return array.__array_interface__["data"][0]


@pytest.mark.parametrize("shape", [(1,), (3, 5, 7), SHAPE, (1, 333, 1000)])
def test_an_array_is_one_like_any_other(shape):
    array = fresh(shape)
    array[...] = 1
    assert array.shape == shape
    assert array.dtype == np.float32
    assert array.flags.c_contiguous
    assert array.flags.writeable
    assert array.sum() == array.size


def test_what_nobody_looks_at_is_used_again():
    first = fresh(SHAPE)
    there = address(first)
    del first
    assert address(fresh(SHAPE)) == there


def test_what_somebody_looks_at_is_not():
    first = fresh(SHAPE)
    first[...] = 7
    part = first[3, ::2].reshape(-1)[5:].view(np.int32)
    del first
    gc.collect()
    others = [fresh(SHAPE) for _ in range(3)]
    for other in others:
        other[...] = 9
        assert not np.shares_memory(other, part)
    assert (part.view(np.float32) == 7).all()


def test_no_two_that_live_share_memory():
    lively = [fresh(SHAPE) for _ in range(6)]
    del lively[::2]
    lively += [fresh(SHAPE) for _ in range(6)]
    assert len({address(array) for array in lively}) == len(lively)


def test_no_more_waits_than_is_allowed(monkeypatch):
    monkeypatch.setattr(memory, "MOST_IDLE", 2_000_000)
    several = [fresh(SHAPE) for _ in range(8)]
    del several
    assert 0 < memory._waiting() <= 2_000_000
    large = fresh((1, 700, 700))  # leaves no room for what waits beside it
    assert memory._waiting() + large.nbytes <= 2_100_000


@pytest.mark.parametrize("size", [1 << 18, (1 << 18) + 1, 999_999, 4 * 16 * 1080 * 1920])
def test_little_is_wasted(size):
    assert size <= memory._rounded(size) <= size * 17 / 16
