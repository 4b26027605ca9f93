"""Medians of many calls, the contenders in turns, so that whatever else the machine does falls on all alike."""

from collections.abc import Callable, Mapping
from statistics import median
from time import perf_counter, process_time, sleep

LOOK = 0.004  # seconds after which we look whether the last contender's threads still spin
MOST_REST = 0.2  # seconds; PyTorch's spin for about 10 ms after their work, ONNX Runtime's for 50
BURST = 0.01  # seconds of calls in a row, at least one call


def once(call: Callable[[], object]) -> float:
    """Return how long one call takes, in milliseconds."""
    start = perf_counter()
    call()
    return 1000 * (perf_counter() - start)


def rest() -> None:
    """Wait until no thread of this process is busy: those that wait for their next work by spinning take a core."""
    end = perf_counter() + MOST_REST
    quiet = 0
    while quiet < 2 and perf_counter() < end:
        busy = process_time()
        sleep(LOOK)
        quiet = quiet + 1 if process_time() - busy < LOOK / 8 else 0


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
            rest()
            call()
            stop = perf_counter() + BURST
            while True:
                times[name].append(once(call))
                if perf_counter() >= stop:
                    break
        turn += 1
    return {name: median(found) for name, found in times.items()}
