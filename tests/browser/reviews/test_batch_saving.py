"""Thirty statements on three screens, in a browser: what is saved, kept, and asked about."""

from typing import Any

import pytest

from tests.browser.conftest import Live
from tests.browser.reviews.batch import EACH, LEVELS, Visit, expect, first_card, footer, said, state
from tests.factories.answers import ReviewerAnswer
from tests.factories.sides import answer, answer_all, item_ids
from tracker.db import db


def test_what_is_begun_is_said_kept_and_asked_about(
    live: Live, visit: Visit, review_id: int
) -> None:
    page = visit("sue")
    page.goto(f"/reviews/{review_id}")
    partly = first_card(page).locator("input[type=radio][value=partly]")
    partly.focus()
    with page.expect_response("**/drafts") as kept:
        page.keyboard.press("2")
    assert kept.value.ok
    footer(page, "1 not saved yet: say how you know").wait_for()
    asked = []

    def stay(dialog: Any) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", stay)
    page.reload()
    assert asked == ["beforeunload"]
    assert partly.is_checked()
    footer(page, "1 not saved yet: say how you know").wait_for()
    page.get_by_role("button", name="Stop for now").click()
    page.get_by_text("Your answers about Ana are saved").wait_for()
    assert asked == ["beforeunload"]
    page.goto(f"/reviews/{review_id}")
    assert partly.is_checked()
    assert said(live, review_id)[0] == ("waiting", None, None)


def test_what_is_half_is_not_saved_and_a_tick_answers_what_is_ticked(
    live: Live, visit: Visit, review_id: int
) -> None:
    page = visit("sue")
    page.goto(f"/reviews/{review_id}")
    cards = page.locator("[data-statement]")
    cards.nth(0).locator("input[type=radio][value=partly]").focus()
    page.keyboard.press("2")
    page.locator("[data-save-state].is-asked").wait_for()
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("link", name="Select several").click()
    page.get_by_text("Answer the selected (0)").wait_for()  # the script is there
    cards.nth(0).locator("input[type=radio][value=partly]").focus()
    page.keyboard.press("2")
    for number in (1, 4):
        cards.nth(number).locator("input[name^=answer]").first.focus()
        page.keyboard.press("x")
    page.get_by_text("Answer the selected (2)").wait_for()  # it counts in a turn of its own
    button = page.locator("[data-tick-button]")
    page.locator("#bar-answer").select_option("consistently")
    page.locator("#bar-ground").select_option("saw_it")
    with page.expect_navigation():
        button.click()
    answered = [
        number for number, each in enumerate(said(live, review_id)) if each[0] == "answered"
    ]
    assert answered == [1, 4]
    assert cards.nth(0).locator("input[type=radio][value=partly]").is_checked(), (
        "what was begun is still there"
    )


def test_another_tab_s_answer_is_shown_beside_this_one(
    live: Live, visit: Visit, review_id: int
) -> None:
    page = visit("sue")
    page.goto(f"/reviews/{review_id}")
    with live.app.app_context():
        answer(live.world, item_ids(review_id)[0], ReviewerAnswer.NOT_YET, note="from elsewhere")
        db.session.remove()
    first_card(page).locator("input[name^=answer]").first.focus()
    page.keyboard.press("3")
    page.keyboard.press("a")
    box = page.locator("[data-conflict]")
    box.wait_for()
    assert "from elsewhere" in box.text_content()
    box.get_by_role("button", name="Keep the other: Not yet").click()
    assert first_card(page).locator("textarea").input_value() == "from elsewhere"
    assert said(live, review_id)[0][1] == "not_yet"


def test_later_waits_for_what_is_being_saved(live: Live, visit: Visit, review_id: int) -> None:
    page = visit("sue")
    page.goto(f"/reviews/{review_id}")
    first_card(page).locator("input[type=radio][value=partly]").focus()
    page.keyboard.press("ArrowRight")  # waits for the next arrow
    first_card(page).locator("label.pill").first.click()
    page.get_by_role("button", name="Stop for now").click()
    page.get_by_text("Your answers about Ana are saved").wait_for()
    assert said(live, review_id)[0] == ("answered", "consistently", "saw_it")


