"""Teachers' own lessons: kept under an id that only a link tells, changed by whoever holds the key.

    lesson ─ check ─► {lesson, hash of its key, what it names}    kept for LESSON_TTL from when it was last opened

With a lesson live the runs that its addresses know by number alone, and those of its pictures that whoever made it
uploaded. What is taken out stays for a while, so that it can be put back.
"""

import asyncio
import hashlib
import hmac
import json
import logging
import re
import secrets
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any
from weakref import WeakValueDictionary

from app.allowance import Allowance
from app.classroom.checking import Found, checked
from app.classroom.lesson import Lesson, Step, read_lesson
from app.classroom.lesson_document import document_of
from app.classroom.named import texts_of
from app.errors import Forbidden, Mistake, NotFound, Unavailable
from app.lab import Lab
from app.links import ALPHABET, RECOUNT
from app.messages import N_
from app.pipeline.document import Document

log = logging.getLogger(__name__)
KIND = "lesson"
LENGTH = 12
ID = re.compile(rf"[{ALPHABET}]{{{LENGTH}}}")
MOST_LESSONS = 50_000
MOST_REMOVED = 10  # steps that can be put back
AN_HOUR = 120  # new lessons that a client may begin an hour
ROUNDS = 5  # tries to change what others change at the same moment
FRESH = 3_600  # seconds: what was renewed so short a time ago is not written again
REFUSAL = N_("You have begun {most} lessons within an hour; change one that there is, or try again in {wait} seconds.")


@dataclass(frozen=True)
class Removed:
    """A step that was taken out, and where it stood, from 0."""

    at: int
    step: Step


@dataclass(frozen=True)
class Kept:
    """A lesson as it is kept."""

    id: str
    lesson: Lesson
    key: str  # its hash
    version: int = 1
    runs: Mapping[str, int] = field(default_factory=dict)  # that live with it, and their bytes
    pictures: Mapping[str, int] = field(default_factory=dict)
    removed: tuple[Removed, ...] = ()  # the last one at the end
    expires_at: float | None = None

    @property
    def expiry(self) -> datetime | None:
        """When it goes; None for one of ours."""
        last = self.expires_at is None or self.expires_at == float("inf")
        return None if last else datetime.fromtimestamp(self.expires_at or 0, UTC)

    @property
    def kept(self) -> dict[str, int]:
        """The bytes of what lives with it, by kind and id."""
        named = {f"{kind}/{name}": size for kind in ("runs", "pictures") for name, size in getattr(self, kind).items()}
        return {**named, f"{KIND}/{self.id}": len(self.text())}

    def owned(self, keys: Iterable[str]) -> bool:
        """Tell whether one of `keys` lets its holder change it."""
        return any(hmac.compare_digest(hashed(key), self.key) for key in keys)

    def text(self) -> bytes:
        """Return what the store has of it."""
        removed = [{"at": each.at, "step": _step(each.step)} for each in self.removed]
        record = {
            "lesson": document_of(self.lesson),
            "key": self.key,
            "version": self.version,
            "runs": dict(self.runs),
            "pictures": dict(self.pictures),
            "removed": removed,
        }
        return json.dumps(record, separators=(",", ":")).encode()


Edit = Callable[[Kept], Kept]


def _step(step: Step) -> dict[str, Any]:
    return step.model_dump(mode="json", exclude_defaults=True)


def hashed(key: str) -> str:
    """Return the hash by which a key is known again."""
    return hashlib.sha256(key.encode(errors="replace")).hexdigest()


