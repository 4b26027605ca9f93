"""What handlers ask for: the lab, and its short links."""

from typing import Annotated

from fastapi import Depends, Request

from app.lab import Lab
from app.links import Links


async def lab_of(request: Request) -> Lab:
    """Return the lab that serves this app; async, since FastAPI would send a plain function to another thread."""
    lab: Lab = request.app.state.lab
    return lab


async def links_of(request: Request) -> Links:
    """Return the short links that this app makes."""
    links: Links = request.app.state.links
    return links


InLab = Annotated[Lab, Depends(lab_of)]
InLinks = Annotated[Links, Depends(links_of)]
