"""Rating in a real browser: by keyboard alone, without script, on two devices, and without a
connection."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.assessment.rating import answers, entries, focused, wait_for
from tests.browser.conftest import Live
from tests.browser.watch import Watch
from tests.client import PASSWORD
from tests.factories.answers import Answer
from tests.factories.ratings import rate
from tests.factories.versions import carried, next_version
from tracker.db import transaction
from tracker.models import Person

sync_api = pytest.importorskip("playwright.sync_api", reason="make test-browser installs it")
expect = sync_api.expect

DOMAIN = "/assess/small/durable/communication"
Visit = Callable[..., Any]


def test_by_keyboard_alone(live: Live, visit: Visit) -> None:
    first, second, third, *_rest = live.world.statements["communication"]
    page = visit("ana")
    page.goto(DOMAIN)
    for _step in range(60):
        page.keyboard.press("Tab")
        if page.locator(":focus").get_attribute("name") == f"answer-{first}":
            break
    assert focused(page) == f"s-{first}-not_yet"
    page.keyboard.press("3")
    wait_for(page, first, "Saved")
    assert focused(page) == f"s-{second}-not_yet"
    page.keyboard.press("0")
    wait_for(page, second, "Saved")
    assert focused(page) == f"s-{third}-not_yet"
    assert answers(live) == {first: "consistently", second: "not_my_work"}
    assert page.locator("[data-progress-count]").first.text_content() == "2 of 33 rated"
    part = page.locator(".page-nav.is-wide a[aria-current=page] .page-nav-count")
    assert part.text_content().startswith("2/10")


def test_arrows_save_where_they_stop_and_not_at_each_step(live: Live, visit: Visit) -> None:
    first = live.world.statements["communication"][0]
    page = visit("ana")
    page.goto(DOMAIN)
    page.locator(f"#s-{first}-not_yet").focus()
    for _step in range(3):
        page.keyboard.press("ArrowRight")
    wait_for(page, first, "Saved")
    assert answers(live) == {first: "not_sure"}
    assert entries(live) == 1


def test_old_answers_are_counted_down_as_they_are_looked_at(live: Live, visit: Visit) -> None:
    first, second, *_rest = live.world.statements["communication"]
    with live.app.app_context():
        for statement_id in (first, second):
            rate(
                live.world,
                "ana",
                statement_id,
                Answer.PARTLY,
                dt.datetime(2026, 5, 11, 9, tzinfo=dt.UTC),
            )
    page = visit("ana")
    page.goto(DOMAIN)
    left = page.locator("[data-dated-count]").first
    assert left.text_content() == "2"
    for answer in ("3", "2"):  # a second look at the same statement counts no further
        page.locator(f"#s-{first}-not_yet").focus()
        page.keyboard.press(answer)
        wait_for(page, first, "Saved")
        page.wait_for_timeout(300)
    assert left.text_content() == "1"


def test_keys_do_nothing_outside_a_card_or_in_a_note(live: Live, visit: Visit) -> None:
    first = live.world.statements["communication"][0]
    page = visit("ana")
    page.goto(DOMAIN)
    page.keyboard.press("3")
    page.locator(f"#s-{first} .statement-notes summary").click()
    page.locator(f"#s-{first}-self").press_sequentially("3 and 4")
    expect(page.locator("input[name^=answer]:checked")).to_have_count(0)
    page.locator(f"#s-{first}-partly").check()
    wait_for(page, first, "Saved")
    assert answers(live) == {first: "partly"}


@pytest.mark.parametrize("width", [1280, 390])
def test_without_script(live: Live, visit: Visit, width: int) -> None:
    first, second = live.world.statements["communication"][:2]
    page = visit("ana", width=width, java_script_enabled=False)
    page.goto(f"{DOMAIN}?list=1")
    card = page.locator(f"#s-{first}")
    card.get_by_label("Partly").check()
    card.locator(".statement-notes summary").click()
    card.get_by_label("For myself").fill("Ask about renewals.")
    page.locator(f"#s-{second}-not_yet").check()
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("2 statements saved.").wait_for()
    page.locator(f"#s-{second}-consistently").check()
    page.locator(f"#s-{second}-consistently").press("Enter")
    page.get_by_text("1 statement saved.").wait_for()
    assert answers(live) == {first: "partly", second: "consistently"}
    assert page.locator(f"#s-{first}-self").input_value() == "Ask about renewals."


def test_two_devices_are_told_of_each_other(live: Live, visit: Visit) -> None:
    first = live.world.statements["communication"][0]
    phone, desk = visit("ana", width=390), visit("ana")
    for page in (phone, desk):
        page.goto(DOMAIN)
    phone.locator("[data-one-answers] button[value=consistently]").click()
    wait_for(phone, first, "Saved")
    desk.locator(f"#s-{first}-partly").check()
    told = desk.locator(f"#s-{first} [data-conflict]")
    told.wait_for()
    assert told.get_by_role("button").all_text_contents() == [
        "Keep mine: Partly",
        "Keep the other: Consistently",
    ]
    assert answers(live) == {first: "consistently"}
    told.get_by_role("button", name="Keep mine").click()
    wait_for(desk, first, "Saved")
    assert answers(live) == {first: "partly"}
    assert entries(live) == 2


def test_of_two_notes_the_other_one_is_shown(live: Live, visit: Visit) -> None:
    first = live.world.statements["communication"][0]
    with live.app.app_context():
        rate(live.world, "ana", first, Answer.PARTLY)
    one, other = visit("ana"), visit("ana")
    for page in (one, other):
        page.goto(DOMAIN)
        page.locator(f"#s-{first} .statement-notes summary").click()
    one.locator(f"#s-{first}-self").fill("Ask about renewals.")
    one.locator(f"#s-{first}-self").blur()
    wait_for(one, first, "Saved")
    other.locator(f"#s-{first}-self").fill("Ask about holds.")
    other.locator(f"#s-{first}-self").blur()
    told = other.locator(f"#s-{first} [data-conflict]")
    told.get_by_text("The other note: “Ask about renewals.”").wait_for()
    told.get_by_role("button", name="Keep mine").click()
    wait_for(other, first, "Saved")
    other.reload()
    assert other.locator(f"#s-{first}-self").input_value() == "Ask about holds."


@pytest.mark.parametrize("where", ["", "/grid?notes=1"])
def test_from_a_page_of_another_version_what_was_typed_goes_to_the_new_wording(
    live: Live, visit: Visit, where: str
) -> None:
    first = live.world.statements["communication"][0]
    page = visit("ana")
    page.goto(f"{DOMAIN}{where}")
    with live.app.app_context():
        version = next_version(live.world, reworded={first: False})
        carried(live.world, version, person="ana")
    new = version.became[first][0]
    card = page.locator(f"[data-statement='{first}']")
    if not where:
        card.locator(".statement-notes summary").click()
    note_sent: list[Any] = []
    page.route("**/rating", lambda sent: sent.continue_() if note_sent else note_sent.append(sent))
    card.locator("[name^=own_note]").fill("Two lines\nof mine")
    card.locator("[name^=own_note]").blur()
    while not note_sent:
        page.wait_for_timeout(10)
    card.locator("[name^=answer][value=partly]").check()
    note_sent[0].continue_()  # refused once the answer is given
    told = card.locator("[data-trouble]")
    told.filter(has_text="You are on version 2 of the framework now").wait_for()
    with page.context.expect_page() as opened:
        told.get_by_role("button", name="Check it in your version").click()
    there = opened.value
    again = there.locator(f"#s-{new}")
    again.filter(has_text="in other words").wait_for()
    again.locator("[value=partly]:checked").wait_for(state="attached")
    assert again.get_by_label("For myself").input_value() == "Two lines\nof mine"
    there.get_by_role("button", name="Save", exact=True).click()
    there.wait_for_url(f"**/statements/{new}")
    assert answers(live) == {new: "partly"}
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.goto(f"{DOMAIN}{where}")
    assert asked == [], "nothing is left to be saved here"
    chosen = page.locator(f"[data-statement='{new}'] [name^=answer][value=partly]")
    assert chosen.is_checked()


def test_a_click_without_a_connection_is_kept_and_sent_again(live: Live, visit: Visit) -> None:
    first = live.world.statements["communication"][0]
    page = visit("ana")
    page.goto(DOMAIN)
    page.context.set_offline(True)
    page.locator(f"#s-{first}-partly").check()
    wait_for(page, first, "Not saved")
    assert page.locator(f"#s-{first}-partly").is_checked()
    assert page.locator(".progress-line [data-page-state]").text_content() == "not saved yet: 1"
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.locator("#account-menu summary").click()
    page.get_by_role("button", name="Sign out").click()
    assert asked == ["confirm"]
    page.context.set_offline(False)
    wait_for(page, first, "Saved")
    assert answers(live) == {first: "partly"}
    assert page.locator(".progress-line [data-page-state]").text_content() == "all changes saved"


def test_a_page_left_open_saves_nothing_to_whoever_comes_next(live: Live, visit: Visit) -> None:
    first = live.world.statements["communication"][0]
    page = visit("ana")
    page.goto(DOMAIN)
    other = page.context.new_page()
    other.goto("/account")
    other.locator("#account-menu summary").click()
    other.get_by_role("button", name="Sign out").click()
    other.get_by_label("Email").fill(live.world.email("ben"))
    other.get_by_label("Password").fill(PASSWORD)
    other.get_by_role("main").get_by_role("button", name="Sign in").click()
    other.wait_for_url("**/")
    page.locator(f"#s-{first}-partly").check()
    wait_for(page, first, "Not saved")
    assert page.locator(f"#s-{first}-partly").is_checked()
    assert answers(live) == answers(live, "ben") == {}


@pytest.mark.parametrize("path", [DOMAIN, "/assess/five", "/profile", "/profile/communication"])
def test_no_page_is_wider_than_a_phone(live: Live, visit: Visit, path: str) -> None:
    page = visit("ana", width=390)
    page.goto(path)
    assert page.locator("html").evaluate("node => node.scrollWidth") <= 390


def test_a_section_with_the_screen_cover_is_light(live: Live, visit: Visit) -> None:
    """No other page asks for as many scripts."""
    with live.app.app_context(), transaction() as tx:
        tx.get_one(Person, live.world.people["ana"]).covers_screen = True
    watch = Watch(visit("ana"))
    watch.visit(DOMAIN)
    watch.page.wait_for_load_state("networkidle")
    scripts = {request.rpartition("/")[2] for request in watch.requests if request.endswith(".js")}
    assert scripts > {"cover.js", "assess.js"}
    assert watch.faults() == []
