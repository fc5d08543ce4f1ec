"""Today for somebody who comes back: by keyboard, on a phone, in the dark, in forced colors, without
motion."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.conftest import Live
from tests.browser.keyboard import Keyboard
from tests.browser.watch import barriers, sideways
from tests.client import PASSWORD
from tests.factories.answers import Answer, EndorsedAnswer
from tests.factories.frameworks import open_round
from tests.factories.ratings import rate
from tests.factories.reviews import endorse, send
from tests.today.page.test_pages_coming_back import visited
from tests.today.page.test_views import ask
from tracker.administration.rounds import actions as rounds_actions
from tracker.db import db
from tracker.record.workflow.rules import ItemStatus, ReviewStatus

sync_api = pytest.importorskip("playwright.sync_api", reason="make test-browser installs it")
expect = sync_api.expect
Visit = Callable[..., Any]


@pytest.fixture
def back(live: Live) -> Live:
    """Ana comes back: a question waits, a level was reached since, and a round was kept."""
    now = dt.datetime.now(dt.UTC)
    spring = dt.datetime(2026, 3, 20, 9, tzinfo=dt.UTC)
    one, two, three, *_rest = live.world.statements["communication"]
    with live.app.app_context():
        open_round(live.world, "Spring 2026", dt.date(2026, 3, 1), dt.date(2026, 4, 30))
        for each in (one, two, three):
            rate(live.world, "ana", each, Answer.CONSISTENTLY, spring)
        endorse(live.world, "ana", "sue", one, EndorsedAnswer.CONSISTENTLY, spring)
        rounds_actions.keep_all_due(now)
        visited(live.world, "ana", now - dt.timedelta(days=3))
        endorse(
            live.world, "ana", "sue", two, EndorsedAnswer.CONSISTENTLY, now - dt.timedelta(days=2)
        )
        technical = live.world.statements["technical"][0]
        review = send(
            live.world,
            "ana",
            "sue",
            {technical: ItemStatus.RETURNED},
            status=ReviewStatus.IN_REVIEW,
        )
        ask(live.world, review, "Can you add an example?")
        db.session.remove()
    return live


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_has_no_barriers(back: Live, visit: Visit, width: int, scheme: str) -> None:
    page = visit("ana", width=width, color_scheme=scheme, reduced_motion="reduce")
    for title in ("Since your last visit", "1 more reviewed as Consistently than in Spring 2026"):
        expect(page.get_by_role("heading", name=title)).to_be_visible()
    expect(page.get_by_text("Reached Emerging in Communication")).to_be_visible()
    expect(page.get_by_text("statements to update")).to_be_visible()
    page.get_by_text("Link it to statements").click()
    assert [*barriers(page), *sideways(page)] == []


def test_by_keyboard_it_is_put_off_taken_back_and_rated(back: Live, browser: Any) -> None:
    context = browser.new_context(
        base_url=back.url, viewport={"width": 1280, "height": 900}, reduced_motion="reduce"
    )
    keyboard = Keyboard(context.new_page())
    page = keyboard.page
    keyboard.sign_in(back.world.email("ana"), PASSWORD)
    keyboard.follow(page.get_by_role("button", name="Not now"))
    expect(page.get_by_role("link", name="Rate them")).to_have_count(0)
    keyboard.follow(page.get_by_role("button", name="Undo"))
    keyboard.follow(page.get_by_role("button", name="Turn off"))
    expect(page.get_by_role("link", name="Rate them")).to_have_count(0)
    keyboard.follow(page.get_by_role("button", name="Undo"))
    keyboard.follow(page.get_by_role("link", name="Rate them"))
    expect(page.get_by_role("heading", name="Rate 3")).to_be_visible()
    assert keyboard.faults == []
    context.close()


def test_a_quick_note_is_one_line(back: Live, visit: Visit) -> None:
    """The box and its button stand beside each other on a phone, and it is kept without script."""
    page = visit("ana", width=390, java_script_enabled=False)
    box = page.get_by_label("Quick note").bounding_box()
    button = page.get_by_role("button", name="Save quick note").bounding_box()
    assert abs(box["y"] - button["y"]) < 2
    expect(page.get_by_role("button", name="Find")).to_be_hidden()
    page.get_by_label("Quick note").fill("Ran the drop-in")
    page.get_by_role("button", name="Save quick note").click()
    expect(page.get_by_text("Link 1 piece of evidence")).to_be_visible()


FILLS = """() => ["own", "endorsed", "new"].map((kind) => {
  const style = getComputedStyle(document.querySelector(`.growth-${kind}`));
  return `${style.fill} ${style.stroke}`;
})"""


@pytest.mark.parametrize("forced", ["active", "none"])
def test_the_bars_are_told_apart(back: Live, visit: Visit, forced: str) -> None:
    page = visit("ana", forced_colors=forced, reduced_motion="reduce")
    assert len({*page.evaluate(FILLS)}) == 3


MOVES = """() => getComputedStyle(document.querySelector(".since .is-reached"), "::before").animationName"""


@pytest.mark.parametrize(("motion", "name"), [("reduce", "none"), ("no-preference", "arrive")])
def test_a_level_reached_arrives_where_motion_is_wanted(
    back: Live, visit: Visit, motion: str, name: str
) -> None:
    assert visit("ana", reduced_motion=motion).evaluate(MOVES) == name
