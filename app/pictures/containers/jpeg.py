"""JPEG: markers, most with a segment behind them, then entropy-coded scans in which no marker but restarts can stand.

Of the segments before the first scan those stay that decoding needs. What lies behind the last marker goes.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from PIL import Image, ImageChops

from app.errors import Unreadable
from app.pictures.containers.content import Content, Size, counted

MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")  # not a stuffed byte, padding or a restart
START, END, START_OF_SCAN, TEMPORARY = 0xD8, 0xD9, 0xDA, 0x01
ALONE = {START, END, TEMPORARY}  # without a segment
FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}  # which say the size
APPLICATIONS = 0xE0  # from here on segments carry no pixels
EXIF = 0xE1
HEEDED = {0xE0: b"JFIF\0", 0xE2: b"ICC_PROFILE\0", 0xEE: b"Adobe"}  # and how those begin by which pixels are read
LAST = bytes((0xFF, END))
MOST_SCANS = 100  # encoders write up to about 20
MOST_SCANNED = 1_000_000_000  # pixels, in all scans: each costs a pass over all of them, and may be a few bytes long
FEW_SCANS = 20  # that are read, whatever the size
ZEROS = 4096  # at the end, from which on they were never written, and are no pixels


def _ending(first: int, second: int) -> bytes:
    """Return scans that go on, behind each restart too, with bits of no period and no long runs; the last marker."""
    pixels = bytes((first, second)[k.bit_count() % 2] for k in range(500))  # the sequence of Thue and Morse
    return b"".join(pixels + bytes([0xFF, restart]) for restart in range(0xD0, 0xD8)) + LAST


ENDINGS = _ending(0b01101001, 0b10010110), _ending(0b10010110, 0b01101001)  # of which no two bits agree


@dataclass(frozen=True)
class Endless(Content):
    """A picture without the last marker, of which pixels may be missing."""

    def decoded(self) -> Image.Image:
        """Return the picture; raise ValueError where it was cut.

        A decoder makes up what is missing from the bits that follow: several endings then make several pictures.
        """
        image = super().decoded()
        for ending in ENDINGS:
            other = self._decoded(self.data.removesuffix(LAST) + ending)
            if ImageChops.difference(image, other).getbbox():
                raise ValueError("the last pixels are missing")
        return image


def read(data: bytes) -> Content:
    """Return the picture of a JPEG; raise Unreadable where it has too many markers or scans."""
    size, exif, scans = (0, 0), b"", list[bytes]()
    kept, body, end = [data[:2]], len(data), len(data)
    kind: type[Content] = Endless
    for code, begin, after in counted(_markers(data), "JPEG"):
        segment, content = data[begin:after], data[begin + 4 : after]
        if code == END:
            kind, end = Content, begin
        elif code == START_OF_SCAN:
            body = begin if not scans else body
            scans.append(content)
            _check(len(scans), size)
        elif code == EXIF and content.startswith(b"Exif\0\0"):
            exif = exif or content
        elif not scans and (code < APPLICATIONS or (code in HEEDED and content.startswith(HEEDED[code]))):
            kept.append(segment)
        if code in FRAMES and not scans:
            size, components = (int.from_bytes(content[3:5]), int.from_bytes(content[1:3])), content[6::3]
    pixels = data[body:end]
    if kind is Endless:
        pixels = _written(pixels)
        _check_coverage(scans, components)
    return kind("JPEG", size, b"".join((*kept, pixels, LAST)), exif=exif)


def _markers(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Give each marker, where it begins, and where its segment ends."""
    at, code = 2, START
    while code != END and (marker := MARKER.search(data, at)):
        code, at = data[marker.end() - 1], marker.end()
        if code not in ALONE:
            at += max(2, int.from_bytes(data[at : at + 2]))
        yield code, marker.start(), at


def _check(scans: int, size: Size) -> None:
    """Raise Unreadable where decoding would pass over the pixels too often."""
    most = min(MOST_SCANS, max(FEW_SCANS, MOST_SCANNED // max(1, size[0] * size[1])))
    if scans > most:
        raise Unreadable(
            "This JPEG is cut into more than {most} scans, too many to decode; save it again as PNG or JPEG.",
            most=most,
        )


def _written(pixels: bytes) -> bytes:
    """Return the scans without what is behind their last byte: half a marker, or a page that was never written."""
    written = pixels.rstrip(b"\0")
    return (pixels if len(pixels) - len(written) < ZEROS else written).rstrip(b"\xff")


def _check_coverage(scans: list[bytes], components: bytes) -> None:
    """Raise ValueError where no scan brings the last bit of some coefficient: whole scans may have been cut."""
    brought = {
        (component, coefficient)
        for scan in scans
        if scan[-1] & 0xF == 0  # the bits that a later scan refines
        for component in scan[1 : 1 + 2 * scan[0] : 2]
        for coefficient in range(scan[-3], scan[-2] + 1)
    }
    if any((component, coefficient) not in brought for component in components for coefficient in range(64)):
        raise ValueError("scans are missing")
