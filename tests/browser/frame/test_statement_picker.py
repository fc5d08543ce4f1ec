"""Choosing statements: what is ticked stays while others are found, by keyboard and on a phone."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from tests.browser.conftest import Live
from tests.browser.test_journeys import stored
from tests.browser.watch import barriers, sideways
from tests.factories.answers import Answer
from tests.factories.ratings import rate
from tracker.models import EvidenceLink, ReviewItem, Statement

sync_api = pytest.importorskip("playwright.sync_api", reason="make test-browser installs it")
expect = sync_api.expect
Visit = Callable[..., Any]


def test_what_is_ticked_and_typed_stays_while_others_are_found(live: Live, visit: Visit) -> None:
    page = visit("ana")
    page.goto("/evidence/new")
    page.get_by_label("Title").fill("Taught a class")
    box, said = page.get_by_label("Find statements by a word"), page.locator("[data-pick-said]")
    box.fill("communication 1.1")
    expect(said).to_have_text("1 statement found.")
    page.get_by_label("Communication 1.1").first.check()
    page.get_by_label("Why it counts: Communication 1.1").fill("They could search alone")
    box.fill("zebra")
    expect(said).to_contain_text("No other statement has these words.")
    expect(page.get_by_role("heading", name="Chosen")).to_be_visible()
    box.fill("communication")
    expect(said).to_contain_text("statements found.")
    assert page.locator("[data-pick-list]").get_by_label("Communication 1.1").first.is_checked()
    page.get_by_text("Choose a domain").click()
    page.get_by_role("button", name="Leadership").click()
    expect(page.get_by_role("button", name="Leadership")).to_have_attribute("aria-pressed", "true")
    page.get_by_label("Leadership 1.1").first.check()
    expect(page.get_by_label("Title")).to_have_value("Taught a class")
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url(re.compile(r"/evidence/\d+$"))
    one, two = (live.world.statements[name][0] for name in ("communication", "leadership"))
    assert stored(live, select(EvidenceLink.statement_id).order_by(EvidenceLink.id)) == [one, two]
    assert "They could search alone" in stored(live, select(EvidenceLink.reason))


def test_found_statements_are_sent_with_those_that_were_suggested(live: Live, visit: Visit) -> None:
    every = [each for group in live.world.statements.values() for each in group]
    with live.app.app_context():
        for statement_id in every:
            rate(live.world, "ana", statement_id, Answer.CONSISTENTLY)
    page = visit("ana")
    page.goto("/reviews/new")
    ticked = page.locator("input[name=statements]:checked")
    before = ticked.count()
    page.get_by_label("Find statements by a word").fill("leadership 4")
    found = page.locator("[data-pick-list] input")
    expect(page.locator("[data-pick-said]")).to_contain_text("found.")
    found.first.check()
    expect(page.locator("[data-send-count]")).to_contain_text(f"Statements chosen: {before + 1}.")
    page.get_by_label("Find statements by a word").fill("")
    expect(found).to_have_count(0)
    expect(ticked).to_have_count(before + 1)
    page.get_by_label("Sue (Central)").check()
    page.get_by_role("button", name="Send for review").click()
    page.wait_for_url("**/reviews")
    sent = stored(
        live, select(Statement.title).join(ReviewItem, ReviewItem.statement_id == Statement.id)
    )
    assert len(sent) == before + 1
    assert any(title.startswith("Leadership 4") for title in sent)


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("address", ["/evidence/new", "/evidence", "/reviews/new"])
def test_it_has_no_barriers(
    live: Live, visit: Visit, width: int, scheme: str, address: str
) -> None:
    with live.app.app_context():
        for statement_id in live.world.statements["communication"]:
            rate(live.world, "ana", statement_id, Answer.PARTLY)
    page = visit("ana", width=width, color_scheme=scheme)
    page.goto(address)
    page.get_by_text("Choose a domain").click()
    page.get_by_label("Find statements by a word").fill("communication")
    expect(page.locator("[data-pick-said]")).to_contain_text("found.")
    assert barriers(page) == []
    assert sideways(page) == []
