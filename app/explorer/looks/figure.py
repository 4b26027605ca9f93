"""The figure: light from a window through a filter to one cell; the sum stands below."""

from app.explorer.looks.look import Look
from app.rendering.figure.plate import plate

LOOK = Look("figure", "Figure", "Light from a window through a filter to one cell of a map.", order=10, draw=plate)
