"""How the learning rate goes on through a training, as a part of the rate that is set. The definitions are PyTorch's.

constant            one_cycle      1 ─       ╭─╮
1 ─ ─────────                              ╱    ╲
                                   1/25 ─ ╯       ╲____ 1/250,000
"""

import math
from collections.abc import Callable

WARMING = 0.3  # of all steps, until the top …
START, END = 1 / 25, 1 / 25 / 10_000  # … from which part, and to which part it falls


def constant(step: int, steps: int) -> float:
    """Return 1 for every step."""
    return 1.0


def one_cycle(step: int, steps: int) -> float:
    """Return the part for a step (from 0) of so many: up along half a cosine, then down to next to nothing.

    Notes
    -----
    Smith & Topin, "Super-convergence" (2018); the definition is that of `torch.optim.lr_scheduler.OneCycleLR` with
    `cycle_momentum=False`: the momentum stays what it is set to.
    """
    top, last = WARMING * steps - 1, steps - 1
    if step <= top:
        return _between(START, 1, step / top)
    return _between(1, END, (step - top) / (last - top))


def _between(start: float, end: float, part: float) -> float:
    return end + (start - end) / 2 * (1 + math.cos(math.pi * part))


SCHEDULES: dict[str, Callable[[int, int], float]] = {"constant": constant, "one_cycle": one_cycle}
