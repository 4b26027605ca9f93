"""Whole numbers as addresses, forms and the command line hold them, read in one place.

Python's own `int` also takes "٣", "1_000" and " 7 ", and of 5,000 digits it raises ValueError.
"""

DIGITS = 9  # more than any count, place or size here has
END = 10**DIGITS


def read_whole(text: str, end: int = END) -> int | None:
    """Return the number from 0 up to `end` that `text` writes in plain digits; None where it writes none."""
    if not (text.isascii() and text.isdigit() and len(text) <= DIGITS):
        return None
    number = int(text)
    return number if number < end else None


def read_wholes(text: str, count: int) -> tuple[int, ...] | None:
    """Return the `count` numbers that `text` writes with points between, as 2.0.1; None where it does not."""
    parts = text.split(".", count)
    numbers = [number for part in parts if (number := read_whole(part)) is not None]
    return tuple(numbers) if len(numbers) == len(parts) == count else None


def read_signed(text: str, end: int = END) -> int | None:
    """Return the number between −`end` and `end` that `text` writes; None where it writes none."""
    number = read_whole(text.removeprefix("-"), end)
    return None if number is None else -number if text.startswith("-") else number
