"""A rating is taken back by the box that follows it or by Ctrl+Z, and cleared by a button of its
own."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from tests.browser.assessment.rating import answers, focused, wait_for
from tests.browser.conftest import Live
from tests.factories.answers import Answer
from tests.factories.ratings import rate
from tracker.db import db, session
from tracker.models import RatingEntry

pytest.importorskip(
    "playwright.sync_api", reason="playwright is not installed (make test-browser installs it)"
)

DOMAIN = "/assess/small/durable/communication"
Visit = Callable[..., Any]


def history(live: Live, statement_id: int) -> list[tuple[str | None, str]]:
    with live.app.app_context():
        rows = session().execute(
            select(RatingEntry.answer, RatingEntry.basis)
            .where(RatingEntry.statement_id == statement_id)
            .order_by(RatingEntry.version)
        )
        found = [(row.answer, row.basis.value) for row in rows]
        db.session.remove()
    return found


def toast(page: Any) -> Any:
    return page.locator("[data-toast]")


def count(page: Any) -> str:
    return str(page.locator("[data-progress-count]").first.text_content())


def test_the_box_takes_the_last_rating_back(live: Live, visit: Visit) -> None:
    first = live.world.statements["communication"][0]
    page = visit("ana")
    page.goto(DOMAIN)
    page.locator(f"#s-{first}-partly").check()
    toast(page).wait_for()
    assert toast(page).locator("p").text_content() == "Saved: Partly."
    assert count(page) == "1 of 33 rated"
    toast(page).get_by_role("button", name="Undo").click()
    toast(page).get_by_text("Undone. Your rating now: not rated.").wait_for()
    assert count(page) == "0 of 33 rated"
    assert page.locator("input[name^=answer]:checked").count() == 0
    assert focused(page) == f"s-{first}-not_yet"
    assert answers(live) == {first: None}
    assert history(live, first) == [("partly", "rated"), (None, "cleared")]
    part = page.locator(".page-nav.is-wide a[aria-current=page] .page-nav-count")
    assert part.text_content().startswith("0/10")


def test_ctrl_z_takes_ratings_back_one_by_one(live: Live, visit: Visit) -> None:
    """The last one first, whichever statement the keys have gone on to; what is told is of the last
    that was taken back, whichever is saved last."""
    first, second, third, *_rest = live.world.statements["communication"]
    with live.app.app_context():
        rate(live.world, "ana", first, Answer.CONSISTENTLY)
    page = visit("ana")
    page.goto(DOMAIN)
    page.locator(f"#s-{first}-not_yet").focus()
    page.keyboard.press("1")
    page.keyboard.press("2")
    wait_for(page, second, "Saved")
    page.locator(f"#s-{third} input:focus").wait_for()
    overtaken: list[Any] = []

    def hold(route: Any) -> None:
        overtaken.append(route)

    page.route(f"**/statements/{second}/rating", hold)
    page.keyboard.press("Control+z")
    assert focused(page) == f"s-{second}-not_yet"
    with page.expect_response(f"**/statements/{first}/rating"):
        page.keyboard.press("Meta+z")
    assert focused(page) == f"s-{first}-consistently"
    wait_for(page, first, "Saved")
    overtaken[0].continue_()
    page.get_by_text("Undone. Your rating now: Consistently.").wait_for()
    page.keyboard.press("Control+z")  # nothing is left to take back
    assert answers(live) == {first: "consistently", second: None}
    assert history(live, first) == [
        ("consistently", "rated"),
        ("not_yet", "rated"),
        ("consistently", "rated"),
    ]


def test_ctrl_z_in_a_note_is_the_note_s(live: Live, visit: Visit) -> None:
    first = live.world.statements["communication"][0]
    page = visit("ana")
    page.goto(DOMAIN)
    page.locator(f"#s-{first}-partly").check()
    wait_for(page, first, "Saved")
    page.locator(f"#s-{first} .statement-notes summary").click()
    page.locator(f"#s-{first}-self").press_sequentially("x")
    page.keyboard.press("Control+z")
    page.wait_for_timeout(300)
    assert page.locator(f"#s-{first}-partly").is_checked()
    assert answers(live) == {first: "partly"}
    page.locator("h1").click()
    page.keyboard.press("Control+z")  # nor outside the statements
    page.wait_for_timeout(300)
    assert answers(live) == {first: "partly"}


def test_a_rating_is_taken_back_before_the_server_has_it(live: Live, visit: Visit) -> None:
    first = live.world.statements["communication"][0]
    page = visit("ana")
    page.goto(DOMAIN)
    page.context.set_offline(True)
    page.locator(f"#s-{first}-partly").check()
    wait_for(page, first, "Not saved")
    page.keyboard.press("Control+z")
    page.context.set_offline(False)
    wait_for(page, first, "Saved")
    assert page.locator("input[name^=answer]:checked").count() == 0
    assert answers(live) == {}


@pytest.mark.parametrize("width", [1280, 390])
def test_the_box_is_next_by_keyboard_and_covers_nothing_that_has_the_focus(
    live: Live, visit: Visit, width: int
) -> None:
    statements = live.world.statements["communication"]
    page = visit("ana", width=width, height=700)
    page.goto(DOMAIN)
    page.locator(f"#s-{statements[0]}-not_yet").focus()
    covered = """() => {
      const box = document.querySelector("[data-toast]").getBoundingClientRect();
      const focused = document.activeElement;
      const here = (focused.labels?.[0] ?? focused).getBoundingClientRect();
      return box.width > 0 && box.left < here.right && here.left < box.right && box.top < here.bottom && here.top < box.bottom;
    }"""
    for statement_id in statements:
        page.keyboard.press("2")
        wait_for(page, statement_id, "Saved")
        toast(page).wait_for()
        assert not page.evaluate(covered), f"after statement {statement_id}"
    page.locator(f"#s-{statements[4]}-partly").focus()
    page.keyboard.press("1")
    toast(page).get_by_text("Saved: Not yet.").wait_for()
    for _step in range(6):
        page.keyboard.press("Tab")
        if page.locator("[data-toast] button:focus").count():
            break
    assert page.locator("[data-toast] button:focus").count() == 1
    page.keyboard.press("Enter")
    toast(page).get_by_text("Undone. Your rating now: Partly.").wait_for()
    assert answers(live)[statements[4]] == "partly"
    page.keyboard.press("Escape")
    assert not toast(page).is_visible()


def test_a_rating_is_cleared_by_its_own_button(live: Live, visit: Visit) -> None:
    first = live.world.statements["communication"][0]
    page = visit("ana")
    page.goto(DOMAIN)
    clear = page.locator(f"#s-{first} .clear-button")
    assert not clear.is_visible()
    page.locator(f"#s-{first}-partly").check()
    wait_for(page, first, "Saved")
    clear.click()
    toast(page).get_by_text("Saved: not rated.").wait_for()
    assert answers(live) == {first: None}
    toast(page).get_by_role("button", name="Undo").click()
    toast(page).get_by_text("Undone. Your rating now: Partly.").wait_for()
    assert answers(live) == {first: "partly"}
    assert history(live, first) == [("partly", "rated"), (None, "cleared"), ("partly", "rated")]


@pytest.mark.parametrize("path", [DOMAIN, "/statements/{first}"])
def test_a_rating_is_cleared_without_script(live: Live, visit: Visit, path: str) -> None:
    first = live.world.statements["communication"][0]
    with live.app.app_context():
        rate(live.world, "ana", first, Answer.PARTLY)
    page = visit("ana", java_script_enabled=False)
    page.goto(path.format(first=first))
    page.locator(f"#s-{first} .clear-button").click()
    page.locator(f"#s-{first} input:checked").wait_for(state="detached")
    assert page.locator("input[name^=answer]:checked").count() == 0
    assert answers(live) == {first: None}


def test_a_page_of_before_the_clearing_is_told(live: Live, visit: Visit) -> None:
    first = live.world.statements["communication"][0]
    with live.app.app_context():
        rate(live.world, "ana", first, Answer.PARTLY)
    desk, phone = visit("ana"), visit("ana", width=390)
    for page in (desk, phone):
        page.goto(DOMAIN)
    desk.locator(f"#s-{first} .clear-button").click()
    wait_for(desk, first, "Saved")
    phone.locator(f"#s-{first}-consistently").check()
    told = phone.locator(f"#s-{first} [data-conflict]")
    told.wait_for()
    assert told.get_by_role("button").all_text_contents() == [
        "Keep mine: Consistently",
        "Keep the other: not rated",
    ]
    told.get_by_role("button", name="Keep the other").click()
    assert phone.locator("input[name^=answer]:checked").count() == 0
    assert answers(live) == {first: None}
