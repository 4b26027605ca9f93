"""What every store does, and what a key is."""

import re
from collections.abc import Iterable
from typing import Protocol

NAME = re.compile(r"[A-Za-z0-9_-]{1,128}")


def is_name(text: str) -> bool:
    """Tell whether `text` can be a kind or a key; anything else is simply not there."""
    return NAME.fullmatch(text) is not None


class Store(Protocol):
    """Keeps bytes until they expire; safe to call from many threads."""

    def now(self) -> float:
        """Return the time by which it counts, in seconds since 1970."""

    def put(self, kind: str, key: str, data: bytes | Iterable[bytes], ttl: int | None) -> None:
        """Keep `data`, whole or in pieces, for `ttl` seconds from now (None: for ever), in place of what was there.

        Raise Unavailable where that cannot be.
        """

    def get(self, kind: str, key: str) -> bytes | None:
        """Return what is kept, or None where there is nothing or it has expired."""

    def holds(self, kind: str, key: str, data: Iterable[bytes]) -> bool:
        """Tell whether what is kept is just that, given in pieces."""

    def expires_at(self, kind: str, key: str) -> float | None:
        """Return when it expires, in seconds since 1970 (inf: never), or None where there is nothing."""

    def renew(self, kind: str, key: str, ttl: int) -> bool:
        """Let what is there live `ttl` seconds from now, if not longer; tell whether it is there; raise Unavailable."""

    def keys(self, kind: str) -> list[str]:
        """Return the keys of a kind, of which some may have expired."""

    def delete(self, kind: str, key: str) -> bool:
        """Remove it; tell whether it was there."""

    def sweep(self) -> int:
        """Remove what has expired; return how many."""

    def ready(self) -> bool:
        """Tell whether the store can be written just now."""
