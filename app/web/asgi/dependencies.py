"""What handlers ask for: the lab, its short links, its trainings, its lessons, its rooms."""

from typing import Annotated

from fastapi import Depends, Request

from app.classroom.lessons import Lessons
from app.classroom.rooms import Rooms
from app.lab import Lab
from app.links import Links
from app.trainings.trainings import Trainings


async def lab_of(request: Request) -> Lab:
    """Return the lab that serves this app; async, since FastAPI would send a plain function to another thread."""
    lab: Lab = request.app.state.lab
    return lab


async def links_of(request: Request) -> Links:
    """Return the short links that this app makes."""
    links: Links = request.app.state.links
    return links


async def trainings_of(request: Request) -> Trainings:
    """Return the trainings of this app."""
    trainings: Trainings = request.app.state.trainings
    return trainings


async def rooms_of(request: Request) -> Rooms:
    """Return the rooms of this app."""
    rooms: Rooms = request.app.state.rooms
    return rooms


async def lessons_of(request: Request) -> Lessons:
    """Return the teachers' own lessons."""
    lessons: Lessons = request.app.state.lessons
    return lessons


InLab = Annotated[Lab, Depends(lab_of)]
InLinks = Annotated[Links, Depends(links_of)]
InTrainings = Annotated[Trainings, Depends(trainings_of)]
InRooms = Annotated[Rooms, Depends(rooms_of)]
InLessons = Annotated[Lessons, Depends(lessons_of)]
