"""What of a file is picture: each kind's container, walked once before a decoder sees it.

    bytes of a file ─► size that it claims, colour profile, EXIF, and a smaller file with the first picture alone

A decoder walks text, comments and boxes one by one, and some of it in Python; millions of them fit into a file. So here
they are counted and left out, in linear time, and what carries no pixels cannot make a picture unreadable either.
"""

from collections.abc import Callable

from app.pictures.containers import avif, bmp, gif, jpeg, png, webp
from app.pictures.containers.content import Content

__all__ = ["CONTAINERS", "Content"]

CONTAINERS: dict[str, Callable[[bytes], Content]] = {  # by Pillow's names
    "PNG": png.read,
    "JPEG": jpeg.read,
    "WEBP": webp.read,
    "GIF": gif.read,
    "BMP": bmp.read,
    "AVIF": avif.read,
}
