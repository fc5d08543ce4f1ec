"""A whole framework by keyboard alone, and a page on which nothing jumps and nothing chatters."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.assessment.rating import answers, entries, focused, state, wait_for
from tests.browser.conftest import Live
from tests.browser.keyboard import Keyboard
from tests.client import PASSWORD

sync_api = pytest.importorskip("playwright.sync_api", reason="make test-browser installs it")
expect = sync_api.expect

DOMAIN = "/assess/small/durable/communication"
Visit = Callable[..., Any]


def into_the_answers(me: Keyboard) -> None:
    """At the desk by the skip link; where one statement stands alone, to its row of answers."""
    row = me.page.locator("[data-one-answers] button").first
    if row.is_visible():
        me.to(row)
    else:
        me.to(me.page.locator("#first-open"))
        me.press("Enter")


@pytest.mark.parametrize("width", [1280, 390])
def test_a_whole_framework_by_keyboard_alone(live: Live, browser: Any, width: int) -> None:
    """From the sign-in to the last of 33 statements: one key each, one more for each part. After
    those of the job comes the finish, which leads on to the rest."""
    # Nothing glides: where the focus is, is looked at where it ends up.
    context = browser.new_context(
        base_url=live.url, viewport={"width": width, "height": 900}, reduced_motion="reduce"
    )
    page = context.new_page()
    me = Keyboard(page)
    me.sign_in(live.world.email("ana"), PASSWORD)
    me.follow(page.locator('nav a[href="/assess"]:visible'))
    into_the_answers(me)
    on_the_way = me.pressed
    total = sum(map(len, live.world.statements.values()))
    technical, communication, leadership = live.world.statements.values()
    job = [technical[:10], communication[:5], leadership[:3]]
    parts = [*job, leadership[3:], technical[10:], communication[5:]]
    for part in parts:
        here = "input:focus" if width == 1280 else ".statement-title"
        page.locator(f"#s-{part[0]} {here}").wait_for()
        for number, statement_id in enumerate(part):
            me.press("12390"[number % 5])
            wait_for(page, statement_id, "Saved|Saving")
        expect(page.locator("[data-way-on]:focus")).to_have_count(1)
        me.press("Enter")
        if part is job[-1]:
            page.get_by_role(
                "heading", name="You’ve rated the 18 statements for your job"
            ).wait_for()
            before = me.pressed
            me.follow(page.get_by_role("link", name="Go on rating"))
            into_the_answers(me)
            over_the_finish = me.pressed - before
    page.get_by_role("heading", name=f"You’ve rated all {total} statements").wait_for()
    assert len(answers(live)) == total == entries(live)
    assert me.pressed - on_the_way - over_the_finish == total + len(parts)
    assert over_the_finish <= 23
    assert on_the_way <= 23
    assert me.faults == []
    context.close()


def test_the_next_page_stays_at_its_top_for_the_mouse(live: Live, visit: Visit) -> None:
    page = visit("ana")
    page.goto(DOMAIN)
    page.locator("a[data-way-on]:visible").click()
    page.wait_for_url("**/leadership")
    assert page.evaluate("scrollY") == 0
    expect(page.locator("input:focus")).to_have_count(0)


def test_the_skip_link_needs_no_script(live: Live, visit: Visit) -> None:
    first, second, *_rest = live.world.statements["communication"]
    page = visit("ana")
    page.goto(DOMAIN)
    page.locator(f"#s-{first}-partly").check()
    wait_for(page, first, "Saved")
    plain = visit("ana", java_script_enabled=False)
    plain.goto(DOMAIN)
    me = Keyboard(plain)
    me.to(plain.locator("#first-open"))
    me.press("Enter")
    me.press("Space")
    assert me.pressed == 4
    assert plain.locator(f"#s-{second}-not_yet").is_checked()
    title = plain.locator(f"#s-{second}-title").bounding_box()
    assert 0 <= title["y"] <= 900  # the statement is in sight over its answers


def test_focus_goes_round_to_what_was_left_open_and_a_correction_stays(
    live: Live, visit: Visit
) -> None:
    first, second, *rest = live.world.statements["communication"]
    page = visit("ana")
    page.goto(DOMAIN)
    page.locator(f"#s-{second}-not_yet").focus()
    for _statement in (second, *rest):
        page.keyboard.press("2")
    assert focused(page) == f"s-{first}-not_yet"
    page.keyboard.press("2")
    expect(page.locator("[data-way-on]:focus")).to_have_count(1)
    page.locator(f"#s-{second}-partly").focus()
    page.keyboard.press("3")
    assert focused(page) == f"s-{second}-consistently"
    wait_for(page, second, "Saved")


OBSERVE = """() => {
  window.shifts = [];
  new PerformanceObserver((list) => window.shifts.push(...list.getEntries().map((each) => each.value)))
    .observe({ type: "layout-shift", buffered: false });
}"""


@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_jumps_when_an_answer_is_saved_or_is_not(
    live: Live, visit: Visit, width: int
) -> None:
    first, second, third, *_rest = live.world.statements["communication"]
    page = visit("ana", width=width, height=1700)
    page.goto(f"{DOMAIN}?list=1")
    page.mouse.wheel(0, 120)
    page.wait_for_timeout(300)
    page.evaluate(OBSERVE)
    boxes = {each: page.locator(f"#s-{each}").bounding_box() for each in (first, second, third)}
    at = page.evaluate("scrollY")
    for statement_id in (first, second):
        page.locator(f"#s-{statement_id} .is-consistently").click()
        wait_for(page, statement_id, "Saved")
    page.context.set_offline(True)
    page.locator(f"#s-{third} .is-partly").click()
    wait_for(page, third, "Not saved")
    page.locator("[data-unsaved]").wait_for()
    page.context.set_offline(False)
    wait_for(page, third, "Saved")
    page.wait_for_timeout(200)
    assert page.evaluate("window.shifts.reduce((all, each) => all + each, 0)") == 0
    assert {box: page.locator(f"#s-{box}").bounding_box() for box in boxes} == boxes
    assert page.evaluate("scrollY") == at


def test_a_jump_would_be_seen(live: Live, visit: Visit) -> None:
    page = visit("ana")
    page.goto(DOMAIN)
    page.evaluate(OBSERVE)
    page.evaluate("document.querySelector('.answer-help').open = true")
    page.wait_for_timeout(300)
    assert page.evaluate("window.shifts.reduce((all, each) => all + each, 0)") > 0


LISTEN = """() => {
  window.heard = [];
  const place = document.querySelector("[data-voice]");
  new MutationObserver(() => { if (place.textContent) window.heard.push(place.textContent); })
    .observe(place, { childList: true, characterData: true, subtree: true });
}"""


def test_saving_is_said_once_and_politely(live: Live, visit: Visit) -> None:
    first, second, third, *_rest = live.world.statements["communication"]
    page = visit("ana")
    page.goto(DOMAIN)
    live_places = page.locator("main [aria-live], main [role=status], main [role=alert]")
    assert live_places.evaluate_all("all => all.map((each) => each.className)") == [
        "flashes",
        "visually-hidden",
    ]
    assert page.locator("[data-voice]").get_attribute("aria-live") == "polite"
    page.evaluate(LISTEN)
    page.locator(f"#s-{first}-not_yet").focus()
    for _step in range(3):
        page.keyboard.press("ArrowRight")
    wait_for(page, first, "Saved")
    page.wait_for_timeout(400)
    assert page.evaluate("window.heard") == [
        "Saved: Not sure. 1 of 33 rated. To undo, press Ctrl+Z."
    ]
    answered: list[tuple[Any, Any]] = []
    page.route("**/rating", lambda route: answered.append((route, route.fetch())))
    page.locator(f"#s-{second}-partly").check()
    page.locator(f"#s-{third}-partly").check()
    while len(answered) < 2:
        page.wait_for_timeout(20)
    for route, response in answered:  # both answers come at once
        route.fulfill(response=response)
    page.unroute("**/rating")
    wait_for(page, third, "Saved")
    wait_for(page, second, "Saved")
    page.wait_for_timeout(400)
    assert page.evaluate("window.heard")[1:] == [
        "Saved: Partly. 3 of 33 rated. To undo, press Ctrl+Z."
    ]
    page.context.set_offline(True)
    page.locator(f"#s-{first}-partly").check()
    page.locator(f"#s-{second}-not_yet").check()
    wait_for(page, second, "Not saved")
    page.wait_for_timeout(2600)  # some tries later
    said = page.evaluate("window.heard")[2:]
    assert len(said) == 1
    assert "The server does not answer" in said[0]


def test_the_statement_s_own_page_saves_by_itself_too(live: Live, visit: Visit) -> None:
    first = live.world.statements["communication"][0]
    page = visit("ana")
    page.goto(f"/statements/{first}")
    page.locator(f"#s-{first} .is-partly").click()
    wait_for(page, first, "Saved")
    assert answers(live) == {first: "partly"}
    assert state(page, first).text_content() == "Saved"


def test_a_link_waits_for_what_is_being_saved(live: Live, visit: Visit) -> None:
    """Nobody is asked whether to leave, and the next page shows the answer."""
    first = live.world.statements["communication"][0]
    page = visit("ana")
    page.goto(DOMAIN)
    page.on("dialog", lambda dialog: pytest.fail(f"asked: {dialog.type}"))
    page.locator(f"#s-{first}-not_yet").focus()
    page.keyboard.press("ArrowRight")  # waits for the next arrow
    page.locator(".rate-menu summary").click()
    page.get_by_role("link", name="Grid", exact=True).click()
    page.wait_for_url("**/grid")
    assert page.locator(f"#s-{first}-partly").is_checked()
    assert answers(live) == {first: "partly"}
