"""What a piece of work keeps others from: the CPU that this process takes while another thread waits for its turn.

CPU, not time: what else the machine does is no pause of ours.
"""

import gc
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def pauses() -> Iterator[list[float]]:
    """Collect, while the work inside goes on, how long another thread waited each time, in seconds of CPU."""
    found: list[float] = []
    done = threading.Event()

    def watch() -> None:
        while not done.is_set():
            before = time.process_time()
            time.sleep(0.001)
            found.append(time.process_time() - before)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield found
    finally:
        done.set()
        watcher.join()


def cost(work: Callable[[], object], times: int = 3) -> float:
    """Return the CPU seconds that some work takes in this thread, the least of a few runs.

    Garbage is not looked for meanwhile: that takes as long as there are objects, those of all tests among them.
    """
    best = float("inf")
    gc.disable()
    try:
        for _ in range(times):
            before = time.thread_time()
            work()
            best = min(best, time.thread_time() - before)
    finally:
        gc.enable()
    return best
