"""Answers that are made while they are sent."""

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send


class Stream(StreamingResponse):
    """An answer in pieces, of which nothing is left once it has been sent or its caller has gone.

    What is being sent is let go of there and then: else it would be there until the collector of garbage comes round.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            if (close := getattr(self.body_iterator, "aclose", None)) is not None:
                await close()
