"""Clicks that are not saved yet outlive a reload: in one tab, for one person, for a quarter of an
hour."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.assessment.rating import answers, entries, sign_in, sign_out, wait_for
from tests.browser.conftest import Live
from tests.factories.answers import Answer
from tests.factories.ratings import rate
from tests.factories.sides import send

sync_api = pytest.importorskip("playwright.sync_api", reason="make test-browser installs it")
expect = sync_api.expect

DOMAIN = "/assess/small/durable/communication"
NAME = "unsaved-answers"
Visit = Callable[..., Any]


def kept(page: Any) -> Any:
    """All that the browser holds of the site beside its cookies."""
    assert page.evaluate("localStorage.length") == 0
    assert page.evaluate("Object.keys(sessionStorage)") in ([], [NAME])
    return json.loads(page.evaluate(f"sessionStorage.getItem('{NAME}')") or "null")


def away(page: Any) -> None:
    """The server does not answer what is saved."""
    page.route("**/rating", lambda route: route.abort())


def unsaved_page(live: Live, visit: Visit) -> Any:
    """Two clicks of Ana's that the server does not have."""
    first, second, *_rest = live.world.statements["communication"]
    page = visit("ana")
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(DOMAIN)
    away(page)
    for statement_id, answer in ((first, "partly"), (second, "not_yet")):
        page.locator(f"#s-{statement_id}-{answer}").check()
        wait_for(page, statement_id, "Not saved yet")
    return page


def test_clicks_outlive_a_reload_while_the_server_is_away(live: Live, visit: Visit) -> None:
    first, second, *_rest = live.world.statements["communication"]
    page = unsaved_page(live, visit)
    page.reload()
    for statement_id, answer in ((first, "partly"), (second, "not_yet")):
        wait_for(page, statement_id, "Not saved yet")
        assert page.locator(f"#s-{statement_id}-{answer}").is_checked()
    assert answers(live) == {}
    page.unroute("**/rating")
    for statement_id in (first, second):
        wait_for(page, statement_id, "Saved")
    assert answers(live) == {first: "partly", second: "not_yet"}
    assert entries(live) == 2
    assert kept(page) is None


def test_a_click_outlives_a_server_that_is_gone_for_a_while(live: Live, visit: Visit) -> None:
    first = live.world.statements["communication"][0]
    page = visit("ana")
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(DOMAIN)
    live.server.stop()
    page.locator(f"#s-{first}-partly").check()
    wait_for(page, first, "Not saved yet")
    page.goto("about:blank")
    live.server.start()
    assert answers(live) == {}
    page.goto(DOMAIN)
    wait_for(page, first, "Saved")
    assert answers(live) == {first: "partly"}
    assert kept(page) is None


def test_what_is_kept_names_nobody(live: Live, visit: Visit) -> None:
    first, second, *_rest = live.world.statements["communication"]
    page = unsaved_page(live, visit)
    page.locator(f"#s-{first} .statement-notes summary").click()
    page.locator(f"#s-{first}-self").fill("A note about Nell")
    found = kept(page)
    assert set(found) == {"owner", "answers"}
    assert len(found["owner"]) == 64
    assert set(found["answers"]) == {str(first), str(second)}
    times = [each.pop("at") for each in found["answers"].values()]
    assert times == sorted(times)
    assert found["answers"][str(first)] == {"answer": "partly", "version": 0}


def test_a_clearing_outlives_a_reload_too(live: Live, visit: Visit) -> None:
    first = live.world.statements["communication"][0]
    with live.app.app_context():
        rate(live.world, "ana", first, Answer.PARTLY)
    page = visit("ana")
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(DOMAIN)
    away(page)
    page.locator(f"#s-{first} .clear-button").click()
    wait_for(page, first, "Not saved yet")
    page.reload()
    wait_for(page, first, "Not saved yet")
    expect(page.locator("input[name^=answer]:checked")).to_have_count(0)
    page.unroute("**/rating")
    wait_for(page, first, "Saved")
    assert answers(live) == {first: None}
    assert kept(page) is None


