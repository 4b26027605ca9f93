"""Codes of rooms: six letters and digits that nobody mistakes for each other on a board, however one types them."""

import re
import secrets
import unicodedata

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # without 0 O 1 I L; 31 to the power of 6 is 888 million
LENGTH = 6
CODE = re.compile(rf"[{ALPHABET}]{{{LENGTH}}}")
BETWEEN = re.compile(r"[\s\-‐‑–_.·]")  # what people put between the halves
LONGEST = 40  # characters that somebody may have typed


def new_code() -> str:
    """Return a code that nobody can guess."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def read_code(text: str) -> str | None:
    """Return the code that somebody typed, in any case and width, with spaces or hyphens; None where it is none."""
    if len(text) > LONGEST:
        return None
    code = BETWEEN.sub("", unicodedata.normalize("NFKC", text)).upper()
    return code if CODE.fullmatch(code) else None
