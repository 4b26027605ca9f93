"""What handlers ask for: the lab."""

from typing import Annotated

from fastapi import Depends, Request

from app.lab import Lab


async def lab_of(request: Request) -> Lab:
    """Return the lab that serves this app; async, since FastAPI would send a plain function to another thread."""
    lab: Lab = request.app.state.lab
    return lab


InLab = Annotated[Lab, Depends(lab_of)]
