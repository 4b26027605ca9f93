"""The album: every picture that has an id, the gallery's and the visitors'.

upload bytes ─ intake ─► picture ─► image id        (keyed hash of the pixels; the original bytes are not kept)
"""

import hashlib
import hmac
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from app.budget import Budget
from app.compute import ComputeQueue, SingleFlightCache
from app.errors import Forbidden, NotFound
from app.pictures import gallery
from app.pictures.intake import claimed_pixels, read_picture
from app.pictures.owners import Owners
from app.pictures.picture import Picture, Size, from_png, png, png_pixels, png_size
from app.settings import Settings
from app.storage import ExpiryCache, Store

OF_PICTURE = "/input/image"  # where a document names one: what a NotFound points at where that is gone
DECODING, LOADING = 12, 8  # bytes a pixel that a file, or a PNG of our own, takes at once while it is decoded


@dataclass(frozen=True)
class Upload:
    """A picture that has an id."""

    id: str
    width: int
    height: int
    mode: str
    expires_at: datetime | None
    delete_token: str | None = None


class Album:
    """Keeps uploads until they expire, and gives pictures by their ids."""

    def __init__(self, settings: Settings, store: Store, key: bytes, queue: ComputeQueue, budget: Budget) -> None:
        self._settings = settings
        self._store = store
        self._expiry = ExpiryCache(store)
        self._key = key
        self._owners = Owners(store, key)
        self._queue = queue
        self._budget = budget
        self._pictures: SingleFlightCache[Picture] = SingleFlightCache(
            budget, lambda picture: picture.pixels.nbytes, lives=True
        )

    async def add(self, data: bytes, change: Callable[[Picture], Picture] | None = None) -> Upload:
        """Keep the picture in the bytes of a file under the keyed hash of its pixels; again: renew its expiry.

        `change` makes another, no larger, of what was read.
        """
        share = await self._budget.take(await self.decoding_bytes(data))

        def read() -> tuple[Picture, Upload]:
            picture = read_picture(data, self._settings)
            picture = change(picture) if change else picture
            return picture, self._keep(picture)

        picture, upload = await self._queue.heavy(read, share)
        self._pictures.keep(upload.id, picture)  # it is looked at next
        return upload

    async def decoded(self, data: bytes) -> Picture:
        """Return the picture in the bytes of a file, which is not kept."""
        share = await self._budget.take(await self.decoding_bytes(data))
        picture = await self._queue.heavy(lambda: read_picture(data, self._settings), share)
        self._budget.hold(picture, picture.pixels.nbytes)
        return picture

    async def decoding_bytes(self, data: bytes) -> int:
        """Return the bytes that decoding a file takes at once, about; raise what reading it would raise."""
        pixels = await self._queue.light(lambda: claimed_pixels(data, self._settings))
        return DECODING * pixels

    def _keep(self, picture: Picture) -> Upload:
        facts = f"{picture.mode} {picture.width}x{picture.height} ".encode()
        image = self._sign(facts + hashlib.sha256(picture.pixels.data).digest())
        ttl, now = self._settings.upload_ttl, self._store.now()
        data = png(picture)
        with self._owners.lock:
            before = self._store.expires_at("picture", image)
            longer = math.ceil((before or now) - now)  # where a link keeps it
            token = self._owners.add(image, ttl, before)
            self._store.put("picture", image, data, max(ttl, longer))
        return self._upload(image, picture, token)

    def _upload(self, image: str, picture: Picture, token: str | None = None) -> Upload:
        expiry = None if image in gallery.GALLERY else self._store.expires_at("picture", image)
        return Upload(
            image,
            picture.width,
            picture.height,
            picture.mode,
            None if expiry is None else datetime.fromtimestamp(expiry, UTC),
            token,
        )

    def _sign(self, data: bytes) -> str:
        return hmac.new(self._key, data, hashlib.sha256).hexdigest()[:32]

    async def facts(self, image: str) -> Upload:
        """Return what is known of a picture; raise NotFound where there is none (any longer)."""
        picture = await self.picture(image)
        return self._upload(image, picture)

    async def picture(self, image: str, *, taken: bool = False) -> Picture:
        """Return the picture named `image`, from the gallery or an upload; raise NotFound.

        `taken`: the memory for it has been taken already, by work that needs it.
        """
        if image in gallery.GALLERY:
            return await self._pictures.get(image, lambda: self._queue.light(lambda: gallery.load(image)))
        if not self._expiry.there("picture", image) and not await self._queue.light(
            lambda: self._expiry.ask("picture", image)
        ):  # gone, whatever is still in memory
            self._pictures.forget(image)
            raise _no_picture(image)
        return await self._pictures.get(image, lambda: self._load(image, taken))

    async def size(self, image: str) -> Size | None:
        """Return the rows and columns of a picture, which is not decoded for it; None where there is none."""
        if image in gallery.GALLERY:
            picture = await self.picture(image)
            return picture.height, picture.width
        data = await self._queue.light(lambda: self._store.get("picture", image))
        return None if data is None else png_size(data)

    async def upload(self, image: str) -> bytes | None:
        """Return an upload as it is kept, a PNG; None where there is none."""
        return await self._queue.light(lambda: self._store.get("picture", image))

    async def _load(self, image: str, taken: bool) -> Picture:
        data = await self._queue.light(lambda: self._store.get("picture", image))
        if data is None:
            raise _no_picture(image)
        share = None if taken else await self._budget.take(LOADING * png_pixels(data))
        try:
            return await self._queue.light(lambda: from_png(data))
        finally:
            if share is not None:
                share.give_back()

    async def delete(self, image: str, token: str) -> bool:
        """Delete an upload for whoever holds a token of it; tell whether it has gone, which it has not while others
        who uploaded it hold theirs; raise NotFound or Forbidden.
        """
        if image in gallery.GALLERY:
            raise Forbidden("The gallery's pictures stay; only your own uploads can be deleted.")
        await self.picture(image)
        if not self.owns(image, [token]):
            raise Forbidden(
                "Deleting needs the token that the upload returned, in the header Authorization: Bearer <token>."
            )

        def part() -> bool:
            with self._owners.lock:
                last = self._owners.part(image, token)
                if last:
                    self._store.delete("picture", image)
                return last

        if not await self._queue.light(part):
            return False
        self._expiry.forget("picture", image)
        self._pictures.forget(image)
        return True

    def owns(self, image: str, tokens: Iterable[str]) -> bool:
        """Tell whether whoever holds `tokens` is one who uploaded a picture."""
        return image not in gallery.GALLERY and self._owners.owns(image, tokens)

    def kept_bytes(self, image: str) -> int:
        """Return the bytes that an upload takes in the store; in a thread that may wait for it."""
        return len(self._store.get("picture", image) or b"")

    def renew(self, image: str, ttl: int) -> bool:
        """Let an upload live `ttl` seconds from now, if not longer; in a thread that may wait for the store."""
        there = self._store.renew("picture", image, ttl)
        self._expiry.forget("picture", image)
        return there

    def has(self, image: str) -> bool:
        """Tell whether a picture is there; where that is an upload, the store is asked."""
        return image in gallery.GALLERY or self._store.expires_at("picture", image) is not None

    def expires_at(self, image: str) -> float | None:
        """Return when an upload goes; None for one that is gone, or a picture of the gallery, which stays."""
        return None if image in gallery.GALLERY else self._store.expires_at("picture", image)

    async def still_there(self, images: tuple[str, ...]) -> tuple[str, ...]:
        """Return those uploads that have not expired."""
        return await self._queue.light(
            lambda: tuple(image for image in images if self._store.expires_at("picture", image) is not None)
        )

    async def png(self, picture: Picture) -> bytes:
        """Return the picture as PNG."""
        return await self._queue.light(lambda: png(picture))


def _no_picture(image: str) -> NotFound:
    return NotFound(
        "There is no picture {id}, or it has expired; upload it again or choose one from the gallery.",
        id=image[:64],
        pointer=OF_PICTURE,
    )
