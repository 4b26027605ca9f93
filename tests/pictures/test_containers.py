"""What a file has beside its picture neither spoils the picture nor costs time, and says nothing of how it stands."""

import struct
import time
import zlib
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageCms

from app.errors import Unreadable
from app.pictures.containers import jpeg
from app.pictures.containers.av1 import coded_pixels
from app.pictures.containers.exif import orientation
from app.pictures.intake import decode
from tests import samples
from tests.pictures.bitmaps import FIELDS_AND_ALPHA, PALETTE, RGB565, bmp, fields, runs

LIMIT = 25_000_000
TURNED = b"II*\0\x08\0\0\0\1\0\x12\1\3\0\1\0\0\0\3\0\0\0\0\0\0\0"  # EXIF: held upside down
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf tiff:Orientation="3"/></x:xmpmeta>'
CHUNKS = b"tEXt zTXt iTXt tIME pHYs gAMA cHRM sRGB sBIT bKGD hIST acTL fcTL prVt a?c!".split()
JPEGS = {
    "plain": {},
    "progressive": {"progressive": True},
    "restarts": {"restart_marker_blocks": 3},
    "own tables": {"optimize": True, "subsampling": 0},
}


def pixels(data: bytes) -> list[object]:
    """The picture in a file, as nested lists."""
    return decode(data, LIMIT).pixels.tolist()


def spoilt(chunk: bytes) -> bytes:
    """A chunk whose checksum is wrong."""
    return chunk[:-1] + bytes([chunk[-1] ^ 1])


def small(*chunks: bytes, after: bytes = b"") -> bytes:
    """A PNG of two pixels, with chunks before and after its data."""
    data = samples.png(2, 1, 8, 2, bytes([0, 10, 20, 30, 40, 50, 60]), *chunks)
    return data[:-12] + after + data[-12:]


STANDING, UPSIDE_DOWN = [[[10, 20, 30], [40, 50, 60]]], [[[40, 50, 60], [10, 20, 30]]]


