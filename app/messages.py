"""The words that people read: message catalogues are gettext's, and English is what the code says.

A language is there once its catalogue is, locale/<language>/LC_MESSAGES/convscope.po, which is read as translators
write it: nothing is compiled. Where a network knows many classes, what they are called stands beside it, in
app/models/<id>/classes.<language>.json.
"""

import gettext
import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Self

from app.paths import APP, folder

KEYWORDS = ("msgctxt", "msgid_plural", "msgid", "msgstr")
quoted = json.JSONDecoder(strict=False).decode  # reads a text between quotes, as catalogues have it, and soon
Entry = Mapping[str, str]  # what a message is and what it is in a language, by "msgid", "msgid_plural", "msgstr[0]" …


def N_(message: str) -> str:  # noqa: N802 - gettext's name for "translate where it is shown"
    """Mark a message for translation."""
    return message


class Meant(str):
    """A message of which English has another with the same words; the context, which nobody reads, tells them apart."""

    __slots__ = ("context",)
    context: str

    def __new__(cls, context: str, message: str) -> Self:
        meant = super().__new__(cls, message)
        meant.context = context
        return meant


class Counted(str):
    """A message about `count` things: in English one of two, elsewhere in as many forms as the language has."""

    __slots__ = ("forms", "number")
    forms: tuple[str, str]
    number: int

    def __new__(cls, one: str, many: str, count: int) -> Self:
        counted = super().__new__(cls, one if count == 1 else many)
        counted.forms, counted.number = (one, many), count
        return counted


def counted(one: str, many: str) -> tuple[str, str]:
    """Mark the two forms of a message for translation, as N_ does with one."""
    return one, many


NAME = N_("English")  # not the word, but what a language calls itself, such as 简体中文
SHORT = N_("EN")  # and this in short, as the bar has it, such as 中文


def catalogue_file(language: str) -> Path:
    """Return where the catalogue of a language is."""
    return folder("locale") / language.replace("-", "_") / "LC_MESSAGES" / "convscope.po"


def entries(lines: Iterable[str]) -> Iterator[Entry]:
    """Yield the entries of a catalogue as translators write it; one that is fuzzy or gone is left out."""
    entry: dict[str, str] = {}
    field, fuzzy = "", False
    for line in [*lines, ""]:
        text = line.strip()
        if text.startswith('"'):
            entry[field] += quoted(text)
        elif text.startswith("#,"):
            fuzzy = "fuzzy" in text
        elif text.startswith(KEYWORDS):
            field, _, words = text.partition(" ")
            entry[field] = quoted(words)
        elif not text:
            if entry and not fuzzy:
                yield entry
            entry, fuzzy = {}, False


class Catalogue(gettext.NullTranslations):
    """The messages of one language; what it does not have is said in English."""

    def __init__(self, found: Iterable[Entry]) -> None:
        super().__init__()
        self._words: dict[str, str] = {}
        self._forms: dict[str, list[str]] = {}
        self._which = gettext.c2py("n != 1")
        for entry in found:
            if not entry["msgid"]:
                self._which = gettext.c2py(plural_forms(entry["msgstr"]))
            elif "msgid_plural" in entry:
                forms = [words for field, words in entry.items() if field.startswith("msgstr[")]
                if all(forms):
                    self._forms[entry["msgid"]] = forms
            elif entry["msgstr"]:
                self._words[meaning(entry.get("msgctxt", ""), entry["msgid"])] = entry["msgstr"]

    def gettext(self, message: str) -> str:
        """Return a message in this language, as it is meant or counted."""
        if isinstance(message, Meant):
            return self.pgettext(message.context, str(message))
        if isinstance(message, Counted):
            return self.ngettext(*message.forms, message.number)
        if forms := self._forms.get(message):
            return forms[self._which(1)]
        return self._words.get(message) or super().gettext(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Return the form of a message that this language has for `n` things."""
        if forms := self._forms.get(msgid1):
            return forms[self._which(n)]
        return super().ngettext(msgid1, msgid2, n)

    def pgettext(self, context: str, message: str) -> str:
        """Return a message in this language, of those with the same words the one of this context."""
        return self._words.get(meaning(context, message)) or message


def meaning(context: str, message: str) -> str:
    """Return what tells a message from all others, as gettext writes it."""
    return f"{context}\x04{message}" if context else message


def plural_forms(header: str) -> str:
    """Return the rule that says which form of a message goes with a number, as a catalogue's header gives it."""
    line = next(line for line in header.splitlines() if line.startswith("Plural-Forms:"))
    return line.partition("plural=")[2].strip().rstrip(";")


class ClassNames(gettext.NullTranslations):
    """What classes of networks that ship are called in a language; read when first asked."""

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


@lru_cache
def catalogue(language: str) -> gettext.NullTranslations:
    """Return the messages of `language`."""
    file = catalogue_file(language)
    found = Catalogue(entries(file.read_text("utf-8").splitlines()) if file.is_file() else ())
    found.add_fallback(ClassNames(language))
    return found


def languages() -> dict[str, str]:
    """Return every language that there is by its tag, and what it calls itself: English, and what has a catalogue."""
    files = sorted(folder("locale").glob("*/LC_MESSAGES/convscope.po"))
    others = [file.parts[-3].replace("_", "-") for file in files]
    return {"en": NAME, **{tag: catalogue(tag).gettext(NAME) for tag in others}}


LANGUAGES = languages()


def others(language: str) -> list[tuple[str, str, str]]:
    """Return the languages beside this one: their tags, and what they call themselves, in full and in short.

    In full it holds the short one, so that whoever says what is seen finds it.
    """
    short = {tag: catalogue(tag).gettext(SHORT) for tag in LANGUAGES if tag != language}
    return [(tag, name if its in (name := LANGUAGES[tag]) else f"{its} {name}", its) for tag, its in short.items()]
