"""A rating is taken back in the slot over the statements or by Ctrl+Z, and cleared by a button of
its own."""

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

sync_api = pytest.importorskip("playwright.sync_api", reason="make test-browser installs it")
expect = sync_api.expect

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


def slot(page: Any) -> Any:
    return page.locator("[data-status]")


def title(page: Any, statement_id: int) -> str:
    return str(page.locator(f"#s-{statement_id}-title").text_content())


def says(page: Any, text: str) -> None:
    slot(page).get_by_text(text, exact=True).wait_for()


def count(page: Any) -> str:
    return str(page.locator("[data-progress-count]").first.text_content())


def test_the_slot_takes_the_last_rating_back(live: Live, visit: Visit) -> None:
    first = live.world.statements["communication"][0]
    page = visit("ana")
    page.goto(DOMAIN)
    page.locator(f"#s-{first}-partly").check()
    says(page, "Saved: Partly")
    says(page, title(page, first))
    assert count(page) == "1 of 33 rated"
    slot(page).get_by_role("button", name="Undo").click()
    says(page, "Undone. Your rating now: not rated")
    assert count(page) == "0 of 33 rated"
    expect(page.locator("input[name^=answer]:checked")).to_have_count(0)
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
    says(page, "Undone. Your rating now: Consistently")
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
    expect(page.locator("input[name^=answer]:checked")).to_have_count(0)
    assert answers(live) == {}


# What lies over the middle of an answer, of those that are in sight between the bars of the page.
COVERED = """() => {
  const top = document.querySelector("[data-status]").getBoundingClientRect().bottom;
  const feet = [...document.querySelectorAll(".save-bar, .main-nav")].map((each) => each.getBoundingClientRect());
  const foot = Math.min(innerHeight, ...feet.filter((each) => each.height > 0 && each.top > innerHeight / 2).map((each) => each.top));
  return [...document.querySelectorAll(".answer input")].flatMap((input) => {
    const box = input.getBoundingClientRect();
    if (box.height === 0 || box.top < top || box.bottom > foot) return [];
    const there = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
    return there === input ? [] : [`${input.id} under ${there?.className}`];
  });
}"""
COVERED_ANYWHERE = f"""last => {{
  const inputs = [...document.querySelectorAll(".answer input")];
  return inputs.slice(0, inputs.findIndex((each) => each.id === last) + 1).flatMap((input) => {{
    input.scrollIntoView({{ block: "center", behavior: "instant" }});
    return ({COVERED})();
  }});
}}"""
"""The same wherever one scrolls to, down to one of them."""


@pytest.mark.parametrize("width", [1280, 390])
def test_no_answer_of_any_card_is_under_anything_and_nothing_moves(
    live: Live, visit: Visit, width: int
) -> None:
    """The box lay over the next statement's answers for up to ten seconds."""
    page = visit("ana", width=width, height=844)
    page.goto(f"{DOMAIN}?list=1")
    slot(page).scroll_into_view_if_needed()
    height = page.evaluate("document.documentElement.scrollHeight")
    for statement_id in live.world.statements["communication"]:
        answer = page.locator(f"#s-{statement_id}-partly")
        answer.scroll_into_view_if_needed()
        before = answer.bounding_box()
        answer.check()
        says(page, title(page, statement_id))
        assert answer.bounding_box() == before
        assert page.evaluate(COVERED) == []
        assert page.evaluate(COVERED_ANYWHERE, f"s-{statement_id}-not_my_work") == []
    assert page.evaluate("document.documentElement.scrollHeight") == height


def test_the_slot_is_there_before_anything_is_rated_and_keeps_its_height(
    live: Live, visit: Visit
) -> None:
    first = live.world.statements["communication"][0]
    page = visit("ana", width=390)
    page.goto(f"{DOMAIN}?list=1")
    says(page, "Only you can see your ratings until you send them.")
    expect(slot(page).get_by_role("button")).to_be_hidden()
    height = slot(page).bounding_box()["height"]
    page.locator(f"#s-{first}-partly").check()
    says(page, "Saved: Partly")
    assert slot(page).bounding_box()["height"] == height
    slot(page).get_by_role("button", name="Undo").click()
    says(page, "Undone. Your rating now: not rated")
    assert slot(page).bounding_box()["height"] == height


@pytest.mark.parametrize("has_touch", [True, False])
def test_keys_are_named_only_where_there_is_a_keyboard(
    live: Live, visit: Visit, has_touch: bool
) -> None:
    first = live.world.statements["communication"][0]
    page = visit("ana", width=390, has_touch=has_touch, is_mobile=has_touch)
    page.goto(f"{DOMAIN}?list=1")
    page.locator(f"#s-{first}-partly").check()
    page.locator("[data-voice]").filter(has_text="Saved: Partly. 1 of 33 rated.").wait_for()
    assert ("Ctrl+Z" in page.locator("[data-voice]").text_content()) is not has_touch


def test_a_rating_is_cleared_by_its_own_button(live: Live, visit: Visit) -> None:
    first = live.world.statements["communication"][0]
    page = visit("ana")
    page.goto(DOMAIN)
    clear = page.locator(f"#s-{first} .clear-button")
    expect(clear).to_be_hidden()
    page.locator(f"#s-{first}-partly").check()
    wait_for(page, first, "Saved")
    clear.click()
    says(page, "Saved: not rated")
    assert answers(live) == {first: None}
    slot(page).get_by_role("button", name="Undo").click()
    says(page, "Undone. Your rating now: Partly")
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
    expect(page.locator("input[name^=answer]:checked")).to_have_count(0)
    assert answers(live) == {first: None}


def test_a_page_of_before_the_clearing_is_told(live: Live, visit: Visit) -> None:
    first = live.world.statements["communication"][0]
    with live.app.app_context():
        rate(live.world, "ana", first, Answer.PARTLY)
    desk, phone = visit("ana"), visit("ana", width=390)
    for page in (desk, phone):
        page.goto(f"{DOMAIN}?list=1")
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
    expect(phone.locator("input[name^=answer]:checked")).to_have_count(0)
    assert answers(live) == {first: None}
