"""Claims about what a class asks for in one moment: made once, shared by who asks then, and not kept."""

import asyncio

import pytest

from app.errors import Unfit
from app.web.asgi import momentary
from app.web.asgi.momentary import Momentary


class Made:
    """Counts how often something is made."""

    def __init__(self, *, fails=False):
        self.count, self.fails = 0, fails

    async def __call__(self):
        self.count += 1
        count = self.count
        await asyncio.sleep(0.02)
        if self.fails:
            raise Unfit("no")
        return str(count)


def test_what_many_ask_for_at_once_is_made_once_and_anew_a_moment_later(monkeypatch):
    monkeypatch.setattr(momentary, "MOMENT", 0.1)

    async def scenario():
        moments, made, other = Momentary[str](), Made(), Made()
        assert await asyncio.gather(*(moments.get("a", made) for _ in range(50))) == ["1"] * 50
        assert await moments.get("a", made) == "1"
        assert await moments.get("b", other) == "1"
        await asyncio.sleep(0.12)
        assert await moments.get("a", made) == "2"
        assert (made.count, other.count) == (2, 1)

    asyncio.run(scenario())


def test_who_asked_first_may_leave_and_all_hear_of_a_mistake(monkeypatch):
    monkeypatch.setattr(momentary, "MOST", 2)

    async def scenario():
        moments, made, wrong = Momentary[str](), Made(), Made(fails=True)
        first, second = (asyncio.create_task(moments.get("a", made)) for _ in range(2))
        await asyncio.sleep(0.01)
        first.cancel()
        assert await second == "1"
        for _ in range(2):
            with pytest.raises(Unfit):
                await moments.get("b", wrong)
        assert wrong.count == 1
        for name in "cdefg":
            await moments.get(name, Made())
        assert len(moments._made) <= 2

    asyncio.run(scenario())
