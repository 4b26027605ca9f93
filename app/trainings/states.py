"""The states of a training, and why it is in one where its owner has not put it there.

        ┌── pause, step ──┐
paused ─┤ run             │
   ▲    └► waiting ─► running ─► finished     all epochs are over
   │          └───── stop ─┴───► stopped      it is over before: by its owner, or for a reason
   └── reset ◄── any
"""

from typing import Literal, NamedTuple

from app.messages import N_

State = Literal["waiting", "running", "paused", "finished", "stopped"]
Reason = Literal["restarted", "unwatched", "too_long", "lost", "deleted", "not_kept", "failed"]
REASONS: dict[Reason, str] = {
    "restarted": N_("The server was started anew, so it is paused at its last checkpoint; run goes on from there."),
    "unwatched": N_("Nobody has watched for ten minutes, so it has ended; reset begins again from the same seed."),
    "too_long": N_(
        "It has computed for as long as one training may; another one comes further with a smaller network."
    ),
    "lost": N_(
        "The numbers have run away: the loss is no number any more. The weights are those of the last checkpoint; "
        "begin another with a smaller learning rate."
    ),
    "deleted": N_(
        "A picture that it learned from has been deleted or has expired, and what it learned has gone with it."
    ),
    "not_kept": N_("The server could not keep its checkpoint just now, so it is paused; run tries again."),
    "failed": N_("Something went wrong on our side, so it has ended; reset begins again from the same seed."),
}
OPEN: tuple[State, ...] = ("waiting", "running", "paused")


class Outcome(NamedTuple):
    """A state, and the reason for it."""

    state: State
    reason: Reason | None = None
