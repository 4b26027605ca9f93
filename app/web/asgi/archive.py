"""NumPy archives (.npz), written while they are sent: nothing of them is held but the piece that goes out."""

import io
import zipfile
from collections.abc import AsyncIterator, Iterable, Iterator
from typing import Any

import numpy as np

from app.compute import ComputeQueue
from app.web.asgi.artifacts import npy_cells, npy_header

PIECE = 1_000_000  # bytes that are sent in one go
WHEN = (1980, 1, 1, 0, 0, 0)  # the first that a ZIP knows: the same arrays are the same bytes


class _Passing(io.RawIOBase):
    """A file that has no past: what is written to it waits to be sent."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.pieces.append(bytes(data))
        return len(self.pieces[-1])

    def taken(self) -> bytes:
        """Return what has been written since this was last asked."""
        pieces, self.pieces = self.pieces, []
        return b"".join(pieces)


class Archive:
    """A ZIP on its way: `add` yields the bytes of one more file, `end` those that close it."""

    def __init__(self) -> None:
        self._passing = _Passing()
        self._zip = zipfile.ZipFile(self._passing, "w", zipfile.ZIP_STORED)

    def add(self, name: str, content: np.ndarray[Any, Any] | bytes) -> Iterator[bytes]:
        """Yield a file of the archive: an array as a NumPy file, or bytes as they are."""
        if isinstance(content, bytes):
            head, cells = b"", memoryview(content)
        else:
            head, cells = npy_header(content), npy_cells(content).data
        with self._zip.open(zipfile.ZipInfo(name, WHEN), "w", force_zip64=True) as file:
            file.write(head)
            for first in range(0, len(cells), PIECE):
                file.write(cells[first : first + PIECE])
                yield self._passing.taken()
        yield self._passing.taken()

    def end(self) -> bytes:
        """Return what stands behind the last file: the list of them all."""
        self._zip.close()
        return self._passing.taken()


def archived(arrays: Iterable[tuple[str, np.ndarray[Any, Any]]]) -> Iterator[bytes]:
    """Yield the archive of some arrays by name."""
    archive = Archive()
    for name, array in arrays:
        yield from archive.add(f"{name}.npy", array)
    yield archive.end()


async def off_the_loop(pieces: Iterator[bytes], queue: ComputeQueue) -> AsyncIterator[bytes]:
    """Yield pieces that are each made in a thread."""
    while (piece := await queue.light(lambda: next(pieces, None))) is not None:
        yield piece
