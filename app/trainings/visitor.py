"""Who begins trainings: a browser, which has one that is open, or callers of the API at an address, who have a few."""

from typing import NamedTuple

AT_AN_ADDRESS = 4


class Visitor(NamedTuple):
    """Somebody, by a name from which nobody reads who it is, and how many trainings that are open they may have."""

    name: str
    most: int = 1
