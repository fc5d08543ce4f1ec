"""The server gone, the sign-in over, another person at the desk: clicks are kept, and kept for one
person only."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.assessment.rating import answers, entries, sign_in, sign_out, state, wait_for
from tests.browser.conftest import Live

sync_api = pytest.importorskip("playwright.sync_api", reason="make test-browser installs it")
expect = sync_api.expect

DOMAIN = "/assess/small/durable/communication"
Visit = Callable[..., Any]


def page_state(page: Any) -> str:
    return str(page.locator(".progress-line [data-page-state]").text_content())


def why(page: Any) -> str:
    """What the bar over the foot says."""
    page.locator("[data-unsaved]").wait_for()
    return str(page.locator("[data-unsaved-why]").text_content())


def test_a_server_that_is_gone_for_a_while_loses_no_click(live: Live, visit: Visit) -> None:
    five = live.world.statements["communication"][:5]
    page = visit("ana")
    page.goto(DOMAIN)
    live.server.stop()
    for number, statement_id in enumerate(five):
        page.locator(f"#s-{statement_id} .answer").nth(number).click()
    for statement_id in five:
        wait_for(page, statement_id, "Not saved yet")
    page.locator(f"#s-{five[0]} .answer").nth(2).click()  # changed while it waits
    assert page_state(page) == "not saved yet: 5"
    assert why(page).startswith("The server does not answer. What you choose is kept on this page")
    assert answers(live) == {}
    live.server.start()
    page.locator("[data-unsaved]").wait_for(state="hidden")
    for statement_id in five:
        wait_for(page, statement_id, "Saved")
    assert page_state(page) == "all changes saved"
    assert list(answers(live).values()) == [
        "consistently",
        "partly",
        "consistently",
        "not_sure",
        "not_my_work",
    ]
    assert entries(live) == 5


def test_by_keyboard_it_goes_on_as_well(live: Live, visit: Visit) -> None:
    statements = live.world.statements["communication"]
    page = visit("ana", width=390)
    page.goto(f"{DOMAIN}?list=1")
    page.context.set_offline(True)
    page.locator(f"#s-{statements[0]}-not_yet").focus()
    for _statement in statements:
        page.keyboard.press("3")
    expect(page.locator("[data-way-on]:focus")).to_have_count(1)
    assert "not saved yet: 10" in page.locator("[data-unsaved-count]").text_content()
    page.locator("[data-unsaved]").wait_for()  # It comes once a try has failed.
    box, save_bar = (page.locator(each).bounding_box() for each in ("[data-unsaved]", ".save-bar"))
    assert box["y"] + box["height"] <= save_bar["y"] + 1  # it stands over the bar with the way on
    page.context.set_offline(False)
    page.locator("[data-unsaved]").wait_for(state="hidden")
    wait_for(page, statements[-1], "Saved")
    assert len(answers(live)) == 10 == entries(live)


def test_an_answer_whose_reply_was_lost_is_stored_once(live: Live, visit: Visit) -> None:
    first = live.world.statements["communication"][0]
    page = visit("ana")
    page.goto(DOMAIN)
    lost = []

    def lose_the_first(route: Any) -> None:
        if lost:
            route.continue_()
            return
        lost.append(route.fetch().status)
        route.abort()

    page.route("**/rating", lose_the_first)
    page.locator(f"#s-{first}-partly").check()
    wait_for(page, first, "Saved")
    assert lost == [200]
    assert answers(live) == {first: "partly"}
    assert entries(live) == 1


def test_whoever_signs_in_again_finds_their_clicks_saved(live: Live, visit: Visit) -> None:
    first, second, *_rest = live.world.statements["communication"]
    page = visit("ana")
    page.goto(DOMAIN)
    other = page.context.new_page()
    other.goto("/account")
    sign_out(other)
    for statement_id in (first, second):
        page.locator(f"#s-{statement_id}-partly").check()
        wait_for(page, statement_id, "Not saved yet")
    assert why(page).startswith("You are signed out. Sign in again in another tab and come back")
    assert page_state(page) == "not saved yet: 2"
    sign_in(other, live.world.email("ana"))
    assert answers(live) == {}
    page.evaluate("dispatchEvent(new Event('focus'))")  # coming back to the tab
    for statement_id in (first, second):
        wait_for(page, statement_id, "Saved")
    assert answers(live) == {first: "partly", second: "partly"}
    assert entries(live) == 2


def test_nothing_is_stored_for_whoever_else_signs_in(live: Live, visit: Visit) -> None:
    first = live.world.statements["communication"][0]
    page = visit("ana")
    page.goto(DOMAIN)
    other = page.context.new_page()
    other.goto("/account")
    sign_out(other)
    sign_in(other, live.world.email("ben"))
    page.locator(f"#s-{first}-partly").check()
    wait_for(page, first, "Not saved yet")
    assert why(page).startswith(
        "Somebody else is signed in in this browser now, and nothing is stored for them."
    )
    page.locator("[data-unsaved]").get_by_role("button", name="Try now").click()
    page.wait_for_timeout(500)
    assert state(page, first).text_content() == "Not saved yet"
    assert answers(live) == answers(live, "ben") == {}
    sign_out(other)
    sign_in(other, live.world.email("ana"))
    page.locator("[data-unsaved]").get_by_role("button", name="Try now").click()
    wait_for(page, first, "Saved")
    assert answers(live) == {first: "partly"}
    assert answers(live, "ben") == {}


def test_the_server_itself_refuses_another_s_click(live: Live, visit: Visit) -> None:
    """A page with the right token and another person's id, as a script gone wrong would send it."""
    first = live.world.statements["communication"][0]
    page = visit("ben")
    page.goto(DOMAIN)
    status = page.evaluate(
        """async ([id, person]) => (await fetch(`/statements/${id}/rating`, {
          method: "POST",
          headers: { "Content-Type": "application/json", Accept: "application/json",
                     "X-CSRFToken": document.querySelector("input[name=csrf_token]").value },
          body: JSON.stringify({ answer: "partly", base_version: 0, person_id: person }),
        })).status""",
        [first, live.world.people["ana"]],
    )
    assert status == 409
    assert answers(live) == answers(live, "ben") == {}


@pytest.mark.parametrize("goes", [True, False])
def test_signing_out_warns_and_then_drops(live: Live, visit: Visit, goes: bool) -> None:
    first = live.world.statements["communication"][0]
    page = visit("ana")
    page.goto(DOMAIN)
    page.route("**/rating", lambda route: route.abort())
    page.locator(f"#s-{first}-partly").check()
    wait_for(page, first, "Not saved yet")
    asked = []

    def answer(dialog: Any) -> None:
        asked.append((dialog.type, dialog.message))
        dialog.accept() if goes else dialog.dismiss()

    page.on("dialog", answer)
    sign_out(page)
    if goes:
        page.wait_for_url("**/login")
    page.unroute("**/rating")
    assert asked == [("confirm", "Some answers are not saved yet. Sign out and drop them?")]
    if goes:
        page.wait_for_timeout(2500)
        assert answers(live) == {}
    else:
        wait_for(page, first, "Saved")
