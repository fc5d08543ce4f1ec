"""What people come for, by keyboard alone and without script: evidence, a review from sending to
the end, the gaps."""

import datetime as dt
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from tests.browser.conftest import Live
from tests.browser.keyboard import Keyboard
from tests.client import PASSWORD
from tests.factories.answers import Answer, EndorsedAnswer
from tests.factories.people import join
from tests.factories.ratings import rate
from tests.factories.reviews import endorse, send as send_now
from tracker.db import db, session
from tracker.models import Endorsement, EvidenceLink, Notice, Review, ReviewItem, SecondReading
from tracker.record.workflow.rules import ItemStatus
from tracker.rules.core.notices import NoticeKind
from tracker.rules.pagination import PAGE
from tracker.rules.roles import Role

sync_api = pytest.importorskip("playwright.sync_api", reason="make test-browser installs it")
expect = sync_api.expect


@pytest.fixture
def keyboard(live: Live, browser: Any) -> Iterator[Callable[[str], Keyboard]]:
    """Somebody at a keyboard, signed in. In the end they must have seen where they were, all the
    way."""
    keyboards = []

    def at(name: str) -> Keyboard:
        context = browser.new_context(
            base_url=live.url, viewport={"width": 1280, "height": 900}, reduced_motion="reduce"
        )  # so that a page has moved when the focus has
        context.set_default_timeout(60_000)
        keyboards.append(found := Keyboard(context.new_page()))
        found.sign_in(live.world.email(name), PASSWORD)
        return found

    yield at
    for each in keyboards:
        each.page.context.close()
    assert [fault for each in keyboards for fault in each.faults] == []


def stored(live: Live, query: Any) -> list[Any]:
    with live.app.app_context():
        found = list(session().scalars(query).all())
        db.session.remove()
    return found


def rated(live: Live, *answers: Answer) -> list[int]:
    """Ana rates the first statements of Communication."""
    statements = live.world.statements["communication"][: len(answers)]
    with live.app.app_context():
        for statement_id, answer in zip(statements, answers, strict=True):
            rate(live.world, "ana", statement_id, answer)
    return statements


def test_evidence_by_keyboard(live: Live, keyboard: Callable[[str], Keyboard]) -> None:
    me = keyboard("ana")
    page = me.page
    me.fill(
        page.get_by_label("Quick note: what you did"),
        "Taught a class of eight to search the catalogue",
    )
    with page.expect_navigation():
        me.press("Enter")
    me.follow(
        page.get_by_role("navigation", name="Main").first.get_by_role("link", name="Evidence")
    )
    me.follow(
        page.get_by_role("link", name="Taught a class of eight to search the catalogue", exact=True)
    )
    me.follow(page.get_by_role("link", name="Link to statements"))
    me.fill(page.get_by_label("Find statements by a word"), "Communication 1.1")
    page.get_by_text("1 statement found.").wait_for()
    me.to(page.get_by_label("Communication 1.1").first)
    me.press("Space")
    me.fill(
        page.get_by_label("Why it counts: Communication 1.1"), "They could search alone afterwards"
    )
    me.follow(page.get_by_role("button", name="Link", exact=True))
    first = live.world.statements["communication"][0]
    assert stored(live, select(EvidenceLink.statement_id)) == [first]


def test_a_review_by_keyboard(live: Live, keyboard: Callable[[str], Keyboard]) -> None:
    rated(live, Answer.CONSISTENTLY, Answer.PARTLY)
    ana = keyboard("ana")
    ana.follow(
        ana.page.get_by_role("navigation", name="Main").first.get_by_role("link", name="Reviews")
    )
    ana.follow(ana.page.get_by_role("main").get_by_role("link", name="Send").first)
    ana.to(ana.page.get_by_label("Sue (Central)"))
    ana.press("Space")
    ana.follow(ana.page.get_by_role("button", name="Send for review"))

    sue = keyboard("sue")
    sue.follow(sue.page.get_by_role("main").get_by_role("link", name="Open the review"))
    sue.follow(sue.page.locator(".statement-title a").first)
    for answer in ("3", "3"):
        card = sue.page.locator("[data-review-card]")
        sue.to(card.locator("input[name=answer]").first)
        sue.press(answer)
        sue.to(card.locator("input[name=ground]").first)
        sue.press("Space")
        with sue.page.expect_navigation():
            sue.press("Control+Enter")
    sue.follow(sue.page.get_by_role("button", name="Reveal to each other"))

    for side in (sue, ana):
        if side is ana:
            side.page.goto("/")
            side.follow(
                side.page.get_by_role("main").get_by_role("link", name="Settle 1 difference")
            )
        side.to(side.page.locator("input[name^=choice]").first)
        side.press(side.page.locator("input[value='agree:partly']").get_attribute("data-key"))
        side.follow(side.page.get_by_role("button", name=re.compile("^Confirm")))
    answers = stored(live, select(Endorsement.answer).order_by(Endorsement.id))
    assert answers == [EndorsedAnswer.CONSISTENTLY, EndorsedAnswer.PARTLY]
    assert stored(live, select(Review.status)) == ["closed"]


