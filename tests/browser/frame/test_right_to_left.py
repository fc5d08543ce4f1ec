"""A framework that is written from right to left, on pages in English: its headings, texts and
cells begin at the right, and nothing of them is cut off, covered, or beside the page."""

from dataclasses import dataclass
from typing import Any

import pytest

from tests.browser.checks import misplaced_texts
from tests.browser.conftest import Live
from tests.browser.frame.test_folds import OPEN_ALL
from tests.browser.keyboard import Keyboard
from tests.browser.watch import barriers, sideways
from tests.client import PASSWORD
from tests.factories.frameworks import learn_in
from tests.frameworks.next_files import edited
from tracker.administration.library.actions import set_framework_editor
from tracker.db import db
from tracker.frameworks.drafts.actions import import_framework
from tracker.frameworks.files.rules import FrameworkFile

ALL_AT_THE_RIGHT = """(selectors) => selectors.flatMap((selector) => {
  const found = [...document.querySelectorAll(selector)].filter((each) => each.checkVisibility());
  const faults = found.filter((each) => {
    const range = document.createRange();
    range.selectNodeContents(each);
    const lines = [...range.getClientRects()].filter((line) => line.width > 1);
    const box = each.getBoundingClientRect(), style = getComputedStyle(each);
    const edge = box.right - parseFloat(style.paddingRight) - parseFloat(style.borderRightWidth);
    const reached = Math.max(...lines.map((line) => line.right));
    return style.direction !== "rtl" || edge - reached > 2;
  });
  const none = found.length ? [] : [`no ${selector}`];
  return [...none, ...faults.map((each) => `${selector}: ${each.textContent.trim().slice(0, 40)}`)];
})"""
"""Faults in words: what isn't laid out from right to left, or whose lines don't begin there."""


@dataclass(frozen=True, slots=True)
class Arabic:
    file: FrameworkFile
    draft: str


@pytest.fixture
def arabic(live: Live) -> Arabic:
    """Ana learns it, and a draft of its next version is open."""

    def changed(listed: dict[str, list[dict[str, Any]]]) -> None:
        loans, questions = listed["iara"], listed["maqalat"]
        loans[0]["text"] = loans[0]["text"].replace("ويدلّهم", "ويدلّهم بلطف")
        loans[1] |= {"title": "الإعارة", "text": f"{loans[1]['text']} ثم يحفظها."}
        part = {**loans[4], "code": "IAR-2-08", "uuid": "3e0d5c1a-6f0b-4b61-9a6d-0c5c1e8f7a33"}
        loans.insert(5, {**part, "title": "حلّ الشكاوى", "from": [loans[4]["uuid"]]})
        del questions[2]

    with live.app.app_context():
        file = learn_in(live.world, "arabic")
        set_framework_editor(None, live.world.email("adam"), True, live.world.now)
        draft = import_framework(edited(file, changed, "2"), live.world.now).draft_id
        db.session.remove()
    return Arabic(file, f"/system/frameworks/drafts/{draft}")


def places(arabic: Arabic) -> dict[tuple[str, str], list[str]]:
    """By who looks and where, what is laid out from the right."""
    slug, strand = arabic.file.slug, arabic.file.strands[0]
    domain = strand.domains[0]
    return {
        ("ana", f"/frameworks/{slug}/"): [
            "h1",
            "#strand-khidma h2",
            ".framework-domain > h3",
            ".framework-level",
            ".framework-intro",
            ".framework-statement .statement-text",
            ".facts dd > div",
        ],
        ("ana", f"/assess/{slug}/{strand.key}/{domain.key}"): [
            "h1",
            ".level-head h2",
            ".statement-title",
            ".statement-text",
        ],
        ("ana", "/profile"): ["h3.bars-title", ".bar-domain > div"],
        ("adam", arabic.draft): [".change h3", ".change-line"],
    }


@pytest.mark.parametrize("width", [1280, 390])
def test_its_blocks_begin_at_the_right(
    live: Live, browser: Any, arabic: Arabic, width: int
) -> None:
    found = {}
    for name in ("ana", "adam"):
        context = browser.new_context(
            base_url=live.url, viewport={"width": width, "height": 900}, reduced_motion="reduce"
        )
        page = context.new_page()
        Keyboard(page).sign_in(live.world.email(name), PASSWORD)
        for (who, address), selectors in places(arabic).items():
            if who == name:
                assert page.goto(address).status == 200, address
                page.evaluate(OPEN_ALL)
                found[address] = [
                    *page.evaluate(ALL_AT_THE_RIGHT, selectors),
                    *sideways(page),
                    *misplaced_texts(page),
                    *barriers(page),
                ]
        context.close()
    assert {address: faults for address, faults in found.items() if faults} == {}


def test_a_comparison_reads_in_its_order(live: Live, browser: Any, arabic: Arabic) -> None:
    """What came stands to the left of what it follows."""
    context = browser.new_context(base_url=live.url)
    page = context.new_page()
    Keyboard(page).sign_in(live.world.email("adam"), PASSWORD)
    page.goto(arabic.draft)
    line = page.locator(".change-line").first
    before, came = line.locator(":scope > span").first, line.locator("ins").first
    assert came.inner_text() == "بلطف"
    assert before.bounding_box()["x"] > came.bounding_box()["x"]
    context.close()


def test_what_begins_at_the_left_is_found(live: Live, browser: Any) -> None:
    context = browser.new_context(base_url=live.url)
    page = context.new_page()
    page.set_content('<p dir="rtl" style="text-align: left">نص</p><h2>Words</h2>')
    assert page.evaluate(ALL_AT_THE_RIGHT, ["p", "h2", "h3"]) == ["p: نص", "h2: Words", "no h3"]
    context.close()
