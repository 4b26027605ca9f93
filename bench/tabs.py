"""A lesson in a room as people have it: its teacher presses the key that turns pages in a tab on the projector, two
pupils follow in tabs of a phone's size, and all other phones are streams of this process.

A move is sent when the teacher's page says so to the server. It has come to a tab when the tab's stream has told it,
and the tab shows it when the words of that step stand on its page.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page, async_playwright

from bench.client import Answers
from bench.page import chromium
from bench.phones import WARM, Class
from tests.serving import Restartable

PROJECTOR = {"viewport": {"width": 1280, "height": 720}}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
LESSON = "/lesson/why-28?projector=1&step=1"
WATCH = Path(__file__).with_suffix(".js")
PATIENCE = 60.0  # seconds
PACE = 0.2  # seconds between the last that has seen a move and the next
OPEN = """async (address) => {
  const answer = await fetch("/room", { method: "POST", body: new URLSearchParams({ address }) });
  return answer.url.split("/").pop();
}"""


async def until(page: Page, claim: str, told: Any = None) -> None:
    """Wait until a claim holds in a tab, whose page lets no text be run that waits for it itself."""
    deadline = time.monotonic() + PATIENCE
    while not await page.evaluate(claim, told):
        if time.monotonic() > deadline:
            raise RuntimeError(f"{page.url}: not {claim} of {told}; there was {await page.evaluate('noted')}")
        await asyncio.sleep(0.02)


@dataclass
class Lesson:
    """What a lesson in a room has shown."""

    phones: Answers  # from when a move was sent until each phone had it
    tabs: Answers  # … until each pupil's tab had it
    words: Answers  # … until its words stood there
    pressed: Answers = field(default_factory=Answers)  # from the key until all had it
    back: float = 0.0  # seconds from when a killed server listens again until all had heard of the right step
    whole: float = 0.0  # … from when it was killed


class Tabs:
    """The teacher's tab and those of two pupils, in one browser and three profiles."""

    def __init__(self, teacher: Page, *pupils: Page) -> None:
        self.teacher, self.pupils, self.code = teacher, pupils, ""

    async def come_in(self) -> None:
        """Open a room at a lesson; pupils come in, and the teacher begins."""
        await self.teacher.goto(LESSON)
        self.code = await self.teacher.evaluate(OPEN, LESSON)
        await self.teacher.goto(f"/room/{self.code}")
        for pupil in self.pupils:
            await pupil.goto(f"/join/{self.code}")
            await until(pupil, "() => noted.came.length")

    async def begin(self) -> None:
        """Go from the door to the lesson."""
        await self.teacher.keyboard.press("PageDown")
        await self.teacher.wait_for_selector(".roomchip")
        await self.until(1)

    async def until(self, sequence: int, since: float = 0.0) -> None:
        """Wait until all tabs have a move, have heard of it since a time, and stand at the teacher's step."""
        heard = "([number, since]) => noted.came.some(([each, at]) => each >= number && at >= since)"
        for page in (self.teacher, *self.pupils):
            await until(page, heard, [sequence, since])
        await until(self.teacher, "(number) => number in noted.sent", sequence)
        teacher = await self.noted(self.teacher)
        step, sent = teacher["stood"][-1][0], teacher["sent"][str(sequence)]
        stands = "([step, sent]) => noted.stood.at(-1)?.[0] === step && noted.stood.at(-1)[1] >= sent"
        for pupil in self.pupils:
            await until(pupil, stands, [step, sent])

    async def noted(self, page: Page) -> dict[str, Any]:
        """Return what a tab has noted; raise RuntimeError where moves have come to it out of order."""
        noted: dict[str, Any] = await page.evaluate("noted")
        numbers = [number for number, _ in noted["came"]]
        if numbers != sorted(numbers):
            raise RuntimeError(f"a tab has had the moves {numbers}")
        return noted


async def lesson_of(served: Restartable, phones: int, moves: int) -> Lesson:
    """Lead a lesson through so many moves, kill the server, and lead on."""
    async with _tabs(served.address) as tabs:
        await tabs.come_in()
        others = Class(served.address, tabs.code)
        await others.join(phones)
        await tabs.begin()
        last = moves + WARM
        for number in range(2, last + 1):
            await tabs.teacher.keyboard.press("PageDown")
            await others.until(number)
            await tabs.until(number)
            await asyncio.sleep(PACE)
        found = await _found(tabs, others)
        killed = time.time()
        await asyncio.to_thread(served.stop, kill=True)
        await asyncio.to_thread(served.start)
        listens = time.time()
        await others.until(last, listens)
        await tabs.until(last, listens)
        found.back, found.whole = time.time() - listens, time.time() - killed
        await tabs.teacher.keyboard.press("PageDown")  # and the lesson goes on
        await others.until(last + 1)
        await tabs.until(last + 1)
        others.leave()
        return found


async def _found(tabs: Tabs, others: Class) -> Lesson:
    """Return when moves have come; raise RuntimeError where a tab has not stood at each step in its order."""
    teacher = await tabs.noted(tabs.teacher)
    sent = {int(number): at for number, at in teacher["sent"].items()}
    counted = {number: at for number, at in sent.items() if number > WARM}
    steps = list(dict.fromkeys(step for step, _ in teacher["stood"]))
    came, words = Answers(), Answers()
    last = {number: max(phone.seen[number] for phone in others.phones) for number in counted}
    for pupil in tabs.pupils:
        noted = await tabs.noted(pupil)
        if list(dict.fromkeys(step for step, _ in noted["stood"])) != steps:
            raise RuntimeError(f"a pupil has stood at {noted['stood']}, the teacher at {steps}")
        for number, at in counted.items():
            seen = next(when for each, when in noted["came"] if each >= number)
            came.seconds.append(seen - at)
            words.seconds.append(next(when for _, when in noted["stood"] if when >= at) - at)
            last[number] = max(last[number], seen)
    keys = teacher["pressed"]  # the key that brought the teacher here was pressed at the door
    pressed = Answers([last[number] - keys[number - 2] for number in counted])
    return Lesson(others.sights(sent), came, words, pressed)


@contextlib.asynccontextmanager
async def _tabs(address: str) -> AsyncIterator[Tabs]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox", "--disable-gpu"])
        yield Tabs(*[await _tab(browser, address, size) for size in (PROJECTOR, PHONE, PHONE)])
        await browser.close()


async def _tab(browser: Browser, address: str, size: dict[str, Any]) -> Page:
    context = await browser.new_context(base_url=address, **size)
    page = await context.new_page()
    await page.add_init_script(path=WATCH)
    return page