@pytest.mark.parametrize(("name", "link"), [("sue", "Open the review"), ("ben", "Start rating")])
def test_what_is_next_is_five_keys_from_today(
    live: Live, keyboard: Callable[[str], Keyboard], name: str, link: str
) -> None:
    """The review that waits, and one's own ratings: past the navigation, and on to the button."""
    statements = rated(live, Answer.CONSISTENTLY)
    with live.app.app_context():
        send_now(live.world, "ana", "sue", dict.fromkeys(statements, ItemStatus.WAITING))
    me = keyboard(name)
    me.page.goto("/")
    before = me.pressed
    me.to(me.page.get_by_role("link", name="Skip to the content"))
    me.press("Enter")
    me.follow(me.page.get_by_role("main").get_by_role("link", name=link))
    assert me.pressed - before <= 5


def test_the_gaps_by_keyboard(live: Live, keyboard: Callable[[str], Keyboard]) -> None:
    first, second = live.world.statements["communication"][:2]
    with live.app.app_context():
        endorse(live.world, "ana", "sue", first, EndorsedAnswer.NOT_YET)
        endorse(live.world, "ana", "sue", second, EndorsedAnswer.NOT_YET)
    sue = keyboard("sue")
    page = sue.page
    sue.follow(page.get_by_role("navigation", name="Main").first.get_by_role("link", name="Teams"))
    sue.follow(page.get_by_role("link", name="Gaps Central"))
    cells = page.locator(".is-people a:visible")
    sue.to(cells.first)  # one stop for the whole matrix; the arrows go on from there
    sue.press("Shift+Tab")
    assert page.evaluate("document.activeElement.textContent.trim()") == "Show people"
    sue.press("Tab")
    assert cells.first.evaluate("each => each === document.activeElement")
    sue.press("ArrowDown")
    ana = page.get_by_role("link", name="Ana, Communication")
    for _step in range(cells.count()):
        if ana.evaluate("each => each === document.activeElement"):
            break
        sue.press("ArrowRight")
    sue.follow(ana)
    page.get_by_role("heading", name="How the Communication level is worked out").wait_for()
    page.get_by_text("Communication 1.1").first.wait_for()
    page.go_back()
    page.get_by_role("heading", name="Team gaps").wait_for()


def test_a_round_by_keyboard(live: Live, keyboard: Callable[[str], Keyboard]) -> None:
    """Somebody found by name, opened, reminded after a preview; the list stays as it was chosen, and
    each page of it begins at its heading."""
    with live.app.app_context():
        for number in range(PAGE + 2):
            join(live.world, f"person {number:02}", "central")
    cora = keyboard("cora")
    page = cora.page
    people, name = (
        page.get_by_role("heading", name="Who has not finished"),
        page.get_by_label("Name"),
    )
    preview = page.get_by_role("button", name="Remind those selected").first

    def search(words: str, found: int) -> None:
        cora.to(name)
        cora.press("Control+A")
        cora.press("Delete")
        cora.type(words)
        with page.expect_navigation():
            cora.press("Enter")
        expect(people).to_be_focused()
        expect(people).to_have_accessible_description(f"{found} of 56 people who have not finished")

    page.goto(f"/teams/{live.world.teams['city']}/round")
    cora.follow(page.get_by_role("link", name="Skip to the list of people"))
    expect(people).to_be_focused()
    search("person 1", 10)
    cora.to(page.get_by_label("Select Person 12"))
    cora.press("Space")
    cora.follow(page.get_by_role("link", name="Person 12"))
    page.get_by_role("heading", name="Person 12").wait_for()
    page.go_back()

    cora.to(page.get_by_label("Select Person 12"))
    if not page.get_by_label("Select Person 12").is_checked():
        cora.press("Space")
    with page.expect_navigation():
        cora.press("Enter")
    page.get_by_role("heading", name="Remind 1 person").wait_for()
    page.get_by_text("Hello Person 12").wait_for()
    cora.follow(page.get_by_role("link", name="Back to the list"))
    expect(people).to_be_focused()
    expect(name).to_have_value("person 1")
    expect(page.get_by_label("Select Person 12")).to_be_checked()
    cora.follow(preview)
    cora.follow(page.get_by_role("button", name="Remind 1 person"))
    page.get_by_role("status").get_by_text("1 person is reminded").wait_for()
    expect(name).to_have_value("person 1")
    reminded = select(Notice.person_id).where(Notice.kind == NoticeKind.ROUND_REMINDER)
    assert stored(live, reminded) == [live.world.people["person 12"]]

    search("", 56)
    cora.follow(page.get_by_role("link", name="State"))
    expect(people).to_be_focused()
    cora.follow(page.get_by_role("button", name="Next page"))
    expect(people).to_be_focused()
    page.get_by_text("Page 2 of 2").wait_for()
    cora.to(page.get_by_role("link", name="These people (CSV)"))
    with page.expect_download() as file:
        cora.press("Enter")
    assert len(Path(file.value.path()).read_text().splitlines()) > PAGE


