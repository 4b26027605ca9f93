#!/usr/bin/env python3
"""Collects every message that a person reads into locale/convscope.pot and each language's own: `make messages`.

babel.cfg says which files are read. Templates mark their words with _(); in Python a message is what is said,
`say("…")`, or what a mistake is raised with. Words that are shown by way of a registry, such as the help of a field,
are asked of the registry. In a language's catalogue what is new stands without words, and what is gone is gone; nothing
is guessed from what sounds alike. No date, line number or version is written: the file changes when a message does.
"""

import ast
import io
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

from app import errors
from app.classroom.book import BOOK, FILES
from app.explorer.looks.registry import LOOKS
from app.explorer.page.keys import EPOCHS, EPOCHS_PROJECTED, KEYS
from app.layers import LAYERS
from app.models import SHIPPED
from app.numerics.kernels import KERNELS
from app.paths import APP
from app.pictures.gallery import GALLERY
from app.pipeline import grammar

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = ROOT / "locale" / "convscope.pot"
CATALOGUES = sorted((ROOT / "locale").glob("*/LC_MESSAGES/convscope.po"))
SAYING = ("_", "N_", "Word", "gettext", "say", "translate", "translator")
SEVERAL = {"Counted": "ngettext", "counted": "ngettext", "Meant": "pgettext"}  # of two texts, as gettext calls them
COMMENT = "# What Convscope says to people; made by `make messages`, not by hand."
UNSTEADY = (b'"POT-Creation-Date', b'"PO-Revision-Date', b'"Generated-By', b'"Project-Id-Version')


def mistakes() -> list[type[errors.Mistake]]:
    """Return every class of the tree in app/errors.py."""
    return [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.Mistake)]


def said(
    file: BinaryIO, keywords: Collection[str], comment_tags: Collection[str], options: dict[str, Any]
) -> Iterator[tuple[int, str, str | tuple[str, ...], list[str]]]:
    """Yield the messages of a Python file, for Babel: both of them where a call chooses between two."""
    for node in ast.walk(ast.parse(file.read())):
        if isinstance(node, ast.Call) and node.args:
            saying = node.func.func if isinstance(node.func, ast.Call) else node.func  # translator(request)("…")
            name = getattr(saying, "attr", getattr(saying, "id", ""))
            if name in SEVERAL:
                texts = [given.value for given in node.args[:2] if isinstance(given, ast.Constant)]
                if len(texts) == 2:
                    yield node.lineno, SEVERAL[name], tuple(texts), []
            elif name in keywords:
                for message in alternatives(node.args[0]):
                    yield node.lineno, name, message, []


def alternatives(node: ast.expr) -> Iterator[str]:
    """Yield the texts that an expression may have the value of."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from alternatives(node.body)
        yield from alternatives(node.orelse)
    elif isinstance(node, ast.BoolOp):
        for value in node.values:
            yield from alternatives(value)
    elif isinstance(node, ast.JoinedStr):
        raise ValueError(f"line {node.lineno}: a message cannot be an f-string; give its numbers to format")


def shown() -> Iterator[tuple[str, str]]:
    """Yield the messages of the registries, each with the place where its words stand."""
    for kind in mistakes():
        yield from (("app/errors.py", words) for words in (kind.title, kind.help))
    for entry in GALLERY.values():
        yield "app/pictures/gallery.py", entry.title
    for kernel in KERNELS.values():
        yield "app/numerics/kernels.py", kernel.sentence
    for layer in LAYERS.values():
        where = layer.__module__.replace(".", "/") + ".py"
        yield where, (layer.__doc__ or "").strip()
        for field in layer.model_fields.values():
            yield where, field.description or ""
        yield where, layer(**layer.starter).work((3, 32, 32))[1]  # what its cost is counted in
    for call in [*grammar.sources(), grammar.model()]:  # layers are above
        yield "app/pipeline/grammar.py", call.help
        yield from (("app/pipeline/grammar.py", argument.help) for argument in call.arguments)
    for argument in (*grammar.common(), *grammar.picture()):
        yield "app/pipeline/grammar.py", argument.help
    for model in SHIPPED:
        beside = any((APP / "models" / model.id).glob("classes.*.json"))  # where its classes are translated
        words = [word for word in (model.title, *(() if beside else model.classes)) if not word.isdecimal()]
        yield from ((f"app/models/{model.id}/model.json", word) for word in words)
    for look in LOOKS.values():
        yield from ((f"app/explorer/looks/{look.name}.py", message) for message in (look.title, look.help))
    for slug, lesson in BOOK.items():
        words = (text for text in dict.fromkeys(lesson.texts()) if any(map(str.isalpha, text)))
        yield from ((f"app/classroom/chapters/{FILES[slug].name}", text) for text in words)
    for key in (*KEYS, EPOCHS, EPOCHS_PROJECTED):
        yield "app/explorer/page/keys.py", key.help


def collected() -> Catalog:
    """Return all messages as a catalogue without translations."""
    catalogue = Catalog(header_comment=COMMENT, fuzzy=False)
    with (ROOT / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    keywords = DEFAULT_KEYWORDS | dict.fromkeys([*SAYING, *(kind.__name__ for kind in mistakes())])
    found = extract_from_dir(ROOT, methods, options, keywords, strip_comment_tags=True)
    located = [
        *((name, message, context) for name, _, message, _, context in found),
        *((name, message, None) for name, message in shown() if message),
    ]
    for name, message, context in sorted(located, key=lambda each: each[0]):
        if message:
            catalogue.add(message, locations=[(Path(name).as_posix(), None)], context=context)
    return catalogue


def renewed(file: Path, collected: Catalog) -> Catalog:
    """Return the catalogue of a language with the messages that there are now, and its words for those it knew."""
    with file.open("rb") as text:
        catalogue = read_po(text, locale=file.parts[-3], ignore_obsolete=True)
    catalogue.update(collected, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    return catalogue


def written(catalogue: Catalog) -> bytes:
    """Return the text of a catalogue."""
    file = io.BytesIO()
    write_po(file, catalogue, width=100, sort_by_file=True, include_lineno=False)
    return b"".join(line for line in file.getvalue().splitlines(keepends=True) if not line.startswith(UNSTEADY))


def main() -> None:
    """Write the files."""
    catalogue = collected()
    TEMPLATE.parent.mkdir(exist_ok=True)
    TEMPLATE.write_bytes(written(catalogue))
    print(f"{len(catalogue)} messages in {TEMPLATE.relative_to(ROOT)}")
    for file in CATALOGUES:
        theirs = renewed(file, catalogue)
        file.write_bytes(written(theirs))
        missing = sum(not all(m.string if isinstance(m.string, tuple) else [m.string]) for m in theirs if m.id)
        print(f"{missing} of them without words in {file.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
