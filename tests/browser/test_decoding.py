"""Files that are not quite right, and kinds that few programs write: what comes in is what the browser itself shows."""

import base64
import struct
import zlib

import numpy as np
from playwright.sync_api import Browser

from app.pictures.intake import decode
from tests import samples
from tests.pictures.bitmaps import FIELDS_AND_ALPHA, RGB565, bmp, fields, runs
from tests.pictures.test_containers import TURNED, XMP, profile_chunk, small, spoilt, swapped

SHOWN = """async ([data, colour]) => {
  const image = new Image();
  image.src = URL.createObjectURL(new Blob([Uint8Array.from(atob(data), (c) => c.charCodeAt(0))]));
  await image.decode();
  const canvas = new OffscreenCanvas(image.naturalWidth, image.naturalHeight), paper = canvas.getContext("2d");
  paper.fillStyle = colour;
  paper.fillRect(0, 0, canvas.width, canvas.height);
  paper.drawImage(image, 0, 0);
  return [canvas.height, canvas.width, ...paper.getImageData(0, 0, canvas.width, canvas.height).data];
}"""
NUMBERS = [[(row * 7919 + column * 104_729) & 0xFFFF for column in range(9)] for row in range(5)]
LARGE = struct.pack(">I", len(swapped()) + 1_500_000) + swapped()[4:] + bytes(1_500_000)
QUARTERS = samples.quarters()
PARTLY = "BMP, runs that leave pixels out"  # once black in Chromium, in 150 not painted
FILES = {
    "PNG, text spoilt": small(spoilt(samples.chunk(b"tEXt", b"key\0value"))),
    "PNG, profile": small(profile_chunk(swapped())),
    "PNG, profile spoilt": small(spoilt(profile_chunk(swapped()))),
    "PNG, large profile": small(profile_chunk(LARGE)),
    "PNG, large text": small(samples.chunk(b"zTXt", b"key\0\0" + zlib.compress(bytes(2_000_000)))),
    "PNG, clear colour spoilt": small(spoilt(samples.chunk(b"tRNS", struct.pack(">3H", 10, 20, 30)))),
    "PNG, EXIF": small(samples.chunk(b"eXIf", TURNED)),
    "PNG, EXIF spoilt": small(spoilt(samples.chunk(b"eXIf", TURNED))),
    "PNG, XMP": small(samples.chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + XMP)),
    "JPEG, XMP": samples.saved(QUARTERS, "JPEG", quality=100, subsampling=0, xmp=XMP),
    "WebP, XMP": samples.saved(QUARTERS, "WEBP", lossless=True, xmp=XMP),
    "AVIF, XMP": samples.saved(QUARTERS, "AVIF", quality=100, subsampling="4:4:4", xmp=XMP),
    "AVIF, turned": samples.held(QUARTERS, 6, "AVIF", quality=100, subsampling="4:4:4"),
    "BMP, 565": fields(RGB565, 16, NUMBERS),
    "BMP, 555": bmp(3, 1, 16, 0, struct.pack("<3H", 0x1234, 0x7C1F, 0x3DEF) + bytes(2)),
    "BMP, 332": fields((0xE000, 0x1C00, 0x0300), 16, NUMBERS),
    "BMP, 10 bits": fields((0x3FF << 20, 0x3FF << 10, 0x3FF), 32, [[n * 65_537 for n in row] for row in NUMBERS]),
    "BMP, 4444": fields((0xF00, 0xF0, 0xF, 0xF000), 16, NUMBERS, header=56),
    "BMP, 8888": fields((0xFF, 0xFF00, 0xFF0000, 0xFF000000), 32, [[0x80102030, 0xFF000000]], packing=FIELDS_AND_ALPHA),
    PARTLY: runs(4, 2, [1, 1, 0, 2, 2, 0, 1, 2, 0, 0, 4, 1, 0, 1]),
    "BMP, runs of halves": runs(5, 1, [0, 5, 0x12, 0x10, 0x20, 0, 0, 1], halves=True),
}  # fmt: skip


def test_a_picture_comes_in_as_the_browser_shows_it(browser: Browser) -> None:
    page = browser.new_page()
    for name, data in FILES.items():
        height, width, *levels = page.evaluate(
            SHOWN, [base64.b64encode(data).decode(), "black" if name == PARTLY else "white"]
        )
        shown = np.array(levels).reshape(height, width, 4)[:, :, :3]
        ours = decode(data, 1000).pixels
        ours = ours if ours.ndim == 3 else np.repeat(ours[:, :, None], 3, axis=2)
        assert ours.shape == shown.shape, name
        assert np.abs(ours.astype(int) - shown).max() <= 1, name
    page.close()
