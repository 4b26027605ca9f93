"""The words that people read: message catalogues are gettext's, and English is what the code says."""

import gettext
from functools import lru_cache

from app.paths import folder

LANGUAGES = {"en": "English"}  # a language is listed here once its catalogue is whole


@lru_cache
def catalogue(language: str) -> gettext.NullTranslations:
    """Return the messages of `language`."""
    return gettext.translation("convscope", str(folder("locale")), [language.replace("-", "_")], fallback=True)


def N_(message: str) -> str:  # noqa: N802 - gettext's name for "translate where it is shown"
    """Mark a message for translation."""
    return message
