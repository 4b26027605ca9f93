"""Templates as they were compiled once: Python's code of each in a file, so that a start does not compile it anew.

    first start   template ─ compiled, 20 ms each ─► code ─► <folder>/<name>     later   <folder>/<name> ─► code, 1 ms

A file holds the version of Python and the hash of the template that it was made from, and of the versions of what made
it; where one of them is another, the template is compiled.
"""

import hashlib
import os
import secrets
from contextlib import suppress
from pathlib import Path

import jinja2
from jinja2.bccache import Bucket, BytecodeCache

from app import __version__

MAKERS = f"{jinja2.__version__} {__version__} "


class Compiled(BytecodeCache):
    """Keeps the code in `folder`, which belongs to whoever runs the server; where it cannot be written, not at all."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder

    def get_source_checksum(self, source: str) -> str:
        return hashlib.sha256((MAKERS + source).encode()).hexdigest()

    def load_bytecode(self, bucket: Bucket) -> None:
        if self.folder is not None:
            with suppress(OSError), (self.folder / bucket.key).open("rb") as file:
                if os.fstat(file.fileno()).st_uid == self.folder.stat().st_uid:
                    bucket.load_bytecode(file)

    def dump_bytecode(self, bucket: Bucket) -> None:
        if self.folder is None:
            return
        aside = self.folder / f".{secrets.token_hex(8)}"
        with suppress(OSError):
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            aside.write_bytes(bucket.bytecode_to_string())
            aside.replace(self.folder / bucket.key)


COMPILED = Compiled()  # the folder is set when the app is assembled
