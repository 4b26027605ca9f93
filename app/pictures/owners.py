"""Whose an upload is: each upload of a picture gives a token of its own, and the picture goes with the last of them.

token     8 digits by lot, 24 that sign them and the picture      earlier ones: 32 that sign the picture alone
owners/<picture>     {the 8 digits of each who has not deleted it: when that upload expires}
"""

import hashlib
import hmac
import json
import math
import secrets
from collections.abc import Iterable
from threading import RLock

from app.storage import Store

DRAWN, LENGTH = 8, 32  # digits
EARLIER = ""  # in place of the digits by lot, for all that have the earlier token of a picture
MOST = 1_000  # who are remembered of one picture; what is forgotten is only that they would keep it


class Owners:
    """Gives tokens, and knows who has not given up a picture; in threads that may wait for the store."""

    def __init__(self, store: Store, key: bytes) -> None:
        self._store = store
        self._key = key
        self.lock = RLock()  # held while a picture comes or goes, and its owners with it

    def add(self, image: str, ttl: int, before: float | None) -> str:
        """Return a token for a picture that is uploaded for `ttl` seconds; `before`: when it expires that was there."""
        drawn = secrets.token_hex(DRAWN // 2)
        with self.lock:
            held = self._held(image) or ({} if before is None else {EARLIER: before})
            while len(held) >= MOST:
                del held[min(held, key=lambda each: held[each])]
            self._keep(image, {**held, drawn: self._store.now() + ttl})
        return drawn + self._sign(image, drawn)

    def owns(self, image: str, tokens: Iterable[str]) -> bool:
        """Tell whether one of some tokens is of a picture."""
        return any(self._drawn(image, token) is not None for token in tokens)

    def part(self, image: str, token: str) -> bool:
        """Give up what a token, which is of the picture, stands for; tell whether nobody holds the picture any more."""
        with self.lock:
            held = self._held(image)
            held.pop(self._drawn(image, token) or EARLIER, None)
            if held:
                self._keep(image, held)
            else:
                self._store.delete("owners", image)
            return not held

    def _drawn(self, image: str, token: str) -> str | None:
        """Return the digits by lot of a token; None where it is none of this picture."""
        earlier = hmac.new(self._key, b"delete " + image.encode(), hashlib.sha256).hexdigest()[:LENGTH]
        if hmac.compare_digest(token.encode(), earlier.encode()):
            return EARLIER
        drawn, signed = token[:DRAWN], token[DRAWN:]
        return drawn if hmac.compare_digest(signed.encode(), self._sign(image, drawn).encode()) else None

    def _sign(self, image: str, drawn: str) -> str:
        text = f"owner {drawn} {image}".encode(errors="replace")
        return hmac.new(self._key, text, hashlib.sha256).hexdigest()[: LENGTH - DRAWN]

    def _held(self, image: str) -> dict[str, float]:
        """Return who holds a picture, and until when."""
        data, now = self._store.get("owners", image), self._store.now()
        try:
            held = json.loads(data) if data else {}
        except ValueError:  # torn in the store
            held = {}
        return {drawn: expiry for drawn, expiry in held.items() if expiry > now}

    def _keep(self, image: str, held: dict[str, float]) -> None:
        left = math.ceil(max(held.values()) - self._store.now())
        self._store.put("owners", image, json.dumps(held).encode(), max(left, 1))
