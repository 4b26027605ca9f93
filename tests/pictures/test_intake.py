"""Whatever a stranger uploads, what comes out is a picture, as a person would see it, or a sentence."""

import struct
import threading
import time
import tracemalloc
from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageCms

from app.errors import Mistake, TooLarge, UnknownKind, Unreadable
from app.pictures.intake import decode, read_picture
from app.pictures.picture import Picture
from app.settings import Settings
from tests import samples

RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)
LIMIT = 25_000_000


def read(data: bytes) -> Picture:
    return decode(data, LIMIT)


def near(value: object, color: object, tolerance: int = 6) -> bool:
    return bool((np.abs(np.asarray(value, int) - np.asarray(color, int)) <= tolerance).all())


def corners(picture: Picture) -> list[tuple[int, ...]]:
    """The middles of the four quarters, clockwise from the top left."""
    height, width = picture.height, picture.width
    top, bottom, left, right = height // 4, height * 3 // 4, width // 4, width * 3 // 4
    return [tuple(picture.pixels[at]) for at in ((top, left), (top, right), (bottom, right), (bottom, left))]


# ---- what is read


@pytest.mark.parametrize("kind", samples.KINDS)
def test_every_kind_is_read(kind: str) -> None:
    picture = read(samples.saved(samples.gradient(), kind))
    assert (picture.height, picture.width, picture.mode) == (16, 24, "RGB")
    assert picture.pixels.flags.c_contiguous
    assert not picture.pixels.flags.writeable
    if kind in {"PNG", "BMP"}:
        assert np.array_equal(picture.pixels, np.asarray(samples.gradient()))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "BMP", "AVIF"])
def test_grey_stays_grey(kind: str) -> None:
    picture = read(samples.saved(samples.gradient().convert("L"), kind))
    assert picture.mode == "L"
    assert near(picture.pixels, np.asarray(samples.gradient().convert("L")), 20)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_stands_upright_however_the_camera_was_held(orientation: int) -> None:
    picture = read(samples.held(samples.quarters(), orientation, quality=100, subsampling=0))
    assert (picture.height, picture.width) == (16, 32)
    assert all(near(got, color) for got, color in zip(corners(picture), (RED, GREEN, BLUE, WHITE), strict=True))


@pytest.mark.parametrize(("kind", "options"), [("PNG", {}), ("WEBP", {"lossless": True}), ("AVIF", {"quality": 100})])
@pytest.mark.parametrize("orientation", [3, 5, 6])
def test_the_other_kinds_stand_upright_too(kind: str, options: dict[str, object], orientation: int) -> None:
    picture = read(samples.held(samples.quarters(), orientation, kind, **options))
    assert (picture.height, picture.width) == (16, 32)
    assert all(near(got, color, 12) for got, color in zip(corners(picture), (RED, GREEN, BLUE, WHITE), strict=True))


@pytest.mark.filterwarnings("ignore:::PIL")
@pytest.mark.parametrize("exif", [b"Exif\0\0", b"Exif\0\0II*\0\x08\0\0\0\xff\xff" + bytes(8), b"Exif\0\0junk" * 9])
def test_damaged_metadata_does_not_cost_the_picture(exif: bytes) -> None:
    assert read(samples.saved(samples.quarters(), "PNG", exif=exif)).width == 32


def test_sixteen_bit_grey_is_scaled_and_not_clipped_to_white() -> None:
    values = [0, 255, 256, 20_000, 40_000, 65_535]
    picture = read(samples.png(6, 1, 16, 0, b"\0" + struct.pack(">6H", *values)))
    assert picture.mode == "L"
    assert picture.pixels.tolist() == [[0, 0, 1, 78, 156, 255]]


def test_sixteen_bit_colour_and_grey_with_alpha_agree_with_plain_grey() -> None:
    color = read(samples.png(1, 1, 16, 2, b"\0" + struct.pack(">3H", 40_000, 300, 65_535)))
    assert color.pixels.tolist() == [[[156, 1, 255]]]
    grey = read(samples.png(2, 1, 16, 4, b"\0" + struct.pack(">4H", 40_000, 65_535, 300, 0)))
    assert (grey.mode, grey.pixels.tolist()) == ("L", [[156, 255]])


