"""Pages on paper: no navigation, no button, nothing past the edge, and what is folded away on the
screen is there."""

import io
import re
import unicodedata
from typing import Any

import pytest
from pypdf import PageObject, PdfReader
from sqlalchemy import update

from tests.browser.conftest import Site
from tracker.db import transaction
from tracker.models import Library
from tracker.rules.regions import Paper

sync_api = pytest.importorskip("playwright.sync_api", reason="make test-browser installs it")
expect = sync_api.expect

PAPER = {"width": 688, "height": 1000}
"""A4 without its margins, in CSS pixels: the narrower of the two papers."""
PAGES = {
    "profile": ("learner and supervisor", "/profile"),
    "differences": ("supervisor", ""),
    "matrix": ("supervisor", "/teams/2/gaps"),
    "teams": ("coordinator", "/teams/1/gaps"),
}
PAST_THE_EDGE = """() => [...document.querySelectorAll("body *")]
    .filter((each) => each.getClientRects().length && !each.closest(".visually-hidden, svg"))
    .filter((each) => each.getBoundingClientRect().right > document.documentElement.clientWidth + 1
        || (each.children.length === 0 && each.scrollWidth > each.clientWidth + 1 && each.clientWidth > 0))
    .map((each) => `${each.tagName} ${each.className}: ${each.textContent.slice(0, 40)}`)"""


def opened(site: Site, browser: Any, name: str, **options: Any) -> Any:
    role, path = PAGES[name]
    context = site.someone(browser, role, **options)
    if not path:
        path = site.to_talk_about(role)
    page = context.new_page()
    page.goto(path)
    return page


def sheets(page: Any) -> list[PageObject]:
    return list(PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages)


def printed(page: Any) -> str:
    found = " ".join(sheet.extract_text() for sheet in sheets(page))
    words = unicodedata.normalize("NFKC", found)
    return " ".join(words.split())


@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_cut_off_on_paper(site: Site, browser: Any, name: str) -> None:
    page = opened(site, browser, name, viewport=PAPER)
    page.emulate_media(media="print")
    assert page.evaluate(PAST_THE_EDGE) == []
    page.evaluate("() => { document.querySelector('main').style.width = '900px'; }")
    assert page.evaluate(PAST_THE_EDGE) != [], "what stands past the edge is found"
    page.context.close()


@pytest.mark.parametrize("name", PAGES)
def test_what_is_for_the_hand_stays_on_the_screen(site: Site, browser: Any, name: str) -> None:
    page = opened(site, browser, name)
    words = printed(page)
    for control in (
        "Self-assessment",
        "Sign out",
        "Demonstration:",
        "Export",
        "CSV",
        "PDF",
        "Send for review",
        "Back to reviews",
        "Agree",
        "Add a next step",
        "See them",
        "Skip to",
    ):
        is_there = re.search(rf"(?<!\w){re.escape(control)}(?!\w)", words)
        assert not is_there, f"{control} is on the paper: {words}"
    assert page.get_by_role("heading", level=1).inner_text() in words
    assert "Printed on " in words
    page.context.close()


def test_the_notes_hold_what_is_folded_away(site: Site, browser: Any) -> None:
    page = opened(site, browser, "differences")
    equal = page.locator(".endorsed-list li b").first
    expect(equal).to_be_hidden()
    words = printed(page)
    assert equal.text_content() in words
    assert "Ana Ruiz, reviewed by Maria Ortiz" in words
    assert "Agreed, and the reason" in words
    page.context.close()


@pytest.mark.parametrize(("paper", "points"), [(Paper.A4, (595, 842)), (Paper.LETTER, (612, 792))])
def test_a_page_is_printed_on_the_paper_of_the_library(
    site: Site, browser: Any, paper: Paper, points: tuple[int, int]
) -> None:
    with site.app.app_context(), transaction() as tx:
        tx.execute(update(Library).values(paper=paper))
    page = opened(site, browser, "profile")
    sizes = {(round(one.mediabox.width), round(one.mediabox.height)) for one in sheets(page)}
    page.context.close()
    with site.app.app_context(), transaction() as tx:
        tx.execute(update(Library).values(paper=Paper.LETTER))
    assert sizes == {points}
