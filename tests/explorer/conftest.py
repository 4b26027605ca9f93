"""A lab without HTTP: what the explorer's functions ask, asked of the same core."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from app.explorer.view import View, view_of
from app.lab import Lab, Run
from app.layers import Place
from app.pipeline.document import Document
from app.settings import Settings
from app.storage import MemoryStore
from tests import oblong

Story = Callable[[Lab, Run], Awaitable[Any]]


@pytest.fixture
def ask(settings: Settings) -> Callable[..., Any]:
    """Run a story in a lab of its own, on a document: the oblong one where none is given."""

    def ask(story: Story, document: Document | None = None) -> Any:
        async def told() -> Any:
            lab = Lab(settings, MemoryStore(), b"k" * 32)
            try:
                return await story(lab, await lab.open(document or oblong.document()))
            finally:
                lab.close()

        return asyncio.run(told())

    return ask


@pytest.fixture
def looked_at(ask: Callable[..., Any]) -> Callable[..., View]:
    """Return the view of one number."""

    def looked_at(layer: int, place: tuple[int, int, int], document: Document | None = None) -> View:
        async def story(lab: Lab, run: Run) -> View:
            return await view_of(lab, run, layer, Place(*place), "light", "en")

        return ask(story, document)

    return looked_at