@pytest.mark.parametrize("depth", [1, 2, 4])
def test_few_bits_of_grey_span_black_to_white(depth: int) -> None:
    picture = read(samples.png(2, 1, depth, 0, bytes([0, (1 << depth) - 1 << 8 - 2 * depth])))
    assert (picture.mode, picture.pixels.tolist()) == ("L", [[0, 255]])


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_transparency_lies_on_white(kind: str) -> None:
    image = Image.new("RGBA", (3, 1))
    image.putdata([(255, 0, 0, 255), (255, 0, 0, 0), (0, 0, 0, 128)])
    options = {"lossless": True, "exact": True} if kind == "WEBP" else {}
    picture = read(samples.saved(image, kind, **options))
    assert picture.pixels.tolist() == [[[255, 0, 0], [255, 255, 255], [127, 127, 127]]]


def test_grey_transparency_lies_on_white() -> None:
    image = Image.new("LA", (3, 1))
    image.putdata([(10, 255), (10, 0), (0, 128)])
    picture = read(samples.saved(image, "PNG"))
    assert (picture.mode, picture.pixels.tolist()) == ("L", [[10, 255, 127]])


@pytest.mark.parametrize("alpha", [bytes([255, 0, 128]), bytes([255, 0]), 1])
def test_a_palette_with_transparency_lies_on_white(alpha: bytes | int) -> None:
    image = Image.new("P", (3, 1))
    image.putpalette([255, 0, 0, 0, 255, 0, 0, 0, 0])
    image.putdata([0, 1, 2])
    black = 127 if alpha == bytes([255, 0, 128]) else 0
    picture = read(samples.saved(image, "PNG", transparency=alpha))
    assert picture.pixels.tolist() == [[[255, 0, 0], [255, 255, 255], [black] * 3]]


def test_a_transparent_gif_lies_on_white() -> None:
    image = Image.new("P", (2, 1))
    image.putpalette([255, 0, 0, 0, 255, 0])
    image.putdata([0, 1])
    picture = read(samples.saved(image, "GIF", transparency=1))
    assert picture.pixels.tolist() == [[[255, 0, 0], [255, 255, 255]]]


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        (
            samples.png(
                2, 1, 16, 0, b"\0" + struct.pack(">2H", 40_000, 300), samples.chunk(b"tRNS", struct.pack(">H", 300))
            ),
            [[156, 255]],
        ),
        (samples.png(4, 1, 2, 0, b"\0\x1b", samples.chunk(b"tRNS", struct.pack(">H", 1))), [[0, 255, 170, 255]]),
        (samples.png(2, 1, 1, 0, b"\0\x40", samples.chunk(b"tRNS", struct.pack(">H", 0))), [[255, 255]]),
        (
            samples.png(
                2,
                1,
                16,
                2,
                b"\0" + struct.pack(">6H", 4660, 22_136, 39_612, 1, 2, 3),
                samples.chunk(b"tRNS", struct.pack(">3H", 4660, 22_136, 39_612)),
            ),
            [[[255, 255, 255], [0, 0, 0]]],
        ),
        (
            samples.png(2, 1, 8, 2, bytes([0, 1, 2, 3, 4, 5, 6]), samples.chunk(b"tRNS", struct.pack(">3H", 4, 5, 6))),
            [[[1, 2, 3], [255, 255, 255]]],
        ),
    ],
    ids=["16-bit grey", "2-bit grey", "1 bit", "16-bit colour", "8-bit colour"],
)
def test_one_colour_that_stands_for_transparency_becomes_white(file: bytes, expected: list[object]) -> None:
    assert read(file).pixels.tolist() == expected


@pytest.mark.parametrize("color", [(0, 255, 255, 0), (255, 255, 0, 0), (0, 0, 0, 0)])
def test_ink_becomes_light(color: tuple[int, int, int, int]) -> None:
    picture = read(samples.saved(Image.new("CMYK", (16, 16), color), "JPEG", quality=100))
    assert picture.mode == "RGB"
    assert near(picture.pixels[8, 8], [255 - part for part in color[:3]])


