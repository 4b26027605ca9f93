"""What a store said a moment ago: that something is there need not be asked again with every request.

Expiry is seen to the second in which it comes; what another process deletes may seem to be there for MOMENT longer.
"""

import time

from app.storage.port import Store

MOMENT = 1.0  # seconds
MOST = 10_000  # remembered at a time


class ExpiryCache:
    """Remembers when what was found in `store` expires."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._found: dict[tuple[str, str], tuple[float, float]] = {}  # (kind, key): (when it was asked, expiry)

    def there(self, kind: str, key: str, least: float = 0.0) -> bool:
        """Tell whether it was there a moment ago and lives more than `least` seconds more; the store is not asked."""
        asked, expiry = self._found.get((kind, key), (-MOMENT, 0.0))
        return time.monotonic() < asked + MOMENT and self._store.now() + least < expiry

    def ask(self, kind: str, key: str) -> bool:
        """Tell whether it is there, as the store says."""
        asked, expiry = time.monotonic(), self._store.expires_at(kind, key)
        if expiry is None:
            self.forget(kind, key)
            return False
        if len(self._found) >= MOST:
            self._found.clear()
        self._found[kind, key] = asked, expiry
        return True

    def forget(self, kind: str, key: str) -> None:
        """Ask again the next time."""
        self._found.pop((kind, key), None)
