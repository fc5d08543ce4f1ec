"""Thirty statements of three levels on three screens: by keyboard alone, and what the page does on
the way."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.browser.conftest import Live
from tests.browser.keyboard import Keyboard
from tests.browser.watch import MOST_REQUESTS, Watch
from tests.client import PASSWORD
from tests.factories.answers import Answer, ReviewerAnswer
from tests.factories.ratings import rate
from tests.factories.sending import actor, answer, item_ids
from tests.factories.world import add
from tracker.db import db, session, transaction
from tracker.models import Person, ReviewItem, Skill, Statement
from tracker.reviews.review import actions as reviews

sync_api = pytest.importorskip("playwright.sync_api", reason="make test-browser installs it")
expect = sync_api.expect

Visit = Callable[..., Any]
EACH = 10
LEVELS = 3


@pytest.fixture
def review_id(live: Live) -> int:
    """Ana's at Sue's: ten statements of each of three levels of Communication."""
    world = live.world
    with live.app.app_context():
        with transaction() as tx:
            like = tx.get_one(Statement, world.statements["communication"][0])
            wanted = []
            for rank in range(1, LEVELS + 1):
                found = select(Statement.id).where(
                    Statement.domain_id == like.domain_id, Statement.rank == rank
                )
                wanted += (ids := list(tx.scalars(found)))
                wanted += [
                    add(tx, another(tx, like, rank, number)) for number in range(len(ids), EACH)
                ]
        for statement_id in wanted:
            rate(world, "ana", statement_id, Answer.CONSISTENTLY)
        made = reviews.send(actor(world, "ana"), world.people["sue"], wanted, world.now)
        db.session.remove()
    return made


def another(tx: Session, like: Statement, rank: int, number: int) -> Statement:
    return Statement(
        framework_id=like.framework_id,
        skill_id=add(tx, Skill(slug="small")),
        domain_id=like.domain_id,
        rank=rank,
        uuid=f"10000000-0000-0000-{rank:04}-{number:012}",
        code=f"MORE-{rank}-{number:02}",
        position=1000 + rank * EACH + number,
        title=f"More {rank}.{number}",
        text="does what it says",
    )


def said(live: Live, review_id: int) -> list[tuple[str, str | None, str | None]]:
    """Status, answer and ground, in the order of the screens."""
    with live.app.app_context():
        rows = session().execute(
            select(ReviewItem.status, ReviewItem.reviewer_answer, ReviewItem.ground)
            .join(Statement, Statement.id == ReviewItem.statement_id)
            .where(ReviewItem.review_id == review_id)
            .order_by(Statement.rank, ReviewItem.position)
        )
        found = [(row.status, row.reviewer_answer, row.ground) for row in rows]
        db.session.remove()
    return found


def first_card(page: Any) -> Any:
    return page.locator("[data-statement]").first


def state(page: Any, words: str) -> Any:
    return page.locator("[data-save-state]").filter(has_text=re.compile(f"^{words}")).first


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
            me.press("asd"[number % 3])
    page.get_by_role("heading", name="Check your answers about Ana").wait_for()
    me.follow(page.get_by_role("button", name="Reveal to each other"))
    beyond = me.pressed - before - (2 * 30 - LEVELS)
    found = said(live, review_id)
    assert [status for status, _answer, _ground in found].count("not_observed") == 3
    assert found[1] == ("differs", "partly", "saw_product")
    assert found[2] == ("endorsed", "consistently", "was_told")
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


def footer(page: Any, words: str) -> Any:
    return page.locator("[data-page-state]").filter(has_text=re.compile(f"^{words}$"))


def test_keys_go_past_a_note_that_is_due_and_never_become_its_text(
    live: Live, visit: Visit, review_id: int
) -> None:
    page = visit("sue")
    page.goto(f"/reviews/{review_id}")
    cards = page.locator("[data-statement]")
    cards.nth(0).locator("input[name^=answer]").first.focus()
    for key in "2d" + "1a" + "3s" + "9" * (EACH - 3):
        page.keyboard.press(key)
    footer(page, "1 not saved yet: say how you know").wait_for()
    assert page.locator("[data-left-here]").text_content() == "Left on this screen: 1"
    expect(page.locator("[data-way-on]:focus"), "keys do nothing there").to_have_count(1)
    page.keyboard.press("3")
    page.keyboard.press("a")
    assert said(live, review_id)[0] == ("waiting", None, None)
    assert said(live, review_id)[1][1:] == ("not_yet", "saw_it")
    assert said(live, review_id)[2][1:] == ("consistently", "saw_product")
    note = cards.nth(0).locator("textarea")
    assert note.input_value() == ""
    page.keyboard.press("Enter")
    expect(cards.nth(0).locator("input[value=partly]:focus")).to_have_count(1)
    page.keyboard.press("Enter")
    assert note.evaluate("each => each === document.activeElement")
    cards.nth(0).get_by_text("What you were told (needed)").wait_for()
    page.keyboard.type("Tom closed for her.")
    footer(page, "Everything is saved.").wait_for()  # by itself, with the focus still in the note
    assert said(live, review_id)[0] == ("answered", "partly", "was_told")
    page.keyboard.press("Escape")
    expect(note).to_be_hidden()
    page.reload()
    assert note.input_value() == "Tom closed for her."


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
    card.locator("input[value=was_told]").check()
    state(page, "✓ Saved").wait_for()
    assert page.evaluate(BOXES) == before
    page.locator(".judge-top").evaluate("each => each.remove()")
    assert page.evaluate(BOXES) != before, "what does move is found"


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
