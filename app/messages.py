"""The words that people read: message catalogues are gettext's, and English is what the code says.

Where a network knows many classes, what they are called stands beside it, in app/models/<id>/classes.<language>.json.
"""

import gettext
import json
from functools import cached_property, lru_cache

from app.paths import APP, folder

LANGUAGES = {"en": "English"}  # a language is listed here once its catalogue is whole


@lru_cache
def catalogue(language: str) -> gettext.NullTranslations:
    """Return the messages of `language`."""
    found = gettext.translation("convscope", str(folder("locale")), [language.replace("-", "_")], fallback=True)
    found.add_fallback(ClassNames(language))
    return found


class ClassNames(gettext.NullTranslations):
    """What classes of networks that ship are called in a language, as far as that is sure; read when first asked."""

    def __init__(self, language: str) -> None:
        super().__init__()
        self._language = language

    @cached_property
    def _names(self) -> dict[str, str]:
        files = sorted((APP / "models").glob(f"*/classes.{self._language}.json"))
        return {name: word for file in files for name, word in json.loads(file.read_text("utf-8")).items()}

    def gettext(self, message: str) -> str:
        """Return the name of a class; any other message as it is."""
        return self._names.get(message, message)


def N_(message: str) -> str:  # noqa: N802 - gettext's name for "translate where it is shown"
    """Mark a message for translation."""
    return message
