"""Search over every page: by keyboard, on a phone, in the dark, and while the answer is on its
way."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.conftest import Live
from tests.browser.watch import barriers, sideways

sync_api = pytest.importorskip("playwright.sync_api", reason="make test-browser installs it")
expect = sync_api.expect
Visit = Callable[..., Any]


def chosen(page: Any) -> Any:
    return page.locator("#go-to-list [aria-selected=true]")


def test_keys_open_it_and_what_is_found_is_opened_by_arrows_and_enter(visit: Visit) -> None:
    page = visit("ana")
    page.keyboard.press("/")
    field = page.get_by_role("combobox", name="Search")
    expect(field).to_be_focused()
    page.keyboard.type("communication 1")
    options = page.get_by_role("option")
    expect(options.first).to_contain_text("Communication 1")
    expect(chosen(page)).to_have_count(1)
    first = chosen(page).get_attribute("id")
    assert field.get_attribute("aria-activedescendant") == first
    page.keyboard.press("ArrowDown")
    second = chosen(page).get_attribute("id")
    assert second != first
    page.keyboard.press("ArrowUp")
    assert chosen(page).get_attribute("id") == first
    page.keyboard.press("ArrowDown")
    href = chosen(page).get_attribute("href")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{href}")


def test_escape_gives_the_focus_back_and_a_slash_is_typed_where_somebody_types(
    visit: Visit,
) -> None:
    page = visit("ana")
    link = page.get_by_role("main").get_by_role("link").first
    link.focus()
    page.keyboard.press("Control+k")
    box = page.get_by_role("dialog", name="Search")
    expect(box).to_be_visible()
    page.keyboard.press("Escape")
    expect(box).to_be_hidden()
    expect(link).to_be_focused()
    page.goto("/evidence")
    note = page.get_by_label("Quick note: what you did")
    note.focus()
    page.keyboard.type("and/or")
    expect(note).to_have_value("and/or")
    expect(box).to_be_hidden()
    page.keyboard.press("Control+k")
    expect(box).to_be_visible()


def test_what_was_found_stays_until_the_next_answer_is_there(visit: Visit) -> None:
    page, held = visit("ana"), list[Any]()

    def hold(route: Any) -> None:
        held.append(route)

    page.keyboard.press("/")
    page.keyboard.type("technical")
    options = page.get_by_role("option")
    expect(options.first).to_contain_text("Technical")
    page.route("**/search?q=technical+zzzz", hold)
    with page.expect_request("**/search?q=technical+zzzz"):
        page.keyboard.insert_text(" zzzz")  # at once: of what is typed slowly, a part is asked for
    expect(options.first).to_contain_text("Technical")
    (route,) = held
    route.continue_()
    expect(page.get_by_text("Nothing found for “technical zzzz”")).to_be_visible()
    expect(options.first).to_have_text("Browse statements")


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_has_no_barriers(live: Live, visit: Visit, width: int, scheme: str) -> None:
    page = visit("sue", width=width, color_scheme=scheme, reduced_motion="reduce")
    page.keyboard.press("Control+k")
    for typed, shown in (("", "Reviews"), ("ana", "Ana"), ("zzzz", "Nothing found")):
        page.get_by_role("combobox", name="Search").fill(typed)
        expect(page.locator("#go-to-list").get_by_text(shown).first).to_be_visible()
        assert barriers(page) == [], typed
        assert sideways(page) == []
