"""The flat view: picture, filter and map face the reader, for pointing."""

from app.rendering.flat import flat
from app.web.looks.look import Look

LOOK = Look("flat", "Flat", "Picture, filter and map laid flat and large, for pointing at cells.", draw=flat)
