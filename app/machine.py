"""How much memory there is, of the machine's or of the container's; and how what was freed goes back to the system."""

import ctypes
import os
from contextlib import suppress
from pathlib import Path

UNKNOWN = 4_000_000_000  # bytes that a machine is taken to have where it does not say
# Arguments of glibc's mallopt: arrays of so many bytes are mapped one by one, and go back when they are freed. Left to
# itself it raises that to 32 MB, and what lies between two that live stays for ever.
M_MMAP_THRESHOLD, MAPPED = -3, 4_000_000
M_TRIM_THRESHOLD, TRIMMED = -1, 16_000_000


def memory(root: Path = Path("/")) -> int:
    """Return the bytes that this process may take: those of the machine or of its container, whichever are fewer."""
    return min([_machine(root), *_limits(root)])


def _machine(root: Path) -> int:
    with suppress(OSError, ValueError, IndexError):
        for line in (root / "proc/meminfo").read_text().splitlines():
            if line.startswith("MemTotal:"):
                return 1024 * int(line.split()[1])
    with suppress(AttributeError, OSError, ValueError):
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return UNKNOWN


def _limits(root: Path) -> list[int]:
    """Return the limits of all control groups that this process is in, version 2 and version 1.

    Seen from inside a container its own group may be mounted as the root, so that the path of which it is told leads
    nowhere; so each part of that path is tried, down to none.
    """
    found = []
    with suppress(OSError):
        for line in (root / "proc/self/cgroup").read_text().splitlines():
            number, kinds, path = line.split(":", 2)
            if number == "0":
                folder, name = root / "sys/fs/cgroup", "memory.max"
            elif "memory" in kinds.split(","):
                folder, name = root / "sys/fs/cgroup/memory", "memory.limit_in_bytes"
            else:
                continue
            for group in (folder / path.lstrip("/"), *(folder / path.lstrip("/")).parents):
                with suppress(OSError, ValueError):  # "max": no limit here
                    found.append(int((group / name).read_text()))
                if group == folder:
                    break
    return [limit for limit in found if limit > 0]


def _libc() -> ctypes.CDLL | None:
    """Return the C library where it is glibc; others have none of this, and no need of it."""
    try:
        library = ctypes.CDLL(None)
        library.malloc_trim  # noqa: B018 - AttributeError where there is none
    except (AttributeError, OSError, TypeError):
        return None
    return library


_LIBC = _libc()


def give_large_memory_back() -> None:
    """Let whatever is large go back to the system as soon as it is freed, from now on."""
    if _LIBC is not None:
        _LIBC.mallopt(M_MMAP_THRESHOLD, MAPPED)
        _LIBC.mallopt(M_TRIM_THRESHOLD, TRIMMED)


def give_back_memory() -> None:
    """Return to the system what was freed but is held for reuse."""
    if _LIBC is not None:
        _LIBC.malloc_trim(0)
