"""Short links: an address under a code that lives long, and with it what the address shows.

    address ─ keyed hash ─► code ─► {address, runs, pictures}    kept for LESSON_TTL from when it was last opened

The same address has the same code. Codes cannot be counted through: there are 31 to the power of 10, and which of them
lead somewhere only the key of this server tells. What others have uploaded goes when it would have gone.
"""

import asyncio
import hashlib
import hmac
import json
import logging
import re
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from app.allowance import Allowance
from app.errors import Mistake, NotFound, Unavailable
from app.lab import Lab
from app.layers.models import find
from app.messages import N_
from app.pipeline.document import Document

log = logging.getLogger(__name__)
ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"  # without 0 o 1 i l, which are mistaken for each other on a board
LENGTH = 10
CODE = re.compile(rf"[{ALPHABET}]{{{LENGTH}}}")
MOST_LINKS = 50_000
RECOUNT = 600  # seconds after which what links keep is counted anew: some have expired, others come from elsewhere
AN_HOUR = 120  # new links that a client may make an hour
REFUSAL = N_("You have made {most} short links within an hour; copy the long link, or try again in {wait} seconds.")


@dataclass(frozen=True)
class Shared:
    """What a link is to."""

    address: str
    documents: tuple[Document, ...]
    images: tuple[str, ...]

    @property
    def network_ends(self) -> float | None:
        """When the first of its networks goes that a visitor brought, in seconds since 1970; None where none does."""
        found = (find(name).expires_at for document in self.documents for name in document.models)
        return min((ends.timestamp() for ends in found if ends is not None), default=None)


@dataclass(frozen=True)
class Link:
    """A short link."""

    code: str
    expires_at: datetime  # or when the first of the pictures and networks goes that it does not keep


@dataclass(frozen=True)
class _Record:
    """What the store has under a code: an address, and the bytes of all that lives as long."""

    address: str
    runs: dict[str, int]
    pictures: dict[str, int]

    @property
    def kept(self) -> dict[str, int]:
        return {f"{kind}/{name}": size for kind in ("runs", "pictures") for name, size in getattr(self, kind).items()}


class Links:
    """Makes short links, and follows them."""

    def __init__(self, lab: Lab, key: bytes) -> None:
        self._lab = lab
        self._store = lab.store
        self._key = key
        self._life = lab.settings.lesson_ttl
        self._allowance = Allowance(AN_HOUR, REFUSAL)
        self._lock = threading.Lock()
        self._count = 0
        self._bytes: dict[str, int] = {}  # of all that links keep, by kind and id
        self._counted = -float("inf")  # when

    async def make(self, shared: Shared, tokens: Sequence[str], client: str) -> Link:
        """Return the short link to what is `shared`; with it lives what whoever holds `tokens` has uploaded of that.

        Raises Busy for a client that makes too many, Unavailable where links keep as much as they may.
        """
        own = [image for image in shared.images if self._lab.album.owns(image, tokens)]
        return await self._lab.queue.light(lambda: self._make(shared, own, client))

    def _make(self, shared: Shared, own: Sequence[str], client: str) -> Link:
        with self._lock:
            code, known = self._code(shared.address)
            if known is None:
                self._allowance.take(client)
            runs = {document.id: sum(map(len, document.stored())) for document in shared.documents}
            pictures = {image: size for image in own if (size := self._lab.album.kept_bytes(image))}
            record = _Record(shared.address, runs, {**(known.pictures if known else {}), **pictures})
            self._make_room(record, known is None)
            text = json.dumps(record.__dict__, separators=(",", ":")).encode()
            self._store.put("link", code, text, self._life)
            for document in shared.documents:
                self._lab.keep_longer(document, self._life)
            for image in record.pictures:
                self._lab.album.renew(image, self._life)
        ends = [self._store.expires_at("link", code), shared.network_ends]
        ends += map(self._lab.album.expires_at, shared.images)
        return Link(code, datetime.fromtimestamp(min(end for end in ends if end is not None), UTC))

    def _make_room(self, record: _Record, new: bool) -> None:
        """Count what a link keeps; raise Unavailable where that is more than links may keep together."""
        if time.monotonic() > self._counted + RECOUNT:
            records = [found for code in self._store.keys("link") if (found := self._read(code))]
            self._count, self._bytes = len(records), {}
            for each in records:
                self._bytes |= each.kept
            self._counted = time.monotonic()
        together = self._bytes | record.kept
        most = self._lab.settings.links_max_bytes
        if self._count + new > MOST_LINKS or (sum(together.values()) > most and together.keys() != self._bytes.keys()):
            raise Unavailable(
                "Short links keep all that they may together: {links} links, or {most} bytes. Copy the long link.",
                links=f"{MOST_LINKS:,}",
                most=f"{most:,}",
                retry_after=3600,
            )
        self._count, self._bytes = self._count + new, together

    async def follow(self, code: str) -> str:
        """Return the address under a code, which lives on with what it keeps; raise NotFound where there is none."""
        code = code.lower()
        record = await self._lab.queue.light(lambda: self._read(code))
        if record is None:
            raise NotFound(
                "There is no shared view under {code}, or nobody has opened it for {days} days. Is each letter right?",
                code=code[:40],
                days=self._life // 86_400,
            )
        found = await asyncio.gather(
            *(self._lab.find(run, pictured=False) for run in record.runs), return_exceptions=True
        )
        documents = [document for document in found if isinstance(document, Document)]
        await self._lab.queue.light(lambda: self._renew(code, record, documents))
        return record.address

    def _renew(self, code: str, record: _Record, documents: Sequence[Document]) -> None:
        try:
            self._store.renew("link", code, self._life)
            for document in documents:
                self._lab.keep_longer(document, self._life)
            for image in record.pictures:
                self._lab.album.renew(image, self._life)
        except Mistake:  # it leads on all the same
            log.exception("the short link %s could not be renewed", code)

    def _code(self, address: str) -> tuple[str, _Record | None]:
        """Return the code of an address, and what the store has under it."""
        count = 0
        while True:
            code = self._hash(f"{count} {address}")
            found = self._read(code)
            if found is None or found.address == address:
                return code, found
            count += 1  # another address has this one: once in a long life

    def _hash(self, text: str) -> str:
        number = int.from_bytes(hmac.new(self._key, b"link " + text.encode(), hashlib.sha256).digest())
        letters = []
        for _ in range(LENGTH):
            number, letter = divmod(number, len(ALPHABET))
            letters.append(ALPHABET[letter])
        return "".join(letters)

    def _read(self, code: str) -> _Record | None:
        """Return what the store has under a code; None where that is nothing, or torn."""
        data = self._store.get("link", code) if CODE.fullmatch(code) else None
        try:
            fields: dict[str, Any] = json.loads(data or b"null") or {}
            return _Record(**fields) if fields else None
        except (ValueError, TypeError):
            log.warning("The short link %s is torn in the store.", code)
            return None
