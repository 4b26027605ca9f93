"""A volume in true proportions, small: what the ribbon shows of each layer."""

from xml.etree.ElementTree import Element

from app.rendering.plane import DEPTH, Volume, height_of, width_of
from app.rendering.svg import Face, add, drawing, face, path, silhouette

DEEPEST = 48.0  # px: a layer of thousands of maps is as long as a stop may be


def volume(front: Face, channels: int, scale: float, label: str, depth: float | None = None) -> Element:
    """Return a block of `channels` sheets behind `front`, `scale` px a cell, `depth` px deep to the right; by default a
    cell a channel, up to a limit."""
    rows, columns = front.rows, front.columns
    depth = min(max(3.0, scale * channels * DEPTH[0] if depth is None else depth), DEEPEST)
    rise = -depth * DEPTH[1] / DEPTH[0]
    width, height = scale * width_of(columns) + depth, scale * height_of(rows, columns) + rise
    picture = drawing(width + 2, height + 2, label, width=width + 2, height=height + 2, class_="volume")
    plane = Volume((1, rise + 1), scale).sheet()
    a, b, c, _ = plane.quad((0, rows), (0, columns))
    add(picture, "path", class_="side-top", d=path([a, (a[0] + depth, a[1] - rise), (b[0] + depth, b[1] - rise), b]))
    add(picture, "path", class_="side-right", d=path([b, (b[0] + depth, b[1] - rise), (c[0] + depth, c[1] - rise), c]))
    face(picture, front, plane)
    silhouette(picture, plane, columns, rows, (depth, -rise), "edge")
    return picture
