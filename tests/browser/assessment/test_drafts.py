"""Nothing typed is lost, in a real browser: notes save themselves, forms keep what is typed, and who
leaves is asked only while something is not kept."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.assessment.rating import answers, wait_for
from tests.browser.conftest import Live
from tests.factories.sides import PART, YES, item_ids, send
from tracker.db import db
from tracker.queries.access import drafts as core_drafts_queries

pytest.importorskip(
    "playwright.sync_api", reason="playwright is not installed (make test-browser installs it)"
)

DOMAIN = "/assess/small/durable/communication"
Visit = Callable[..., Any]


def kept(live: Live, name: str = "ana") -> dict[str, dict[str, str]]:
    with live.app.app_context():
        found = core_drafts_queries.all_fields(live.world.people[name])
        db.session.remove()
    return {f"{each.form} {each.subject}".strip(): dict(fields) for each, fields in found}


def note(page: Any, statement_id: int, kind: str = "self") -> Any:
    if not page.locator(f"#s-{statement_id} .statement-notes[open]").count():
        page.locator(f"#s-{statement_id} .statement-notes summary").click()
    return page.locator(f"#s-{statement_id}-{kind}")


@pytest.mark.parametrize("way", ["Next", "Today"])
def test_a_note_is_there_again_whoever_goes_on_at_once(live: Live, visit: Visit, way: str) -> None:
    rated, open_ = live.world.statements["communication"][:2]
    page = visit("ana")
    page.goto(f"{DOMAIN}?level=1")
    page.locator(f"#s-{rated}-partly").check()
    wait_for(page, rated, "Saved")
    note(page, rated).press_sequentially("Said twice.")
    note(page, open_, "reviewer").press_sequentially("See the list.")
    if way == "Next":
        page.locator("[data-way-on]:visible").first.click()
        page.wait_for_url(lambda url: not url.endswith("level=1"))
    else:
        page.get_by_role("navigation", name="Main").get_by_role("link", name="Today").click()
        page.wait_for_url("**/")
    page.goto(f"{DOMAIN}?level=1")
    assert note(page, rated).input_value() == "Said twice."
    assert note(page, open_, "reviewer").input_value() == "See the list."
    page.locator(f"#s-{open_}-not_yet").check()
    wait_for(page, open_, "Saved")
    page.goto(f"/statements/{open_}")
    assert note(page, open_, "reviewer").input_value() == "See the list."
    assert answers(live) == {rated: "partly", open_: "not_yet"}
    assert kept(live) == {}


def test_a_note_saves_itself_and_the_page_says_so_when_it_is_true(live: Live, visit: Visit) -> None:
    first = live.world.statements["communication"][0]
    page = visit("ana")
    page.goto(DOMAIN)
    state = page.locator("[data-page-state]:visible").first
    note(page, first).press_sequentially("While I type")
    assert state.text_content() == "saving …"
    wait_for(page, first, "Saved")
    assert state.text_content() == "all changes saved"
    assert kept(live) == {f"assessment.save {first}": {"own_note": "While I type"}}


def test_without_a_connection_the_note_is_not_called_saved(live: Live, visit: Visit) -> None:
    first = live.world.statements["communication"][0]
    page = visit("ana")
    page.goto(DOMAIN)
    page.context.set_offline(True)
    note(page, first).press_sequentially("On the bookmobile")
    wait_for(page, first, "Not saved yet")
    page.context.set_offline(False)
    wait_for(page, first, "Saved")
    assert kept(live) == {f"assessment.save {first}": {"own_note": "On the bookmobile"}}


def test_a_form_offers_what_was_typed_and_sending_it_leaves_nothing(
    live: Live, visit: Visit
) -> None:
    page = visit("ana")
    page.goto("/evidence/new")
    page.get_by_label("Title").fill("Story hour")
    page.get_by_label("What you did, and what came of it").press_sequentially("Twelve children.")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Today").click()
    page.wait_for_url("**/")
    assert kept(live)["evidence.create"]["text"] == "Twelve children."
    page.goto("/evidence/new")
    assert page.get_by_label("Title").input_value() == ""
    page.get_by_role("link", name="Use what you typed").click()
    assert page.get_by_label("Title").input_value() == "Story hour"
    text = page.get_by_label("What you did, and what came of it")
    assert text.input_value() == "Twelve children."
    text.press_sequentially(" And a dog.")
    page.locator("[data-draft-state]").filter(has_text="Draft saved").wait_for()
    assert "And a dog." in kept(live)["evidence.create"]["text"]
    page.get_by_role("main").get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("heading", name="Story hour").wait_for()
    assert kept(live) == {}


def test_leaving_asks_only_while_something_is_not_kept(live: Live, visit: Visit) -> None:
    page = visit("ana")
    asked: list[str] = []

    def answer(dialog: Any) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", answer)
    page.goto("/evidence/new")
    text = page.get_by_label("What you did, and what came of it")
    text.press_sequentially("Kept.")
    page.locator("[data-draft-state]").filter(has_text="Draft saved").wait_for()
    page.goto("/account")
    assert asked == []
    page.goto("/evidence/new")
    page.get_by_role("link", name="Use what you typed").click()
    page.context.set_offline(True)
    page.get_by_label("What you did, and what came of it").press_sequentially(" Not kept.")
    page.locator("[data-draft-state]").filter(has_text="Not saved yet").wait_for()
    page.context.set_offline(False)
    page.route("**/drafts", lambda route: route.abort())
    page.get_by_label("Title").fill("x")
    page.goto("/account")
    assert asked == ["beforeunload"]


def test_what_is_offered_is_not_written_over(live: Live, visit: Visit) -> None:
    page = visit("ana")
    for said in ("first", "second"):
        page.goto("/evidence/new")
        page.get_by_label("Title").fill(said)
        page.get_by_label("Title").blur()
        words = "Draft saved" if said == "first" else "First use or discard"
        page.locator("[data-draft-state]").filter(has_text=words).wait_for()
    assert kept(live)["evidence.create"]["title"] == "first"
    page.get_by_text("Discard", exact=True).click()
    page.get_by_role("button", name="Discard it").click()
    page.locator("[data-draft-state]").filter(has_text="Draft saved").wait_for()
    assert page.get_by_label("Title").input_value() == "second"
    assert kept(live)["evidence.create"]["title"] == "second"
    page.reload()
    page.get_by_text("Discard", exact=True).click()
    with page.expect_response("**/drafts"):
        page.get_by_role("button", name="Discard it").click()
    assert kept(live) == {}


def test_a_note_at_a_card_of_a_review_waits_there(live: Live, visit: Visit) -> None:
    with live.app.app_context():
        review_id = send(live.world, YES, PART)
        first = item_ids(review_id)[0]
        db.session.remove()
    page = visit("sue")
    page.goto(f"/reviews/{review_id}")
    where = page.url
    page.locator(f"#s-{first} [data-note] summary").click()
    page.locator(f"[name=note-{first}]").press_sequentially("Ask about Mondays")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Today").click()
    page.wait_for_url("**/")
    page.goto(where)
    assert page.locator(f"[name=note-{first}]").input_value() == "Ask about Mondays"
    page.locator(f"#s-{first} input[value=partly]").check(force=True)
    page.locator(f"#s-{first} input[name=ground-{first}]").first.check(force=True)
    page.locator(f"#s-{first}").get_by_text("Saved").first.wait_for()
    assert kept(live, "sue") == {}


def test_without_script_the_offer_is_a_link(live: Live, visit: Visit) -> None:
    page = visit("ana")
    page.goto("/evidence/new")
    page.get_by_label("Title").fill("Story hour")
    page.get_by_label("Title").blur()
    page.locator("[data-draft-state]").filter(has_text="Draft saved").wait_for()
    plain = visit("ana", java_script_enabled=False)
    plain.goto("/evidence/new")
    plain.get_by_role("link", name="Use what you typed").click()
    assert plain.get_by_label("Title").input_value() == "Story hour"