def test_the_button_at_the_foot_goes_to_what_is_open(
    live: Live, visit: Visit, review_id: int
) -> None:
    page = visit("sue")
    page.goto(f"/reviews/{review_id}")
    cards = page.locator("[data-statement]")
    on = page.locator("[data-way-on]")
    left = page.locator("[data-left-here]")
    on.click()
    expect(cards.nth(0).locator("input:focus")).to_have_count(1)
    page.keyboard.press("9")
    expect(cards.nth(1).locator("input:focus")).to_have_count(1)
    cards.nth(4).locator("input[type=radio][value=partly]").check()
    on.click()
    expect(cards.nth(5).locator("input:focus")).to_have_count(1)
    assert left.text_content() == "Left on this screen: 9", "half an answer is none"
    for number in range(1, EACH):
        cards.nth(number).locator("input[value=cannot_tell]").check()
    page.wait_for_function(
        "text => document.querySelector('[data-way-on]').textContent === text", arg="Next: screen 2"
    )
    assert left.text_content() == "Left on this screen: 0"
    on.click()
    page.wait_for_url(f"**/reviews/{review_id}/screen/2")


def test_who_reveals_while_their_last_answer_is_being_saved_checks_it_once_more(
    live: Live, visit: Visit, review_id: int
) -> None:
    """A link waits for it, but not in a tab of its own. Nobody else was there, and none is named."""
    with live.app.app_context():
        answer_all(live.world, review_id, *[ReviewerAnswer.CONSISTENTLY] * EACH * LEVELS)
        db.session.remove()
    page = visit("sue")
    page.goto(f"/reviews/{review_id}/screen/1")
    held: list[Any] = []
    page.route("**/said", lambda route: held.append(route))  # noqa: PLW0108 (Playwright marks it)
    first_card(page).locator("input[type=radio][value=not_yet]").check()
    footer(page, "Saving …").wait_for()
    to_check = page.get_by_role("link", name="Check all answers").last
    with page.context.expect_page() as opened:
        to_check.click(modifiers=["Control"])
    tab = opened.value
    tab.get_by_role("button", name="Reveal to each other").wait_for()
    to_check.click()
    expect(page.get_by_role("button", name="Stop for now"), "here it waits").to_be_visible()
    held.pop().continue_()
    page.wait_for_url(f"**/reviews/{review_id}/check")
    tab.get_by_role("button", name="Reveal to each other").click()
    tab.get_by_text("This review changed after you opened this page").wait_for()
    assert said(live, review_id)[0] == ("answered", "not_yet", "saw_it")
    expect(tab.get_by_role("row", name="Not yet")).to_have_count(1)
    tab.get_by_role("button", name="Reveal to each other").click()
    tab.get_by_role("heading", name="differ").first.wait_for()
    assert said(live, review_id)[0] == ("differs", "not_yet", "saw_it")


BOXES = """() => [...document.querySelectorAll("[data-statement] :is(.answer, .pill, summary)")].map((each) => {
  const box = each.getBoundingClientRect();
  return [box.left, box.top + scrollY, box.width, box.height].map(Math.round).join(" ");
})"""


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_moves_while_one_answers(
    live: Live, visit: Visit, review_id: int, width: int
) -> None:
    page = visit("sue", width=width, height=844)
    page.goto(f"/reviews/{review_id}")
    card, before = first_card(page), page.evaluate(BOXES)
    assert len(before) >= 10 * EACH
    card.locator("input[value=consistently]").check()
    card.locator("[data-save-state].is-asked").wait_for()
    assert page.evaluate(BOXES) == before
    card.locator("input[value=saw_it]").check()
    state(page, "✓ Saved").wait_for()
    assert page.evaluate(BOXES) == before
    page.locator(".judge-top").evaluate("each => each.remove()")
    assert page.evaluate(BOXES) != before, "what does move is found"
