"""Medians of many calls, the contenders in turns, so that whatever else the machine does falls on all alike."""

from collections.abc import Callable, Mapping
from statistics import median
from time import perf_counter, sleep

REST = 0.004  # seconds between contenders, in which the threads of the last one stop spinning
BURST = 0.01  # seconds of calls in a row, at least one call


def once(call: Callable[[], object]) -> float:
    """Return how long one call takes, in milliseconds."""
    start = perf_counter()
    call()
    return 1000 * (perf_counter() - start)


def side_by_side(
    contenders: Mapping[str, Callable[[], object]], *, seconds: float = 1.0, least: int = 9
) -> dict[str, float]:
    """Return the median time of a call of each contender, in milliseconds.

    Each turn every contender, after a rest and a call that is not counted, has a burst of calls; every turn begins with
    another one. There are at least `least` turns, and as many as fit into `seconds` for each contender.
    """
    names = list(contenders)
    times: dict[str, list[float]] = {name: [] for name in names}
    end = perf_counter() + seconds * len(names)
    turn = 0
    while turn < least or perf_counter() < end:
        for name in names[turn % len(names) :] + names[: turn % len(names)]:
            call = contenders[name]
            sleep(REST)
            call()
            stop = perf_counter() + BURST
            while True:
                times[name].append(once(call))
                if perf_counter() >= stop:
                    break
        turn += 1
    return {name: median(found) for name, found in times.items()}
