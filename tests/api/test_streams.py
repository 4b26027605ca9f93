"""Answers that are made while they are sent."""

import asyncio

import pytest

from app.web.asgi.streams import Stream


def test_what_is_being_sent_is_let_go_of_when_its_caller_goes():
    closed = []

    async def pieces():
        try:
            yield b"a piece"
            yield b"another"
        finally:
            closed.append(True)

    async def send(message):
        if message["type"] == "http.response.body":
            raise ConnectionResetError

    async def receive():
        return {"type": "http.disconnect"}

    async def answer():
        with pytest.raises(ConnectionResetError) as found:  # which holds the frames, and so the pieces
            await Stream(pieces())({"type": "http", "asgi": {"spec_version": "2.3"}}, receive, send)
        return list(closed), found

    assert asyncio.run(answer())[0] == [True]
