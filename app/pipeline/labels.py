"""The names that people give to classes: a line that all can see, without signs that reorder what stands around it."""

import unicodedata
from typing import Annotated

from pydantic import StringConstraints

from app.errors import Unfit

MOST = 40  # characters
JOINERS = "\u200c\u200d"  # without a form of their own, but words of some scripts, and emoji, need them
UNSEEN = ("Cc", "Cf", "Cs", "Zl", "Zp")  # categories of Unicode: controls, formats, halves of pairs, ends of lines
Label = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MOST)]


def check_label(label: str, pointer: str) -> None:
    """Refuse a label with characters that nobody sees, or of such alone (Unfit)."""
    for at, character in enumerate(label, 1):
        if unicodedata.category(character) in UNSEEN and character not in JOINERS:
            raise Unfit(
                "Character {at} of a label is U+{code}, which cannot be seen; take letters, digits, signs and blanks "
                "on one line.",
                at=at,
                code=f"{ord(character):04X}",
                pointer=pointer,
            )
    if not label.strip(JOINERS):
        raise Unfit("A label must have a character that can be seen.", pointer=pointer)
