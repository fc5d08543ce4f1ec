"""Moving a library to another version, and a page of the version that they left, in a real browser:
planned and canceled without script, and whole at both widths."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.checks import misplaced_texts
from tests.browser.conftest import Live
from tests.browser.watch import barriers, sideways
from tests.factories.ratings import rate
from tests.factories.sides import YES, actor
from tests.factories.versions import NextVersion, carried, next_version
from tracker.db import db
from tracker.reviews.review import actions as review_actions

sync_api = pytest.importorskip("playwright.sync_api", reason="make test-browser installs it")
expect = sync_api.expect

Visit = Callable[..., Any]
WITHOUT_SCRIPT = {"java_script_enabled": False}


def is_published(live: Live) -> NextVersion:
    first, second, third = live.world.statements["communication"][:3]
    with live.app.app_context():
        for each in (first, second, third):
            rate(live.world, "ana", each, YES)
        found = next_version(
            live.world, reworded={first: False}, split={second: True}, retired=[third]
        )
        db.session.remove()
    return found


def faults(page: Any) -> list[str]:
    """As it is, and on a phone in the dark."""
    found = [*barriers(page), *sideways(page), *misplaced_texts(page)]
    page.set_viewport_size({"width": 390, "height": 844})
    page.emulate_media(color_scheme="dark")
    return [*found, *barriers(page), *sideways(page), *misplaced_texts(page)]


def test_a_move_is_planned_and_canceled_without_script(live: Live, visit: Visit) -> None:
    is_published(live)
    page = visit("adam", **WITHOUT_SCRIPT)
    page.goto("/admin/versions")
    page.get_by_role("link", name="Move to version 2").click()
    page.get_by_text("“Autumn 2026” keeps everybody on their version until Dec 11.").wait_for()
    page.get_by_role("button", name="Move 4 people after the round").click()
    planned = page.get_by_text("Planned: 4 people move to version 2 on Dec 12")
    planned.wait_for()
    page.get_by_role("button", name="Cancel this move").click()
    page.get_by_text("The planned move is canceled. Nobody moves.").wait_for()
    expect(planned).to_have_count(0)


def test_what_counts_later_is_counted_by_itself_while_it_is_rated(live: Live, visit: Visit) -> None:
    changed = live.world.statements["communication"][0]
    version = is_published(live)
    with live.app.app_context():
        carried(live.world, version, person="ana")
        db.session.remove()
    page = visit("ana", reduced_motion="reduce")
    page.goto("/assess/later")
    page.get_by_text("Rated so far: 0 of 2.").wait_for()
    page.locator(f"#s-{version.became[changed][0]}-partly").check(force=True)
    page.get_by_text("Rated so far: 1 of 2.").wait_for()
    expect(page.get_by_text("1 of 31 rated"), "in no other count").not_to_have_count(0)
    assert faults(page) == []


def test_the_pages_of_moves_are_whole(live: Live, visit: Visit) -> None:
    """Previewed, planned, and with people on two versions."""
    version = is_published(live)
    with live.app.app_context():
        carried(live.world, version, person="ana")
        db.session.remove()
    there = f"/admin/versions/{version.framework_id}"
    for address in ("/admin/versions", there):
        page = visit("adam", reduced_motion="reduce")
        page.goto(address)
        assert faults(page) == []
    page.get_by_role("button", name="Move 3 people after the round").click()
    page.get_by_text("Planned: 3 people move to version 2").wait_for()
    assert faults(page) == []


def test_so_is_what_was_typed_on_the_page_of_another_version(live: Live, visit: Visit) -> None:
    first, second, third = live.world.statements["communication"][:3]
    version = is_published(live)
    page = visit("ana", reduced_motion="reduce")
    page.context.route(
        "**/js/*.js", lambda route: route.fulfill(body="", content_type="text/javascript")
    )
    page.goto("/assess/small/durable/communication/grid?notes=1")
    with live.app.app_context():
        carried(live.world, version, person="ana")
        db.session.remove()
    for each in (first, second, third):
        page.locator(f"[name=answer-{each}][value=partly]").check()
        page.locator(f"[name=own_note-{each}]").fill("Two lines\nof mine")
    page.locator("form[data-grid]").evaluate("form => form.submit()")
    page.get_by_text("You are on version 2 of the framework now").wait_for()
    expect(
        page.locator("form[data-ratings] .statement"), "one reworded, and both parts"
    ).to_have_count(3)
    assert faults(page) == []


def test_so_is_the_card_of_a_review_whose_learner_was_moved(live: Live, visit: Visit) -> None:
    changed = live.world.statements["communication"][0]
    version = is_published(live)
    with live.app.app_context():
        ana, sue = (actor(live.world, name) for name in ("ana", "sue"))
        review_id = review_actions.send(ana, sue.person_id, [changed], live.world.now)
        carried(live.world, version, person="ana")
        db.session.remove()
    page = visit("sue", reduced_motion="reduce")
    for address in (f"/reviews/{review_id}/screen/1", f"/reviews/by-statement/{changed}"):
        page.goto(address)
        page.get_by_text("Ana is on version 2 now, which words this differently").click()
        page.get_by_text("Was:").wait_for()
        assert faults(page) == []
