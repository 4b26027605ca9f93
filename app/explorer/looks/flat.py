"""The flat view: picture, filter and map face the reader, for pointing."""

from app.explorer.looks.look import Look
from app.rendering.figure.plates import flat

LOOK = Look(
    "flat",
    "Flat",
    "Picture, filter and map laid flat and large, for pointing at cells.",
    order=20,
    draw=flat,
    asks=True,
)
