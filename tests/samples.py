"""Makers of pictures for tests, the nasty ones above all, as the bytes of a file."""

import struct
import zlib
from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image

KINDS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "AVIF")


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    """Return `image` as a file of `kind`."""
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def gradient(width: int = 24, height: int = 16) -> Image.Image:
    """Return a small colour picture in which no two places look alike."""
    rows, columns = np.mgrid[:height, :width]
    bands = (columns * 255 // max(1, width - 1), rows * 255 // max(1, height - 1), (rows + columns) % 256)
    return Image.fromarray(np.stack(bands, axis=2).astype(np.uint8))


def quarters() -> Image.Image:
    """Return a 32×16 picture, red, green, blue and white from the top left, clockwise from there."""
    image = Image.new("RGB", (32, 16))
    for color, at in (("red", (0, 0)), ("lime", (16, 0)), ("blue", (16, 8)), ("white", (0, 8))):
        image.paste(Image.new("RGB", (16, 8), color), at)
    return image


def held(image: Image.Image, orientation: int, kind: str = "JPEG", **options: Any) -> bytes:
    """Return `image` as a camera held that way stores it: turned, with the EXIF tag that says how to turn it back."""
    turn = Image.Transpose
    stored = {
        2: turn.FLIP_LEFT_RIGHT,
        3: turn.ROTATE_180,
        4: turn.FLIP_TOP_BOTTOM,
        5: turn.TRANSPOSE,
        6: turn.ROTATE_90,
        7: turn.TRANSVERSE,
        8: turn.ROTATE_270,
    }
    if orientation in stored:
        image = image.transpose(stored[orientation])
    exif = Image.Exif()
    exif[0x0112] = orientation
    return saved(image, kind, exif=exif.tobytes(), **options)


def chunk(name: bytes, data: bytes) -> bytes:
    """Return one chunk of a PNG."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width: int, height: int, depth: int, color: int, rows: bytes, *chunks: bytes) -> bytes:
    """Return a PNG written by hand: `rows` with their filter bytes, `chunks` before the data."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, 0))
    data = chunk(b"IDAT", zlib.compress(rows, 9))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(chunks) + data + chunk(b"IEND", b"")


def huge_png(width: int, height: int) -> bytes:
    """Return a black 1-bit PNG: 30 megapixels are 4 kB."""
    return png(width, height, 1, 0, bytes((width + 7) // 8 + 1) * height)


def huge_gif(width: int, height: int) -> bytes:
    """Return a GIF of one pixel on a canvas of any size."""
    small = saved(Image.new("L", (1, 1)), "GIF")
    return small[:6] + struct.pack("<HH", width, height) + small[10:]


def huge_webp(width: int, height: int) -> bytes:
    """Return a WebP that announces any canvas, with nothing behind it."""
    canvas = bytes(4) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    body = b"WEBPVP8X" + struct.pack("<I", len(canvas)) + canvas
    return b"RIFF" + struct.pack("<I", len(body)) + body


def huge_bmp(width: int, height: int) -> bytes:
    """Return the header of a BMP of any size."""
    header = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, 0, 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", 54, 0, 0, 54) + header


def many_scans(width: int, height: int, scans: int) -> bytes:
    """Return a progressive JPEG that repeats its last scan, a few bytes a pass over all pixels."""
    data = saved(Image.new("RGB", (width, height), (10, 200, 30)), "JPEG", progressive=True)
    return data[:-2] + data[data.rfind(b"\xff\xda") : -2] * scans + data[-2:]


def animation(kind: str) -> bytes:
    """Return three frames: red, green, blue."""
    frames = [Image.new("RGB", (8, 8), color) for color in ("red", "lime", "blue")]
    exact = {"WEBP": {"lossless": True}, "AVIF": {"quality": 100, "subsampling": "4:4:4"}}.get(kind, {})
    return saved(frames[0], kind, save_all=True, append_images=frames[1:], duration=100, **exact)


def heic(brand: bytes = b"heic", *others: bytes) -> bytes:
    """Return the beginning of an iPhone's photo."""
    body = b"ftyp" + brand + bytes(4) + b"".join(others or (b"mif1", brand))
    return struct.pack(">I", len(body) + 4) + body + bytes(64)
