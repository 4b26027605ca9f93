"""What a unit looks for: where the pictures are of the patches that excite each map of a trained layer most."""

from collections.abc import Mapping

import numpy as np

from app.errors import NotFound
from app.lab import Lab, Run
from app.layers.trained import origin_of
from app.models.patches import Patch, patches_of
from app.pictures.picture import Bytes, Picture, prepare
from app.pictures.shrinking import cut
from app.pipeline.document import ENGINE
from app.pipeline.plan import Stage
from app.rendering.sheets.patches import patch_tiles, patches_png
from app.rendering.sheets.sheets import GAP, Tiles
from app.rendering.svg import Face
from app.training.digits import pictures as digits
from app.whole_numbers import read_whole

Maps = tuple[tuple[Patch, ...], ...]  # the patches of each, strongest first
DIGIT = "digits/"


def patches_at(stage: Stage) -> Maps | None:
    """Return the patches of each map of a layer; None where its weights are not those that the patches belong to."""
    origin = origin_of(stage.layer)
    known = patches_of(origin.model.id) if origin else None
    return known.layers.get(origin.layer) if origin and known and known.epoch == origin.epoch else None


def patch_faces(run: Run, index: int) -> list[Face]:
    """Return for each map of a layer the picture of its patches, side by side; nothing where none are known."""
    maps = patches_at(run.stages[index])
    if maps is None:
        return []
    plan = _plan(maps)
    href = f"/parts/patches/{run.document.ids[index + 1]}/{index}.png?v={ENGINE}"
    return [
        Face(href, plan.size, *plan.corner(row * plan.columns), len(each) * (plan.width + GAP) - GAP, plan.height)
        for row, each in enumerate(maps)
    ]


async def patches_picture(lab: Lab, run: Run, layer: str, fields: Mapping[str, str]) -> bytes:
    """Return the patches of all maps of a layer as one picture."""
    index = read_whole(layer, len(run.stages))
    maps = None if index is None else patches_at(run.stages[index])
    if maps is None:
        raise NotFound("There is no picture {name} here.", name="patches")
    names = {patch.picture for each in maps for patch in each}
    pictures = {name: await _picture(lab, name) for name in names}
    found = maps

    def drawn() -> bytes:
        return patches_png(
            [[_pixels(patch, pictures[patch.picture]) for patch in each] for each in found], _plan(found)
        )

    return await lab.queue.light(drawn)


def _plan(maps: Maps) -> Tiles:
    sizes = [(patch.rows, patch.columns) for each in maps for patch in each]
    most = max(map(len, maps)), (max(rows for rows, _ in sizes), max(columns for _, columns in sizes))
    return patch_tiles(len(maps), *most)


async def _picture(lab: Lab, name: str) -> Picture:
    if name.startswith(DIGIT):
        return Picture(np.ascontiguousarray(digits()[int(name.removeprefix(DIGIT)), 0]))
    return await lab.album.picture(name)


def _pixels(patch: Patch, picture: Picture) -> Bytes:
    """Return the cells of a patch, uint8 (channel, row, column)."""
    bottom, right = patch.top + patch.rows * patch.scale, patch.left + patch.columns * patch.scale
    part = cut(picture, ((patch.top, bottom), (patch.left, right)))
    return prepare(part, patch.rows, patch.columns, "stretch", part.mode)[0]
