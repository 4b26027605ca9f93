"""Who may lead a room: its teacher, and a remote that may move on, show and blank. Of their keys only hashes are kept.

open ─► teacher's key
remote ─► remote key, for programs; and a ticket in an address, which is exchanged once for a key of its own
remote again ─► all of the remote's keys before are worth nothing
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

Role = Literal["teacher", "remote"]


@dataclass(frozen=True)
class Keys:
    """What is known of the keys of one room."""

    teacher: str  # a hash; empty: nobody can lead it
    remotes: tuple[str, ...] = ()
    ticket: str = ""  # a hash too; empty: there is none, or it has been exchanged


class Locksmith:
    """Makes keys, and knows them again by a hash with a secret; each is of one room and one role."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def open(self, code: str) -> tuple[Keys, str]:
        """Return the keys of a new room, and its teacher's."""
        key = _new()
        return Keys(self._hash(code, "teacher", key)), key

    def remote(self, code: str, keys: Keys) -> tuple[Keys, str, str]:
        """Return keys in which a remote replaces any before, its key, and the ticket for its address."""
        key, ticket = _new(), _new()
        remotes = (self._hash(code, "remote", key),)
        return replace(keys, remotes=remotes, ticket=self._hash(code, "ticket", ticket)), key, ticket

    def exchange(self, code: str, keys: Keys, ticket: str) -> tuple[Keys, str] | None:
        """Return keys with one more for the remote in place of the ticket, and that key; None for a wrong ticket."""
        if not keys.ticket or not hmac.compare_digest(keys.ticket, self._hash(code, "ticket", ticket)):
            return None
        key = _new()
        return replace(keys, remotes=(*keys.remotes, self._hash(code, "remote", key)), ticket=""), key

    def role(self, code: str, keys: Keys, held: Iterable[str]) -> Role | None:
        """Return what whoever holds some keys may be in a room; the teacher, if both."""
        held = list(held)
        if keys.teacher and any(hmac.compare_digest(keys.teacher, self._hash(code, "teacher", key)) for key in held):
            return "teacher"
        hashes = [self._hash(code, "remote", key) for key in held]
        if any(hmac.compare_digest(remote, each) for remote in keys.remotes for each in hashes):
            return "remote"
        return None

    def _hash(self, code: str, role: str, key: str) -> str:
        text = f"room {code} {role} {key[:100]}".encode(errors="replace")
        return hmac.new(self._secret, text, hashlib.sha256).hexdigest()


def _new() -> str:
    return secrets.token_hex(16)
