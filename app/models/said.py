"""What a visitor says of a network beside its file: its name, what it reads, and what its outputs stand for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from app.errors import Mistake, Unfit, Word
from app.layers import Shape
from app.layers.layer import MOST_CHANNELS
from app.layers.reading import validated
from app.pipeline.document import ImageInput
from app.pipeline.labels import check_label

LONGEST_TITLE, LONGEST_CLASS = 100, 200  # characters
MODES = {1: "L", 3: "RGB"}  # by how many channels a network reads
SETTINGS = tuple(name for name in ImageInput.model_fields if name != "image")  # of an input


@dataclass(frozen=True)
class Said:
    """What is said; what is not said is None, or not in `input`."""

    title: str | None = None
    classes: tuple[str, ...] | None = None
    input: Mapping[str, Any] = field(default_factory=dict)
    channels: Literal["RGB", "BGR"] = "RGB"

    def __post_init__(self) -> None:
        """Refuse names that are too long, or cannot be seen (Unfit)."""
        if self.title is not None:
            _check(Word("title"), self.title, LONGEST_TITLE, "/title")
        if self.classes is not None and len(self.classes) > MOST_CHANNELS:
            raise Unfit(
                "There are {count} names of classes; the most is {most}.",
                count=f"{len(self.classes):,}",
                most=f"{MOST_CHANNELS:,}",
                pointer="/classes",
            )
        for at, name in enumerate(self.classes or ()):
            _check(Word("the name of a class"), name, LONGEST_CLASS, f"/classes/{at}")


def _check(what: Word, text: str, most: int, pointer: str) -> None:
    if not text.strip() or len(text) > most:
        raise Unfit(
            "{what} has 1 to {most} characters, not {count}.", what=what, most=most, count=len(text), pointer=pointer
        )
    check_label(text, pointer)


def own_input(settings: Mapping[str, Any]) -> ImageInput:
    """Return the input that settings describe; raise Unfit where they describe none."""
    try:
        return validated(
            lambda: ImageInput.model_validate({"image": "own", **settings}), fields=ImageInput.model_fields
        )
    except Mistake as mistake:
        raise mistake.within("") from None


def shape_read(source: ImageInput) -> Shape:
    """Return the shape of the picture that is read."""
    assert source.height is not None
    assert source.width is not None
    return source.channels, source.height, source.width


def input_of(said: Mapping[str, Any], shape: Shape) -> dict[str, Any]:
    """Return what a network reads that reads a `shape`, as a model has it; raise Unfit where more is said than fits."""
    given = {name: value for name, value in said.items() if value is not None}  # null is as left out
    source = own_input({"height": shape[1], "width": shape[2], "mode": MODES[shape[0]], **given})
    if source.channels != shape[0]:
        raise Unfit(
            "The mode {mode} gives {given} channels, and this network reads {count}.",
            mode=source.mode,
            given=source.channels,
            count=shape[0],
            pointer="/mode",
        )
    read = source.model_dump(mode="json", exclude={"image"})
    return {name: value for name, value in read.items() if (name, value) != ("resample", "box")}


def check_classes(classes: tuple[str, ...], outputs: int) -> None:
    """Refuse names of classes that are not as many as the outputs (Unfit)."""
    if classes and len(classes) != outputs:
        raise Unfit(
            "There are {count} names of classes, and the network ends in {outputs} numbers; give one name a number.",
            count=f"{len(classes):,}",
            outputs=f"{outputs:,}",
            pointer="/classes",
        )