def send(page: Any, button: str) -> None:
    """And wait for the page that answers: somebody else's next page, or the database, is to know of
    it."""
    with page.expect_navigation():
        page.get_by_role("button", name=button).click()


@pytest.mark.parametrize("width", [1280, 390])
def test_a_review_without_script(live: Live, visit: Callable[..., Any], width: int) -> None:
    rated(live, Answer.CONSISTENTLY, Answer.PARTLY)
    ana = visit("ana", width=width, java_script_enabled=False)
    ana.goto("/reviews/new")
    ana.get_by_label("Sue (Central)").check()
    send(ana, "Send for review")

    sue = visit("sue", width=width, java_script_enabled=False)
    sue.get_by_role("main").get_by_role("link", name="Open the review").click()
    sue.wait_for_url("**/screen/1#first-open")
    for card in sue.locator("[data-statement]").all():
        card.locator("label", has=sue.locator("input[value=consistently]")).click()
        card.locator("label", has=sue.locator("input[name^=ground]")).first.click()
    send(sue, "Save and go on")
    send(sue, "Reveal to each other")

    for side, page in (("sue", sue), ("ana", ana)):
        if side == "ana":
            page.goto("/")
            page.get_by_role("main").get_by_role("link", name="Settle 1 difference").click()
        page.locator("label", has=page.locator("input[value='agree:partly']")).click()
        send(page, "Confirm choices")
    assert stored(live, select(Review.status)) == ["closed"]
    assert stored(live, select(ReviewItem.status)) == ["endorsed", "endorsed"]


def test_a_deputy_takes_over_by_keyboard(live: Live, keyboard: Callable[[str], Keyboard]) -> None:
    statements = rated(live, Answer.CONSISTENTLY, Answer.PARTLY)
    with live.app.app_context():
        send_now(live.world, "ana", "sue", dict.fromkeys(statements, ItemStatus.WAITING))
    sue = keyboard("sue")
    sue.follow(
        sue.page.get_by_role("navigation", name="Main").first.get_by_role("link", name="Reviews")
    )
    sue.follow(sue.page.get_by_role("link", name="Away for a while?"))
    sue.to(sue.page.get_by_role("checkbox", name="Ana"))
    sue.press("Space")
    sue.to(sue.page.get_by_label("Give to"))
    sue.type("Hugo")
    sue.to(sue.page.get_by_label("Until"))
    sue.type(f"{live.world.now.date() + dt.timedelta(days=7):%m%d%Y}")
    sue.follow(sue.page.get_by_role("button", name="Give open work"))
    expect(sue.page.get_by_text("Hugo is your backup reviewer until")).to_be_visible()

    hugo = keyboard("hugo")
    hugo.follow(hugo.page.get_by_role("link", name="1 new notice"))
    hugo.follow(hugo.page.get_by_role("link", name="You are a backup reviewer for Sue"))
    hugo.follow(hugo.page.get_by_role("link", name="Open work of Sue"))
    expect(hugo.page.get_by_label("Give to")).to_have_value(str(live.world.people["hugo"]))
    hugo.fill(hugo.page.get_by_label("Why"), "Sue is on leave")
    hugo.follow(hugo.page.get_by_role("button", name="Give open work"))
    assert stored(live, select(Review.status).order_by(Review.id)) == ["closed", "sent"]
    hugo.follow(hugo.page.get_by_role("table").get_by_role("link", name="Ana").first)
    expect(hugo.page.get_by_text("Sue is on leave")).to_be_visible()


def test_an_endorsement_is_revoked_and_another_seen_differently_by_keyboard(
    live: Live, keyboard: Callable[[str], Keyboard]
) -> None:
    first, second = rated(live, Answer.PARTLY, Answer.PARTLY)
    with live.app.app_context():
        join(live.world, "hugo", "central", Role.SUPERVISOR)
        for statement_id in (first, second):
            endorse(live.world, "ana", "sue", statement_id, EndorsedAnswer.PARTLY)
    sue = keyboard("sue")
    sue.page.goto(f"/people/{live.world.people['ana']}/statements/{first}")
    sue.follow(sue.page.get_by_role("link", name="Revoke"))
    sue.fill(sue.page.get_by_label("Why you revoke it"), "Seen again: not yet")
    sue.follow(sue.page.get_by_role("button", name="Revoke the reviewed rating"))
    assert stored(live, select(Endorsement.status).order_by(Endorsement.id)) == [
        "revoked",
        "standing",
    ]

    ana = keyboard("ana")
    expect(ana.page.get_by_text("Seen again: not yet").first).to_be_visible()
    ana.page.goto(f"/statements/{second}")
    ana.follow(ana.page.get_by_role("link", name="Ask for a second opinion"))
    ana.to(ana.page.get_by_label("Hugo (Central)"))
    ana.press("Space")
    ana.follow(ana.page.get_by_role("button", name="Ask for a second opinion"))
    assert stored(live, select(SecondReading.endorsement_id)) == stored(
        live, select(Endorsement.id).where(Endorsement.statement_id == second)
    )
