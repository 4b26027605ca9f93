"""In which language a page answers, and how a visitor chooses another."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from app.messages import LANGUAGES
from app.paths import folder
from app.web.asgi.language import nearest, preferred
from tests.pages.reading import read

pytestmark = pytest.mark.reads

ADDRESSES = (
    "/?image=chelsea&size=8&recipe=relu",
    "/train?set=digits",
    "/share?image=chelsea",
    "/networks",
    "/docs",
    "/guide",
    "/grammar",
    "/none",
)
CHINESE = {"Accept-Language": "zh-CN"}


def language(client, address="/docs", **headers):
    page = client.get(address, headers={name.replace("_", "-"): text for name, text in headers.items()})
    told = read(page.text).one("html").attributes["lang"]
    assert page.headers["content-language"] == told
    assert {"Accept-Language", "Cookie"} <= {name.strip() for name in page.headers["vary"].split(",")}
    return told


@pytest.mark.parametrize(
    ("tag", "found"),
    [
        *((tag, "zh-CN") for tag in ("zh", "zh-CN", "zh-cn", "ZH", "zh-Hans", "zh-Hans-CN", "zh-SG")),
        *((tag, "zh-CN") for tag in ("zh-Hant", "zh-TW", "zh-HK")),  # sooner than English
        *((tag, "en") for tag in ("en", "EN", "en-GB", "en-US-x-twain")),
        *((tag, "") for tag in ("", "*", "de", "zho", "z", "-", "e", "english", "x" * 1000, "zh_CN")),
    ],
)
def test_a_tag_stands_for_the_nearest_language(tag, found):
    assert nearest(tag) == found


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-CN"),
        ("en;q=0.8,zh;q=0.9", "zh-CN"),
        ("zh;q=0.5, en-GB ; q=0.7".replace(" ;", ";"), "en"),
        ("de,fr;q=0.9,zh;q=0.1", "zh-CN"),
        ("zh;q=0,en;q=0.1", "en"),
        ("zh;q=0", ""),
        ("zh,en", "zh-CN"),
        ("en,zh", "en"),
        ("zh;q=2,en;q=0.1", "en"),
        ("zh;q=x,zh;q=,zh;Q=1,en;q=0.001", "en"),
        ("*", ""),
        ("", ""),
        (",;,;;q=1,-,", ""),
        (" " * 600 + "zh", ""),  # only so much of it is read
    ],
)
def test_a_browser_gets_what_it_weighs_most(header, found):
    assert preferred(header) == found


def test_the_address_outweighs_the_choice_and_the_choice_outweighs_the_browser(client):
    assert language(client) == "en"
    assert language(client, accept_language="zh-TW,en;q=0.9") == "zh-CN"
    assert language(client, accept_language="zh", cookie="lang=en") == "en"
    assert language(client, "/docs?lang=zh-Hans", accept_language="en", cookie="lang=en") == "zh-CN"
    assert language(client, "/docs?lang=de", accept_language="zh") == "zh-CN"
    assert language(client, cookie="lang=nonsense") == "en"


def test_what_an_address_asks_for_is_kept_but_not_from_within_another_page(client):
    asked = client.get("/docs?lang=zh")
    assert asked.headers["set-cookie"] == "lang=zh-CN; Max-Age=31536000; Path=/; SameSite=lax"
    assert language(client, "/") == "zh-CN"
    assert "set-cookie" not in client.get("/docs?lang=zh").headers, "it is kept already"
    for address in ("/embed?lang=en", "/api/v1/layers?lang=en", "/docs?lang=de", "/docs"):
        assert "lang=" not in client.get(address).headers.get("set-cookie", ""), address


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_page_has_the_way_to_the_other_language_and_back(client, address):
    page, tag, name = client.get(address), "zh-CN", "中文"
    for _ in range(2):
        (link,) = [a for a in read(page.text).all("a") if "hreflang" in a.attributes]
        assert (link.attributes["lang"], link.text) == (tag, name)
        before = str(page.url)
        page = client.get(str(page.url.join(link.attributes["href"])), headers={"Referer": before})
        assert read(page.text).one("html").attributes["lang"] == tag
        kept = set(str(page.url).split("?", 1)[-1].split("&"))
        assert {f for f in address.partition("?")[2].split("&") if f and "recipe" not in f} <= kept
        tag, name = "en", "EN"


@pytest.mark.parametrize(
    "referer",
    [
        "",
        "http://other.example/train?set=digits",
        "http://localhost:8000/other?set=digits",
        "http://[",
        "train?set=digits",
    ],
)
def test_a_link_to_a_language_asks_nobody_else_what_the_page_was(client, referer):
    answer = client.get("/train?lang=zh-CN", headers={"Referer": referer}, follow_redirects=False)
    assert answer.status_code == 200


def test_a_drawing_is_kept_by_language(client):
    run = client.post("/api/v1/runs", json={"input": {"values": [[[1, 2], [3, 4]]]}, "recipe": "conv2d(1, 1)"}).json()
    address = f"/api/v1/runs/{run['id']}/layers/0/steps/0/0/0.svg"
    english, chinese = client.get(address), client.get(address, headers=CHINESE)
    assert english.headers["etag"] != chinese.headers["etag"]
    assert "Accept-Language" in chinese.headers["vary"]


def test_a_problem_says_in_which_language_it_speaks(client):
    problem = client.get("/api/v1/runs/none", headers=CHINESE)
    assert problem.headers["content-language"] == "zh-CN"
    assert "Accept-Language" in problem.headers["vary"]


def test_a_third_language_needs_one_file(tmp_path):
    """What it says is said; what it does not have yet, and forms that nobody counts in English, are there too."""
    locale = tmp_path / "locale"
    for file in folder("locale").rglob("*.po*"):
        copy = locale / file.relative_to(folder("locale"))
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(file.read_bytes())
    polish = locale / "pl" / "LC_MESSAGES" / "convscope.po"
    polish.parent.mkdir(parents=True)
    polish.write_text(POLISH, "utf-8")
    asked = """
