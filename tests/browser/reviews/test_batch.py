"""Thirty statements of three levels on three screens: by keyboard alone, and what the page does on
the way."""

import re
from typing import Any

import pytest

from tests.browser.conftest import Live
from tests.browser.keyboard import Keyboard
from tests.browser.reviews.batch import EACH, LEVELS, Visit, expect, first_card, footer, said, state
from tests.browser.watch import MOST_REQUESTS, Watch
from tests.client import PASSWORD
from tests.factories.answers import ReviewerAnswer
from tests.factories.sides import answer, item_ids
from tracker.db import db, transaction
from tracker.models import Person


def test_thirty_statements_by_keyboard_alone(live: Live, browser: Any, review_id: int) -> None:
    """From Today to the reveal: two keys for each statement, none for the next screen, and a few to
    get in and to finish. The focus is seen all the way."""
    context = browser.new_context(base_url=live.url, viewport={"width": 1280, "height": 900})
    context.set_default_timeout(60_000)
    page = context.new_page()
    me = Keyboard(page)
    me.sign_in(live.world.email("sue"), PASSWORD)
    before = me.pressed
    me.to(page.get_by_role("link", name="Skip to the content"))
    me.press("Enter")
    me.follow(page.get_by_role("main").get_by_role("link", name="Open the review"))
    for number_of_screen in range(1, LEVELS + 1):
        page.wait_for_url(re.compile(rf"/screen/{number_of_screen}(#.*)?$"))
        cards = page.locator("[data-statement]")
        expect(cards).to_have_count(EACH)
        for number in range(EACH):
            cards.nth(number).locator("input[name^=answer]:focus").first.wait_for()
            if number == 3:
                me.press("9")  # cannot tell needs no ground
                continue
            me.press("123"[number % 3])
            me.press("ass"[number % 3])
    page.get_by_role("heading", name="Check your answers about Ana").wait_for()
    me.follow(page.get_by_role("button", name="Reveal to each other"))
    beyond = me.pressed - before - (2 * 30 - LEVELS)
    found = said(live, review_id)
    assert [status for status, _answer, _ground in found].count("not_observed") == 3
    assert found[1] == ("differs", "partly", "saw_product")
    assert found[2] == ("endorsed", "consistently", "saw_product")
    assert beyond <= 8, "from Today in, over three screens, and out"
    assert me.faults == []
    context.close()


def test_a_question_by_keyboard_and_the_way_round(live: Live, visit: Visit, review_id: int) -> None:
    page = visit("sue")
    page.goto(f"/reviews/{review_id}")
    cards = page.locator("[data-statement]")
    cards.nth(0).locator("input").first.focus()
    page.locator("#first-open").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("n")
    page.keyboard.press("r")
    expect(cards.nth(1).locator("textarea:focus")).to_have_count(1)
    page.keyboard.press("Control+Enter")
    page.get_by_text("Write your question first").wait_for()
    page.keyboard.type("At which desk, 1 or 2?")
    page.keyboard.press("Control+Enter")
    state(page, "Returned").wait_for()
    expect(cards.nth(2).locator("input:focus"), "and on to the next").to_have_count(1)
    page.keyboard.press("p")
    page.keyboard.press("p")
    assert said(live, review_id)[1][0] == "returned"


@pytest.mark.parametrize(
    ("key", "rating"), [("1", "not_yet"), ("2", "partly"), ("3", "consistently")]
)
def test_the_focus_stays_where_a_note_is_due_and_no_key_becomes_its_text(
    live: Live, visit: Visit, review_id: int, key: str, rating: str
) -> None:
    """Whatever the rating is. The keys that follow may be meant for the next statement."""
    page = visit("sue")
    page.goto(f"/reviews/{review_id}")
    cards = page.locator("[data-statement]")
    cards.nth(0).locator("input[name^=answer]").first.focus()
    for each in key + "d" + "1a" + "3s":
        page.keyboard.press(each)
    expect(cards.nth(0).locator("summary:focus")).to_have_count(1)
    cards.nth(0).get_by_text("Press Enter, then write in the note").wait_for()
    state(page, "Write what you were told").wait_for()
    footer(page, "1 not saved yet: write what you were told").wait_for()
    assert page.locator("[data-left-here]").text_content() == f"Left on this screen: {EACH}"
    assert {status for status, _answer, _ground in said(live, review_id)} == {"waiting"}
    note = cards.nth(0).locator("textarea")
    assert note.input_value() == ""
    page.keyboard.press("Enter")
    assert note.evaluate("each => each === document.activeElement")
    cards.nth(0).get_by_text("What you were told (needed)").wait_for()
    page.keyboard.type("Tom closed for her.")
    footer(page, "Everything is saved.").wait_for()  # by itself, with the focus still in the note
    assert said(live, review_id)[0] == ("answered", rating, "was_told")
    page.keyboard.press("Control+Enter")
    expect(cards.nth(1).locator("input:focus")).to_have_count(1)
    page.reload()
    assert note.input_value() == "Tom closed for her."


