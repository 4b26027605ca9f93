"""The budget: what is kept gives way to work, whoever waits gets its turn, and what somebody looks at is counted."""

import asyncio
import gc

import pytest

from app import budget as module
from app.budget import ENTRY, Budget, Cache
from app.errors import Busy, Unfit

MOST = 1_000_000
KEY = 50  # bytes, about, of a short key


class Thing:
    """Something large that can be held."""


def kept(budget, count, size=MOST // 10):
    """Return a cache that keeps things of one size, and their keys."""
    cache = Cache(budget, lambda _: size - ENTRY - KEY)
    for number in range(count):
        cache.keep(str(number), Thing())
    return cache


def there(cache, count):
    return [number for number in range(count) if str(number) in cache]


def test_what_was_asked_for_least_recently_goes_first_whatever_its_kind():
    budget = Budget(MOST)
    one, other = Cache(budget, lambda _: 150_000), Cache(budget, lambda _: 150_000)
    one.keep("a", "a")
    other.keep("b", "b")
    one.keep("c", "c")
    assert one.get("a") == "a"
    other.keep("d", "d")
    assert ("a" in one, "b" in other, "c" in one, "d" in other) == (True, False, True, True)


def test_keys_are_counted_with_what_they_stand_for():
    budget = Budget(MOST)
    cache = Cache(budget, len)
    for number in range(100):
        cache.keep((f"/{number:032000}", b"v=3"), "")
    assert len(budget._order) < 16
    assert budget.used <= MOST // 2


def test_no_more_than_half_is_kept_and_what_is_larger_is_not():
    budget = Budget(MOST)
    cache = kept(budget, 20)
    assert there(cache, 20) == [16, 17, 18, 19]
    assert budget.used == budget.kept <= MOST // 2
    assert not Cache(budget, lambda _: MOST // 2).keep("large", "")
    assert there(cache, 20) == [16, 17, 18, 19]  # nothing went in vain


def test_what_is_kept_gives_way_to_work_and_not_the_other_way_round():
    async def story():
        budget = Budget(MOST)
        cache = kept(budget, 4)
        share = await budget.take(800_000)
        assert there(cache, 4) == [2, 3] or there(cache, 4) == [3]
        assert budget.used <= MOST
        assert not Cache(budget, lambda _: 300_000).keep("large", "")
        share.give_back()
        share.give_back()
        assert budget.used == budget.kept

    asyncio.run(story())


def test_what_somebody_looks_at_counts_until_nobody_does():
    async def story():
        budget = Budget(MOST)
        cache = Cache(budget, lambda _: 300_000, lives=True)
        thing = Thing()
        cache.keep("k", thing)
        cache.forget("k")
        assert (budget.kept, budget.used >= 300_000) == (0, True)
        waiting = asyncio.ensure_future(budget.take(800_000))
        await asyncio.sleep(0.01)
        assert not waiting.done()
        del thing
        gc.collect()
        share = await asyncio.wait_for(waiting, 10)
        assert budget.used == share.size == 800_000

    asyncio.run(story())


def test_who_waits_is_served_in_turn_and_small_work_does_not_wait_behind_large():
    async def story():
        budget, served = Budget(MOST), []

        async def worker(name, size):
            share = await budget.take(size)
            served.append(name)
            await asyncio.sleep(0.01)
            share.give_back()

        first = await budget.take(500_000)
        large = [asyncio.ensure_future(worker(name, size)) for name, size in (("a", 600_000), ("b", 300_000))]
        await asyncio.sleep(0)
        await worker("small", 10_000)
        assert served == ["small"]
        first.give_back()
        await asyncio.gather(*large)
        assert served == ["small", "a", "b"]
        assert budget.used == 0

    asyncio.run(story())


def test_who_holds_results_already_goes_first():
    async def story():
        budget, served = Budget(MOST), []

        async def worker(name, **more):
            share = await budget.take(600_000, **more)
            served.append(name)
            share.give_back()

        first = await budget.take(500_000)
        waiting = [asyncio.ensure_future(worker("a")), asyncio.ensure_future(worker("b", ahead=True))]
        await asyncio.sleep(0)
        first.give_back()
        await asyncio.gather(*waiting)
        assert served == ["b", "a"]

    asyncio.run(story())


def test_what_can_never_be_is_refused_at_once_with_both_numbers():
    async def story():
        with pytest.raises(Unfit, match="about 900,000 bytes of memory at once, and the server has 875,000 for it"):
            await Budget(MOST).take(900_000)

    asyncio.run(story())


def test_where_too_many_wait_one_is_sent_away_and_told_when_to_come_back():
    async def story():
        budget = Budget(MOST, room=2)
        share = await budget.take(800_000)
        waiting = [asyncio.ensure_future(budget.take(400_000)) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(Busy, match="needs about 400,000 bytes of 1,000,000, and 2 requests are waiting") as told:
            await budget.take(400_000)
        assert told.value.retry_after > 0
        share.give_back()
        for given in await asyncio.gather(*waiting):
            given.give_back()
        assert budget.used == 0

    asyncio.run(story())


def test_where_nothing_moves_the_first_is_sent_away_and_the_next_gets_its_turn(monkeypatch):
    monkeypatch.setattr(module, "PATIENCE", 0.05)

    async def story():
        budget = Budget(MOST)
        held = Thing()
        budget.hold(held, 500_000)  # by a caller who waits for more, say
        first = asyncio.ensure_future(budget.take(600_000))
        await asyncio.sleep(0)
        second = asyncio.ensure_future(budget.take(400_000))
        with pytest.raises(Busy):
            await first
        (await asyncio.wait_for(second, 10)).give_back()

    asyncio.run(story())


def test_who_leaves_while_waiting_leaves_nothing_behind():
    async def story():
        budget = Budget(MOST)
        share = await budget.take(800_000)
        leaver, stayer = (asyncio.ensure_future(budget.take(size)) for size in (850_000, 100_000))
        await asyncio.sleep(0)
        assert not stayer.done()
        leaver.cancel()
        await asyncio.gather(leaver, return_exceptions=True)
        late = asyncio.ensure_future(budget.take(100_000))
        await asyncio.sleep(0)
        share.give_back()
        late.cancel()  # just as its share has come
        await asyncio.gather(late, return_exceptions=True)
        (await stayer).give_back()
        assert budget.used == 0

    asyncio.run(story())


def test_what_nobody_asks_for_is_let_go_down_to_a_modest_rest(monkeypatch):
    monkeypatch.setattr(module, "MODEST", 250_000)
    budget = Budget(MOST)
    cache = kept(budget, 4)
    budget.rest()
    assert there(cache, 4) == [0, 1, 2, 3]
    monkeypatch.setattr(module, "IDLE", -1.0)
    budget.rest()
    assert there(cache, 4) == [2, 3]