import json, app.errors, app.messages, app.paths, pathlib, sys
app.messages.folder = lambda name: pathlib.Path(sys.argv[1])
app.messages.LANGUAGES = app.messages.languages()
there = app.messages.catalogue("pl")
forms = [there.ngettext("%(num)s layer", "%(num)s layers", n) for n in (1, 2, 5, 22)]
N, entries = "{count} number", ("at most {count} entry", "at most {count} entries")
forms += [there.gettext(app.messages.Counted(N, N + "s", n)).format(count=n) for n in (1, 2, 5)]
forms += [app.errors.Word(app.messages.Counted(*entries, n), count=n).say(there.gettext) for n in (1, 22, 5)]
meant = [there.gettext(app.messages.Meant("learning", "Gradient")), there.pgettext("learning", "Gradient")]
meant += [there.gettext("Gradient"), there.gettext(app.messages.Meant("elsewhere", "Input"))]
said = [there.gettext(message) for message in ("Input", "Output", "Not allowed", "Share")]
print(json.dumps([app.messages.LANGUAGES, forms, meant, said, app.messages.others("en")]))
"""
    told = subprocess.run(
        [sys.executable, "-c", asked, str(locale)],
        capture_output=True,
        check=True,
        text=True,
        cwd=Path(__file__).resolve().parents[2],
    )
    known, forms, meant, said, others = json.loads(told.stdout)
    assert known == {**LANGUAGES, "pl": "Polski"}
    assert forms[:4] == ["%(num)s warstwa", "%(num)s warstwy", "%(num)s warstw", "%(num)s warstwy"]
    assert forms[4:7] == ["1 liczba", "2 liczby", "5 liczb"]
    assert forms[7:] == ["at most 1 entry", "at most 22 entries", "at most 5 entries"]
    assert meant == ["Gradient funkcji straty", "Gradient funkcji straty", "Przejście tonalne", "Input"]
    assert said == ["Wejście", "Output", "Not allowed", 'Udostępnij "to"\n']
    assert ["pl", "PL Polski", "PL"] in others


POLISH = r"""# Polish
msgid ""
msgstr ""
"Plural-Forms: nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : "
"2);\n"
"Content-Type: text/plain; charset=utf-8\n"

#: somewhere
msgid "English"
msgstr "Polski"

msgid "EN"
msgstr "PL"

msgid "Input"
msgstr ""
"Wej"
"ście"

msgid "Output"
msgstr ""

#, fuzzy
msgid "Not allowed"
msgstr "Guessed"

#, python-format
msgid "%(num)s layer"
msgid_plural "%(num)s layers"
msgstr[0] "%(num)s warstwa"
msgstr[1] "%(num)s warstwy"
msgstr[2] "%(num)s warstw"

msgid "{count} number"
msgid_plural "{count} numbers"
msgstr[0] "{count} liczba"
msgstr[1] "{count} liczby"
msgstr[2] "{count} liczb"

msgctxt "learning"
msgid "Gradient"
msgstr "Gradient funkcji straty"

msgid "Gradient"
msgstr "Przejście tonalne"

msgid "Share"
msgstr "Udostępnij \"to\"\n"

#~ msgid "Gone"
#~ msgstr "Poszło"
"""