def test_the_foot_says_what_is_missing_and_leads_there(
    live: Live, visit: Visit, review_id: int
) -> None:
    page = visit("sue")
    page.goto(f"/reviews/{review_id}")
    cards = page.locator("[data-statement]")
    show = page.get_by_role("button", name="Show what’s missing")
    expect(show).to_be_hidden()
    cards.nth(2).locator("input[value=partly]").check()
    footer(page, "1 not saved yet: say how you know").wait_for()
    show.click()
    expect(cards.nth(2).locator("input[value=saw_it]:focus")).to_have_count(1)
    cards.nth(1).locator("input[value=partly]").check()
    cards.nth(1).locator("input[value=was_told]").check()
    footer(page, "2 not saved yet: finish your answers").wait_for()
    cards.nth(2).locator("input[value=saw_it]").check()
    footer(page, "1 not saved yet: write what you were told").wait_for()
    show.focus()
    page.keyboard.press("Enter")
    expect(cards.nth(1).locator("textarea:focus")).to_have_count(1)
    page.keyboard.type("Tom closed for her.")
    footer(page, "Everything is saved.").wait_for()
    expect(show).to_be_hidden()
    page.keyboard.press("Control+Enter")
    page.keyboard.press("r")
    footer(page, "1 not saved yet: send your question").wait_for()


@pytest.mark.parametrize(("width", "height"), [(1280, 900), (390, 844)])
def test_the_note_leaves_the_buttons_of_the_foot_free(
    live: Live, visit: Visit, review_id: int, width: int, height: int
) -> None:
    page = visit("sue", width=width, height=height)
    page.goto(f"/reviews/{review_id}")
    last = page.locator("[data-statement]").last
    last.locator(".judge-more > summary").click()
    sheet = last.locator(".drop-sheet").bounding_box()
    assert sheet["y"] + sheet["height"] <= page.locator(".sitting-foot").bounding_box()["y"]
    page.locator("[data-way-on]").click(trial=True)
    page.get_by_role("button", name="Stop for now").click(trial=True)


IN_SIGHT = """() => {
  const foot = document.querySelector(".sitting-foot").getBoundingClientRect().top;
  const cards = [...document.querySelectorAll("[data-statement]")].map((each) => each.getBoundingClientRect());
  return cards.filter((box) => box.top >= 0 && box.bottom <= foot).length;
}"""


def test_five_statements_are_in_sight(live: Live, visit: Visit, review_id: int) -> None:
    page = visit("sue", width=1280, height=900)
    page.goto(f"/reviews/{review_id}#first-open")
    first_card(page).locator("input:focus").wait_for()
    assert page.evaluate(IN_SIGHT) >= 5


def test_what_nobody_saw_asks_for_no_reason_and_the_menu_holds_note_and_question(
    live: Live, visit: Visit, review_id: int
) -> None:
    page = visit("sue")
    page.goto(f"/reviews/{review_id}")
    card = first_card(page)
    card.locator("input[value=cannot_tell]").check()
    card.get_by_text("No reason needed").wait_for()
    expect(card.locator(".pills")).to_be_hidden()
    state(page, "✓ Saved").wait_for()
    note = card.locator("textarea")
    expect(note).to_be_hidden()
    card.locator(".judge-more > summary").click()
    note.fill("On leave in June")
    with page.expect_response("**/said"):
        card.get_by_role("button", name="Save").click()
    page.keyboard.press("Escape")
    expect(note).to_be_hidden()
    page.reload()
    assert note.input_value() == "On leave in June"


SMALL = """() => [...document.querySelectorAll("main :is(a[href], button, input, select, textarea, summary)")]
  .filter((each) => each.type !== "hidden" && each.checkVisibility({visibilityProperty: true}))
  .filter((each) => Math.min(...["width", "height"].map((side) =>
    (each.closest("label") ?? each).getBoundingClientRect()[side])) < 43.5)
  .map((each) => each.outerHTML.slice(0, 90))"""


@pytest.mark.parametrize("more", ["", "?several=1"])
def test_a_phone_shows_the_first_answer_at_once_and_has_no_small_controls(
    live: Live, visit: Visit, review_id: int, more: str
) -> None:
    with live.app.app_context():
        answer(live.world, item_ids(review_id)[0], ReviewerAnswer.NOT_YET)  # not the first time
        db.session.remove()
    page = visit("sue", width=390, height=844)
    page.goto(f"/reviews/{review_id}/screen/2{more}")
    box = first_card(page).locator(".answer").first.bounding_box()
    foot = page.locator(".sitting-foot").bounding_box()
    assert box["y"] + box["height"] <= foot["y"]
    assert page.evaluate(SMALL) == []
    page.locator(".judge-card .pill").first.evaluate("each => { each.style.zoom = 0.5; }")
    assert page.evaluate(SMALL) != [], "a small one is found"


def test_a_batch_with_the_screen_cover_is_light_too(
    live: Live, visit: Visit, review_id: int
) -> None:
    """The scripts of a review, and the cover's."""
    with live.app.app_context(), transaction() as tx:
        tx.get_one(Person, live.world.people["sue"]).covers_screen = True
    page = visit("sue")
    page.goto(f"/reviews/{review_id}")  # leads on to the first batch
    watch = Watch(page)
    watch.visit(page.url)
    page.wait_for_load_state("networkidle")
    modules = [request for request in watch.requests if request.endswith(".js")]
    assert {module.rpartition("/")[2] for module in modules} > {"cover.js", "batch.js"}
    assert len(modules) == len(set(modules)) < MOST_REQUESTS
    assert watch.faults() == []
