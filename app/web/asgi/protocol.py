"""How requests are read from the wire: as uvicorn does, but for addresses that are too long.

Those it would call invalid. Of them so much is read that the app can say in its own words that they are too long (414),
and the rest is let go as it comes.
"""

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from app.web.asgi.security import LONGEST_ADDRESS


class Protocol(HttpToolsProtocol):
    """Reads no more of an address than shows that it is too long."""

    def on_url(self, url: bytes) -> None:
        """Take the next part of the address."""
        if len(self.url) <= LONGEST_ADDRESS:
            super().on_url(url[: LONGEST_ADDRESS + 2 - len(self.url)])  # a byte more than may be, and the ?
