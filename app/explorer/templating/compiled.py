"""Templates as they were compiled once: Python's code of each in a file, so that a start does not compile it anew.

    first start   template ─ compiled, 20 ms each ─► code ─► <folder>/<versions>/<name>     later   ─► code, 1 ms

Jinja's own cache looks whether a template is the one that a file was made from, by which Python; the folder is one for
the versions of what made it.
"""

from contextlib import suppress
from pathlib import Path

import jinja2
from jinja2 import FileSystemBytecodeCache
from jinja2.bccache import Bucket

from app import __version__

MAKERS = f"{jinja2.__version__}-{__version__}"


def compiled_in(folder: Path) -> FileSystemBytecodeCache | None:
    """Return what keeps the code under `folder`, a folder of whoever runs the server; None where that cannot be."""
    kept = folder / MAKERS
    try:
        kept.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError:
        return None
    return _Compiled(str(kept))


class _Compiled(FileSystemBytecodeCache):
    def dump_bytecode(self, bucket: Bucket) -> None:
        with suppress(OSError):  # a full disk, say: the code is compiled again on the next start
            super().dump_bytecode(bucket)