class Lessons:
    """Keeps lessons, and lets those change them who hold their keys."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._store = lab.store
        self._life = lab.settings.lesson_ttl
        self._allowance = Allowance(AN_HOUR, REFUSAL)
        self._lock = threading.Lock()
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()  # of those that change a lesson
        self._bytes: dict[str, int] = {}  # of all that lessons keep, by kind and id
        self._counted = -float("inf")  # when

    # ---- reading

    async def get(self, name: str) -> Lesson:
        """Return a lesson, which lives on; raise NotFound."""
        return (await self.find(name)).lesson

    async def look(self, name: str) -> Kept | None:
        """Return a lesson as it is kept, which is not opened for it; None where there is none."""
        return await self._lab.queue.light(lambda: self._read(name))

    async def find(self, name: str) -> Kept:
        """Return a lesson as it is kept, which lives on with what it names; raise NotFound."""
        kept = await self._lab.queue.light(lambda: self._read(name))
        if kept is None:
            raise self._gone(name)
        end = self._store.now() + self._life
        if kept.expires_at is None or kept.expires_at > end - min(FRESH, self._life // 10):
            return kept
        documents = await self._documents(kept)
        await self._lab.queue.light(lambda: self._renew(kept, documents))
        return replace(kept, expires_at=end)

    async def count(self, name: str) -> int:
        """Return how many steps a lesson has, which lives on; raise NotFound."""
        return len((await self.get(name)).steps)

    # ---- making and changing

    async def make(self, lesson: Lesson, tokens: Sequence[str], client: str) -> tuple[Kept, str]:
        """Keep a new lesson; return it and its key. With it live pictures of whoever holds their `tokens`.

        Raise LessonMistake where it cannot be played, Busy for a client that begins too many, Unavailable where
        lessons keep as much as they may.
        """
        lesson, found = await checked(lesson, self._lab)
        own = self._own(found, tokens)
        self._allowance.take(client)
        name = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
        key = secrets.token_hex(16)
        fresh = Kept(name, lesson, hashed(key))
        kept = await self._lab.queue.light(lambda: self._put(fresh, found, own))
        assert kept is not None, "two lessons have the same id"
        return kept, key

    async def change(self, name: str, keys: Iterable[str], edit: Edit, tokens: Sequence[str] = ()) -> Kept:
        """Change a lesson by `edit`, which is asked anew where somebody else has changed it meanwhile.

        Raise NotFound, Forbidden without its key, and LessonMistake where it could not be played afterwards.
        """
        held = list(keys)
        await self._owned(name, held)  # who has no key waits for nobody, and nobody for them
        async with self._turn(name):
            for _ in range(ROUNDS):  # another process may have the same store
                before = await self._owned(name, held)
                after = edit(before)
                lesson, found = await checked(after.lesson, self._lab, before.lesson)
                after = replace(after, lesson=lesson, version=before.version + 1)
                put = partial(self._put, after, found, self._own(found, tokens))
                if (kept := await self._lab.queue.light(put)) is not None:
                    return kept
        raise Unavailable("Others are changing this lesson just now; try again in a moment.", retry_after=1)

    async def delete(self, name: str, keys: Iterable[str]) -> None:
        """Delete a lesson for whoever holds its key; what it kept goes when it would have gone."""
        held = list(keys)
        await self._owned(name, held)
        async with self._turn(name):
            await self._owned(name, held)
            await self._lab.queue.light(lambda: self._drop(name))

    def _turn(self, name: str) -> asyncio.Lock:
        """Return what those hold in turn who change a lesson; it goes once nobody does."""
        return self._turns.setdefault(name, asyncio.Lock())

    def _drop(self, name: str) -> None:
        with self._lock:
            self._store.delete(KIND, name)
            self._counted = -float("inf")

    async def require(self, name: str, keys: Iterable[str]) -> None:
        """Raise NotFound, or Forbidden without the key of a lesson."""
        await self._owned(name, keys)

    async def keep_for_ever(self, name: str, lesson: Lesson) -> None:
        """Keep a lesson of ours that nobody changes."""
        assert ID.fullmatch(name), name
        text = Kept(name, lesson, "").text()
        await self._lab.queue.light(lambda: self._store.put(KIND, name, text, None))

    async def _owned(self, name: str, keys: Iterable[str]) -> Kept:
        kept = await self._lab.queue.light(lambda: self._read(name))
        if kept is None:
            raise self._gone(name)
        if not kept.owned(keys):
            raise Forbidden(
                "Changing a lesson needs the key that was given when it was made, in the header Authorization: Bearer "
                "<key>; in a browser, the one that made it has it."
            )
        return kept

    # ---- the store

    def _put(self, kept: Kept, found: Found, own: Iterable[str]) -> Kept | None:
        """Write a lesson with what lives with it; return it, or None where another, or its end, has come before."""
        with self._lock:
            now = self._read(kept.id)
            if (now.version if now is not None else 0) != kept.version - 1:  # or it has been deleted
                return None
            runs = {**kept.runs, **{name: sum(map(len, each.stored())) for name, each in found.documents.items()}}
            sizes = {image: size for image in own if (size := self._lab.album.kept_bytes(image))}
            out = (each.step for each in kept.removed)
            named = " ".join(text for step in (*kept.lesson.steps, *out) for text in texts_of(step))
            pictures = {name: size for name, size in {**kept.pictures, **sizes}.items() if name in named}
            runs = {name: size for name, size in runs.items() if name in named}
            kept = replace(kept, runs=runs, pictures=pictures)
            self._make_room(kept, now is None)
            self._store.put(KIND, kept.id, kept.text(), self._life)
            for document in found.documents.values():
                self._lab.keep_longer(document, self._life)
            for image in kept.pictures:
                self._lab.album.renew(image, self._life)
        return replace(kept, expires_at=self._store.expires_at(KIND, kept.id))

    def _make_room(self, kept: Kept, new: bool) -> None:
        """Count what lessons keep; raise Unavailable where that is more than they may keep together."""
        if time.monotonic() > self._counted + RECOUNT:
            self._bytes = {}
            for name in self._store.keys(KIND):
                if (found := self._read(name)) is not None:
                    self._bytes |= found.kept
            self._counted = time.monotonic()
        together, most = self._bytes | kept.kept, self._lab.settings.links_max_bytes
        count = sum(name.startswith(f"{KIND}/") for name in together)
        more = sum(together.values()) > max(most, sum(self._bytes.values()))
        if (new and count > MOST_LESSONS) or more:
            raise Unavailable(
                "Lessons keep all that they may together: {lessons} lessons, or {most} bytes. Save yours as a file.",
                lessons=f"{MOST_LESSONS:,}",
                most=f"{most:,}",
                retry_after=3600,
            )
        self._bytes = together

    def _own(self, found: Found, tokens: Sequence[str]) -> list[str]:
        return [image for image in found.images if self._lab.album.owns(image, tokens)]

    async def _documents(self, kept: Kept) -> list[Document]:
        found = await asyncio.gather(
            *(self._lab.find(run, pictured=False) for run in kept.runs), return_exceptions=True
        )
        return [document for document in found if isinstance(document, Document)]

    def _renew(self, kept: Kept, documents: Sequence[Document]) -> None:
        try:
            self._store.renew(KIND, kept.id, self._life)
            for document in documents:
                self._lab.keep_longer(document, self._life)
            for image in kept.pictures:
                self._lab.album.renew(image, self._life)
        except Mistake:  # it can be played all the same
            log.exception("the lesson %s could not be renewed", kept.id)

    def _read(self, name: str) -> Kept | None:
        """Return what the store has under an id; None where that is nothing, or torn."""
        data = self._store.get(KIND, name) if ID.fullmatch(name) else None
        if data is None:
            return None
        try:
            fields = json.loads(data)
            removed = tuple(Removed(each["at"], Step.model_validate(each["step"])) for each in fields["removed"])
            return Kept(
                name,
                read_lesson(fields["lesson"]),
                fields["key"],
                fields["version"],
                fields["runs"],
                fields["pictures"],
                removed,
                self._store.expires_at(KIND, name),
            )
        except (Mistake, ValueError, TypeError, KeyError):
            log.warning("The lesson %s is torn in the store.", name)
            return None

    def _gone(self, name: str) -> NotFound:
        return NotFound(
            "There is no lesson {name}, or nobody has opened it for {days} days. Is each letter of its link right?",
            name=name[:40],
            days=self._life // 86_400,
        )
