"""The key of ids and tokens: made once, kept in a file that only its owner reads, the same for all processes."""

import os
import secrets
import time
from pathlib import Path

SIZE = 32
PATIENCE = 2.0  # seconds that another process may take to write the key that it has begun


def secret_key(folder: Path) -> bytes:
    """Return the key kept in `folder`, making it where there is none; raise OSError where that cannot be."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = folder / "secret_key"
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    except FileExistsError:
        return _read(file)
    try:
        with os.fdopen(descriptor, "wb") as out:
            out.write(secrets.token_bytes(SIZE))
    except OSError:  # a full disk must not leave half a key
        file.unlink(missing_ok=True)
        raise
    return _read(file)


def _read(file: Path) -> bytes:
    patience = time.monotonic() + PATIENCE
    while len(key := file.read_bytes()) != SIZE:
        if time.monotonic() > patience:
            raise OSError(f"{file} does not hold a key of {SIZE} bytes; delete it and start again")
        time.sleep(0.01)
    return key