def test_an_answer_that_was_saved_elsewhere_meanwhile_is_a_conflict(
    live: Live, visit: Visit
) -> None:
    """It is sent with the version it was given on, not with that of the page after the reload."""
    first, second, *_rest = live.world.statements["communication"]
    page = unsaved_page(live, visit)
    with live.app.app_context():
        rate(live.world, "ana", first, Answer.CONSISTENTLY)
    page.unroute("**/rating")
    page.reload()
    told = page.locator(f"#s-{first} [data-conflict]")
    told.wait_for()
    wait_for(page, second, "Saved")
    assert answers(live)[first] == "consistently"
    assert set(kept(page)["answers"]) == {str(first)}
    told.get_by_role("button", name="Keep the other").click()
    assert kept(page) is None


def test_signing_out_drops_what_is_kept(live: Live, visit: Visit) -> None:
    page = unsaved_page(live, visit)
    assert kept(page) is not None
    sign_out(page)
    page.wait_for_url("**/login")
    assert kept(page) is None
    sign_in(page, live.world.email("ana"))
    page.unroute("**/rating")
    page.goto(DOMAIN)
    page.wait_for_timeout(500)
    assert answers(live) == {}


def test_the_sign_in_page_drops_what_is_kept(live: Live, visit: Visit) -> None:
    page = unsaved_page(live, visit)
    page.context.clear_cookies()
    page.goto("/login")
    page.wait_for_function(f"sessionStorage.getItem('{NAME}') === null")
    assert kept(page) is None


def test_nothing_is_sent_for_whoever_else_signs_in_in_this_tab(live: Live, visit: Visit) -> None:
    """Without the sign-in page: what is kept is dropped by the first page of somebody else's."""
    page = unsaved_page(live, visit)
    page.unroute("**/rating")
    somebody = visit("ben")
    page.context.clear_cookies()
    page.context.add_cookies(somebody.context.cookies())
    page.goto(DOMAIN)
    page.wait_for_function(f"sessionStorage.getItem('{NAME}') === null")
    page.wait_for_timeout(500)
    expect(page.locator("input[name^=answer]:checked")).to_have_count(0)
    assert answers(live) == answers(live, "ben") == {}


@pytest.mark.parametrize(("minutes", "is_sent"), [(14, True), (15, False)])
def test_after_a_quarter_of_an_hour_it_is_dropped(
    live: Live, visit: Visit, minutes: int, is_sent: bool
) -> None:
    first, second, *_rest = live.world.statements["communication"]
    page = unsaved_page(live, visit)
    page.evaluate(
        """([name, ms]) => {
          const found = JSON.parse(sessionStorage.getItem(name));
          for (const each of Object.values(found.answers)) each.at -= ms;
          sessionStorage.setItem(name, JSON.stringify(found));
        }""",
        [NAME, minutes * 60_000],
    )
    page.unroute("**/rating")
    page.reload()
    if is_sent:
        wait_for(page, first, "Saved")
        wait_for(page, second, "Saved")
    else:
        page.wait_for_timeout(500)
    assert answers(live) == ({first: "partly", second: "not_yet"} if is_sent else {})
    assert kept(page) is None


def test_a_reviewer_s_answers_stay_on_the_page(live: Live, visit: Visit) -> None:
    """Another person's work is never in a browser's store."""
    with live.app.app_context():
        review_id = send(live.world, Answer.PARTLY)
    page = visit("sue")
    page.goto(f"/reviews/{review_id}")
    page.route(
        "**", lambda route: route.abort() if route.request.method == "POST" else route.continue_()
    )
    card = page.locator("[data-statement]").first
    card.locator('input[value="partly"]').check()
    card.locator('input[value="saw_it"]').check()
    card.get_by_text("Not saved yet").wait_for()
    assert kept(page) is None
