#!/usr/bin/env python3
"""Writes app/models/<id>/patches.json: the patches of shipped pictures that excite each map of a network most.

    python -m scripts.patches [NAME …]

To be run whenever the weights of a network that ships have changed; it takes a few seconds each.

The networks of CIFAR-10 look at squares out of the gallery's photographs, brought to 32×32 at several scales; that of
digits at the two thousand that ship. A map's patches overlap nowhere, and no picture has more than a few of them.
"""

import sys
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.layers import Place, models
from app.layers.models import Model
from app.models import SHIPPED
from app.models.patches import FILE, FOLDER, Patch, Patches, weights_hash
from app.pictures import gallery
from app.pictures.picture import Bytes, Picture, on_scale, prepare
from app.pipeline.closeup import receptive_field
from app.pipeline.document import Document, ImageInput, Scale, read_document
from app.pipeline.plan import Stage, plan
from app.training.digits import pictures as digits

KEPT = 4  # patches a map
MOST_OF_ONE = 2  # of them from one picture
SCALES = (3, 4, 6, 8, 12, 16)  # pixels a cell
LOOKED_AT = 400  # of the strongest crops of a map, among which its patches are chosen
DRAWN = "landscape"  # of the patterns; in black and white the others would outdo every photograph
BATCH = 64


class Crop(NamedTuple):
    """A square of a picture, brought to the input of a network."""

    picture: str
    top: int
    left: int
    scale: int


def crops(side: int, mode: str) -> Iterator[tuple[Crop, Bytes]]:
    """Give squares of `side` cells out of the pictures that ship, uint8 (channel, row, column)."""
    if mode == "L":
        for number, picture in enumerate(digits()):
            yield Crop(f"digits/{number}", 0, 0, 1), picture
        return
    for name in (*gallery.PHOTOGRAPHS, DRAWN):
        pixels = gallery.load(name).pixels
        for scale in SCALES:
            rows, columns = (length // scale for length in pixels.shape[:2])
            whole = Picture(np.ascontiguousarray(pixels[: rows * scale, : columns * scale]))
            small = prepare(whole, rows, columns, "stretch", "RGB")[0]
            for top in range(0, rows - side + 1, side // 2):
                for left in range(0, columns - side + 1, side // 2):
                    cells = small[:, top : top + side, left : left + side]
                    yield Crop(name, top * scale, left * scale, scale), cells


class Answers:
    """The strongest number of each map of a layer for every crop, and where it stands."""

    def __init__(self) -> None:
        self.values: list[NDArray[np.float32]] = []
        self.places: list[NDArray[np.intp]] = []

    def add(self, output: NDArray[np.float32]) -> None:
        """Take the maps (channel, row, column, example) of a batch."""
        flat = output.reshape(output.shape[0], -1, output.shape[3])
        self.places.append(flat.argmax(axis=1))
        self.values.append(flat.max(axis=1))


def found(model: Model) -> Patches:
    """Return the patches of a network at its last checkpoint."""
    source = ImageInput.model_validate({"image": "own", **model.input})
    document = read_document({"input": source.model_dump(), "recipe": f'model("{model.id}")'})
    side = source.height or 0
    stages = plan(document, (source.channels, side, side), most_multiplications=10**12, most_bytes=10**12)
    sliding = [stage for stage in stages if stage.layer.learned and not stage.vector]
    answers, looked = {stage.index: Answers() for stage in sliding}, list(crops(side, source.mode))
    for first in range(0, len(looked), BATCH):
        x = _scaled(document, [pixels for _, pixels in looked[first : first + BATCH]])
        for stage in stages[: sliding[-1].index + 1]:
            x = stage.layer.evaluate(x, stage.layer.weights_for(stage.input_shape))
            if stage.index in answers:
                answers[stage.index].add(x)
    where = [crop for crop, _ in looked]
    layers = {index: _chosen(stages[: index + 1], each, where) for index, each in answers.items()}
    return Patches(weights_hash(model.id), model.last or 0, layers)


def _scaled(document: Document, pixels: list[Bytes]) -> NDArray[np.float32]:
    """Return a batch of pictures as a network reads them, (channel, row, column, example)."""
    assert isinstance(document.input, ImageInput)
    scale = document.input.scale
    batch = np.ascontiguousarray(np.stack(pixels, axis=-1))
    return on_scale(batch, (scale.mean, scale.std) if isinstance(scale, Scale) else scale)


def _chosen(stages: tuple[Stage, ...], answers: Answers, where: list[Crop]) -> tuple[tuple[Patch, ...], ...]:
    """Return the patches of each map of the last of `stages`."""
    values, places = np.concatenate(answers.values, axis=1), np.concatenate(answers.places, axis=1)
    columns = stages[-1].output_shape[2]
    chosen = []
    for channel, (strengths, spots) in enumerate(zip(values, places, strict=True)):
        kept: list[Patch] = []
        for at in np.argsort(-strengths, kind="stable")[:LOOKED_AT].tolist():
            patch = _patch(stages, where[at], Place(channel, *divmod(int(spots[at]), columns)))
            often = Counter(each.picture for each in kept)
            if often[patch.picture] < MOST_OF_ONE and not any(_overlap(patch, each) for each in kept):
                kept.append(patch)
            if len(kept) == KEPT:
                break
        chosen.append(tuple(kept))
    return tuple(chosen)


def _patch(stages: tuple[Stage, ...], crop: Crop, place: Place) -> Patch:
    """Return what a number has seen of a crop, as a part of its picture."""
    span = receptive_field(stages, place)
    assert span is not None
    (top, bottom), (left, right) = span
    corner = crop.top + top * crop.scale, crop.left + left * crop.scale
    return Patch(crop.picture, *corner, bottom - top, right - left, crop.scale)


def _overlap(one: Patch, other: Patch) -> bool:
    """Tell whether two patches show in part the same."""
    if one.picture != other.picture:
        return False
    down, across = (
        min(a + n * one.scale, b + m * other.scale) - max(a, b)
        for a, n, b, m in (
            (one.top, one.rows, other.top, other.rows),
            (one.left, one.columns, other.left, other.columns),
        )
    )
    return down > 0 and across > 0


if __name__ == "__main__":
    models.register(SHIPPED)
    for model in SHIPPED:
        if model.id in (sys.argv[1:] or [each.id for each in SHIPPED if each.epochs]):
            file = FOLDER / model.id / FILE
            file.write_text(found(model).text(), "utf-8")
            print(f"{file}: {file.stat().st_size:,} bytes")
