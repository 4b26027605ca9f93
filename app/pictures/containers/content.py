"""What a decoder is given of a file, and how many parts of it are looked at."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import TypeVar

from PIL import Image

from app.errors import Unreadable

MOST_PARTS = 50_000  # chunks, markers or blocks: real files have up to some thousands
Size = tuple[int, int]  # (width, height)
Part = TypeVar("Part")


@dataclass(frozen=True)
class Content:
    """The first picture of a file, and what is said of it."""

    kind: str
    size: Size  # as the file claims; nothing of that size has been made yet
    data: bytes  # a file of the same kind
    profile: bytes | None = None
    exif: bytes = b""

    def decoded(self) -> Image.Image:
        """Return the picture, with Pillow's exceptions where it is damaged."""
        return self._decoded(self.data)

    def _decoded(self, data: bytes) -> Image.Image:
        image = Image.open(BytesIO(data), formats=(self.kind,))
        if image.size != self.size:
            raise ValueError(f"{self.size} in the header, {image.size} to the decoder")
        image.decodermaxblock = max(image.decodermaxblock, len(data))  # at once: what is left is never copied
        image.load()
        return image


def counted(parts: Iterable[Part], kind: str, most: int = MOST_PARTS) -> Iterator[Part]:
    """Give the parts of a file; raise Unreadable where there are too many."""
    for number, part in enumerate(parts):
        if number == most:
            raise Unreadable(
                "This {kind} file is cut into more than {most:,} parts, too many to look through. Open it in a picture "
                "program, save it again as PNG or JPEG, and choose the new file.",
                kind=kind,
                most=most,
            )
        yield part
