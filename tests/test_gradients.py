"""Claims about gradients of runs in the lab: found once however many ask, and stopped when nobody waits."""

import asyncio
import threading

import pytest

from app import gradients
from app.errors import Unavailable
from app.lab import Lab
from app.pipeline.document import read_document
from app.storage import MemoryStore

RUN = {"input": {"image": "chelsea", "height": 12, "width": 12},
       "recipe": "conv2d(2, 3) | relu | linear(3) | softmax"}  # fmt: skip


@pytest.fixture
def tell(settings):
    """Run a story in a lab of its own."""

    def tell(story):
        async def told():
            lab = Lab(settings, MemoryStore(), b"k" * 32)
            try:
                return await story(lab)
            finally:
                lab.close()

        return asyncio.run(told())

    return tell


def test_many_who_ask_at_once_wait_for_one_answer(tell, monkeypatch):
    found, real = [], gradients.backpropagate
    monkeypatch.setattr(gradients, "backpropagate", lambda *given: found.append(1) or real(*given))

    async def story(lab):
        run = await lab.open(read_document(RUN))
        answers = await asyncio.gather(*(lab.gradients.find(run, 1) for _ in range(5)))
        assert len({id(answer) for answer in answers}) == 1
        assert len(found) == 1
        await lab.gradients.find(run, 1)
        await lab.gradients.find(run, 2)
        assert len(found) == 2

    tell(story)


def test_work_stops_between_layers_when_all_have_gone(tell, monkeypatch):
    begun, gone, stopped = threading.Event(), threading.Event(), []

    def slow(layers, values, weights, label, between):
        begun.set()
        assert gone.wait(30)
        try:
            between()
        except Unavailable as error:
            stopped.append(error)
            raise

    monkeypatch.setattr(gradients, "backpropagate", slow)

    async def story(lab):
        run = await lab.open(read_document(RUN))
        callers = [asyncio.ensure_future(lab.gradients.find(run, 0)) for _ in range(2)]
        await asyncio.to_thread(begun.wait, 30)
        for caller in callers:
            caller.cancel()
        await asyncio.gather(*callers, return_exceptions=True)
        await asyncio.sleep(0)
        gone.set()
        async with asyncio.timeout(30):
            while not stopped:
                await asyncio.sleep(0.001)
        monkeypatch.undo()
        assert (await lab.gradients.find(run, 0)).loss > 0  # the next one begins anew

    tell(story)


def test_what_work_has_taken_of_the_memory_is_given_back(tell):
    async def story(lab):
        run = await lab.open(read_document(RUN))
        await lab.gradients.find(run, 0)
        for key in list(lab.budget._order):
            lab.budget.forget(key)
        async with asyncio.timeout(30):
            while lab.budget.used:
                lab.budget.rest()
                await asyncio.sleep(0.001)

    tell(story)