def test_a_colour_profile_is_brought_to_srgb_and_one_that_does_not_fit_is_ignored() -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    image = samples.gradient()
    for profile in (lab, srgb, b"no profile"):
        assert np.array_equal(read(samples.saved(image, "PNG", icc_profile=profile)).pixels, np.asarray(image))
    swapped = bytearray(srgb)  # red's primary where blue's was, under a name that is not sRGB's
    red, blue = swapped.find(b"rXYZ"), swapped.find(b"bXYZ")
    swapped[red : red + 4], swapped[blue : blue + 4] = b"bXYZ", b"rXYZ"
    swapped = swapped.replace("sRGB".encode("utf-16-be"), "BGRs".encode("utf-16-be"))
    picture = read(samples.saved(Image.new("RGB", (1, 1), (255, 0, 0)), "PNG", icc_profile=bytes(swapped)))
    assert near(picture.pixels[0, 0], BLUE, 12)


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "AVIF", "PNG"])
def test_only_the_first_frame_of_an_animation_is_read(kind: str) -> None:
    picture = read(samples.animation(kind))
    assert (picture.height, picture.width) == (8, 8)
    assert near(picture.pixels, RED)


def test_frames_behind_the_first_are_not_decoded() -> None:
    first = samples.animation("GIF")
    assert near(read(first[:-12] + bytes(12)).pixels, RED)  # the last frame is junk


def test_no_metadata_leaves() -> None:
    data = samples.held(samples.quarters(), 6)
    assert set(vars(read(data))) == {"pixels"}


@pytest.mark.parametrize("color", [(77, 77, 77), (77, 77, 78)])
def test_a_palette_of_greys_is_grey(color: tuple[int, int, int]) -> None:
    image = Image.new("P", (1, 1))
    image.putpalette([*color, 0, 0, 0])
    picture = read(samples.saved(image, "PNG", transparency=1))
    assert (picture.mode == "L") == (len(set(color)) == 1)
    assert near(picture.pixels, color[0], 1)


# ---- what is refused, and how


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"Dear teacher, this is not a picture.", "text"),
        ("第一行\n第二行".encode(), "text"),
        (b"BMW is a make of cars.", "text"),
        (b"%PDF-1.7\n%\xe2\xe3", "PDF"),
        (b'<?xml version="1.0"?>\n<!-- c -->\n<svg xmlns="http://www.w3.org/2000/svg"/>', "SVG"),
        (b"<svg/>", "SVG"),
        (b"<!DOCTYPE html><html>", "web page"),
        (b"II*\0\x08\0\0\0", "TIFF"),
        (b"8BPS\0\1", "Photoshop"),
        (b"PK\3\4\x14\0", "ZIP"),
        (b"\0\0\0\x0cJXL \r\n\x87\n", "JPEG XL"),
        (samples.heic(b"isom", b"mp42"), "video"),
        (bytes(100), "none of the kinds"),
        (b"RIFF\x24\0\0\0WAVEfmt ", "none of the kinds"),
    ],
)
def test_a_file_that_is_no_picture_is_named_by_what_it_looks_like(data: bytes, words: str) -> None:
    with pytest.raises(UnknownKind, match=words) as caught:
        read(data)
    assert caught.value.status == 415


@pytest.mark.parametrize("brand", [b"heic", b"heix", b"mif1", b"msf1", b"hevc"])
def test_an_iphones_photo_gets_advice(brand: bytes) -> None:
    with pytest.raises(UnknownKind, match=r"Export it as JPEG.*Most Compatible"):
        read(samples.heic(brand))


