"""Who begins trainings: a browser, which has one that is open, or who calls the API; an address has a few in all."""

from typing import NamedTuple


class Visitor(NamedTuple):
    """Somebody, by names from which nobody reads who it is."""

    address: str
    browser: str = ""  # none: it is a caller of the API
