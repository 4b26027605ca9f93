"""Claims about the news of a training: the newest at once, at most ten a second, written once however many follow."""

import asyncio
from contextlib import AsyncExitStack, aclosing

from app.trainings.feed import EVERY, Feed, News


class Written:
    """A feed that counts how often its news are written."""

    def __init__(self):
        self.step = self.count = 0
        self.feed = Feed(self.write)

    def write(self):
        self.count += 1
        return News(self.step, b"%d" % self.step)

    def goes_on(self):
        self.step += 1
        self.feed.tell()


def test_who_joins_is_told_the_newest_at_once_and_slow_ones_miss_what_is_overtaken():
    async def scenario():
        written = Written()
        for _ in range(3):
            written.goes_on()
        async with aclosing(written.feed.follow()) as news:
            assert (await anext(news)).step == 3
            loop = asyncio.get_running_loop()
            for _ in range(20):
                written.goes_on()
                await asyncio.sleep(EVERY / 20)
            begun, steps = loop.time(), []
            while not steps or steps[-1] < 23:
                steps.append((await anext(news)).step)
            assert len(steps) <= 2
            assert loop.time() - begun < 1
        assert written.feed.followers == 0

    asyncio.run(scenario())


def test_news_are_written_once_for_all_and_at_most_ten_a_second():
    async def scenario():
        written = Written()
        async with AsyncExitStack() as stack:
            all_news = [await stack.enter_async_context(aclosing(written.feed.follow())) for _ in range(40)]
            assert {(await anext(news)).step for news in all_news} == {0}
            assert written.count == 1
            loop, times = asyncio.get_running_loop(), []
            for _ in range(2):
                written.goes_on()
                assert len({id(await anext(news)) for news in all_news}) == 1
                times.append(loop.time())
            assert written.count == 3
            assert times[1] - times[0] >= 0.9 * EVERY

    asyncio.run(scenario())


def test_the_end_is_the_end():
    async def scenario():
        written = Written()
        async with aclosing(written.feed.follow()) as news:
            await anext(news)
            written.goes_on()
            written.feed.close()
            written.goes_on()
            assert [each async for each in news] == []

    asyncio.run(scenario())
