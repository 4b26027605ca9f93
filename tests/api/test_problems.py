"""Problems: every kind has a code that never changes, and the guide explains each at the address of its type."""

import re
from html import unescape

import pytest

from app.errors import kinds
from tests.api.problems import told

# As callers know them; one that has been told to anybody stays.
CODES = {
    "invalid-request": 422,
    "unreadable-request": 400,
    "forbidden": 403,
    "not-found": 404,
    "method-not-allowed": 405,
    "body-too-large": 413,
    "address-too-long": 414,
    "unsupported-kind": 415,
    "encoded-body": 415,
    "unknown-field": 422,
    "repeated-field": 422,
    "unreadable-file": 422,
    "invalid-pipeline": 422,
    "over-limit": 422,
    "invalid-recipe": 422,
    "invalid-lesson": 422,
    "unsupported-network": 422,
    "busy": 429,
    "unavailable": 503,
    "internal-error": 500,
}


def test_codes_are_those_that_callers_know():
    assert {kind.code: kind.status for kind in kinds()} == CODES
    assert len(list(kinds())) == len(CODES), "no two kinds have the same"


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_the_guide_explains_every_code_where_its_type_leads(client, language):
    guide = unescape(client.get("/guide", params={"lang": language}).text)
    for code in CODES:
        assert guide.count(f'id="{code}"') == 1
    for kind in kinds():
        coded = re.sub("`(.*?)`", r"<code>\1</code>", kind.help)
        assert (coded in guide) == (language == "en")


def test_a_problem_says_what_kind_it_is(client):
    problem = told(client.get("/api/v1/runs/nothing"), 404)
    assert problem["type"] == "/guide#not-found"
    assert problem["code"] == "not-found"
    assert problem["title"] == "Nothing here"
    assert told(client.get("/api/v1/runs/nothing?lang=zh-CN"), 404)["code"] == "not-found"
