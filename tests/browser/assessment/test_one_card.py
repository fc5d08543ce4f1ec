"""On a phone one statement at a time: it fills the screen, an answer brings the next, and the same
without script by a form. Over 400 lines, as each act is tried to its end on one kind of page."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.assessment.rating import answers, entries
from tests.browser.conftest import Live
from tests.browser.watch import barriers, sideways
from tests.factories.answers import Answer
from tests.factories.ratings import rate

sync_api = pytest.importorskip("playwright.sync_api", reason="make test-browser installs it")
expect = sync_api.expect

DOMAIN = "/assess/small/durable/communication"
NEXT_DOMAIN = "/assess/small/durable/leadership"
Visit = Callable[..., Any]
PHONE = {"width": 390, "height": 844, "has_touch": True}
AT = "document.activeElement.id || document.activeElement.outerHTML.slice(0, 60)"
UNDER_THUMB = """() => [...document.querySelectorAll("[data-one-answers] button")].map((each) => {
  const box = each.getBoundingClientRect();
  const over = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  return [each.contains(over), Math.round(box.x), Math.round(box.y), Math.round(box.height)];
})"""

AGAIN_AT_ONCE = """() => document.addEventListener("focusin", ({ target }) => {
  if (target.matches(".statement-title")) document.querySelector("[data-one-answers] button").click();
})"""
"""A second tap as soon as another card is there."""


def answer(page: Any, key: str) -> Any:
    return page.locator(f"[data-one-answers] button[value={key}]")


def tap(page: Any, key: str) -> None:
    """Once the card has stood for long enough to be answered."""
    page.wait_for_timeout(310)
    answer(page, key).tap()


def shown(page: Any) -> list[int]:
    found = page.locator("[data-statement]:visible")
    return [
        int(each) for each in found.evaluate_all("all => all.map((it) => it.dataset.statement)")
    ]


def place(page: Any) -> str:
    return str(page.locator("[data-at]").text_content())


def says(page: Any, text: str) -> None:
    page.locator("[data-status]").get_by_text(text, exact=True).wait_for()


def pressed(page: Any) -> list[str]:
    found = page.locator("[data-one-answers] [aria-pressed=true]")
    return list(found.evaluate_all("all => all.map((each) => each.value)"))


def test_a_card_fills_the_screen_and_an_answer_brings_the_next(live: Live, visit: Visit) -> None:
    first, second, *_rest = live.world.statements["communication"]
    page = visit("ana", **PHONE)
    page.goto(DOMAIN)
    assert shown(page) == [first]
    assert place(page) == "16 of 33", "fifteen of another section come before"
    boxes = page.evaluate(UNDER_THUMB)
    assert all(is_free and y + height <= 844 for is_free, _x, y, height in boxes)
    assert [y > 422 for _free, _x, y, _height in boxes] == [True] * 5, "under the thumb"
    assert len({y for _free, _x, y, _height in boxes[:3]}) == 1
    assert len({y for _free, _x, y, _height in boxes[3:]}) == 1
    assert page.evaluate("document.documentElement.scrollHeight") <= 844
    tap(page, "partly")
    says(page, "Saved: Partly")
    assert shown(page) == [second]
    assert place(page) == "17 of 33"
    assert page.evaluate("document.activeElement.id") == f"s-{second}-title"
    assert page.evaluate(UNDER_THUMB) == boxes, "the answers have not moved"
    assert pressed(page) == []
    page.locator("[data-voice]").filter(has_text="Saved: Partly. 1 of 33 rated.").wait_for()
    assert answers(live) == {first: "partly"}
    page.get_by_role("button", name="Back").tap()
    assert shown(page) == [first]
    assert pressed(page) == ["partly"]
    page.get_by_role("button", name="Next", exact=True).tap()
    assert shown(page) == [second]


def test_a_second_tap_on_the_same_spot_answers_nothing(live: Live, visit: Visit) -> None:
    first, second, third, *_rest = live.world.statements["communication"]
    page = visit("ana", **PHONE)
    page.goto(DOMAIN)
    page.evaluate("""() => {
      const button = document.querySelector("[data-one-answers] button");
      button.click();
      button.click();
      setTimeout(() => button.click(), 150);
    }""")
    page.wait_for_timeout(400)
    says(page, "Saved: Not yet")
    assert shown(page) == [second]
    assert answers(live) == {first: "not_yet"}
    tap(page, "not_yet")
    says(page, page.locator(f"#s-{second}-title").text_content())
    assert shown(page) == [third]
    assert answers(live) == {first: "not_yet", second: "not_yet"}


def test_undo_brings_its_statement_back(live: Live, visit: Visit) -> None:
    first, second, *_rest = live.world.statements["communication"]
    page = visit("ana", **PHONE)
    page.goto(DOMAIN)
    tap(page, "partly")
    says(page, page.locator(f"#s-{first}-title").text_content())
    page.get_by_role("button", name="Undo").tap()
    says(page, "Undone. Your rating now: not rated")
    assert shown(page) == [first]
    assert pressed(page) == []
    assert answers(live) == {first: None}
    tap(page, "consistently")
    says(page, "Saved: Consistently")
    assert shown(page) == [second]


def test_who_asks_for_it_stays_on_a_statement(live: Live, visit: Visit) -> None:
    first, second, *_rest = live.world.statements["communication"]
    page = visit("ana", **PHONE)
    page.goto(DOMAIN)
    page.get_by_text("What the answers mean").tap()
    page.get_by_label("Stay on a statement after I answer it").check()
    tap(page, "partly")
    says(page, "Saved: Partly")
    assert shown(page) == [first]
    assert pressed(page) == ["partly"]
    page.get_by_role("button", name="Next", exact=True).tap()
    assert shown(page) == [second]
    page.reload()
    page.get_by_text("What the answers mean").tap()
    box = page.get_by_label("Stay on a statement after I answer it")
    assert box.is_checked()
    box.uncheck()
    tap(page, "partly")
    assert shown(page) == [live.world.statements["communication"][2]]


def test_after_the_last_comes_the_next_section_and_back_leads_to_it(
    live: Live, visit: Visit
) -> None:
    statements = live.world.statements["communication"]
    page = visit("ana", **PHONE)
    page.goto(DOMAIN)
    page.evaluate(AGAIN_AT_ONCE)
    for _statement in statements:
        tap(page, "consistently")
    page.wait_for_url(f"**{NEXT_DOMAIN}")
    first = live.world.statements["leadership"][0]
    page.locator(f"#s-{first}-title:focus").wait_for()
    assert place(page) == "26 of 33"
    assert pressed(page) == [], "a second tap answers neither"
    page.get_by_role("button", name="Back").tap()
    page.wait_for_url(f"**{DOMAIN}?one=last")
    assert shown(page) == [statements[-1]]
    assert pressed(page) == ["consistently"]
    assert len(answers(live)) == entries(live) == len(statements)


def almost_done(live: Live) -> int:
    """Returns the only statement that ana has not rated."""
    *before, last = [each for part in live.world.statements.values() for each in part]
    with live.app.app_context():
        for statement in before:
            rate(live.world, "ana", statement, Answer.CONSISTENTLY)
    return last


def test_after_the_very_last_comes_the_finish_which_offers_to_undo_it(
    live: Live, visit: Visit
) -> None:
    last = almost_done(live)
    page = visit("ana", **PHONE)
    page.goto("/assess")
    assert place(page) == "33 of 33"
    page.evaluate("""() => document.addEventListener("focusin", ({ target }) => {
      if (target.matches("h1")) for (const it of document.querySelectorAll(".finish-choice")) {
        it.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, detail: 1 }));
      }
    })""")
    tap(page, "partly")
    page.get_by_role("heading", name="You’ve rated all 33 statements").wait_for()
    page.locator("h1:focus").wait_for()
    page.wait_for_url("**/assess/done")
    says(page, "Saved: Partly")
    page.locator("[data-voice]").filter(has_text="Saved: Partly. 33 of 33 rated.").wait_for()
    assert [*barriers(page), *sideways(page)] == []
    page.get_by_role("button", name="Undo").tap()
    says(page, "Undone. Your rating now: not rated")
    assert shown(page) == [last]
    assert page.evaluate(AT) == f"s-{last}-title"
    assert answers(live)[last] is None
    tap(page, "not_yet")
    page.wait_for_url("**/assess/done")
    says(page, "Saved: Not yet")
    page.reload()
    expect(page.locator("[data-status]"), "nothing to undo from elsewhere").to_be_hidden()
    assert answers(live)[last] == "not_yet"


def test_undo_leads_back_over_the_edge_of_a_section(live: Live, visit: Visit) -> None:
    *before, late, last = live.world.statements["communication"]
    with live.app.app_context():
        for statement in before:
            rate(live.world, "ana", statement, Answer.CONSISTENTLY)
    page = visit("ana", **PHONE)
    page.goto(DOMAIN)
    for _statement in range(2):
        tap(page, "partly")
    page.wait_for_url(f"**{NEXT_DOMAIN}")
    says(page, "Saved: Partly")
    page.get_by_role("button", name="Undo").tap()
    says(page, "Undone. Your rating now: not rated")
    assert page.evaluate(AT) == f"s-{last}-title"
    page.keyboard.press("Control+z")
    page.locator(f"#s-{late}-title:focus").wait_for()
    says(page, page.locator(f"#s-{late}-title").text_content())
    assert page.url.endswith(DOMAIN)
    found = answers(live)
    assert (found[late], found[last]) == (None, None)


def test_a_reload_and_the_way_back_keep_the_card(live: Live, visit: Visit) -> None:
    first, second, third, *_rest = live.world.statements["communication"]
    page = visit("ana", **PHONE)
    page.goto(DOMAIN)
    tap(page, "partly")
    tap(page, "partly")
    page.get_by_role("button", name="Back").tap()
    assert shown(page) == [second]
    page.reload()
    assert shown(page) == [second], "not the first open one"
    page.get_by_role("link", name="Add evidence").locator("visible=true").tap()
    page.wait_for_url(lambda url: DOMAIN not in url)
    page.go_back()
    assert shown(page) == [second]
    page.get_by_role("button", name="Back").tap()
    assert shown(page) == [first]
    page.goto("/")
    page.goto(DOMAIN)
    assert shown(page) == [third], "who comes anew goes on where something is open"


def test_where_the_last_cannot_be_saved_its_section_stays(live: Live, visit: Visit) -> None:
    statements = live.world.statements["communication"]
    page = visit("ana", **PHONE)
    with live.app.app_context():
        for statement in statements[:-1]:
            rate(live.world, "ana", statement, Answer.CONSISTENTLY)
    page.goto(f"{DOMAIN}?one={statements[-1]}")
    page.context.set_offline(True)
    tap(page, "partly")
    page.locator("[data-after-last]:focus").wait_for()
    assert shown(page) == [statements[-1]]
    page.context.set_offline(False)
    says(page, "Saved: Partly")
    assert answers(live)[statements[-1]] == "partly"


def test_all_statements_are_a_list_until_one_at_a_time_is_asked_for(
    live: Live, visit: Visit
) -> None:
    statements = live.world.statements["communication"]
    page = visit("ana", **PHONE)
    page.goto(DOMAIN)
    page.get_by_role("link", name="All statements").tap()
    page.wait_for_url(f"**{DOMAIN}?list=1")
    assert shown(page) == statements
    expect(page.locator("[data-one-answers]")).to_have_count(0)
    expect(page.locator(".bottom-bar")).to_be_visible()
    page.locator(f"#s-{statements[0]}-partly").check()
    says(page, "Saved: Partly")
    page.locator("a[data-way-on]:visible").tap()
    page.wait_for_url(f"**{NEXT_DOMAIN}?list=1")
    assert shown(page) == live.world.statements["leadership"]
    page.get_by_role("link", name="One at a time").tap()
    page.wait_for_url(f"**{NEXT_DOMAIN}")
    assert len(shown(page)) == 1


def test_a_note_and_what_was_typed_elsewhere_stand_at_their_statement(
    live: Live, visit: Visit
) -> None:
    first, second, *_rest = live.world.statements["communication"]
    page = visit("ana", **PHONE)
    page.goto(DOMAIN)
    page.get_by_text("Add a note").locator("visible=true").tap()
    page.locator(f"#s-{first}-self").fill("Ask about renewals.")
    tap(page, "partly")
    says(page, "Saved: Partly")
    assert shown(page) == [second]
    page.reload()
    page.get_by_role("button", name="Back").tap()
    assert shown(page) == [first]
    page.get_by_text("Your notes").locator("visible=true").tap()
    assert page.locator(f"#s-{first}-self").input_value() == "Ask about renewals."


def test_what_is_refused_stands_in_the_slot_with_a_way_to_it(live: Live, visit: Visit) -> None:
    first, second, *_rest = live.world.statements["communication"]
    page = visit("ana", **PHONE)
    page.goto(DOMAIN)
    with live.app.app_context():
        rate(live.world, "ana", first, Answer.CONSISTENTLY)
    tap(page, "partly")
    says(page, "Not saved yet")
    says(page, page.locator(f"#s-{first}-title").text_content())
    assert shown(page) == [second], "nothing moves by itself"
    tap(page, "not_yet")
    says(page, "Not saved yet")
    page.get_by_role("button", name="Show").tap()
    assert shown(page) == [first], "the way stays after other answers"
    page.get_by_role("button", name="Keep mine: Partly").tap()
    page.wait_for_function("!document.querySelector('[data-conflict]')")
    says(page, "Saved: Not yet")
    expect(page.get_by_role("button", name="Show")).to_be_hidden()
    assert answers(live) == {first: "partly", second: "not_yet"}


def test_a_phone_that_is_turned_stays_at_its_statement(live: Live, visit: Visit) -> None:
    third = live.world.statements["communication"][2]
    page = visit("ana", **PHONE)
    page.goto(DOMAIN)
    for _statement in range(2):
        page.wait_for_timeout(310)
        answer(page, "partly").tap()
    assert shown(page) == [third]
    page.set_viewport_size({"width": 844, "height": 390})
    title = page.locator(f"[data-statement='{third}'] .statement-title")
    page.wait_for_function(
        "title => title.getBoundingClientRect().top > 0", arg=title.element_handle()
    )
    assert page.evaluate("scrollY") > 0
    box = title.bounding_box()
    assert 0 < box["y"] < 390
    card = page.locator(f"[data-statement='{third}']")
    card.locator("summary", has_text="note").tap()
    note = card.locator(f"#s-{third}-self")
    note.press_sequentially("Ask ab")
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_function("document.querySelectorAll('[data-alone]').length === 1")
    assert shown(page) == [third]
    page.keyboard.type("out it")
    assert note.input_value() == "Ask about it"


def test_by_keyboard_on_a_narrow_window(live: Live, visit: Visit) -> None:
    """Somebody at a desk who has zoomed to 400 %."""
    first, second, third, fourth, *_rest = live.world.statements["communication"]
    page = visit("ana", width=320, height=225)
    page.goto(DOMAIN)
    for _step in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('[data-one-answers] button')"):
            break
    page.keyboard.press("3")
    for key in "12":
        page.keyboard.press(key)
    assert page.evaluate(AT) == f"s-{fourth}-title"
    says(page, page.locator(f"#s-{third}-title").text_content())
    found = answers(live)
    assert [found[each] for each in (first, second, third)] == ["consistently", "not_yet", "partly"]
    page.keyboard.press("Control+z")
    assert page.evaluate(AT) == f"s-{third}-title"
    assert sideways(page) == []
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    box = page.get_by_text("What the answers mean").bounding_box()
    assert 0 <= box["y"] <= 225, "all of it scrolls"
    over = page.evaluate("""() => [...document.querySelectorAll("main *")]
      .filter((each) => ["fixed", "sticky"].includes(getComputedStyle(each).position)
                        && each.checkVisibility()).map((each) => each.className)""")
    assert over == [], "nothing stands over it"
    page.set_viewport_size({"width": 195, "height": 422})  # a phone with text twice as large
    assert sideways(page) == []


def test_the_longest_statement_leaves_the_answers_in_reach(live: Live, visit: Visit) -> None:
    first = live.world.statements["communication"][0]
    page = visit("ana", **PHONE)
    page.goto(DOMAIN)
    text = page.locator(f"#s-{first} .statement-text span").first
    text.evaluate(
        "(it) => { it.textContent = 'Answers questions at the desk kindly. '.repeat(30); }"
    )
    boxes = page.evaluate(UNDER_THUMB)
    assert all(is_free and y + height <= 844 for is_free, _x, y, height in boxes)
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    foot = page.locator(f"#s-{first} .statement-notes summary").bounding_box()
    assert foot["y"] + foot["height"] <= page.locator("[data-one-answers]").bounding_box()["y"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_card_has_no_barriers(live: Live, visit: Visit, scheme: str) -> None:
    page = visit("ana", **PHONE, color_scheme=scheme, reduced_motion="reduce")
    page.goto(DOMAIN)
    assert [*barriers(page), *sideways(page)] == []
    tap(page, "not_my_work")
    says(page, "Saved: Not my work")
    page.get_by_role("button", name="Back").tap()
    page.get_by_text("Add a note").locator("visible=true").tap()
    assert [*barriers(page), *sideways(page)] == []


def test_without_script_by_form(live: Live, visit: Visit) -> None:
    first, second, third, *rest = live.world.statements["communication"]
    page = visit("ana", **PHONE, java_script_enabled=False)
    page.goto(DOMAIN)
    assert shown(page) == [first]
    box = page.locator(f"#s-{first} .answers").bounding_box()
    assert 422 < box["y"] < box["y"] + box["height"] <= 844
    expect(page.locator("[data-one-answers]")).to_be_hidden()
    expect(page.get_by_role("button", name="Next", exact=True)).to_be_hidden()
    page.locator(f"#s-{first}-partly").check()
    page.get_by_role("button", name="Save and go on").tap()
    page.wait_for_url(f"**{DOMAIN}?one={second}")
    page.get_by_text("1 statement saved.").wait_for()
    assert shown(page) == [second]
    assert place(page) == "17 of 33"
    page.locator(f"#s-{second}-not_sure").check()
    page.get_by_role("button", name="Back").tap()
    page.wait_for_url(f"**{DOMAIN}?one={first}")
    assert answers(live) == {first: "partly", second: "not_sure"}, "Back drops nothing"
    page.goto(f"{DOMAIN}?one={rest[-1]}")
    page.locator(f"#s-{rest[-1]}-not_yet").check()
    page.get_by_role("button", name="Save and go on").tap()
    page.wait_for_url(f"**{NEXT_DOMAIN}")
    page.goto(f"{DOMAIN}?list=1")
    assert shown(page) == [first, second, third, *rest]


def test_five_are_rated_one_at_a_time_too(live: Live, visit: Visit) -> None:
    technical = live.world.statements["technical"]
    page = visit("ana", **PHONE)
    page.goto("/assess/five")
    assert place(page) == "1 of 5"
    for _statement in range(5):
        tap(page, "partly")
    page.get_by_role("heading", name="You’ve rated these 5 statements").wait_for()
    assert page.evaluate(AT) == "one-over"
    assert shown(page) == []
    expect(page.locator("[data-one-answers]"), "no more taps change the last").to_be_hidden()
    says(page, "Saved: Partly")
    assert [*barriers(page), *sideways(page)] == []
    page.wait_for_timeout(310)
    page.get_by_role("button", name="Back").tap()
    assert shown(page) == [technical[4]]
    tap(page, "not_yet")
    says(page, "Saved: Not yet")
    page.wait_for_timeout(310)
    page.get_by_role("button", name="Undo").tap()
    says(page, "Undone. Your rating now: Partly")
    assert shown(page) == [technical[4]]
    tap(page, "partly")
    page.get_by_role("heading", name="You’ve rated these 5 statements").wait_for()
    page.wait_for_timeout(310)
    page.get_by_role("link", name="Five more").locator("visible=true").tap()
    page.locator(f"#s-{technical[5]}-title:focus").wait_for()
    assert answers(live) == dict.fromkeys(technical[:5], "partly")


def test_at_the_desk_all_are_listed_and_the_first_answer_is_high(live: Live, visit: Visit) -> None:
    statements = live.world.statements["communication"]
    page = visit("ana")
    page.goto(f"{DOMAIN}?one={statements[3]}")
    assert shown(page) == statements
    expect(page.locator("[data-one]")).to_be_hidden()
    expect(page.locator("[data-one-answers]")).to_be_hidden()
    assert page.locator(".answers").first.bounding_box()["y"] <= 400
