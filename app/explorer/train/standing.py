"""The sentences that say how a training stands."""

from app.messages import N_
from app.trainings.states import REASONS, Reason

STATES = {
    "draft": N_("Press play to begin."),
    "waiting": N_("Waiting: all places for trainings are taken. It begins by itself as soon as one is free."),
    "running": N_("Learning."),
    "paused": N_("Paused."),
    "finished": N_("Finished: all epochs are over."),
    "stopped": N_("Stopped. Its checkpoints can still be opened; back to the seed begins again."),
}
BEFORE = N_("Nothing is learned yet: the weights are random.")


def standing(state: str, reason: Reason | None, step: int) -> str:
    """Return how a training stands, as a msgid."""
    if reason is not None:
        return REASONS[reason]
    return BEFORE if state == "paused" and not step else STATES[state]
