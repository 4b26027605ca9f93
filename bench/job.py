"""The whole job: an encoded photograph in, the maps of three layers out as pictures; beside scripts of PyTorch's.

All decode the gallery's cat (a PNG of 451×300), bring it to 256×256 by area, apply 8 filters of 3×3, ReLU and a pool,
and encode three sheets of 8 maps. One script draws them the way a notebook does, with matplotlib; one lays them side by
side and lets Pillow write PNGs of a palette. Ours is also measured with all that a visitor's upload brings along: it is
kept, hashed, planned, and its numbers are summed up for the report.
"""

import asyncio
import itertools
from collections.abc import Callable, Sequence
from io import BytesIO
from types import ModuleType
from typing import Any

import numpy as np
from PIL import Image

from app.explorer.drawing import map_picture
from app.lab import Lab, Result
from app.pictures import gallery
from app.pictures.intake import decode
from app.pipeline.document import read_document
from app.pipeline.plan import plan
from app.rendering.palette import signed_palette
from app.rendering.sheets.maps import maps_png
from app.results import input_result, layer_result
from app.settings import Settings
from app.storage import MemoryStore
from bench.table import Row
from bench.timing import side_by_side

SIDE, FILTERS = 256, 8
RECIPE = "conv2d(8, 3, weights=random({seed})) | relu | max_pool2d(2)"
LIMITS = {"matplotlib": 1 / 15, "palette": 0.8}
THREADS = 2


def measure(*, only: str = "", seconds: float = 1.0) -> list[Row]:
    """Return a row beside each script."""
    import matplotlib as mpl
    import torch

    mpl.use("Agg")
    torch.set_num_threads(THREADS)
    file = BytesIO()
    Image.fromarray(gallery.load("chelsea").pixels).save(file, "PNG")
    photo = file.getvalue()
    rows = []
    with asyncio.Runner() as runner:
        lab = Lab(Settings(compute_slots=THREADS, secret_key="bench"), MemoryStore(), b"bench" * 8)  # noqa: S106
        seeds = itertools.count()
        ours: dict[str, Callable[[], object]] = {
            "arithmetic and pictures": lambda: alone(photo, lab),
            "as an upload": lambda: runner.run(uploaded(photo, lab, next(seeds))),
        }
        theirs: dict[str, Callable[[], object]] = {
            "matplotlib": lambda: by_matplotlib(by_torch(torch, photo)),
            "palette": lambda: by_palette(by_torch(torch, photo)),
        }
        found = side_by_side({**ours, **theirs}, seconds=seconds)
        for own, other in itertools.product(ours, theirs):
            if only in f"{own} {other}":
                peers = {f"PyTorch + {other}": found[other]}
                rows.append(
                    Row(f"{own}, beside {other}", found[own], "ms", peers, limit=LIMITS[other], threads=THREADS)
                )
        lab.close()
    return rows


def alone(photo: bytes, lab: Lab) -> list[bytes]:
    """Do what the scripts do, with our functions, the pictures side by side."""
    document = read_document(
        {"input": {"image": "photo", "height": SIDE, "width": SIDE}, "recipe": RECIPE.format(seed=7)}
    )
    shape = document.input.channels, SIDE, SIDE
    results = [input_result(document.input, decode(photo, 10**7), shape)]
    for stage in plan(document, shape, most_multiplications=10**12, most_bytes=10**12):
        results.append(layer_result(stage, results[-1:]))
    return list(lab.queue._heavy.map(drawn, results[1:]))


def drawn(result: Result) -> bytes:
    """Return the sheet of the maps of one layer."""
    extent = max(-result.whole.minimum, result.whole.maximum)
    return maps_png(result.output, [extent] * len(result.output), "light")


async def uploaded(photo: bytes, lab: Lab, seed: int) -> list[bytes]:
    """Do what the server does for a new picture and filters that nobody had before."""
    picture = await lab.album.add(photo)
    source = {"image": picture.id, "height": SIDE, "width": SIDE}
    run = await lab.open(read_document({"input": source, "recipe": RECIPE.format(seed=seed)}))
    await lab.results(run)
    await lab.keep(run)
    return await asyncio.gather(*(map_picture(lab, run, index, None, "light") for index in range(len(run.stages))))


def by_torch(torch: ModuleType, photo: bytes) -> list[np.ndarray[Any, Any]]:
    """Return the maps of the three layers as a script of PyTorch's makes them."""
    image = Image.open(BytesIO(photo)).convert("RGB")
    left = (image.width - image.height) // 2
    square = image.crop((left, 0, left + image.height, image.height)).resize((SIDE, SIDE), Image.Resampling.BOX)
    with torch.no_grad():
        x = torch.from_numpy(np.array(square)).permute(2, 0, 1)[None].float() / 255
        torch.manual_seed(0)
        first = torch.nn.functional.conv2d(x, torch.randn(FILTERS, 3, 3, 3) * (2 / 27) ** 0.5)
        second = torch.relu(first)
        third = torch.nn.functional.max_pool2d(second, 2)
    return [maps[0].numpy() for maps in (first, second, third)]


def by_matplotlib(layers: Sequence[np.ndarray[Any, Any]]) -> list[bytes]:
    """Return a figure of each layer, its maps in two rows without axes."""
    from matplotlib import pyplot

    files = []
    for maps in layers:
        extent = float(np.abs(maps).max())
        figure, axes = pyplot.subplots(2, FILTERS // 2, figsize=(8, 4))
        for axis, values in zip(axes.flat, maps, strict=True):
            axis.imshow(values, cmap="PuOr", vmin=-extent, vmax=extent)
            axis.axis("off")
        figure.savefig(file := BytesIO(), format="png")
        pyplot.close(figure)
        files.append(file.getvalue())
    return files


def by_palette(layers: Sequence[np.ndarray[Any, Any]]) -> list[bytes]:
    """Return a sheet of each layer, a byte a number, as Pillow writes it when it is to be quick."""
    files = []
    for maps in layers:
        _, rows, columns = maps.shape
        levels = np.rint(maps * (127 / float(np.abs(maps).max())) + 127).astype(np.uint8)
        sheet = np.full((3 * rows + 2, 3 * columns + 2), 255, np.uint8)
        for index, part in enumerate(levels):
            top, left = index // 3 * (rows + 1), index % 3 * (columns + 1)
            sheet[top : top + rows, left : left + columns] = part
        image = Image.fromarray(sheet).convert("P")
        image.putpalette(signed_palette("light"))
        image.save(file := BytesIO(), "PNG", compress_level=1)
        files.append(file.getvalue())
    return files
