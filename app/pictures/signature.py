"""What kind of file it is, by its first bytes.

A file of no kind that is read gets a sentence about what it looks like and the way out.
"""

import re

from app.errors import UnknownKind

AVIF_BRANDS = {b"avif", b"avis"}
HEIF_BRANDS = {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"hevm", b"hevs", b"mif1", b"msf1"}
SVG = re.compile(rb"(\xef\xbb\xbf)?\s*<(\?xml|!--|!doctype svg|svg).*", re.IGNORECASE | re.DOTALL)
MARKUP = re.compile(rb"(\xef\xbb\xbf)?\s*<(!doctype|html|\?xml)", re.IGNORECASE)
TEXT = re.compile(rb"[\t-\r\x1b -\x7e\x80-\xff]+")


def kind_of(data: bytes) -> str:
    """Return Pillow's name for the kind that the signature shows; raise UnknownKind where it is none we read."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "GIF"
    if brands(data) & AVIF_BRANDS:
        return "AVIF"
    if data.startswith(b"BM") and not is_text(data):
        return "BMP"
    raise unknown(data)


def unknown(data: bytes) -> UnknownKind:
    """Say what a file that is not read looks like, and what to do."""
    if not data:
        return UnknownKind("The file is empty; choose a PNG, JPEG, WebP, GIF, BMP or AVIF picture.")
    if brands(data) & HEIF_BRANDS:
        return UnknownKind(
            "This is a HEIC photo, which cannot be read here. Export it as JPEG, or set the iPhone's camera to "
            "“Most Compatible” (Settings, Camera, Formats) and take it again."
        )
    if brands(data):
        return UnknownKind("This is a video or another media file; save a still from it as PNG or JPEG.")
    if data.startswith(b"%PDF"):
        return UnknownKind("This is a PDF document, not a picture; export the page as PNG or JPEG.")
    if SVG.match(data[:4096]) and b"<svg" in data[:4096].lower():
        return UnknownKind("This is an SVG drawing, which has no pixels; export it as PNG.")
    if data.startswith((b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")):
        return UnknownKind("This is a TIFF or a camera's raw file; export it as PNG or JPEG.")
    if data.startswith(b"8BPS"):
        return UnknownKind("This is a Photoshop document; export it as PNG or JPEG.")
    if data.startswith((b"\0\0\0\x0cjP  ", b"\xff\x4f\xff\x51", b"\0\0\0\x0cJXL ", b"\xff\x0a")):
        return UnknownKind("This is a JPEG 2000 or JPEG XL file; save it as PNG or as plain JPEG.")
    if data.startswith(b"PK\3\4"):
        return UnknownKind("This is a ZIP archive or an office document; take the picture out of it and choose that.")
    if MARKUP.match(data[:4096]):
        return UnknownKind("This is a web page or an XML file; save the picture itself and choose that.")
    if is_text(data):
        return UnknownKind(
            "This is a text file, whatever its name says; choose a PNG, JPEG, WebP, GIF, BMP or AVIF picture."
        )
    return UnknownKind(
        "This file is none of the kinds that can be read; choose a PNG, JPEG, WebP, GIF, BMP or AVIF picture."
    )


def brands(data: bytes) -> set[bytes]:
    """Return the brands of an ISO media file (AVIF, HEIC, MP4), by which its readers know it."""
    if data[4:8] != b"ftyp":
        return set()
    end = min(int.from_bytes(data[:4], "big"), len(data), 256)
    return {data[8:12]} | {data[at : at + 4] for at in range(16, end - 3, 4)}


def is_text(data: bytes) -> bool:
    """Tell whether the beginning holds no control bytes but those of text."""
    return TEXT.fullmatch(data[:512]) is not None
