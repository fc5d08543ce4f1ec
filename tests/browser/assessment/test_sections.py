"""From section to section without leaving the page: no key is lost or misplaced, and Back works."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from tests.browser.assessment.rating import answers, entries, sign_in, sign_out, wait_for
from tests.browser.conftest import Live
from tests.factories.answers import Answer
from tests.factories.frameworks import grow
from tests.factories.ratings import rate
from tracker.db import db, session
from tracker.models import Domain, Statement

sync_api = pytest.importorskip("playwright.sync_api", reason="make test-browser installs it")
expect = sync_api.expect

COMMUNICATION = "/assess/small/durable/communication"
LEADERSHIP = "/assess/small/durable/leadership"
KEYS = {"1": "not_yet", "2": "partly", "3": "consistently", "9": "not_sure", "0": "not_my_work"}
SLOWLY = "**/assess/**"
Visit = Callable[..., Any]


def sections(live: Live) -> list[list[int]]:
    """The statements of each page, in their order: a large domain has a page for each level."""
    with live.app.app_context():
        rows = (
            session()
            .execute(
                select(Statement.id, Domain.key, Statement.rank)
                .join(Domain, Domain.id == Statement.domain_id)
                .order_by(Statement.position)
            )
            .all()
        )
        db.session.remove()
    pages = [("technical", rank) for rank in range(1, 5)] + [
        ("communication", 0),
        ("leadership", 0),
    ]
    return [
        [row.id for row in rows if row.key == domain and rank in (0, row.rank)]
        for domain, rank in pages
    ]


def key_of(number: int) -> str:
    """Another one at each statement, and in each section another order."""
    return "12390"[(number * 7 + number // 5) % 5]


def slow_down(page: Any, milliseconds: int = 300) -> None:
    def later(route: Any) -> None:
        page.wait_for_timeout(milliseconds)
        route.continue_()

    page.route(SLOWLY, later)


def test_a_whole_framework_typed_without_waiting(live: Live, visit: Visit) -> None:
    """137 statements in six sections: a key each and Enter after each section, as fast as keys can
    be pressed. Every answer is where it belongs, once."""
    with live.app.app_context():
        grow(live.world, "technical", 119)
    wanted: dict[int, str] = {}
    page = visit("ana")
    page.goto("/assess/small/technical/technical?level=1")
    page.locator("input[name^=answer]").first.focus()
    for section in sections(live):
        for statement_id in section:
            key = key_of(len(wanted))
            wanted[statement_id] = KEYS[key]
            page.keyboard.press(key)
        page.keyboard.press("Enter")
    page.get_by_role("heading", name="You’ve rated all 137 statements").wait_for(timeout=60_000)
    assert len(wanted) == 137
    assert answers(live) == wanted
    assert entries(live) == 137


def test_keys_wait_for_a_section_that_is_long_in_coming(live: Live, visit: Visit) -> None:
    first = live.world.statements["communication"]
    second = live.world.statements["leadership"]
    page = visit("ana")
    page.goto(COMMUNICATION)
    page.evaluate("window.isStillHere = true")
    slow_down(page)
    page.locator("input[name^=answer]").first.focus()
    for _statement in first:
        page.keyboard.press("2")
    for key in ("Enter", "1", "3", "9"):
        page.keyboard.press(key)
    page.wait_for_url(f"**{LEADERSHIP}")
    for each in second[:3]:
        wait_for(page, each, "Saved")
    page.locator(f"#s-{second[3]} input:focus").wait_for()
    found = answers(live)
    assert [found.get(each) for each in second[:4]] == ["not_yet", "consistently", "not_sure", None]
    assert {found[each] for each in first} == {"partly"}
    assert page.evaluate("window.isStillHere") is True
    assert page.title().startswith("Leadership")
    assert page.locator("h1").text_content() == "Leadership"
    assert counted(page).startswith("3/8")
    assert page.locator("#first-open").get_attribute("href") == f"#s-{second[0]}-not_yet"
    assert page.evaluate("sessionStorage.length + localStorage.length") == 0


def counted(page: Any) -> str:
    here = page.locator(".page-nav.is-wide a[aria-current=page]")
    return str(here.locator(".page-nav-count").text_content())


def test_an_answer_that_is_overtaken_takes_no_count_back(live: Live, visit: Visit) -> None:
    slow, quick = live.world.statements["communication"][:2]
    page = visit("ana")
    page.goto(COMMUNICATION)

    def late(route: Any) -> None:
        told = route.fetch()
        wait_for(page, quick, "Saved")
        route.fulfill(response=told)

    page.route(f"**/statements/{slow}/rating", late)
    page.locator(f"#s-{slow}-partly").check()
    page.locator(f"#s-{quick}-partly").check()
    wait_for(page, slow, "Saved")
    assert counted(page).startswith("2/")


def test_keys_outside_the_way_on_by_keyboard_are_nobody_s(live: Live, visit: Visit) -> None:
    """Whoever goes on with the mouse is at the top of the section, and no key answers there."""
    page = visit("ana")
    page.goto(COMMUNICATION)
    slow_down(page)
    page.locator("a[data-way-on]:visible").click()
    page.keyboard.press("3")
    page.wait_for_url(f"**{LEADERSHIP}")
    page.locator("h1:focus").wait_for()
    assert page.evaluate("scrollY") == 0
    assert answers(live) == {}


def test_back_and_forward_show_the_sections_again(live: Live, visit: Visit) -> None:
    first = live.world.statements["communication"][0]
    page = visit("ana")
    page.goto(COMMUNICATION)
    page.locator(f"#s-{first}-partly").check()
    page.locator("a[data-way-on]:visible").click()
    page.wait_for_url(f"**{LEADERSHIP}")
    second = live.world.statements["leadership"][0]
    page.locator(f"#s-{second}-not_yet").focus()
    page.keyboard.press("ArrowRight")  # waits for the next arrow
    page.go_back()
    page.get_by_role("heading", level=1, name="Communication").wait_for()
    assert page.url.endswith(COMMUNICATION)
    assert page.title().startswith("Communication")
    assert page.locator(f"#s-{first}-partly").is_checked()
    assert answers(live) == {first: "partly", second: "partly"}
    page.go_forward()
    page.get_by_role("heading", level=1, name="Leadership").wait_for()
    assert page.locator(f"#s-{second}-partly").is_checked()
    page.reload()
    assert page.locator("h1").text_content() == "Leadership"


def test_a_section_that_does_not_come_drops_no_key_in_silence(live: Live, visit: Visit) -> None:
    page = visit("ana")
    page.goto(COMMUNICATION)
    page.route(SLOWLY, lambda route: (page.wait_for_timeout(300), route.abort()))
    page.locator("a[data-way-on]:visible").focus()
    for key in ("Enter", "1", "3"):
        page.keyboard.press(key)
    told = page.locator("[data-section-trouble]")
    told.wait_for()
    assert told.text_content() == (
        "The next section did not open. These keys were not used: 1 3. Choose the button to try "
        "again."
    )
    assert page.url.endswith(COMMUNICATION)
    expect(page.locator("[data-way-on]:focus")).to_have_count(1)
    page.unroute(SLOWLY)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{LEADERSHIP}")
    page.locator(f"#s-{live.world.statements['leadership'][0]} input:focus").wait_for()
    assert answers(live) == {}


@pytest.mark.parametrize("where", [LEADERSHIP, f"{LEADERSHIP}/grid"])
def test_keys_past_the_last_statement_answer_nothing_and_are_named(
    live: Live, visit: Visit, where: str
) -> None:
    """After it comes the finish: those typed ahead would be gone with the page."""
    *before, last = [each for part in live.world.statements.values() for each in part]
    with live.app.app_context():
        for statement_id in before:
            rate(live.world, "ana", statement_id, Answer.PARTLY)
    page = visit("ana")
    page.goto(where)
    slow_down(page)
    page.locator(f"[name=answer-{last}]").first.focus()
    for key in ("3", "Enter", "1", "2"):
        page.keyboard.press(key)
    told = page.locator("[data-section-trouble]")
    told.wait_for()
    assert told.text_content() == (
        "This was the last statement. These keys were not used: 1 2. Press Enter to go on."
    )
    expect(page.locator("[data-way-on]:focus")).to_have_count(1)
    assert answers(live) == dict.fromkeys(before, "partly") | {last: "consistently"}
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="You’ve rated all 33 statements").wait_for()


def test_without_keys_a_section_that_does_not_come_is_a_plain_link(
    live: Live, visit: Visit
) -> None:
    page = visit("ana")
    page.goto(COMMUNICATION)
    tried = []

    def only_once(route: Any) -> None:
        tried.append(route.request.is_navigation_request())
        route.continue_() if tried[1:] else route.abort()

    page.route(f"**{LEADERSHIP}", only_once)
    page.locator("a[data-way-on]:visible").click()
    page.wait_for_url(f"**{LEADERSHIP}")
    assert page.locator("h1").text_content() == "Leadership"
    assert tried == [False, True]


def test_no_key_answers_for_whoever_else_signed_in(live: Live, visit: Visit) -> None:
    page = visit("ana")
    page.goto(COMMUNICATION)
    other = page.context.new_page()
    other.goto("/account")
    sign_out(other)
    sign_in(other, live.world.email("ben"))
    slow_down(page)
    page.bring_to_front()
    page.locator("a[data-way-on]:visible").focus()
    for key in ("Enter", "1", "3"):
        page.keyboard.press(key)
    page.locator("[data-section-trouble]").wait_for()
    assert answers(live) == answers(live, "ben") == {}


def test_the_grid_goes_on_the_same_way(live: Live, visit: Visit) -> None:
    first, second = (live.world.statements[each] for each in ("communication", "leadership"))
    page = visit("ana")
    page.goto(f"{COMMUNICATION}/grid")
    slow_down(page)
    page.locator("input[type=radio]").first.focus()
    for _statement in first:
        page.keyboard.press("2")
    for key in ("Enter", "1", "3"):
        page.keyboard.press(key)
    page.wait_for_url(f"**{LEADERSHIP}/grid")
    wait_for(page, second[1], "Saved")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("2")
    for number in (0, 1, 3):  # Each is saved by itself.
        wait_for(page, second[number], "Saved")
    found = answers(live)
    assert [found.get(each) for each in second[:4]] == ["not_yet", "consistently", None, "partly"]