def swapped() -> bytes:
    """A colour profile that takes red for blue."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, blue = profile.find(b"rXYZ"), profile.find(b"bXYZ")
    profile[red : red + 4], profile[blue : blue + 4] = b"bXYZ", b"rXYZ"
    return bytes(profile.replace("sRGB".encode("utf-16-be"), "BGRs".encode("utf-16-be")))


def profile_chunk(profile: bytes) -> bytes:
    return samples.chunk(b"iCCP", b"name\0\0" + zlib.compress(profile))


# ---- PNG


@pytest.mark.parametrize("name", CHUNKS)
@pytest.mark.parametrize("content", [b"", b"key\0\0\0\0\0value", bytes(40)])
@pytest.mark.parametrize("made", [samples.chunk, lambda *parts: spoilt(samples.chunk(*parts))], ids=["right", "spoilt"])
def test_a_chunk_without_pixels_does_not_spoil_the_picture(
    name: bytes, content: bytes, made: Callable[[bytes, bytes], bytes]
) -> None:
    chunk = made(name, content)
    assert pixels(small(chunk)) == pixels(small(after=chunk)) == STANDING


@pytest.mark.parametrize("name", [b"zTXt", b"iTXt"])
def test_text_is_not_inflated(name: bytes) -> None:
    head = b"key\0\0" if name == b"zTXt" else b"key\0\1\0\0\0"
    text = samples.chunk(name, head + zlib.compress(bytes(2_000_000)))
    assert pixels(small(text)) == pixels(small(after=text)) == STANDING


def test_a_colour_profile_of_more_than_a_mebibyte_is_used_and_a_bomb_is_not() -> None:
    large = bytearray(swapped() + bytes(1_500_000))
    large[:4] = struct.pack(">I", len(large))
    ((left, right),) = pixels(small(profile_chunk(bytes(large))))
    assert np.abs(np.subtract([left, right], [[30, 20, 10], [60, 50, 40]])).max() <= 1
    bomb = profile_chunk(bytes(50_000_000))
    start = time.process_time()
    assert pixels(small(bomb)) == STANDING
    assert time.process_time() - start < 1


def test_what_says_how_pixels_look_counts_where_its_checksum_is_right() -> None:
    profile, exif = profile_chunk(swapped()), samples.chunk(b"eXIf", TURNED)
    clear = samples.chunk(b"tRNS", struct.pack(">3H", 10, 20, 30))
    assert pixels(small(profile)) != STANDING
    assert pixels(small(exif)) == pixels(small(after=exif)) == UPSIDE_DOWN
    assert pixels(small(clear)) == [[[255] * 3, [40, 50, 60]]]
    assert pixels(small(spoilt(profile), spoilt(exif), spoilt(clear))) == STANDING
    assert pixels(small(after=profile + clear)) == STANDING  # too late


@pytest.mark.parametrize("at", [12, 16, 24, 29])
def test_a_spoilt_header_is_damage(at: int) -> None:
    data = bytearray(small())
    data[at] ^= 1
    with pytest.raises(Unreadable):
        decode(bytes(data), LIMIT)


def test_spoilt_colours_are_damage() -> None:
    palette = samples.chunk(b"PLTE", bytes([10, 20, 30, 40, 50, 60]))
    data = samples.png(2, 1, 8, 3, b"\0\0\1", palette)
    assert pixels(data) == STANDING
    with pytest.raises(Unreadable):
        decode(data.replace(palette, spoilt(palette)), LIMIT)


def test_pixels_in_many_pieces_are_put_together_and_those_after_a_break_are_not() -> None:
    noise = Image.effect_noise((20, 20), 100)
    whole = samples.saved(noise, "PNG")
    begin = whole.index(b"IDAT") - 4
    data, end = whole[begin + 8 : -16], samples.chunk(b"IEND", b"")
    pieces = [samples.chunk(b"IDAT", data[at : at + 7]) for at in range(0, len(data), 7)]
    assert pixels(whole[:begin] + b"".join(pieces) + end) == np.asarray(noise).tolist()
    pieces.insert(5, samples.chunk(b"tEXt", b"key\0value"))
    with pytest.raises(Unreadable):
        decode(whole[:begin] + b"".join(pieces) + end, LIMIT)


# ---- JPEG


@pytest.mark.parametrize("options", JPEGS.values(), ids=JPEGS)
@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_a_jpeg_without_its_last_marker_is_read_and_a_cut_one_is_not(mode: str, options: dict[str, object]) -> None:
    """The browser shows a cut one down to where it ends; a class would see a picture that nobody made."""
    whole = samples.saved(samples.gradient(88, 56).convert(mode), "JPEG", **options)
    expected = pixels(whole)
    for missing in (whole[:-2], whole[:-1], whole[:-1] + b"\xff", whole[:-2] + bytes(5000)):
        assert pixels(missing) == expected
    refused = 0
    for end in [*range(3, 40), *range(40, len(whole) - 200, 61)]:
        for data in (whole[:-end], whole[:-end] + bytes(5000)):
            try:
                assert pixels(data) == expected, end  # of some scans the last bits say nothing
            except Unreadable:
                refused += 1
    assert refused > 60


@pytest.mark.parametrize("color", [(10, 200, 30), (128, 128, 128), (0, 0, 0), (255, 255, 255)])
@pytest.mark.parametrize("options", JPEGS.values(), ids=JPEGS)
def test_a_picture_of_one_colour_is_no_exception(color: tuple[int, int, int], options: dict[str, object]) -> None:
    whole = samples.saved(Image.new("RGB", (100, 40), color), "JPEG", **options)
    expected = pixels(whole)
    assert pixels(whole[:-2]) == expected
    for end in range(3, 60):
        with suppress(Unreadable):
            assert pixels(whole[:-end]) == expected


def test_a_progressive_jpeg_without_its_last_scans_is_unreadable() -> None:
    whole = samples.saved(samples.gradient(64, 64), "JPEG", progressive=True)
    scans = [begin for code, begin, _ in jpeg._markers(whole) if code == jpeg.START_OF_SCAN]
    assert len(scans) > 5
    for begin in scans[1:]:
        with pytest.raises(Unreadable):
            decode(whole[:begin], LIMIT)


def test_what_follows_the_last_marker_is_nothing() -> None:
    whole = samples.saved(samples.gradient(), "JPEG")
    other = samples.saved(samples.quarters(), "JPEG")
    assert pixels(whole + other) == pixels(whole + b"\xff\xfe" * 9) == pixels(whole)


# ---- which way is up


def test_text_does_not_turn_a_picture() -> None:
    raw = b"\nexif\n" + str(len(TURNED)).encode() + b"\n" + (b"Exif\0\0" + TURNED).hex().encode() + b"\n"
    for chunk in (
        samples.chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + XMP),
        samples.chunk(b"tEXt", b"XML:com.adobe.xmp\0" + XMP),
        samples.chunk(b"tEXt", b"Raw profile type exif\0" + raw),
        samples.chunk(b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(raw)),
    ):
        assert pixels(small(chunk)) == pixels(small(after=chunk)) == STANDING


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "AVIF"])
def test_xmp_does_not_turn_a_picture(kind: str) -> None:
    image = samples.quarters()
    if kind == "PNG":  # Pillow writes none
        data = samples.saved(image, kind)
        with_xmp = data[:33] + samples.chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + XMP) + data[33:]
    else:
        data, with_xmp = samples.saved(image, kind), samples.saved(image, kind, xmp=XMP)
        assert XMP in with_xmp
    assert pixels(with_xmp) == pixels(data)


def test_an_avif_is_turned_by_its_container_alone() -> None:
    standing = samples.saved(samples.quarters(), "AVIF", quality=100)
    turned = samples.held(samples.quarters(), 6, "AVIF", quality=100)
    assert b"irot" in turned
    assert decode(turned, LIMIT).pixels.shape == (16, 32, 3)
    exif = samples.saved(samples.quarters(), "AVIF", quality=100, exif=TURNED[:10] + b"\x0f\1\2" + TURNED[13:])
    assert b"Exif" in exif  # of the camera's maker
    told = exif.replace(TURNED[:10] + b"\x0f\1\2", TURNED[:13])
    assert pixels(told) == pixels(standing)


@pytest.mark.parametrize(
    ("exif", "expected"),
    [
        (TURNED, 3),
        (b"Exif\0\0" + TURNED, 3),
        (b"MM\0*\0\0\0\x08\0\1\1\x12\0\3\0\0\0\1\0\6\0\0\0\0\0\0", 6),
        (TURNED[:12] + b"\7" + TURNED[13:], 1),  # another type
        (TURNED[:14] + b"\2" + TURNED[15:], 1),  # two numbers
        (TURNED[:8] + b"\xff\xff" + TURNED[10:], 3),  # more entries than there are
        (TURNED[:4] + b"\xff\xff\xff\xff" + TURNED[8:], 1),
        (TURNED[:7], 1),
        (b"", 1),
        (b"junk" * 9, 1),
    ],
)
def test_exif_says_how_a_camera_was_held(exif: bytes, expected: int) -> None:
    assert orientation(exif) == expected


# ---- BMP


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (fields(RGB565, 16, [[0x1234, 0xF81F, 0x7BEF]]), [[16, 69, 165], [255, 0, 255], [123, 125, 123]]),
        (fields((0x7C00, 0x3E0, 0x1F), 16, [[0x1234, 0xFC1F]]), [[33, 140, 165], [255, 0, 255]]),
        (bmp(2, 1, 16, 0, struct.pack("<2H", 0x1234, 0xFC1F)), [[33, 140, 165], [255, 0, 255]]),
        (fields((0xE000, 0x1C00, 0x0300), 16, [[0x6D00]]), [[109, 109, 85]]),
        (fields((0x3FF << 20, 0x3FF << 10, 0x3FF), 32, [[0x3FF << 20 | 0x200 << 10 | 0x101]]), [[255, 128, 64]]),
        (fields((0xFF, 0xFF00, 0xFF0000), 32, [[0x102030]]), [[0x30, 0x20, 0x10]]),
        (fields((0xFF00, 0, 0), 16, [[0x1234]]), [[0x12, 0, 0]]),
        (fields((0, 0, 0), 32, [[0x102030]]), [[0x10, 0x20, 0x30]]),
        (fields((0xF00, 0xF0, 0xF, 0xF000), 16, [[0xFC1F, 0x0123]], header=56), [[204, 17, 255], [255] * 3]),
        (
            fields((0xFF, 0xFF00, 0xFF0000, 0xFF000000), 32, [[0xFF102030, 0]], packing=FIELDS_AND_ALPHA),
            [[0x30, 0x20, 0x10], [255] * 3],
        ),
    ],
    ids=["565", "555", "plain 16", "332", "10 bits", "BGR", "red", "no masks", "4444", "8888"],
)
def test_each_colour_of_a_bitmap_may_have_bits_of_its_own(data: bytes, expected: list[list[int]]) -> None:
    assert pixels(data) == [expected]


@pytest.mark.parametrize("bits", [16, 32])
def test_rows_of_bit_fields_stand_as_they_should(bits: int) -> None:
    rows = [[row << 11 | column << 5 for column in range(5)] for row in range(3)]
    data = fields(RGB565, bits, rows)
    expected = [[[(row * 510 + 31) // 62, (column * 510 + 63) // 126, 0] for column in range(5)] for row in range(3)]
    assert pixels(data) == expected
    first = 54 + 12
    lines = [
        data[first:][at : at + len(data[first:]) // 3] for at in range(0, len(data) - first, (len(data) - first) // 3)
    ]
    down = data[:22] + struct.pack("<i", -3) + data[26:first] + b"".join(reversed(lines))
    assert pixels(down) == expected
    for cut in (1, 4, len(data) - first):
        with pytest.raises(Unreadable):
            decode(data[:-cut], LIMIT)


@pytest.mark.parametrize("masks", [(0xF0F00, 0xFF, 0xF000000), (0x5, 0x8, 0x10)])
def test_a_mask_with_gaps_is_unreadable(masks: tuple[int, ...]) -> None:
    with pytest.raises(Unreadable):
        decode(fields(masks, 32, [[1]]), LIMIT)


A, B, C, BLACK = (*map(list, PALETTE), [0, 0, 0])


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (runs(4, 1, [2, 1, 2, 2, 0, 1]), [[B, B, C, C]]),
        (runs(2, 2, [2, 1, 0, 0, 2, 2, 0, 1]), [[C, C], [B, B]]),
        (runs(4, 1, [0, 3, 1, 2, 1, 0, 1, 2, 0, 1]), [[B, C, B, C]]),
        (runs(4, 1, [0, 4, 1, 2, 1, 2, 0, 1]), [[B, C, B, C]]),
        (runs(3, 1, [9, 1, 0, 1]), [[B, B, B]]),
        (runs(2, 1, [2, 1]), [[B, B]]),
        (runs(4, 2, [1, 1, 0, 2, 2, 0, 1, 2, 0, 0, 4, 0, 0, 1]), [[A, A, A, A], [B, BLACK, BLACK, C]]),
        (runs(2, 2, [1, 1, 0, 2, 0, 1, 1, 2, 0, 1]), [[BLACK, C], [B, BLACK]]),
        (runs(2, 2, [1, 1, 0, 1]), [[BLACK, BLACK], [B, BLACK]]),
        (runs(4, 1, [3, 0x12, 1, 0x20, 0, 1], halves=True), [[B, C, B, C]]),
        (runs(5, 1, [0, 5, 0x12, 0x10, 0x20, 0, 0, 1], halves=True), [[B, C, B, A, C]]),
        (runs(3, 1, [3, 7, 0, 1]), [[BLACK] * 3]),
    ],
)
def test_runs_of_a_bitmap_are_told_out(data: bytes, expected: list[list[list[int]]]) -> None:
    assert pixels(data) == expected


@pytest.mark.parametrize("codes", [[1, 1], [2, 1, 0], [2, 1, 1], [0, 4, 1, 2], [0, 2, 1], []])
def test_runs_that_are_cut_are_unreadable(codes: list[int]) -> None:
    with pytest.raises(Unreadable):
        decode(runs(4, 1, codes), LIMIT)


@pytest.mark.parametrize("halves", [False, True])
def test_long_runs_agree_with_pillow(halves: bool) -> None:
    random = np.random.default_rng(7)
    codes = b""
    for _ in range(20):
        left = 300
        while left:
            if random.random() < 0.3 and left > 3:
                count = int(random.integers(3, min(left, 200) + 1))
                length = (count + 1) // 2 if halves else count
                codes += (
                    bytes([0, count]) + random.integers(0, 3, length).astype(np.uint8).tobytes() + bytes(length % 2)
                )
            else:
                count = int(random.integers(1, min(left, 6) + 1))
                codes += bytes([count, int(random.integers(0, 3))])
            left -= count
        codes += b"\0\0"
    data = runs(300, 20, codes + b"\0\1", halves=halves)
    with Image.open(BytesIO(data)) as plain:
        assert pixels(data) == np.asarray(plain.convert("RGB")).tolist()


def test_grey_runs_are_grey() -> None:
    data = runs(4, 1, [2, 1, 1, 2, 0, 1])
    for red, green, blue in PALETTE:
        data = data.replace(bytes([blue, green, red, 0]), bytes([red, red, red, 0]))
    assert pixels(data) == [[40, 40, 200, 0]]


# ---- as many parts as fit into a file


def of_bytes(part: bytes, size: int = 19_000_000) -> bytes:
    """As many of a part as fit."""
    return part * (size // len(part))


def behind(data: bytes, at: int, part: bytes) -> bytes:
    """A file with something put into it."""
    return data[:at] + part + data[at:]


JPEG, GIF = samples.saved(samples.gradient(), "JPEG"), samples.saved(Image.new("L", (1, 1)), "GIF")
EXTENSIONS = 13 + (3 << (GIF[10] & 7) + 1)
AVIF = samples.saved(samples.gradient(), "AVIF")
ENTRIES = struct.pack("<H", 65_535) + b"".join(struct.pack("<HHII", tag, 7, 9_000_000, 0) for tag in range(65_535))


def listed(items: int) -> bytes:
    """An AVIF that lists many things that are not there."""
    at = AVIF.index(b"iinf") - 4
    length = int.from_bytes(AVIF[at : at + 4])
    entry = b"\0\0\0\x15infe\2\0\0\0\0\2\0\0av01\0"
    meta = AVIF.index(b"meta") - 4
    more = items * len(entry)
    data = bytearray(behind(AVIF, at + length, entry * items))
    data[at : at + 4] = (length + more).to_bytes(4)
    data[meta : meta + 4] = (int.from_bytes(AVIF[meta : meta + 4]) + more).to_bytes(4)
    return bytes(data)


@pytest.mark.parametrize(
    "made",
    [
        lambda: behind(JPEG, 2, of_bytes(b"\xff\xfe\0\2")),
        lambda: behind(JPEG, 2, of_bytes(b"\xff\xe2\0\2")),
        lambda: behind(JPEG, -2, of_bytes(b"\xff\xfe\0\2")),
        lambda: behind(small(), 33, of_bytes(samples.chunk(b"tEXt", b"k\0v"))),
        lambda: small(after=of_bytes(samples.chunk(b"tEXt", b"k\0v"))),
        lambda: behind(small(), 33, of_bytes(samples.chunk(b"IDAT", b""))),
        lambda: behind(GIF, EXTENSIONS, b"!\xfe" + of_bytes(b"\1a") + b"\0"),
        lambda: behind(GIF, EXTENSIONS, of_bytes(b"!\xfe\0")),
        lambda: behind(GIF, EXTENSIONS, of_bytes(b"!\xf9\1a\0")),
        lambda: runs(1, LIMIT, of_bytes(b"\0\0")),
        lambda: runs(5000, 4999, of_bytes(b"\0\2\0\0")),
        lambda: runs(5000, 4999, of_bytes(b"\1\1\0\3\1\2\1\0" * 1000 + b"\0\0")),
        lambda: listed(5000),
        lambda: AVIF + of_bytes(b"\0\0\0\x08free"),
    ],
    ids=[
        "JPEG comments", "JPEG profiles", "JPEG comments in a scan", "PNG texts", "PNG texts behind", "PNG no pixels",
        "GIF blocks", "GIF comments", "GIF controls", "BMP lines", "BMP jumps", "BMP runs", "AVIF items", "AVIF boxes",
    ],
)  # fmt: skip
def test_a_file_of_too_many_parts_is_refused_at_once(made: Callable[[], bytes]) -> None:
    data = made()
    start = time.process_time()
    with pytest.raises(Unreadable, match=r"cut into more than [\d,]+ parts|lists its parts in [\d,]+ bytes"):
        decode(data, LIMIT)
    assert time.process_time() - start < 2


@pytest.mark.parametrize(
    ("made", "plain"),
    [
        (lambda: behind(JPEG, 2, of_bytes(b"\xff")), JPEG),
        (lambda: behind(JPEG, 2, of_bytes(b"\xff\0")), JPEG),
        (lambda: behind(JPEG, -2, of_bytes(b"\xff")), JPEG),
        (lambda: behind(JPEG, -2, of_bytes(b"\xff\xd0")), JPEG),
        (lambda: JPEG + of_bytes(b"\xff\xfe\0\2"), JPEG),
        (lambda: behind(JPEG, 2, b"\xff\xe1\xff\xff" + (b"Exif\0\0II*\0\x08\0\0\0" + ENTRIES)[:65_533]), JPEG),
        (lambda: small(samples.chunk(b"eXIf", b"II*\0\x08\0\0\0" + ENTRIES + bytes(9_000_000))), small()),
        (lambda: small(*[samples.chunk(b"zTXt", b"k\0\0" + zlib.compress(bytes(1_000_000)))] * 2000), small()),
        (lambda: behind(GIF, EXTENSIONS, b"!\xf9" + (b"\xff" + bytes(255)) * 40_000 + b"\0"), GIF),
        (lambda: GIF + of_bytes(b"!\xfe\0"), GIF),
        (lambda: runs(500, 400, of_bytes(b"\xff\1") + b"\0\1"), runs(500, 400, [255, 1] * 2 + [0, 1])),
    ],
    ids=[
        "fill", "stuffing", "fill in a scan", "restarts", "behind", "JPEG EXIF", "PNG EXIF", "texts", "GIF control",
        "GIF behind", "BMP",
    ],
)  # fmt: skip
def test_a_file_of_much_that_is_no_picture_is_read_soon(made: Callable[[], bytes], plain: bytes) -> None:
    data = made()
    expected = decode(plain, LIMIT).pixels
    start = time.process_time()
    assert np.array_equal(decode(data, LIMIT).pixels, expected)
    assert time.process_time() - start < 2


def test_a_large_jpeg_may_have_fewer_scans_than_a_small_one() -> None:
    start = time.process_time()
    with pytest.raises(Unreadable, match="more than 40 scans"):
        decode(samples.many_scans(5000, 5000, 60), LIMIT)
    assert time.process_time() - start < 2
    assert decode(samples.many_scans(500, 500, 60), LIMIT).width == 500


# ---- AVIF


def claiming(data: bytes, width: int, height: int) -> bytes:
    """An AVIF whose boxes say another size than what is coded in it."""
    at = data.index(b"ispe") + 8
    return data[:at] + struct.pack(">II", width, height) + data[at + 8 :]


@pytest.mark.parametrize(("frames", "coded"), [(1, "1,170,000"), (2, "2,340,000")])
def test_an_avif_that_claims_less_than_is_coded_in_it_is_not_decoded(frames: int, coded: str) -> None:
    large = Image.new("RGB", (1300, 900), (9, 80, 200))
    data = samples.saved(large, "AVIF", save_all=True, append_images=[large] * (frames - 1))
    assert decode(data, 2_000_000).pixels.shape == (900, 1300, 3)
    data = data.replace(struct.pack(">II", 1300 << 16, 900 << 16), struct.pack(">II", 20 << 16, 10 << 16))  # of a track
    with pytest.raises(Unreadable) as refused:
        decode(claiming(data, 20, 10), 2_000_000)
    assert f"20×10 pixels, but {coded} are coded" in str(refused.value)


def test_what_an_avif_codes_is_counted_frame_by_frame() -> None:
    grey = samples.saved(Image.new("L", (70, 30), 9), "AVIF")
    stream = grey[grey.index(b"mdat") + 4 :]
    assert coded_pixels(stream) == 70 * 30
    assert coded_pixels(stream * 3) == 3 * 70 * 30
    with pytest.raises(ValueError, match="is cut short"):
        coded_pixels(stream[:8])
    with pytest.raises(ValueError, match="without a sequence header"):
        coded_pixels(b"\x32\x01\x10")
    with pytest.raises(ValueError, match="without a length"):
        coded_pixels(b"\x0a" + b"\xff" * 9)
