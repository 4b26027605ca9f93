"""Every word for people goes through gettext, and the list for translators is whole."""

import ast
import html
import io
import re
import tomllib
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from scripts.messages import CATALOGUES, ROOT, SAYING, TEMPLATE, alternatives, collected, said

TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))

# What is the same in every language: names, file names, units, letters of formulas.
SAME = {"Convscope", "RGB", "R", "G", "B", "px", "JSON", "NumPy", "PNG", "SVG", "GIF", "openapi.json"}
SAME |= {"exp", "ln", "max", "min", "ReLU", "same", "Shift", "Esc", "Space", "Home", "End", "Enter", "PgDn", "PgUp"}

JINJA = re.compile(
    r"\{#.*?#\}|\{%-?\s*trans\b.*?\{%-?\s*endtrans\s*-?%\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL
)  # comments, translated blocks, statements, expressions
WHOLE = re.compile(r'\bdata-[a-z]+="\x00"')  # an attribute that is an expression and no more
READ_OUT = re.compile(r'\s(?:aria-label|aria-description|alt|title|placeholder|data-done)="([^"]*)"')
CONTENT = re.compile(r"<(script|style|code)\b.*?</\1>|<!--.*?-->", re.DOTALL)


def bare_words(template: str) -> list[str]:
    """The words of a template's texts, and of attributes that are read out, that no translation reaches."""
    # An expression leaves a mark inside attributes and texts alike, so that half a word beside it is still a word.
    markup = WHOLE.sub(" ", CONTENT.sub(" ", JINJA.sub("\x00", template)))
    pieces = [*READ_OUT.findall(markup), *re.sub(r"<[^>]*>", "\n", markup).split("\n")]
    words = re.findall(r"[^\W\d_][\w.'’-]*", html.unescape(" ".join(pieces)))
    return [word for word in words if word.strip(".'’-") not in SAME and len(word.strip(".")) > 1]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.relative_to(ROOT / "templates").as_posix())
def test_every_word_of_a_template_can_be_translated(path: Path) -> None:
    assert not bare_words(path.read_text("utf-8")), "put these into _(), or into SAME where no language changes them"


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("<p>Add a layer</p>", ["Add", "layer"]),
        ('<p>{{ _("Add a layer") }}</p>', []),
        ("<p>{% trans %}Add a <b>layer</b>{% endtrans %}</p>", []),
        ('<img src="cat.png" alt="A cat">', ["cat"]),
        ('<a href="/" aria-label="{{ _(\'Close\') }}">×</a>', []),
        ("<p>{{ count }}maps</p>", ["maps"]),
        ("<p{% if a > b %} hidden{% endif %}>28 × 28 px</p>", []),
    ],
)
def test_bare_words_are_found(template: str, words: list[str]) -> None:
    assert bare_words(template) == words


def test_the_list_for_translators_is_what_the_code_says_now() -> None:
    with TEMPLATE.open("rb") as file:
        listed = {(message.id, message.context) for message in read_po(file) if message.id}
    said = {(message.id, message.context) for message in collected() if message.id}
    assert listed == said, f"run `make messages`; new: {said - listed}; gone: {listed - said}"


@pytest.mark.parametrize("file", CATALOGUES, ids=lambda file: file.parts[-3])
def test_a_catalogue_has_every_message_and_no_other(file: Path) -> None:
    with file.open("rb") as text:
        listed = {message.id for message in read_po(text) if message.id}
    said = {message.id for message in collected() if message.id}
    assert listed == said, f"run `make messages`; new: {said - listed}; gone: {listed - said}"


def test_the_list_holds_words_of_every_source() -> None:
    messages = {message.id for message in collected()}
    assert "Rows and columns of the filter." in messages  # the help of a field
    assert (
        "Slides filters over all channels of the input; each filter makes one map." in messages
    )  # a layer's docstring
    assert "Chelsea the cat" in messages  # the gallery
    assert "multiplications" in messages  # what a cost is counted in
    assert "Nothing here" in messages  # a mistake's title
    assert "The JSON is nested too deeply to be read." in messages  # a mistake's sentence
    assert "Recipe: the layers in one line" in messages  # a template
    assert {"Window", "One number"} <= messages  # the drawing
    assert any(message.startswith("Looks for upright edges") for message in messages if isinstance(message, str))


