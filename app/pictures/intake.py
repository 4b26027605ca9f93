"""Uploaded bytes to a safe picture: the only step that reads what strangers sent.

    signature ─► container: size that it claims, what of it is picture ─► decode the first frame
              ─► 8 bits, sRGB, on white, upright ─► Picture

Nothing is decoded before its size is known to be allowed, and only pixels leave: all metadata stays behind.
"""

import warnings
from io import BytesIO

import numpy as np
from PIL import (
    Image,
    ImageChops,
    ImageCms,
    WebPImagePlugin,  # noqa: F401  the others are loaded one by one; for this, Pillow would load all that it knows
)

from app.errors import Mistake, TooLarge, Unreadable
from app.pictures.containers import CONTAINERS, Content
from app.pictures.containers.exif import orientation
from app.pictures.picture import Bytes, Picture
from app.pictures.signature import kind_of
from app.settings import Settings

__all__ = ["decode", "read_picture"]

Image.MAX_IMAGE_PIXELS = None  # it warns at one number for the whole process; our own check comes before decoding
warnings.filterwarnings("ignore", module=r"PIL\.")  # of odd metadata, which is dropped anyway

BAND = 256  # rows copied at once
UPRIGHT = {  # by EXIF's number of how the camera was held
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def claimed_pixels(data: bytes, settings: Settings) -> int:
    """Return how many pixels an uploaded file says that it has; 0 where reading it tells what is wrong with it."""
    try:
        width, height = CONTAINERS[kind_of(data)](data).size
    except Exception:  # noqa: BLE001 - as below
        return 0
    return min(width * height, settings.image_max_pixels)  # more is refused before it is decoded


def read_picture(data: bytes, settings: Settings) -> Picture:
    """Return the picture in an uploaded file; raise TooLarge, UnknownKind or Unreadable."""
    if len(data) > settings.upload_max_bytes:
        raise TooLarge(
            "The file has {bytes:,} bytes, and at most {most:,} are taken; make the picture smaller or save it as "
            "JPEG.",
            bytes=len(data),
            most=settings.upload_max_bytes,
        )
    return decode(data, settings.image_max_pixels)


def decode(data: bytes, max_pixels: int) -> Picture:
    """Return the picture in `data`, of at most `max_pixels`; raise UnknownKind or Unreadable."""
    kind = kind_of(data)
    try:
        content = CONTAINERS[kind](data)
        _check_size(content.size, max_pixels)
        return Picture(_pixels(_flat(content.decoded(), content)))
    except Mistake:
        raise
    except Exception as error:  # Pillow lets IndexError, struct.error, SyntaxError and more out
        raise Unreadable(
            "This looks like a {kind} file, but it cannot be decoded: it may be damaged or cut short. Open it in a "
            "picture program, save it again as PNG or JPEG, and choose the new file.",
            kind="WebP" if kind == "WEBP" else kind,
        ) from error


def _check_size(size: tuple[int, int], most: int) -> None:
    width, height = size
    if width < 1 or height < 1:
        raise Unreadable(
            "This picture says that it has {width}×{height} pixels; choose another.", width=width, height=height
        )
    if width * height > most:
        raise Unreadable(
            "The picture has {width:,}×{height:,} = {pixels:,} pixels, and at most {most:,} are decoded; "
            "shrink it in a picture program and choose the smaller one.",
            width=width,
            height=height,
            pixels=width * height,
            most=most,
        )


def _flat(image: Image.Image, content: Content) -> Image.Image:
    """Return the picture as upright, opaque 8-bit sRGB ("RGB"), or grey ("L") where the file says grey."""
    turn = UPRIGHT.get(orientation(content.exif or image.info.get("exif", b"")))
    profile = content.profile or image.info.get("icc_profile")
    grey = _is_grey(image)
    if content.kind == "PNG":
        depth, colour = content.data[24:26]
        grey = grey or colour == 4  # 16-bit grey with alpha, to Pillow RGBA
        image = _png_depth(image, depth)
    alpha = None
    if image.has_transparency_data:
        image = image.convert("LA" if grey else "RGBA")
        alpha = image.getchannel("A")
    image = _srgb(image, profile, grey)
    if alpha is not None:
        image.paste(255 if grey else (255, 255, 255), mask=ImageChops.invert(alpha))
    return image if turn is None else image.transpose(turn)


def _is_grey(image: Image.Image) -> bool:
    if image.mode == "P":
        levels = np.array(image.getpalette("RGB"), np.uint8).reshape(-1, 3)
        return bool((levels == levels[:, :1]).all())
    return image.mode in {"1", "L", "LA", "La", "F"} or image.mode.startswith("I")


def _png_depth(image: Image.Image, depth: int) -> Image.Image:
    """Return a PNG in 8 bits a sample, its transparent value brought to the same scale; Pillow clips, or leaves it."""
    key = image.info.get("transparency")
    if image.mode.startswith("I"):
        values = np.asarray(image)
        grey = Image.fromarray((np.clip(values, 0, 0xFFFF) >> 8).astype(np.uint8))  # the high byte, as in colour
        if isinstance(key, int):
            grey.putalpha(Image.fromarray(np.where(values == key, 0, 255).astype(np.uint8)))
        return grey
    if image.mode == "L" and isinstance(key, int):
        image.info["transparency"] = key % (1 << depth) * 255 // ((1 << depth) - 1)
    elif image.mode == "RGB" and isinstance(key, tuple):
        image.info["transparency"] = tuple(value >> 8 if depth == 16 else value & 0xFF for value in key)
    return image


def _srgb(image: Image.Image, profile: bytes | None, grey: bool) -> Image.Image:
    """Return the picture in sRGB without alpha; a profile that is broken or does not fit counts as none."""
    mode = "L" if grey else "RGB"
    if image.mode != "CMYK" and image.mode != mode:
        image = image.convert(mode)
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(BytesIO(profile))
            name = ImageCms.getProfileDescription(source)
            if "sRGB" in name and "inear" not in name:  # else every value may move by one
                return image
            done = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
            if done is not None:
                return done.getchannel("G") if grey else done
        except Exception:  # noqa: BLE001, S110 - as above
            pass
    return image if image.mode == mode else image.convert(mode)


def _pixels(image: Image.Image) -> Bytes:
    """Return the pixels as one array, copied a band of rows at a time: Pillow's own way needs the memory twice."""
    width, height = image.size
    pixels = np.empty((height, width) if image.mode == "L" else (height, width, 3), np.uint8)
    for top in range(0, height, BAND):
        bottom = min(top + BAND, height)
        pixels[top:bottom] = np.asarray(image.crop((0, top, width, bottom)))
    return pixels