@pytest.mark.parametrize("kind", samples.KINDS)
def test_half_a_file_is_unreadable(kind: str) -> None:
    data = samples.saved(samples.gradient(200, 200), kind)
    with pytest.raises(Unreadable, match="damaged or cut short") as caught:
        read(data[: len(data) // 2])
    assert caught.value.status == 422


@pytest.mark.parametrize(
    "signature",
    [b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF\0\0\0\0WEBP", b"GIF89a", b"BM\0\0", samples.heic(b"avif")[:28]],
)
@pytest.mark.parametrize("rest", [b"", bytes(200), b"\xff" * 200, np.random.default_rng(1).bytes(2000)])
def test_junk_after_a_signature_is_unreadable(signature: bytes, rest: bytes) -> None:
    with pytest.raises(Unreadable):
        read(signature + rest)


@pytest.mark.parametrize(
    "data",
    [
        samples.huge_png(6000, 5000),
        samples.huge_png(2**31 - 1, 1)[:60],
        samples.huge_gif(60_000, 60_000),
        samples.huge_webp(1 << 14, 1 << 14),
        samples.huge_webp(1 << 24, 1 << 24),
        samples.huge_bmp(2**31 - 1, 2**31 - 1),
        samples.saved(Image.new("RGB", (5200, 5000)), "JPEG", quality=1),
        samples.saved(Image.new("RGB", (5200, 5000)), "AVIF", speed=10, quality=1),
        samples.saved(Image.new("RGB", (5200, 5000)), "WEBP", method=0, quality=1),
    ],
    ids=["PNG of 30 MP", "PNG of 2 GP", "GIF", "WebP", "WebP of 2^48", "BMP of 2^62", "JPEG", "AVIF", "plain WebP"],
)
def test_a_bomb_is_refused_by_its_header_alone(data: bytes) -> None:
    start = time.process_time()
    tracemalloc.start()
    with pytest.raises(Unreadable, match=r"at most 25,000,000"):
        read(data)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert time.process_time() - start < 2
    assert peak < 2_000_000 + 3 * len(data)


def test_the_refusal_says_both_numbers() -> None:
    with pytest.raises(Unreadable, match=r"6,000×5,000 = 30,000,000 pixels, and at most 25,000,000"):
        read(samples.huge_png(6000, 5000))


def test_exactly_the_limit_is_read() -> None:
    assert decode(samples.huge_png(300, 200), 60_000).pixels.shape == (200, 300)
    with pytest.raises(Unreadable):
        decode(samples.huge_png(300, 200), 59_999)


def test_a_picture_without_pixels_is_unreadable() -> None:
    for data in (samples.huge_png(0, 5), samples.huge_gif(0, 0)[:13], samples.huge_bmp(0, 9)):
        with pytest.raises(Unreadable):
            read(data)


def test_a_jpeg_of_endless_scans_is_refused_and_a_progressive_one_is_read() -> None:
    start = time.process_time()
    with pytest.raises(Unreadable, match="more than 100 scans"):
        read(samples.many_scans(2000, 2000, 50_000))
    assert time.process_time() - start < 2  # decoding takes minutes
    assert read(samples.many_scans(64, 64, 50)).width == 64


def test_a_file_over_the_byte_limit_is_refused_before_it_is_looked_at(settings: Settings) -> None:
    small = settings.model_copy(update={"upload_max_bytes": 99})
    with pytest.raises(TooLarge, match="100 bytes, and at most 99") as caught:
        read_picture(bytes(100), small)
    assert caught.value.status == 413
    assert read_picture(samples.saved(samples.gradient(), "PNG"), settings).width == 24


@pytest.mark.parametrize("kind", samples.KINDS)
def test_whatever_happens_to_a_file_it_gives_a_picture_or_a_sentence(kind: str) -> None:
    whole = samples.saved(samples.gradient(), kind)
    random = np.random.default_rng(len(whole))
    outcomes = set()
    for _ in range(300):
        data = bytearray(whole)
        for _ in range(random.integers(1, 8)):
            at, length = int(random.integers(len(data))), int(random.integers(1, 9))
            match random.integers(3):
                case 0:
                    data[at : at + length] = random.bytes(length)
                case 1:
                    del data[at : at + length]
                case _:
                    data[at:at] = data[at // 2 : at // 2 + length]
        try:
            outcomes.add(type(decode(bytes(data), 1_000_000)))
        except Mistake as mistake:
            outcomes.add(type(mistake))
    assert outcomes <= {Picture, Unreadable, UnknownKind}
    assert Unreadable in outcomes


# ---- at once, and large


def test_many_threads_read_at_once() -> None:
    files = [samples.saved(samples.gradient(), kind) for kind in samples.KINDS] * 4
    expected = [read(file).pixels for file in files]
    got: list[bool] = []

    def work() -> None:
        got.extend(np.array_equal(read(file).pixels, pixels) for file, pixels in zip(files, expected, strict=True))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 8 * len(files)
    assert all(got)


def test_the_pixels_are_copied_once() -> None:
    data = samples.saved(Image.new("RGB", (2000, 2000), RED), "JPEG")
    tracemalloc.start()  # sees NumPy's and Python's memory, not Pillow's
    read(data)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1.4 * 3 * 2000 * 2000


def test_grey_jpegs_with_a_profile_for_colour_stay_as_they_are() -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    image = samples.gradient().convert("L")
    data = samples.saved(image, "JPEG", icc_profile=srgb, quality=100)
    with Image.open(BytesIO(data)) as plain:
        assert np.array_equal(read(data).pixels, np.asarray(plain))
