"""What tests of trainings ask for."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from app.settings import Settings
from tests.trainings.service import Service


@pytest.fixture
def served(settings: Settings) -> Callable[..., None]:
    """Run a scenario on a service: served(scenario), or on one with other settings."""

    def run(scenario: Callable[[Service], Awaitable[None]], **other: Any) -> None:
        async def begun() -> None:
            service = Service(settings.model_copy(update=other))
            try:
                await asyncio.wait_for(scenario(service), 20)
            finally:
                service.close()

        asyncio.run(begun())

    return run
