"""The compute queue: as many jobs as slots, a bounded waiting room, and no slot lost whoever leaves."""

import asyncio
import threading

import pytest

from app.budget import Budget
from app.compute import ComputeQueue, SingleFlightCache
from app.errors import Busy, Unavailable


class Jobs:
    """Jobs that hold their slot until they are let go."""

    def __init__(self):
        self.gate = threading.Event()
        self.running = self.most = 0
        self.lock = threading.Lock()

    def __call__(self):
        with self.lock:
            self.running += 1
            self.most = max(self.most, self.running)
        assert self.gate.wait(60)
        with self.lock:
            self.running -= 1
        return "done"


@pytest.fixture
def jobs():
    jobs = Jobs()
    yield jobs
    jobs.gate.set()


async def settle():
    """Let every task that can go on go on."""
    for _ in range(20):
        await asyncio.sleep(0)


async def until(true):
    async with asyncio.timeout(60):
        while not true():
            await asyncio.sleep(0.001)


def test_no_more_jobs_run_than_there_are_slots(jobs):
    async def story():
        queue = ComputeQueue(2, 10)
        tasks = [asyncio.ensure_future(queue.heavy(jobs)) for _ in range(8)]
        await until(lambda: jobs.running == 2)
        assert queue.waiting == 6
        jobs.gate.set()
        assert await asyncio.gather(*tasks) == ["done"] * 8
        assert (jobs.most, queue.waiting) == (2, 0)
        queue.close()

    asyncio.run(story())


def test_who_comes_to_a_full_waiting_room_is_sent_away_and_told_when_to_come_back(jobs):
    async def story():
        queue = ComputeQueue(1, 2)
        tasks = [asyncio.ensure_future(queue.heavy(jobs)) for _ in range(3)]
        await settle()
        with pytest.raises(Busy, match="All 1 computing slots are taken and 2 requests are waiting") as told:
            await queue.heavy(jobs)
        assert told.value.retry_after > 0
        jobs.gate.set()
        await asyncio.gather(*tasks)
        assert await queue.heavy(jobs) == "done"
        queue.close()

    asyncio.run(story())


def test_a_caller_who_leaves_the_waiting_room_leaves_nothing_behind(jobs):
    async def story():
        queue = ComputeQueue(1, 2)
        first, *waiting = [asyncio.ensure_future(queue.heavy(jobs)) for _ in range(3)]
        await settle()
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        assert queue.waiting == 0
        more = [asyncio.ensure_future(queue.heavy(jobs)) for _ in range(2)]
        jobs.gate.set()
        assert await asyncio.gather(first, *more) == ["done"] * 3
        queue.close()

    asyncio.run(story())


def test_a_caller_who_leaves_keeps_the_slot_taken_until_the_thread_is_done(jobs):
    async def story():
        queue = ComputeQueue(1, 1)
        task = asyncio.ensure_future(queue.heavy(jobs))
        await until(lambda: jobs.running == 1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        after = asyncio.ensure_future(queue.heavy(jobs))
        await settle()
        assert queue.waiting == 1
        jobs.gate.set()
        assert await after == "done"
        assert jobs.most == 1
        queue.close()

    asyncio.run(story())


def test_slots_are_whole_after_a_storm_of_callers_who_leave():
    async def story():
        queue = ComputeQueue(3, 1000)
        for round_ in range(30):
            tasks = [asyncio.ensure_future(queue.heavy(lambda: None)) for _ in range(20)]
            for number in range(round_ % 5):
                await asyncio.sleep(0.0002 * number)
            for task in tasks[:: 1 + round_ % 3]:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        await until(lambda: queue._free._value == 3)
        assert queue.waiting == 0
        queue.close()

    asyncio.run(story())


def test_a_job_that_fails_gives_its_slot_back_and_its_caller_the_error():
    async def story():
        queue = ComputeQueue(1, 0)
        for _ in range(3):
            with pytest.raises(ZeroDivisionError):
                await queue.heavy(lambda: 1 / 0)
            await settle()
        queue.close()

    asyncio.run(story())


def test_at_the_end_who_waits_and_who_comes_is_told_to_come_again(jobs):
    async def story():
        queue = ComputeQueue(1, 5)
        tasks = [asyncio.ensure_future(queue.heavy(jobs)) for _ in range(3)]
        await until(lambda: jobs.running == 1)
        queue.close()
        jobs.gate.set()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert results[0] == "done"
        assert [type(result) for result in results[1:]] == [Unavailable, Unavailable]
        for ask in (queue.heavy, queue.light):
            with pytest.raises(Unavailable):
                await ask(jobs)

    asyncio.run(story())


def test_what_many_ask_for_at_once_is_made_once():
    async def story():
        once, made = SingleFlightCache(Budget(100_000), len), []

        async def make():
            made.append(1)
            await asyncio.sleep(0.01)
            return "x" * 10

        assert set(await asyncio.gather(*(once.get("k", make) for _ in range(50)))) == {"x" * 10}
        assert await once.get("k", make) == "x" * 10
        assert len(made) == 1
        once.forget("k")
        await once.get("k", make)
        assert len(made) == 2

    asyncio.run(story())


def test_who_leaves_does_not_take_the_result_from_the_others():
    async def story():
        once = SingleFlightCache(Budget(100_000), len)

        async def make():
            await asyncio.sleep(0.02)
            return "abc"

        first, second = (asyncio.ensure_future(once.get("k", make)) for _ in range(2))
        await asyncio.sleep(0)
        first.cancel()
        assert await second == "abc"

    asyncio.run(story())


def test_what_fails_is_tried_again():
    async def story():
        once, calls = SingleFlightCache(Budget(100_000), len), []

        async def make():
            calls.append(1)
            if len(calls) == 1:
                raise ValueError("the first time")
            return "abc"

        with pytest.raises(ValueError, match="the first time"):
            await once.get("k", make)
        await settle()
        assert await once.get("k", make) == "abc"

    asyncio.run(story())


def test_what_is_too_large_to_keep_is_given_all_the_same():
    async def story():
        once = SingleFlightCache(Budget(100), len)

        async def make():
            return "x" * 100

        assert len(await once.get("k", make)) == 100

    asyncio.run(story())
