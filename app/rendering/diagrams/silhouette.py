"""The silhouette of a network: its volumes in a row, small, told apart by their sides and depths alone."""

import math
from collections.abc import Sequence
from itertools import groupby
from xml.etree.ElementTree import Element

from app.layers import Shape
from app.rendering.plane import DEPTH, Plane
from app.rendering.svg import add, drawing, path
from app.rendering.svg import silhouette as outlined

MOST = 6  # volumes
WIDTH, HEIGHT = 104.0, 44.0  # px
TALLEST, LEAST = 36.0, 4.0  # px of a side; they go by the root of their cells: true to scale only the first is seen
NARROW = 0.5  # of a sheet's height, the width of one that is square
SLOPE = 0.129  # of its lower edge
DEEP = 1.1  # px each time that the channels double
APART = 2.0  # px


def silhouette(shapes: Sequence[Shape]) -> Element:
    """Return the picture of a network whose input and layers have `shapes`: of each size its deepest volume."""
    volumes = [max(alike) for _, alike in groupby(shapes, key=lambda shape: shape[1:])]
    if len(volumes) > MOST:
        volumes = [volumes[round(place * (len(volumes) - 1) / (MOST - 1))] for place in range(MOST)]
    most = max(max(rows, columns) for _, rows, columns in volumes)
    picture = drawing(WIDTH, HEIGHT, "", width=WIDTH, height=HEIGHT, class_="silhouette")
    blocks = [_sides(shape, most) for shape in volumes]
    needed = sum(wide + deep + APART for _, wide, deep in blocks)
    scale, x = min(1.0, WIDTH / needed), 0.0
    for tall, wide, deep in blocks:
        _block(picture, x, scale * tall, scale * wide, scale * deep)
        x += scale * (wide + deep + APART)
    return picture


def _sides(shape: Shape, most: int) -> tuple[float, float, float]:
    """Return the height, width and depth of a volume, px."""
    channels, rows, columns = shape
    tall, wide = (max(LEAST, TALLEST * math.sqrt(side / most)) for side in (rows, columns))
    return tall, NARROW * wide, 1.5 + DEEP * math.log2(channels)


def _block(picture: Element, x: float, tall: float, wide: float, deep: float) -> None:
    plane = Plane((x, (HEIGHT - tall) / 2), (wide, SLOPE * wide), (0, tall))
    back = deep, deep * DEPTH[1] / DEPTH[0]
    a, b, c, d = plane.quad((0, 1), (0, 1))
    behind = [(px + back[0], py + back[1]) for px, py in (a, b, c)]
    add(picture, "path", class_="side-top", d=path([a, behind[0], behind[1], b]))
    add(picture, "path", class_="side-right", d=path([b, behind[1], behind[2], c]))
    add(picture, "path", class_="front", d=path([a, b, c, d]))
    outlined(picture, plane, 1, 1, back, "edge")
