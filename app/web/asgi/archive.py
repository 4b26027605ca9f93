"""NumPy archives (.npz), made while they are sent: a ZIP whose files go out from where their numbers lie.

    file ─ local header, content ─┐   …   ┌─ list of all files, and where that begins
                                  └───────┘

Nothing is compressed, so that sizes are known before. All sizes and places are those of ZIP64, as it may be long.
"""

import struct
from collections.abc import AsyncIterator, Iterable, Iterator
from typing import Any

import numpy as np
from isal.isal_zlib import crc32

from app.compute import ComputeQueue
from app.web.asgi.artifacts import npy_cells, npy_header

PIECE = 1_000_000  # bytes that are sent in one go
VERSION = 45  # of ZIP, which has ZIP64
DATE = 0x21  # 1 January 1980, the first that a ZIP knows: the same arrays are the same bytes
STAYS = 0xFFFFFFFF  # in place of a size or a place: look at ZIP64's own
ENTRY = struct.Struct("<HHHHHIIIHH")  # of a file, in its header and in the list
READABLE = 0o644 << 16


class Archive:
    """A ZIP on its way: `add` yields the bytes of one more file, `end` gives those that close it."""

    def __init__(self, queue: ComputeQueue) -> None:
        self._queue = queue
        self._place = 0  # where the next file begins
        self._list = list[bytes]()

    async def add(self, name: str, content: np.ndarray[Any, Any] | bytes) -> AsyncIterator[bytes | memoryview]:
        """Yield a file of the archive: an array as a NumPy file, or bytes as they are."""
        if isinstance(content, bytes):
            begin, cells = b"", memoryview(content)
        else:
            begin, cells = npy_header(content), npy_cells(content).data
        checksum = await self._queue.light(lambda: crc32(cells, crc32(begin)))
        yield self._header(name.encode(), checksum, len(begin) + len(cells)) + begin
        for first in range(0, len(cells), PIECE):
            yield cells[first : first + PIECE]

    def _header(self, name: bytes, checksum: int, size: int) -> bytes:
        """Return what stands before a file, and note it in the list."""
        sizes = struct.pack("<QQ", size, size)
        head = b"PK\x03\x04" + self._entry(name, checksum, len(sizes)) + name + _more(sizes)
        more = _more(sizes + struct.pack("<Q", self._place))
        said = struct.pack("<HHHII", 0, 0, 0, READABLE, STAYS)  # no comment, the first disk, no kind
        made_by = struct.pack("<H", 3 << 8 | VERSION)  # a system that has permissions
        self._list.append(b"PK\x01\x02" + made_by + self._entry(name, checksum, len(sizes) + 8) + said + name + more)
        self._place += len(head) + size
        return head

    def _entry(self, name: bytes, checksum: int, more: int) -> bytes:
        return ENTRY.pack(VERSION, 0, 0, 0, DATE, checksum, STAYS, STAYS, len(name), 4 + more)

    def end(self) -> bytes:
        """Return what stands behind the last file: the list of them all, and where it is."""
        files, count = b"".join(self._list), len(self._list)
        record = struct.pack("<QHHIIQQQQ", 44, VERSION, VERSION, 0, 0, count, count, len(files), self._place)
        locator = struct.pack("<IQI", 0, self._place + len(files), 1)
        last = struct.pack("<HHHHIIH", 0, 0, count, count, len(files), STAYS, 0)
        return files + b"PK\x06\x06" + record + b"PK\x06\x07" + locator + b"PK\x05\x06" + last


def _more(fields: bytes) -> bytes:
    """Return ZIP64's own field, with sizes and places."""
    return struct.pack("<HH", 1, len(fields)) + fields


async def archived(
    arrays: Iterable[tuple[str, np.ndarray[Any, Any]]], queue: ComputeQueue
) -> AsyncIterator[bytes | memoryview]:
    """Yield the archive of some arrays by name."""
    archive = Archive(queue)
    for name, array in arrays:
        async for piece in archive.add(f"{name}.npy", array):
            yield piece
    yield archive.end()


async def off_the_loop(pieces: Iterator[bytes], queue: ComputeQueue) -> AsyncIterator[bytes]:
    """Yield pieces that are each made in a thread."""
    while (piece := await queue.light(lambda: next(pieces, None))) is not None:
        yield piece
