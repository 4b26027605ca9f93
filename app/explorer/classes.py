"""What the numbers of a vector are called: the classes that a network tells apart, or numbers by their place."""

from collections.abc import Callable

from app.lab import Run
from app.pictures.digit import SIDE
from app.pipeline import classes
from app.pipeline.plan import Stage

Say = Callable[[str], str]
DIGITS = tuple("0123456789")


def answers(stages: tuple[Stage, ...], index: int) -> bool:
    """Tell whether the numbers of a layer are a network's answer: after it come only shares of them."""
    return all(stage.layer.scores for stage in stages[index + 1 :])


def class_names(run: Run, index: int, say: Say) -> list[str]:
    """Return what each number of a vector that layer `index` gives is called."""
    if known := classes.class_names(run.stages, index):
        return [name and say(name) for name in known]  # of nothing, gettext says much
    name = say("class {number}") if answers(run.stages, index) else say("number {number}")
    return [name.format(number=number + 1) for number in range(run.stages[index].output_shape[0])]


def reads_digits(run: Run) -> bool:
    """Tell whether a network has learned to name digits written by hand, as MNIST has them, and reads such pictures."""
    model = classes.trained_model(run.stages)
    return model is not None and model.classes == DIGITS and run.input_shape == (1, SIDE, SIDE)
