"""The Chinese catalogue is whole, says each term in one way, and is set as Chinese is."""

import json
import re
import struct
from collections import Counter

import pytest
from babel.messages.pofile import read_po

from scripts.messages import ROOT

FOLDER = ROOT / "locale" / "zh_CN"
FONT = ROOT / "tests" / "vendor" / "han" / "NotoSansSC-Regular.ttf"
GLOSSARY = json.loads((FOLDER / "glossary.json").read_text("utf-8"))
HAN = "\u3400-\u9fff"
PUT_IN = re.compile(r"%\(\w+\)\w|%%|\{[\w:,]*\}|\{\{|\}\}")
TAG = re.compile(r"</?[a-z]+[^>]*>")
CODED = re.compile(
    r"\[[^\]]*\]|\"[^\"]*\"|\{[^}]*\}|%\(\w+\)\w|/\S*|\w+[./_]\w+|[a-z_]+(?= (?:must|is a list|are nested|have three))"
)
MISSET = {
    "a space beside a wide sign": re.compile(r"[，。：；？！、（][ ]|[ ][，。：；？！、）]"),
    "a narrow sign behind Chinese": re.compile(rf"[{HAN}][,;:?!]|[{HAN}]\.(?:\s|$)"),
    "no space between Chinese and Latin": re.compile(rf"[{HAN}][A-Za-z0-9]|[A-Za-z0-9%][{HAN}]"),
}


def entries() -> list[tuple[list[str], list[str], str]]:
    """Return what English says, in one form or two, what Chinese says, and where the first of it stands."""
    with (FOLDER / "LC_MESSAGES" / "convscope.po").open("rb") as file:
        catalogue = read_po(file, locale="zh_CN")
    found = []
    for message in catalogue:
        if message.id:
            said = message.id if isinstance(message.id, tuple) else (message.id,)
            words = message.string if isinstance(message.string, tuple) else (message.string,)
            found.append((list(said), list(words), f"{message.locations[0][0]}{' (fuzzy)' * message.fuzzy}"))
    return found


ENTRIES = entries()


def test_no_message_is_without_words_and_none_is_guessed():
    missing = [f"{where}: {said[0]!r}" for said, words, where in ENTRIES if not all(words) or "(fuzzy)" in where]
    assert missing == [], "say these in locale/zh_CN/LC_MESSAGES/convscope.po"


def test_what_is_put_in_is_put_in_in_both_languages():
    """The form for one thing may leave the number out; Chinese has one form, and counts."""
    for said, words, where in ENTRIES:
        for text in words:
            assert sorted(set(PUT_IN.findall(text))) == sorted(set(PUT_IN.findall(said[-1]))), (
                f"{where}: {said[-1]}\n{text}"
            )
            assert sorted(TAG.findall(text)) == sorted(TAG.findall(said[-1])), f"{where}: {text}"


@pytest.mark.parametrize("fault", MISSET)
def test_chinese_is_set_as_chinese(fault):
    found = [
        f"{where}: {text}"
        for _, words, where in ENTRIES
        for text in words
        if MISSET[fault].search(PUT_IN.sub("", text) if "sign" not in fault else PUT_IN.sub("x", text))
    ]
    assert found == []


@pytest.mark.parametrize("term", GLOSSARY["terms"])
def test_a_term_is_said_in_one_way(term):
    asked = re.compile(rf"(?<![\w`.-]){re.escape(term)}(?:s|es)?(?![\w(=-])", re.IGNORECASE)
    besides = re.compile("|".join(map(re.escape, GLOSSARY["besides"].get(term, ["\0"]))), re.IGNORECASE)
    wrong = [
        f"{said[0]}\n    {words[0]}"
        for said, words, _ in ENTRIES
        if asked.search(besides.sub(" ", CODED.sub(" ", said[0])))
        and GLOSSARY["terms"][term] not in words[0]
        and said[0] not in GLOSSARY["whole"]
    ]
    assert wrong == [], f"{term} is {GLOSSARY['terms'][term]}"


def test_a_percent_sign_stands_behind_a_space_as_the_explorer_prints_it():
    found = [
        text
        for said, words, _ in ENTRIES
        for text in (*said, *words)
        if re.search(r"[\w}]%(?!\w)", re.sub(r"%\(\w+\)[sd]", "x", text).replace("%%", "%"))
    ]
    assert found == []


def test_no_other_word_stands_for_a_term():
    found = [text for _, words, _ in ENTRIES for text in words for other in GLOSSARY["never"] if other in text]
    assert found == []


def test_the_typeface_of_the_tests_has_every_character():
    there = characters(FONT.read_bytes())
    texts = [text for _, words, _ in ENTRIES for text in words]
    missing = {
        c for text in texts for c in text if re.match(r"[\u3000-\u9fff\uff00-\uffef]", c) and ord(c) not in there
    }
    assert not missing, "add these to `text` in tests/vendor/han/manifest.json and run scripts/vendor.py"


def characters(font: bytes) -> set[int]:
    """Return the characters of a TrueType font that its table of segments (cmap, format 4) has."""
    count = struct.unpack_from(">H", font, 4)[0]
    tables = {font[at : at + 4]: struct.unpack_from(">I", font, at + 8)[0] for at in range(12, 12 + 16 * count, 16)}
    base, found = tables[b"cmap"], set()
    for k in range(struct.unpack_from(">H", font, base + 2)[0]):
        at = base + struct.unpack_from(">I", font, base + 8 + 8 * k)[0]
        if struct.unpack_from(">H", font, at)[0] != 4:
            continue
        segments = struct.unpack_from(">H", font, at + 6)[0] // 2
        ends = struct.unpack_from(f">{segments}H", font, at + 14)
        starts = struct.unpack_from(f">{segments}H", font, at + 16 + 2 * segments)
        found |= {code for first, last in zip(starts, ends, strict=True) for code in range(first, last + 1)}
    return found - {0xFFFF}


NAMED = sorted((ROOT / "app" / "models").glob("*/classes.zh-CN.json"), key=str)


@pytest.mark.parametrize("file", NAMED, ids=lambda file: file.parent.name)
def test_every_class_has_a_name_and_none_that_another_has(file):
    classes = set(json.loads((file.parent / "model.json").read_text("utf-8"))["classes"])
    names = json.loads(file.read_text("utf-8"))
    assert classes == set(names), "a class without a name, or a name without a class"
    assert [name for name in names.values() if not re.search(f"[{HAN}]", name)] == []
    others = [name for name, times in Counter(names.values()).items() if times > 1]
    assert others == [], "one name for classes that English tells apart"