def test_a_call_that_chooses_says_two_messages_and_none_is_put_together() -> None:
    choice = ast.parse('"one" if n == 1 else "m" "any"', mode="eval").body
    assert list(alternatives(choice)) == ["one", "many"]
    with pytest.raises(ValueError, match="f-string"):
        list(alternatives(ast.parse('f"{n} maps"', mode="eval").body))


def test_a_call_may_say_which_meaning_and_of_how_many() -> None:
    called = [(name, message) for _, name, message, _ in said(io.BytesIO(SEVERAL_TEXTS), ["say"], [], {})]
    assert called == [("ngettext", ("{count} map", "{count} maps")), ("pgettext", ("learning", "Gradient"))]
    listed = {(message.id, message.context) for message in collected()}
    assert {("Gradient", None), ("Gradient", "learning")} <= listed
    assert (("{count} number", "{count} numbers"), None) in listed


def test_a_message_is_found_where_the_language_is_asked_for_beside_it() -> None:
    script = io.BytesIO(b'translator(request)("Nothing here" if gone else "Not now")')
    assert [message for _, _, message, _ in said(script, SAYING, [], {})] == ["Nothing here", "Not now"]


SEVERAL_TEXTS = b"""
say(Counted("{count} map", "{count} maps", n))
say(Meant("learning", "Gradient"))
"""


LITERAL = re.compile(r'`(?:[^`\\]|\\.)*`|"(?:[^"\\\n]|\\.)*"')
REMARK = re.compile(r"/\*.*?\*/|(?<![:\"'`\w])//[^\n]*|throw new Error\([^\n]*", re.DOTALL)
FILLED = re.compile(r"\$\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}")
SHOWING = re.compile(r"textContent|innerText|\baria[A-Z]\w+ =|aria-|\.(?:title|placeholder) =|\b(?:say|notice)\(")
NOT_READ = re.compile(r"^.(?:#|inner |\d+ \$|\$\{weight\})|\.[a-z]|\[|px\b")  # selectors, names of data, typefaces


def words_of_scripts(script: str) -> list[str]:
    """Return the texts of a script that a person would read and come from no page."""
    found = []
    for line in REMARK.sub("", script).splitlines():
        for literal in LITERAL.findall(line):
            bare = FILLED.sub("\0", literal[1:-1])
            glued = literal[0] == "`" and re.search(r"\0 [A-Za-z]+(?![\w-]*[:(.=])|[A-Za-z]{2,} \0", bare)
            shown = SHOWING.search(line) and re.search(r"[A-Za-z]{2,} [A-Za-z]|^[A-Z][a-z]+", bare)
            if (glued or shown) and not NOT_READ.search(literal):
                found.append(literal)
    return found


SCRIPTS = sorted((ROOT / "static" / "js").rglob("*.js"))


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.relative_to(ROOT / "static" / "js").as_posix())
def test_scripts_say_only_what_pages_give_them(path: Path) -> None:
    assert words_of_scripts(path.read_text("utf-8")) == [], "give these to the script by a data- attribute, in _()"


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("return `${whole(86400)} d ${whole(3600, 24)} h`;", ["`${whole(86400)} d ${whole(3600, 24)} h`"]),
        ('status.textContent = "Not saved";', ['"Not saved"']),
        ('button.ariaLabel = "Close"; // "Not this"', ['"Close"']),
        ('say(page.dataset.done.replace("{count}", `${count}`));', []),
        ('document.querySelector("#app p").textContent = `${value} %`;', []),
    ],
)
def test_words_of_scripts_are_found(script: str, words: list[str]) -> None:
    assert words_of_scripts(script) == words


def test_catalogues_travel_in_the_wheel() -> None:
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert "locale" in wheel["only-include"]
    assert wheel["sources"]["locale"] == "app/locale"
