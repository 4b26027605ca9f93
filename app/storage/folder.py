"""A store in a folder, <kind>/<key> a file: eight bytes of expiry, then the data.

A file is written aside and moved into place, so whoever reads, in any thread or process, sees the old or the new whole.
"""

import io
import math
import os
import secrets
import struct
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from app.errors import Unavailable
from app.storage.port import is_name

EXPIRY = struct.Struct(">d")  # seconds since 1970, inf: never; in the file, since copying a folder loses its times
ASIDE = "."  # names of files on their way begin with it, and no key does
STALE = 3600  # seconds after which a file on its way was left by a crash


class FolderStore:
    """Keeps everything under `path`, which is made where it is missing; raises OSError where it cannot be written."""

    def __init__(self, path: Path, now: Callable[[], float] = time.time) -> None:
        self._path = path
        self.now = now
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._probe()

    def put(self, kind: str, key: str, data: bytes | Iterable[bytes], ttl: int | None) -> None:
        assert is_name(kind), kind
        assert is_name(key), key
        expiry = math.inf if ttl is None else self.now() + ttl
        try:
            self._write(self._path / kind / key, [EXPIRY.pack(expiry)], [data] if isinstance(data, bytes) else data)
        except OSError as error:
            raise _unavailable(error) from error

    def get(self, kind: str, key: str) -> bytes | None:
        file = self._file(kind, key)
        with suppress(OSError):
            content = file.read_bytes() if file else b""
            if len(content) >= EXPIRY.size and EXPIRY.unpack_from(content)[0] > self.now():
                return content[EXPIRY.size :]
        return None

    def holds(self, kind: str, key: str, data: Iterable[bytes]) -> bool:
        file = self._file(kind, key)
        if file is None:
            return False
        with suppress(OSError), file.open("rb") as content:
            there = _expiry_in(content) > self.now()
            return there and all(content.read(len(piece)) == piece for piece in data) and not content.read(1)
        return False

    def expires_at(self, kind: str, key: str) -> float | None:
        file = self._file(kind, key)
        expiry = _expiry(file) if file else None
        return expiry if expiry is not None and expiry > self.now() else None

    def renew(self, kind: str, key: str, ttl: int) -> bool:
        file, expiry = self._file(kind, key), self.expires_at(kind, key)
        if file is None or expiry is None:
            return False
        if expiry < self.now() + ttl:
            try:
                with file.open("r+b", buffering=0) as content:  # eight bytes at once: whoever reads sees old or new
                    content.write(EXPIRY.pack(self.now() + ttl))
            except FileNotFoundError:  # deleted meanwhile
                return False
            except OSError as error:
                raise _unavailable(error) from error
        return True

    def keys(self, kind: str) -> list[str]:
        found = self._entries(self._path / kind) if is_name(kind) else []
        return [file.name for file in found if is_name(file.name)]

    def delete(self, kind: str, key: str) -> bool:
        there = self.expires_at(kind, key) is not None
        file = self._file(kind, key)
        if file is None:
            return False
        try:
            file.unlink()
        except OSError:
            return False
        return there

    def sweep(self) -> int:
        count = 0
        for file in self._files():
            if file.name.startswith(ASIDE):
                with suppress(OSError):
                    if file.stat().st_mtime < time.time() - STALE:
                        file.unlink()
            elif is_name(file.name) and file.parent != self._path:
                expiry = _expiry(file)
                count += expiry is not None and expiry <= self.now() and self._remove_expired(file)
        return count

    def ready(self) -> bool:
        try:
            self._probe()
        except OSError:
            return False
        return True

    def _file(self, kind: str, key: str) -> Path | None:
        return self._path.joinpath(kind, key) if is_name(kind) and is_name(key) else None

    def _files(self) -> Iterator[Path]:
        for kind in (self._path, *self._entries(self._path)):
            yield from (entry for entry in self._entries(kind) if entry.is_file())

    @staticmethod
    def _entries(folder: Path) -> list[Path]:
        try:
            return list(folder.iterdir())
        except OSError:  # a file, or gone
            return []

    def _remove_expired(self, file: Path) -> bool:
        """Remove `file` unless somebody has just renewed it: it is moved aside and looked at once more."""
        aside = _aside(file)
        try:
            file.rename(aside)
        except OSError:
            return False
        expiry = _expiry(aside)
        renewed = expiry is not None and expiry > self.now()
        with suppress(OSError):
            if renewed:
                os.link(aside, file)  # refuses where a newer one has come meanwhile, which is as good
        with suppress(OSError):
            aside.unlink()
        return not renewed

    def _write(self, file: Path, *parts: Iterable[bytes]) -> None:
        aside = _aside(file)
        try:
            with _new(aside) as out:
                out.writelines(chain(*parts))
            aside.replace(file)
        except BaseException:
            with suppress(OSError):
                aside.unlink()
            raise

    def _probe(self) -> None:
        """Write and remove a small file, the only way to know that one can."""
        aside = _aside(self._path / "probe")
        try:
            aside.write_bytes(b"?")
        finally:
            aside.unlink(missing_ok=True)


def _unavailable(error: OSError) -> Unavailable:
    return Unavailable(
        "The server cannot store this just now ({reason}); try again in a minute.",
        reason=error.strerror or "the disk does not answer",
        retry_after=60,
    )


def _new(file: Path) -> BinaryIO:
    """Return a file that was not there, open to be written; its folder is made where it is missing, which is once."""
    try:
        return file.open("xb")
    except FileNotFoundError:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return file.open("xb")


def _aside(file: Path) -> Path:
    return file.with_name(f"{ASIDE}{secrets.token_hex(8)}")


def _expiry(file: Path) -> float | None:
    """Return the expiry of a file: None where it is gone, 0 where it is torn."""
    try:
        with io.FileIO(file) as content:
            return _expiry_in(content)
    except OSError:
        return None


def _expiry_in(content: BinaryIO | io.FileIO) -> float:
    """Return the expiry that a file begins with; 0 where it is torn."""
    head = content.read(EXPIRY.size)
    return float(EXPIRY.unpack(head)[0]) if len(head) == EXPIRY.size else 0.0
