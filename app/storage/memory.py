"""A store in this process: for tests, and where no folder can be written."""

import math
import threading
import time
from collections.abc import Callable, Iterable

from app.errors import Unavailable
from app.storage.port import is_name


class MemoryStore:
    """Keeps at most `capacity` bytes; what would not fit is refused, as on a full disk."""

    def __init__(self, now: Callable[[], float] = time.time, capacity: int = 1_000_000_000) -> None:
        self.now = now
        self._capacity = capacity
        self._bytes = 0
        self._kept: dict[tuple[str, str], tuple[float, bytes]] = {}  # (kind, key): (expiry, data)
        self._lock = threading.RLock()

    def put(self, kind: str, key: str, data: bytes | Iterable[bytes], ttl: int | None) -> None:
        assert is_name(kind), kind
        assert is_name(key), key
        data = data if isinstance(data, bytes) else b"".join(data)
        with self._lock:
            if len(data) > self._room(kind, key):
                self.sweep()
            if len(data) > self._room(kind, key):
                raise Unavailable(
                    "The server's memory for uploads is full ({most:,} bytes); try again later or choose a smaller "
                    "picture.",
                    most=self._capacity,
                    retry_after=60,
                )
            self._drop(kind, key)
            self._kept[kind, key] = (math.inf if ttl is None else self.now() + ttl, data)
            self._bytes += len(data)

    def get(self, kind: str, key: str) -> bytes | None:
        expiry, data = self._kept.get((kind, key), (0.0, None))
        return data if expiry > self.now() else None

    def holds(self, kind: str, key: str, data: Iterable[bytes]) -> bool:
        return self.get(kind, key) == b"".join(data)

    def expires_at(self, kind: str, key: str) -> float | None:
        expiry, _ = self._kept.get((kind, key), (0.0, None))
        return expiry if expiry > self.now() else None

    def renew(self, kind: str, key: str, ttl: int) -> bool:
        with self._lock:
            expiry, data = self._kept.get((kind, key), (0.0, b""))
            if expiry <= self.now():
                return False
            self._kept[kind, key] = (max(expiry, self.now() + ttl), data)
            return True

    def keys(self, kind: str) -> list[str]:
        with self._lock:
            return [key for each, key in self._kept if each == kind]

    def delete(self, kind: str, key: str) -> bool:
        with self._lock:
            expiry = self._drop(kind, key)
            return expiry > self.now()

    def sweep(self) -> int:
        with self._lock:
            gone = [name for name, (expiry, _) in self._kept.items() if expiry <= self.now()]
            for name in gone:
                self._drop(*name)
            return len(gone)

    def ready(self) -> bool:
        return True

    def _room(self, kind: str, key: str) -> int:
        """Return how many bytes may stand under this name, in place of what is there."""
        _, data = self._kept.get((kind, key), (0.0, b""))
        return self._capacity - self._bytes + len(data)

    def _drop(self, kind: str, key: str) -> float:
        expiry, data = self._kept.pop((kind, key), (0.0, b""))
        self._bytes -= len(data)
        return expiry
