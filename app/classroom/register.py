"""What the store has of rooms: one record a room, which lives as long as the room would by itself."""

import json
import logging
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from app.classroom.keys import Keys
from app.classroom.poll import Poll
from app.classroom.room import State
from app.storage import Store

log = logging.getLogger(__name__)
KIND = "room"


class Register:
    """The rooms in a store; its methods may wait for the store."""

    def __init__(self, store: Store, life: int) -> None:
        self._store = store
        self._life = life

    def put(self, code: str, record: bytes) -> float:
        """Keep what `record_of` has written, for a whole life from now; return until when. Raises Unavailable."""
        self._store.put(KIND, code, record, self._life)
        return self._store.now() + self._life

    def renew(self, code: str) -> float:
        """Give a room a whole life from now; return until when."""
        self._store.renew(KIND, code, self._life)
        return self._store.now() + self._life

    def delete(self, code: str) -> None:
        """Leave nothing of a room."""
        self._store.delete(KIND, code)

    def taken(self, code: str) -> bool:
        """Tell whether there is a room of this code."""
        return self._store.expires_at(KIND, code) is not None

    def all(self) -> Iterator[tuple[str, State, float]]:
        """Give every room with its code and until when it is kept."""
        for code in self._store.keys(KIND):
            data, ends = self._store.get(KIND, code), self._store.expires_at(KIND, code)
            if data is None or ends is None:
                continue
            try:
                yield code, _read(json.loads(data)), ends
            except (ValueError, TypeError, KeyError):
                log.warning("The room %s is torn in the store.", code)


def record_of(state: State) -> bytes:
    """Return a state as the store keeps it."""
    return json.dumps(asdict(state), separators=(",", ":")).encode()


def _read(fields: dict[str, Any]) -> State:
    keys, poll = fields.pop("keys"), fields.pop("poll")
    return State(
        **fields,
        keys=Keys(keys["teacher"], tuple(keys["remotes"]), keys["ticket"]),
        poll=poll and Poll(**{**poll, "choices": tuple(poll["choices"])}),
    )
