"""The phones of pupils: each is a number that this server has signed for one room, so that nobody makes one up.

An address gets so many an hour, which lets a school in: whoever is a phone is counted for itself.
"""

import hashlib
import hmac
import re
import secrets
import time
from collections.abc import Callable
from typing import NamedTuple

from app.allowance import Allowance
from app.classroom.codes import ALPHABET, LENGTH
from app.messages import N_

AN_HOUR = 600  # phones that may come from one address: a school of several classes
REFUSAL = N_("{most} phones have come from your address within an hour; try again in {wait} seconds.")
PASS = re.compile(rf"([{ALPHABET}]{{{LENGTH}}})-([0-9a-f]{{16}})-([0-9a-f]{{32}})", re.ASCII)


class Phone(NamedTuple):
    """A pupil's phone in a room."""

    code: str
    name: str

    @property
    def client(self) -> str:
        """As what it is counted."""
        return f"phone {self.code} {self.name}"


class Phones:
    """Signs phones, and reads what it has signed."""

    def __init__(self, secret: bytes, now: Callable[[], float] = time.monotonic) -> None:
        self._secret = secret
        self._allowance = Allowance(AN_HOUR, REFUSAL, now)

    def admit(self, code: str, address: str) -> str:
        """Return the pass of a new phone in a room; raise Busy for an address from which too many come."""
        self._allowance.take(address)
        name = secrets.token_hex(8)
        return f"{code}-{name}-{self._signed(code, name)}"

    def read(self, text: str) -> Phone | None:
        """Return the phone whose pass this is; None where it is of our signing in no room."""
        found = PASS.fullmatch(text)
        if found is None or not hmac.compare_digest(found[3], self._signed(found[1], found[2])):
            return None
        return Phone(found[1], found[2])

    def _signed(self, code: str, name: str) -> str:
        return hmac.new(self._secret, f"phone {code} {name}".encode(), hashlib.sha256).hexdigest()[:32]
