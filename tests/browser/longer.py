"""Convscope with one more language, "xx": English with every sentence half as long again, as others will be.

    python -m tests.browser.longer serve --port 0

A sentence goes on with its own words; what is put into it, %(count)s or {time}, is there once.
"""

import gettext
import re
import sys
from functools import lru_cache

from app import messages

WORDS = re.compile(r"%\(\w+\)\w|\{\w*\}|[^\W\d_]+")


def longer(message: str) -> str:
    """Return a message half as long again."""
    words = [word for word in WORDS.findall(message) if word[0] not in "%{"]
    missing = len(message) // 2
    if not words or not missing:
        return message
    if len(words) == 1:
        return message + (words[0] * 2)[:missing].lower()
    more = " ".join(words * 2)[: missing - 1].strip()
    return f"{message} {more}".rstrip()


class _Longer(gettext.NullTranslations):
    def gettext(self, message: str) -> str:
        return longer(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return longer(msgid1 if n == 1 else msgid2)


def install() -> None:
    """Add the language to those that are there."""
    others = messages.catalogue
    messages.LANGUAGES["xx"] = "Longer"
    messages.catalogue = lru_cache(lambda language: _Longer() if language == "xx" else others(language))  # type: ignore[assignment]


if __name__ == "__main__":
    install()
    from app.cli import main

    sys.exit(main())
