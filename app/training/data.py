"""What a training learns from, as its document says it: shapes drawn by code, digits, or pictures of one's own.

Each kind says what it will be, its shape, its classes and how many, before any of it is made.
"""

import math
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, NamedTuple

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from app.errors import Unfit, shown
from app.layers import Shape
from app.layers.weights import MAX_SEED
from app.messages import N_
from app.pictures.picture import Bytes, Mode
from app.pipeline.labels import Label, check_label
from app.strict import carried
from app.training.digits import CLASSES as DIGITS
from app.training.digits import LEARNED, SHIPPED, SIDE, digits
from app.training.examples import Examples, unit
from app.training.shapes import SHAPES, SIZES, shapes

MOST_EXAMPLES = 200  # pictures of one's own
MOST_CLASSES = 10
SHARE = 4  # one of so many of one's own pictures of each class is held out
Measured = Literal["held_out", "learned"]
Size = Annotated[int, Field(ge=SIZES.start, le=SIZES.stop - 1, strict=True)]


class DataSet(NamedTuple):
    """Examples to learn from and examples held out, with the names of their classes."""

    learned: Examples
    held_out: Examples
    classes: tuple[str, ...]


class Data(BaseModel):
    """What all kinds share."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)
    mode: ClassVar[Mode] = "RGB"
    title: ClassVar[str]
    set: str

    @property
    def side(self) -> int:
        """Rows and columns of each picture."""
        raise NotImplementedError

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the classes."""
        raise NotImplementedError

    @property
    def counts(self) -> tuple[int, int]:
        """How many examples there are to learn from, and how many to measure on."""
        raise NotImplementedError

    @property
    def measured(self) -> Measured:
        """What is measured on: examples held out or, where a class has too few for that, those learned from."""
        return "held_out"

    @property
    def images(self) -> tuple[str, ...]:
        """The ids of the pictures that it needs."""
        return ()

    @property
    def shape(self) -> Shape:
        """The shape of each example."""
        return {"RGB": 3, "L": 1}[self.mode], self.side, self.side

    @property
    def input(self) -> dict[str, Any]:
        """How a picture is brought to that shape, as a document says it."""
        return {"height": self.side, "width": self.side, "mode": self.mode, "fit": "cover", "scale": "unit"}

    @property
    def bytes(self) -> int:
        """The bytes of all examples as they are kept."""
        return sum(self.counts) * math.prod(self.shape)

    def make(self, pictures: Mapping[str, Bytes]) -> DataSet:
        """Return the examples, made from its pictures, each of its `shape`, where it has any."""
        raise NotImplementedError


class ShapesData(Data):
    """Shapes in colour, drawn by code."""

    title: ClassVar[str] = N_("Shapes drawn by code")
    set: Literal["shapes"] = "shapes"
    size: Size = 16
    """Rows and columns."""
    classes: Annotated[tuple[Literal["circle", "cross", "line", "square"], ...], Field(min_length=2)] = (
        "circle",
        "cross",
        "line",
        "square",
    )
    """Which shapes, each once."""
    per_class: Annotated[int, Field(ge=2, le=1000, strict=True)] = 200
    """Of each shape to learn from; half as many are held out."""
    seed: Annotated[int, Field(ge=0, le=MAX_SEED, strict=True)] = 1
    """The same seed draws the same shapes, for ever."""

    @field_validator("classes")
    @classmethod
    @carried
    def _each_once(cls, classes: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(classes)) < len(classes):
            raise Unfit(
                "Each class may stand once; the shapes are {names}.", names=", ".join(SHAPES), pointer="/classes"
            )
        return classes

    @property
    def side(self) -> int:
        return self.size

    @property
    def names(self) -> tuple[str, ...]:
        return self.classes

    @property
    def counts(self) -> tuple[int, int]:
        return len(self.classes) * self.per_class, len(self.classes) * (self.per_class // 2)

    def make(self, pictures: Mapping[str, Bytes]) -> DataSet:
        return DataSet(*shapes(self.size, self.classes, self.per_class, self.seed))


class DigitsData(Data):
    """Digits written by hand."""

    mode: ClassVar[Mode] = "L"
    title: ClassVar[str] = N_("Digits written by hand")
    set: Literal["digits"] = "digits"

    @property
    def side(self) -> int:
        return SIDE

    @property
    def names(self) -> tuple[str, ...]:
        return DIGITS

    @property
    def counts(self) -> tuple[int, int]:
        return len(DIGITS) * LEARNED, len(DIGITS) * (SHIPPED - LEARNED)

    def make(self, pictures: Mapping[str, Bytes]) -> DataSet:
        return DataSet(*digits())


class Example(BaseModel):
    """A picture of one's own, and what it shows."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)
    image: Annotated[str, Field(min_length=1, max_length=128)]
    """The id of an upload, or the name of a gallery picture."""
    label: Label
    """Its class, without blanks around it."""


class OwnData(Data):
    """Pictures of one's own with labels, a handful a class."""

    title: ClassVar[str] = N_("Pictures of one's own")
    set: Literal["examples"] = "examples"
    size: Size = 24
    """Rows and columns; each picture is cropped in its middle."""
    examples: Annotated[tuple[Example, ...], Field(min_length=2, max_length=MOST_EXAMPLES)]
    """Of two classes or more; every fourth of a class is held out, where each class has four or more."""

    @model_validator(mode="after")
    def _check(self) -> "OwnData":
        seen: set[str] = set()
        for index, example in enumerate(self.examples):
            if example.image in seen:
                raise Unfit(
                    "The picture {id} stands here twice; each may be one example.",
                    id=shown(example.image),
                    pointer=f"/examples/{index}/image",
                )
            seen.add(example.image)
            check_label(example.label, f"/examples/{index}/label")
        if not 2 <= len(self.names) <= MOST_CLASSES:
            raise Unfit(
                "Examples have from 2 to {most} different labels; these have {count}.",
                most=MOST_CLASSES,
                count=len(self.names),
                pointer="/examples",
            )
        return self

    @property
    def side(self) -> int:
        return self.size

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(example.label for example in self.examples))

    @property
    def images(self) -> tuple[str, ...]:
        return tuple(example.image for example in self.examples)

    @property
    def counts(self) -> tuple[int, int]:
        learned, held_out = self._parts()
        return len(learned), len(held_out)

    @property
    def measured(self) -> Measured:
        return "held_out" if self._can_hold_out() else "learned"

    def _can_hold_out(self) -> bool:
        labels = [example.label for example in self.examples]
        return all(labels.count(name) >= SHARE for name in self.names)

    def _parts(self) -> tuple[list[int], list[int]]:
        """Return which examples are learned from, and which are measured on."""
        everything = list(range(len(self.examples)))
        if not self._can_hold_out():
            return everything, everything
        passed = dict.fromkeys(self.names, 0)
        learned: list[int] = []
        held_out: list[int] = []
        for index, example in enumerate(self.examples):
            passed[example.label] += 1
            (learned if passed[example.label] % SHARE else held_out).append(index)
        return learned, held_out

    def make(self, pictures: Mapping[str, Bytes]) -> DataSet:
        made = [pictures[image] for image in self.images]
        labels = [self.names.index(example.label) for example in self.examples]
        learned, held_out = (
            Examples(np.stack([made[at] for at in part]), np.array([labels[at] for at in part], np.intp), read=unit)
            for part in self._parts()
        )
        return DataSet(learned, held_out, self.names)


AnyData = Annotated[ShapesData | DigitsData | OwnData, Field(discriminator="set")]
DATA: dict[str, type[Data]] = {"shapes": ShapesData, "digits": DigitsData, "examples": OwnData}
