"""The states of a training, and why it is in one where its owner has not put it there.

        ┌── pause, step ──┐
paused ─┤ run             │
   ▲    └► waiting ─► running ─► finished     all epochs are over
   │          └───── stop ─┴───► stopped      it is over before: by its owner, or for a reason
   └── reset ◄── any
"""

from typing import Literal, NamedTuple

State = Literal["waiting", "running", "paused", "finished", "stopped"]
Reason = Literal["restarted", "unwatched", "too_long", "lost", "deleted", "not_kept", "failed"]
OPEN: tuple[State, ...] = ("waiting", "running", "paused")


class Outcome(NamedTuple):
    """A state, and the reason for it."""

    state: State
    reason: Reason | None = None
