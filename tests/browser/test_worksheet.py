"""Worksheets on paper: one page a step on A4 and on Letter, in both languages, in letters that can be read."""

import re

import pytest

from app.classroom.book import BOOK

PAGES = re.compile(rb"/Type\s*/Page\b(?!s)")
SLUGS = ("picture", "filter", "why-28", "trained", "relu", "pooling", "network", "misconceptions")
MEASURE = """() => [...document.querySelectorAll('.paper')].map((paper) => ({
  room: paper.clientHeight, taken: paper.scrollHeight, wide: paper.scrollWidth - paper.clientWidth,
  small: [...paper.querySelectorAll('*')].filter((e) => !e.closest('footer, svg, .sr') && [...e.childNodes]
    .some((n) => n.nodeType === 3 && n.data.trim()) && parseFloat(getComputedStyle(e).fontSize) < 15.9).length,
  inks: [...new Set([...paper.querySelectorAll('*')].filter((e) => !e.closest('svg'))
    .map((e) => getComputedStyle(e).color))],
}))"""


def printed(page, paper):
    return page.pdf(format=paper, prefer_css_page_size=False, print_background=True)


@pytest.mark.layout
@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_a_chapter_is_a_page_a_step_on_any_paper(page, language):
    page.emulate_media(media="print")
    for slug in SLUGS:
        for answers in ("", "&answers=1"):
            page.goto(f"/lesson/{slug}/worksheet?lang={language}{answers}")
            page.wait_for_load_state("networkidle")
            steps = len(BOOK[slug].steps)
            papers = page.evaluate(MEASURE)
            assert len(papers) == steps
            for paper in papers:
                assert paper["taken"] <= paper["room"] + 1, (slug, answers)
                assert paper["wide"] <= 1, (slug, answers)
                assert paper["small"] == 0, (slug, answers)
                assert paper["inks"] == ["rgb(0, 0, 0)"], (slug, answers)
            for format_ in ("A4", "Letter"):
                assert len(PAGES.findall(printed(page, format_))) == steps, (slug, format_)


def test_one_view_is_one_page_whose_buttons_lead_on_and_are_not_printed(page):
    page.goto("/worksheet?seed=7")
    assert page.locator(".blank b").count() == 0
    blanks = page.locator(".blank").count()
    assert blanks > 8
    page.get_by_role("link", name="Answers").click()
    page.wait_for_url("**answers=1**")
    assert page.locator(".blank b").count() == blanks
    answered = page.locator(".paper").inner_text()
    assert "226.15" in answered
    page.get_by_role("link", name="Other blanks").click()
    page.wait_for_url("**seed=8**")
    assert page.locator(".paper").inner_text() != answered
    assert page.get_by_role("link", name="Without answers").is_visible()
    page.emulate_media(media="print")
    assert page.locator(".bar").is_hidden()
    assert len(PAGES.findall(printed(page, "A4"))) == 1


def test_print_prints(page):
    page.goto("/worksheet")
    page.evaluate("() => { window.print = () => { document.title = 'printed'; }; }")
    page.get_by_role("button", name="Print").click()
    page.wait_for_function("() => document.title === 'printed'")


def test_a_sheet_can_be_read_on_a_phone(open_page):
    page = open_page(390, 844)
    page.goto("/worksheet")
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 390
    assert page.locator(".see > div").bounding_box()["y"] > page.locator(".photo").bounding_box()["y"] + 100
