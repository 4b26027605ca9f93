"""A step as a picture of its own: the figure with every picture that it shows inside it."""

import numpy as np

from app.errors import NotFound
from app.explorer.alone import alone
from app.explorer.scene import scene_of
from app.explorer.view import view_of
from app.lab import Lab, Run
from app.layers import Place
from app.rendering.figure.layout import LAYOUTS
from app.rendering.figure.plates import plate
from app.rendering.palette import Theme, scale_png
from app.rendering.scales import USUAL, Colours
from app.rendering.sheets.maps import coloured_png, extent_of, laid_out, picture_png, stretched, veil_png, weights_png

PNG_BYTES = 6  # a number, that drawing maps takes at once


async def map_picture(
    lab: Lab, run: Run, index: int | None, channel: int | None, theme: Theme, colours: Colours = USUAL
) -> bytes:
    """Return the PNG of the maps of layer `index` (None: the input), all on one sheet or `channel` alone."""
    result = await lab.result(run, index)
    if result.pixels is not None:
        pixels = result.pixels
        return await lab.queue.light(lambda: picture_png(stretched(pixels) if colours.own else pixels, channel))
    if colours.extent is None:
        extents = await lab.extents(run, index, own=colours.own)
    else:
        extents = [colours.extent] * len(result.output)
    chosen = slice(None) if channel is None else slice(channel, channel + 1)
    maps = laid_out(result.output[chosen])
    from_zero = result.whole.minimum >= 0
    return await lab.render(
        lambda: coloured_png(maps, extents[chosen][: len(maps)], theme, colours, from_zero), PNG_BYTES * maps.size
    )


async def filter_picture(
    lab: Lab, run: Run, index: int | None, channel: int | None, theme: Theme, signs: bool = False
) -> bytes:
    """Return the PNG of the filters of layer `index`, a row a filter, a tile an input channel; or of one filter."""
    filters = await filters_of(lab, run, index)
    extent = await lab.queue.light(lambda: extent_of(filters))
    chosen = slice(None) if channel is None else slice(channel, channel + 1)
    return await lab.queue.light(lambda: weights_png(filters[chosen], extent, theme, signs))


async def veil_picture(lab: Lab, run: Run, index: int | None, channel: int, theme: Theme) -> bytes:
    """Return the PNG that dims what layer `index` drops of map `channel` before it; NotFound where it drops nothing."""
    if index is not None:
        x = (await lab.result(run, run.stages[index].inputs[0])).output[channel : channel + 1]
        layer = run.stages[index].layer
        kept = await lab.queue.light(lambda: layer.kept(x))
        if kept is not None:
            return await lab.queue.light(lambda: veil_png(kept[0], theme))
    raise NotFound("This layer drops no cells of the map before it.")


async def filters_of(lab: Lab, run: Run, index: int | None) -> np.ndarray:
    """Return the filters of layer `index`, (out, in, rows, columns); raise NotFound where it has none."""
    weight = await lab.weight(run, index, "weight")
    filters = None if index is None else run.stages[index].layer.filters(run.stages[index].input_shape, weight)
    if filters is None:
        raise NotFound("This layer has no filters to draw.")
    return filters


async def step_svg(lab: Lab, run: Run, index: int, place: Place, theme: Theme, language: str) -> bytes:
    """Return the drawing of one number, complete in itself."""
    view = await view_of(lab, run, index, place, theme, language)
    figure = plate(scene_of(view), LAYOUTS["wide"])
    pictures: dict[str, bytes] = {}
    for href in {image.get("href", "") for image in figure.iter("image")}:
        pictures[href] = await _picture_at(lab, run, href, theme)
    return await lab.queue.light(lambda: alone(figure, pictures, theme))


async def _picture_at(lab: Lab, run: Run, href: str, theme: Theme) -> bytes:
    """Return the picture that the page has at `href`."""
    if href.startswith("/scale.png"):
        return scale_png(theme)
    path, _, options = href.partition("?")
    *_, layer, name = path.split("/")
    index = None if layer == "input" else int(layer)
    channel = next((int(part[8:]) for part in options.split("&") if part.startswith("channel=")), None)
    if name == "kept.png":
        return await veil_picture(lab, run, index, channel or 0, theme)
    if name == "weight.png":
        return await filter_picture(lab, run, index, channel, theme, "signs=1" in options.split("&"))
    return await map_picture(lab, run, index, channel, theme)
