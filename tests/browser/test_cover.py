"""The cover of a shared desk: after a minute nothing can be read, heard or reached; a key brings it
back as it was."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.assessment.rating import answers, entries, focused, state
from tests.browser.conftest import Live
from tracker.db import transaction
from tracker.models import Person

sync_api = pytest.importorskip("playwright.sync_api", reason="make test-browser installs it")
expect = sync_api.expect

DOMAIN = "/assess/small/durable/communication"
Visit = Callable[..., Any]


@pytest.fixture
def covered(live: Live) -> Live:
    """Ana has her pages covered."""
    with live.app.app_context(), transaction() as tx:
        tx.get_one(Person, live.world.people["ana"]).covers_screen = True
    return live


@pytest.fixture
def page(covered: Live, visit: Visit) -> Any:
    """Ana's page of a domain, at a clock that the test moves."""
    found = visit("ana")
    found.clock.install(time=dt.datetime.now(dt.UTC))
    found.goto(DOMAIN)
    return found


def cover(page: Any) -> Any:
    return page.get_by_role("dialog", name="Covered while you were away")


def test_it_is_found_and_switched_on_in_the_account(live: Live, visit: Visit) -> None:
    page = visit("ana")
    page.goto("/account")
    expect(page.locator("#cover")).to_have_count(0)
    assert "It is no lock" in page.locator("#shared-desk").text_content()
    page.get_by_label("Cover my pages after a minute without input").check()
    page.locator("#shared-desk").get_by_role("button", name="Save this").click()
    page.get_by_text("Your pages are covered after a minute without input.").wait_for()
    for path in ("/", "/profile", "/evidence", "/account", "/no-such-page"):
        page.goto(path)
        expect(page.locator("#cover"), path).to_have_count(1)
    page.goto("/account")
    page.get_by_label("Cover my pages after a minute without input").uncheck()
    page.locator("#shared-desk").get_by_role("button", name="Save this").click()
    page.get_by_text("Your pages are not covered.").wait_for()
    expect(page.locator("#cover")).to_have_count(0)


def test_after_a_minute_nothing_of_the_page_is_left(page: Any) -> None:
    title = page.title()
    page.clock.run_for(59_000)
    expect(cover(page)).to_have_count(0)
    page.mouse.move(200, 200)
    page.clock.run_for(59_000)
    expect(cover(page)).to_have_count(0)
    page.clock.run_for(2_000)
    expect(cover(page)).to_be_visible()
    assert "Ana is signed in. Press any key or click to go on." in cover(page).text_content()
    left = page.locator("body").aria_snapshot()
    assert "Communication" not in left
    assert "radio" not in left
    assert left.strip().startswith('- dialog "Covered while you were away"')
    assert page.title() == "Covered – Skills Tracker" != title
    assert page.locator("h1").is_hidden()
    size = page.locator("#cover").bounding_box()
    assert (size["width"], size["height"]) == (1280, 900)


def test_a_key_brings_it_back_and_does_nothing_else(covered: Live, page: Any) -> None:
    fifth = covered.world.statements["communication"][4]
    page.locator(f"#s-{fifth}-not_yet").focus()
    page.wait_for_timeout(800)  # the page scrolls smoothly to what has the focus
    title, at = page.title(), page.evaluate("scrollY")
    for key in ("3", "Enter", "Escape", " ", "ArrowRight"):
        page.clock.run_for(61_000)
        expect(cover(page), key).to_be_visible()
        page.keyboard.press(key)
        expect(cover(page), key).to_have_count(0)
        assert focused(page) == f"s-{fifth}-not_yet"
    expect(page.locator("main input:checked")).to_have_count(0)
    assert (page.title(), page.evaluate("scrollY")) == (title, at)
    page.keyboard.press("3")
    page.clock.run_for(1_000)
    state(page, fifth).filter(has_text="Saved").wait_for()
    assert answers(covered) == {fifth: "consistently"}


def test_a_click_anywhere_brings_it_back_and_does_nothing_else(page: Any) -> None:
    radio = page.locator(".answer.is-partly").first.bounding_box()
    page.clock.run_for(61_000)
    page.mouse.click(radio["x"] + 5, radio["y"] + 5)
    expect(cover(page)).to_have_count(0)
    expect(page.locator("main input:checked")).to_have_count(0)
    page.clock.run_for(59_000)
    expect(cover(page)).to_have_count(0)
    page.clock.run_for(2_000)
    cover(page).get_by_role("button", name="Go on").click()
    expect(cover(page)).to_have_count(0)


def test_signing_out_is_reached_by_keyboard(covered: Live, page: Any) -> None:
    page.clock.run_for(61_000)
    assert page.locator(":focus").text_content() == "Go on"
    page.keyboard.press("Tab")
    expect(cover(page)).to_be_visible()
    assert page.locator(":focus").text_content().strip() == "Sign out"
    page.keyboard.press("Enter")
    page.wait_for_url("**/login")


def test_what_is_not_saved_is_saved_behind_it(covered: Live, page: Any) -> None:
    first = covered.world.statements["communication"][0]
    page.context.set_offline(True)
    page.locator(f"#s-{first} .is-partly").click()
    page.clock.run_for(500)
    state(page, first).filter(has_text="Not saved").wait_for()
    page.clock.run_for(61_000)
    expect(cover(page)).to_be_visible()
    assert page.locator("[data-unsaved]").is_hidden()
    page.context.set_offline(False)
    page.clock.run_for(31_000)
    for _wait in range(50):
        if entries(covered):
            break
        page.clock.run_for(100)
    assert answers(covered) == {first: "partly"}
    expect(cover(page)).to_be_visible()
    page.keyboard.press("x")
    state(page, first).filter(has_text="Saved").wait_for()


def test_a_page_that_slept_is_covered_as_soon_as_it_is_seen(page: Any) -> None:
    page.clock.fast_forward(3_600_000)
    page.evaluate("dispatchEvent(new Event('focus'))")
    expect(cover(page)).to_be_visible()


def test_the_cover_is_never_printed(page: Any) -> None:
    page.clock.run_for(61_000)
    page.emulate_media(media="print")
    assert page.locator("#cover").is_hidden()
    expect(page.locator("h1")).to_be_visible()


def test_without_script_it_does_nothing(covered: Live, visit: Visit) -> None:
    page = visit("ana", java_script_enabled=False)
    page.goto(DOMAIN)
    assert page.locator("#cover").is_hidden()
    expect(page.locator("h1")).to_be_visible()
