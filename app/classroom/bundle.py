"""A lesson as one file that takes its pictures along: a .zip of lesson.yaml and pictures/<id>.png.

Nothing in such a file is believed: how much each part unpacks to is bounded before and while it is read.
"""

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from io import BytesIO
from lzma import LZMAError
from zlib import error as ZlibError  # noqa: N812

import numpy as np

from app.classroom.lesson import Lesson
from app.classroom.named import images_in
from app.classroom.yaml_file import MOST_BYTES, read_yaml, write_yaml
from app.errors import LessonMistake, TooLarge, shown
from app.pictures.picture import Picture, from_png, png, prepare

NAME = "lesson.yaml"
FOLDER = "pictures/"
MOST_PICTURES = 200
SIDES = (2000, 1400, 1000, 700, 500, 350, 250, 180)  # pixels, each half as many as the one before
AROUND = 1_100_000  # bytes of what is no picture
TORN = (zipfile.BadZipFile, ZlibError, LZMAError, NotImplementedError, RuntimeError, EOFError, OSError, ValueError)
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # others unpack a part whole, however little of it is read
SIGNATURE, ENTRY = b"PK\x03\x04", b"PK\x01\x02"
MOST_ENTRIES = 1_000  # of the list of files; bytes of a picture may look like one


@dataclass(frozen=True)
class Bundle:
    """A lesson and the pictures that it names, each as the bytes of a PNG."""

    lesson: Lesson
    pictures: Mapping[str, bytes]
    text: str = field(default="", compare=False)  # that it was read from


def packed(bundle: Bundle) -> bytes:
    """Return the bytes of a .zip."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(_part(NAME), write_yaml(bundle.lesson), zipfile.ZIP_DEFLATED)
        for name, data in bundle.pictures.items():
            archive.writestr(_part(f"{FOLDER}{name}.png"), data, zipfile.ZIP_STORED)  # a PNG is packed already
    return file.getvalue()


def shrunk_to(bundle: Bundle, most: int) -> Bundle:
    """Return a bundle whose file opens again where `most` bytes may come: its pictures as they are, or all smaller."""
    room = most - AROUND
    for side in SIDES:
        if sum(map(len, bundle.pictures.values())) <= room:
            return bundle
        bundle = replace(bundle, pictures={name: _smaller(data, side) for name, data in bundle.pictures.items()})
    return bundle


def _smaller(data: bytes, side: int) -> bytes:
    """Return a picture of at most `side` rows and columns."""
    picture = from_png(data)
    longest = max(picture.height, picture.width)
    if longest <= side:
        return data
    rows, columns = (max(1, each * side // longest) for each in (picture.height, picture.width))
    small, _ = prepare(picture, rows, columns, "stretch", picture.mode)
    pixels = small[0] if picture.mode == "L" else small.transpose(1, 2, 0)
    return png(Picture(np.ascontiguousarray(pixels)))


def _part(name: str) -> zipfile.ZipInfo:
    """Return the same name at the same time always, so that the same lesson is the same file."""
    return zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0))


def unpacked(data: bytes, most: int) -> Bundle:
    """Return what a file holds, a .zip or YAML alone; raise LessonMistake or TooLarge."""
    if not data.startswith(SIGNATURE):
        text = read_text(data)
        return Bundle(_lesson_of(text), {}, text)
    if (count := data.count(ENTRY)) > MOST_ENTRIES:  # before a list of them is made
        raise _crowded(count)
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            return _read(archive, most)
    except TORN:
        raise LessonMistake("This .zip cannot be read; save the lesson as a file again.") from None


def _crowded(count: int) -> LessonMistake:
    return LessonMistake(
        "There are {count} files in this .zip; a lesson has at most {most}.", count=f"{count:,}", most=MOST_PICTURES
    )


def _lesson_of(text: str) -> Lesson:
    """Return the lesson that a text describes; raise LessonMistake, which has the text with it."""
    try:
        return read_yaml(text)
    except LessonMistake as mistake:
        mistake.text = text
        raise


def _read(archive: zipfile.ZipFile, most: int) -> Bundle:
    parts = archive.infolist()
    if len(parts) > MOST_PICTURES + 20:
        raise _crowded(len(parts))
    size = sum(part.file_size for part in parts)
    if size > most:
        raise TooLarge(
            "This .zip unpacks to {count} bytes; the most is {most}. Use smaller pictures, or two lessons.",
            count=f"{size:,}",
            most=f"{most:,}",
        )
    named = {part.filename: part for part in parts}
    if NAME not in named:
        raise LessonMistake("There is no {name} in this .zip.", name=shown(NAME))
    text = read_text(_bytes(archive, named[NAME], MOST_BYTES))
    lesson = _lesson_of(text)
    wanted = sorted(images_in(lesson))
    found = {name: named[f"{FOLDER}{name}.png"] for name in wanted if f"{FOLDER}{name}.png" in named}
    return Bundle(lesson, {name: _bytes(archive, part, most) for name, part in found.items()}, text)


def _bytes(archive: zipfile.ZipFile, part: zipfile.ZipInfo, most: int) -> bytes:
    if part.compress_type not in METHODS:
        raise LessonMistake(
            "{name} in this .zip is packed in a way that is not read here; pack the .zip with Deflate.",
            name=shown(part.filename[:40]),
        )
    with archive.open(part) as file:
        data = file.read(min(part.file_size, most) + 1)
    if len(data) > min(part.file_size, most):
        raise LessonMistake("{name} in this .zip is larger than it says.", name=shown(part.filename[:40]))
    return data


def read_text(data: bytes | bytearray) -> str:
    """Return the text of a file in UTF-8, with a mark in front or not."""
    if len(data) > MOST_BYTES:
        raise TooLarge(
            "A lesson as text has at most {most} bytes; this one has {count}.",
            most=f"{MOST_BYTES:,}",
            count=f"{len(data):,}",
        )
    try:
        return bytes(data).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise LessonMistake("This is no text in UTF-8; save the file in that encoding.", line=line) from None
