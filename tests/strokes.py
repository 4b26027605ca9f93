"""Digits drawn by stroke, two ways each, as a hand does on the pad: lines from point to point in a box from 0 to 1."""

from math import cos, pi, sin

import numpy as np
from numpy.typing import NDArray

Point = tuple[float, float]  # across, down
Stroke = list[Point]


def arc(middle: Point, across: float, down: float, first: float, last: float) -> Stroke:
    """Return an arc from one angle to another, in turns, clockwise from the right."""
    turns = np.linspace(first, last, 16)
    return [(middle[0] + across * cos(2 * pi * t), middle[1] + down * sin(2 * pi * t)) for t in turns.tolist()]


DIGITS: dict[int, tuple[list[Stroke], list[Stroke]]] = {
    0: ([arc((0.5, 0.5), 0.3, 0.5, -0.25, 0.75)], [arc((0.5, 0.5), 0.42, 0.46, -0.3, 0.68)]),
    1: ([[(0.5, 0), (0.5, 1)]], [[(0.35, 0.2), (0.58, 0), (0.5, 1)]]),
    2: (
        [[*arc((0.5, 0.28), 0.32, 0.28, -0.5, 0.1), (0.15, 1), (0.85, 1)]],
        [[*arc((0.45, 0.3), 0.35, 0.3, -0.42, 0.15), (0.12, 0.95), (0.9, 0.9)]],
    ),
    3: (
        [[*arc((0.45, 0.26), 0.33, 0.26, -0.45, 0.25), *arc((0.45, 0.75), 0.38, 0.25, -0.25, 0.42)]],
        [[*arc((0.5, 0.24), 0.3, 0.22, -0.5, 0.22), *arc((0.48, 0.72), 0.36, 0.28, -0.25, 0.45)]],
    ),
    4: (
        [[(0.2, 0), (0.15, 0.55), (0.85, 0.55)], [(0.7, 0.05), (0.65, 1)]],
        [[(0.62, 0), (0.08, 0.62), (0.92, 0.62)], [(0.66, 0.3), (0.62, 1)]],
    ),
    5: (
        [[(0.8, 0), (0.25, 0), (0.22, 0.45), *arc((0.45, 0.7), 0.35, 0.3, -0.25, 0.42)]],
        [[(0.3, 0.02), (0.25, 0.42), *arc((0.42, 0.68), 0.36, 0.3, -0.28, 0.4)], [(0.3, 0.02), (0.85, 0)]],
    ),
    6: (
        [[(0.6, 0), (0.3, 0.4), *arc((0.5, 0.72), 0.28, 0.27, -0.5, 0.5)]],
        [[(0.75, 0.05), (0.4, 0.2), (0.18, 0.6), *arc((0.48, 0.75), 0.3, 0.24, 0.5, -0.5)]],
    ),
    7: ([[(0.12, 0.02), (0.85, 0.02), (0.4, 1)]], [[(0.1, 0.15), (0.12, 0.05), (0.82, 0.08), (0.5, 0.5), (0.42, 1)]]),
    8: (
        [arc((0.5, 0.25), 0.26, 0.25, 0.25, 1.25), arc((0.5, 0.75), 0.32, 0.25, -0.25, 0.75)],
        [
            [
                *arc((0.52, 0.24), 0.28, 0.22, -0.1, -0.62),
                *arc((0.48, 0.74), 0.3, 0.24, -0.15, 0.6),
                *arc((0.52, 0.24), 0.28, 0.22, 0.2, -0.1),
            ]
        ],
    ),
    9: (
        [[*arc((0.5, 0.27), 0.28, 0.27, 0, 1), (0.74, 1)]],
        [[*arc((0.46, 0.26), 0.3, 0.25, -0.1, -0.95), (0.72, 0.4), (0.6, 1)]],
    ),
}


def drawn(strokes: list[Stroke], side: int, pen: int, corner: Point, size: float) -> NDArray[np.uint8]:
    """Return a pad of `side` × `side` pixels, black strokes on white, as the pad lays its pen down along a line.

    `corner` and `size` say where the box of the strokes lies on it, in pixels.
    """
    pad = np.full((side, side), 255, np.uint8)
    rows, columns = np.mgrid[:side, :side]
    for stroke in strokes:
        points = [(round(corner[1] + y * size), round(corner[0] + x * size)) for x, y in stroke]
        for (top, left), (bottom, right) in zip(points, points[1:] or points, strict=False):
            steps = max(abs(bottom - top), abs(right - left), 1)
            for step in range(steps + 1):
                row, column = round(top + (bottom - top) * step / steps), round(left + (right - left) * step / steps)
                first = row - (pen - 1) // 2, column - (pen - 1) // 2
                inside = (
                    (rows >= first[0]) & (rows < first[0] + pen) & (columns >= first[1]) & (columns < first[1] + pen)
                )
                if pen > 3:
                    inside &= np.hypot(rows + 0.5 - first[0] - pen / 2, columns + 0.5 - first[1] - pen / 2) <= pen / 2
                pad[inside] = 0
    return pad
