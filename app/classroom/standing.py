"""Where a state stands with a task, in one sentence; the widget's state alone tells whether it is done."""

from app.classroom.claims import failing
from app.classroom.lesson import Task
from app.classroom.screen import Say
from app.explorer.classes import class_names
from app.explorer.looks.registry import LOOKS
from app.explorer.state import State
from app.lab import Run


def missing_of(task: Task, state: State, run: Run) -> str:
    """Return the name of what a task wants of a state and does not find; nothing where it is done."""
    return failing(task.until, state, [stage.output_shape for stage in run.stages])


def standing(missing: str, state: State, run: Run, say: Say) -> str:
    """Return how a state is where a task wants it otherwise."""
    layer = run.stages[state.layer].layer.type if run.stages else ""
    now = {
        "column": say("Now: place {number} of its row.").format(number=state.place.column + 1),
        "row": say("Now: row {number}.").format(number=state.place.row + 1),
        "channel": _channel(state, run, say),
        "layer": say("Now: layer {number}, {type}.").format(number=state.layer + 1, type=layer),
        "view": say("Now: {view}.").format(view=say(LOOKS[state.view].title)),
        "recipe": say("Now: {recipe}.").format(recipe=state.document.outline),
    }
    return now.get(missing, say("Not yet."))


def _channel(state: State, run: Run, say: Say) -> str:
    """Return which map a state shows or, where its number is chosen among the scores, which class."""
    if state.view != "scores":
        return say("Now: map {number}.").format(number=state.place.channel + 1)
    return say("Now: {view}.").format(view=class_names(run, len(run.stages) - 1, say)[state.place.channel])
