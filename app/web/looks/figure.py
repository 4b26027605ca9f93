"""The figure: light from a window through a filter to one cell; the sum stands below."""

from app.rendering.plate import plate
from app.web.looks.look import Look

LOOK = Look("figure", "Figure", "Light from a window through a filter to one cell of a map.", draw=plate)
