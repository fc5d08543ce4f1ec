"""Eleven and twenty differences settled by keyboard: the same keys on both sides, whoever comes
second; without script too; and what the review came to, on the page of its result."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from tests.browser.conftest import Live
from tests.browser.keyboard import Keyboard
from tests.browser.watch import barriers, sideways
from tests.client import PASSWORD
from tests.copies import copy_pages
from tests.factories.answers import Answer, ReviewerAnswer
from tests.factories.ratings import rate
from tests.factories.sides import actor, answer, item_ids
from tracker.db import db, session
from tracker.models import Confirmation, ReviewItem
from tracker.record.workflow.rules import ItemStatus
from tracker.reviews.review import actions as review_actions

sync_api = pytest.importorskip("playwright.sync_api", reason="make test-browser installs it")
expect = sync_api.expect

Visit = Callable[..., Any]
MINE = {"ana": "3", "sue": "1"}
"""Ana rated herself Consistently, Sue said Not yet: the key of one's own rating."""
THEIRS = {"ana": MINE["sue"], "sue": MINE["ana"]}
ENDS = (MINE["ana"], MINE["sue"], "n")
"""What both want, row by row: Ana's rating, Sue's, no agreement."""


def differing(live: Live, count: int) -> int:
    """A review of Ana's by Sue, in which they differ on that many statements of two domains."""
    world = live.world
    half = count // 2
    wanted = [
        *world.statements["technical"][:half],
        *world.statements["communication"][: count - half],
    ]
    assert len(wanted) == count
    with live.app.app_context():
        for statement_id in wanted:
            rate(world, "ana", statement_id, Answer.CONSISTENTLY)
        made = review_actions.send(actor(world, "ana"), world.people["sue"], wanted, world.now)
        for item_id in item_ids(made):
            answer(world, item_id, ReviewerAnswer.NOT_YET)
        review_actions.reveal(actor(world, "sue"), made, world.now)
        db.session.remove()
    return made


def ended(live: Live, review_id: int) -> list[tuple[str, str | None]]:
    """By place: how each ended, and what both confirmed."""
    with live.app.app_context():
        found = []
        for item_id in item_ids(review_id):
            item = session().get_one(ReviewItem, item_id)
            said = set(
                session().scalars(
                    select(Confirmation.answer).where(Confirmation.item_id == item_id)
                )
            )
            both = said.pop() if len(said) == 1 and item.status is ItemStatus.ENDORSED else None
            found.append((str(item.status), both))
        db.session.remove()
    return found


def choices(page: Any) -> list[list[str]]:
    """Of each row, every key with what it chooses."""
    found: list[list[str]] = page.eval_on_selector_all(
        "[data-difference]",
        "rows => rows.map((row) => [...row.querySelectorAll('input[type=radio]')]"
        ".map((each) => `${each.dataset.key} ${each.value}`))",
    )
    return found


class Side:
    """One of the two, who settles by keyboard alone."""

    def __init__(self, live: Live, browser: Any, name: str, review_id: int) -> None:
        self.name = name
        self.context = browser.new_context(
            base_url=live.url, viewport={"width": 1280, "height": 900}
        )
        self.context.set_default_timeout(60_000)
        self.page = self.context.new_page()
        self.me = Keyboard(self.page)
        self.me.sign_in(live.world.email(name), PASSWORD)
        self.url = f"/reviews/{review_id}/differences"
        self.choices: list[list[str]] = []

    def settle(self, keys: list[str]) -> int:
        """A key for each row, then to confirm. How many were pressed, from the first row on."""
        self.page.goto(self.url)
        self.choices = choices(self.page)
        self.page.locator(".options:enabled input").first.focus()
        self.me.pressed = 0
        for key in keys:
            self.me.press(key)
        expect(self.page.locator("[data-confirm]:focus")).to_have_count(1)
        with self.page.expect_navigation():
            self.me.press("Enter")
        return self.me.pressed

    def is_asked(self) -> bool:
        return bool(self.page.locator(".agenda-ask").count())


@pytest.mark.parametrize("count", [11, pytest.param(20, marks=pytest.mark.longest)])
def test_it_ends_the_same_whoever_comes_second(live: Live, browser: Any, count: int) -> None:
    """Both want the same end for each: with the same keys, one for each row, in either order."""
    found = {}
    for order in (("ana", "sue"), ("sue", "ana")):
        review_id = differing(live, count)
        sides = {name: Side(live, browser, name, review_id) for name in order}
        pressed = {}
        for name in order:
            side = sides[name]
            side.page.goto(side.url)
            left = side.page.locator("[data-difference]").count()
            keys = [ENDS[number % len(ENDS)] for number in range(count)]
            if name == order[1]:
                keys = [key for key in keys if key != "n"]  # the first has ended these
            assert left == len(keys)
            pressed[name] = side.settle(keys) - len(keys)
            if side.is_asked():
                with side.page.expect_navigation():
                    side.page.locator("[data-confirm]").press("Enter")
                pressed[name] += 1
            assert side.me.faults == []
        assert max(pressed.values()) <= 2, "beside the keys of rating: to confirm, asked once"
        assert sides["ana"].choices[0] == sides["sue"].choices[0]
        found[order] = ended(live, review_id)
        page = sides[order[1]].page
        assert page.url.endswith("/result")
        assert page.get_by_role("heading", level=1).text_content().startswith(f"{count} reviewed: ")
        for each in sides.values():
            each.context.close()
        with live.app.app_context():
            copy_pages("browser", db.engine)  # as it was at first, to send the same again
    assert found["ana", "sue"] == found["sue", "ana"]
    assert set(found["ana", "sue"]) == {
        ("endorsed", "consistently"),
        ("endorsed", "not_yet"),
        ("kept_apart", None),
    }


@pytest.mark.parametrize("first", ["ana", "sue"])
def test_who_comes_second_keeps_their_own_with_the_same_keys(
    live: Live, browser: Any, first: str
) -> None:
    """The first confirms their own rating eleven times; nothing of it is under another's keys."""
    review_id = differing(live, 11)
    second = "sue" if first == "ana" else "ana"
    one, other = (Side(live, browser, name, review_id) for name in (first, second))
    assert one.settle([MINE[first]] * 11) == 12
    assert not one.is_asked()
    assert other.settle([MINE[second]] * 11) == 12
    assert not other.is_asked(), "one's own rating is never asked about"
    assert one.choices == other.choices
    assert {status for status, _both in ended(live, review_id)} == {"differs"}
    other.page.goto(other.url)
    assert "give" not in other.page.get_by_role("main").text_content()
    one.context.close()
    other.context.close()


@pytest.mark.parametrize("first", ["ana", "sue"])
def test_taking_all_of_the_others_is_asked_once(live: Live, browser: Any, first: str) -> None:
    review_id = differing(live, 11)
    second = "sue" if first == "ana" else "ana"
    one, other = (Side(live, browser, name, review_id) for name in (first, second))
    one.settle([MINE[first]] * 11)
    other.settle([THEIRS[second]] * 11)
    assert other.is_asked()
    assert {status for status, _both in ended(live, review_id)} == {"differs"}, "nothing yet"
    expect(other.page.locator(".agenda-ask:focus")).to_have_count(1)
    assert barriers(other.page) == []
    with other.page.expect_navigation():
        other.page.locator("[data-confirm]").press("Enter")
    assert {status for status, _both in ended(live, review_id)} == {"endorsed"}
    one.context.close()
    other.context.close()


def test_without_script(live: Live, visit: Visit) -> None:
    review_id = differing(live, 5)
    page = visit("ana", java_script_enabled=False)
    page.goto(f"/reviews/{review_id}/differences")
    for value in ("agree:not_yet", "agree:consistently", "talk", "no_agreement"):
        page.locator(f'input[value="{value}"]').first.check()
    for row in page.locator("[data-difference]").all()[:4]:
        row.locator('input[value="agree:not_yet"]').check()
    page.locator("[data-difference]").nth(4).locator('input[value="no_agreement"]').check()
    page.locator("[data-clear]").nth(0).click()
    expect(page.get_by_text("Saved. Only you see your choices")).to_have_count(1)
    expect(page.locator(".options input:checked")).to_have_count(4)
    page.locator("[data-difference]").nth(0).locator('input[value="agree:not_yet"]').check()
    page.get_by_role("button", name="Confirm choices").click()
    expect(page.get_by_role("heading", name="Take Sue’s answer on these?")).to_have_count(1)
    page.get_by_role("button", name="Confirm 5 choices").click()
    expect(page.get_by_text("4 are waiting for Sue.")).to_have_count(1)
    assert sideways(page) == []


def test_a_choice_is_cleared_and_a_reason_is_asked_for_by_keys(live: Live, visit: Visit) -> None:
    review_id = differing(live, 3)
    page = visit("ana")
    page.goto(f"/reviews/{review_id}/differences")
    rows = page.locator("[data-difference]")
    rows.nth(0).locator("input[type=radio]").first.focus()
    page.keyboard.press("1")
    page.keyboard.press("p")
    page.keyboard.press("1")
    page.get_by_text("0 chosen of 3").wait_for()
    page.keyboard.press("2")
    expect(rows.nth(0).locator(".agenda-reason input:focus"), "neither gave it").to_have_count(1)
    assert rows.nth(1).locator(".agenda-reason").is_hidden()
    page.keyboard.type("Halfway.")
    page.get_by_text("all changes saved").wait_for()
    page.reload()
    assert rows.nth(0).locator(".agenda-reason input").input_value() == "Halfway."
    rows.nth(0).locator('input[value="no_agreement"]').focus()
    page.keyboard.press("n")
    page.get_by_text("Both ratings stay on record. Neither counts toward a level.").first.wait_for()


@pytest.mark.parametrize(
    ("scheme", "width"),
    [
        ("light", 390),
        ("dark", 1280),
        pytest.param("light", 1280, marks=pytest.mark.longest),
        pytest.param("dark", 390, marks=pytest.mark.longest),
    ],
)
def test_no_barrier_on_either_page(live: Live, visit: Visit, scheme: str, width: int) -> None:
    review_id = differing(live, 11)
    sue, ana = visit("sue", width=width), visit("ana", width=width)
    for page, keys in ((sue, "1n" * 6), (ana, "1" * 6)):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.goto(f"/reviews/{review_id}/differences")
        assert barriers(page) == []
        assert sideways(page) == []
        page.locator(".options:enabled input").first.focus()
        for key in keys[:11]:
            page.keyboard.press(key)
        with page.expect_navigation():
            page.keyboard.press("Enter")
        if page.locator(".agenda-ask").count():
            with page.expect_navigation():
                page.locator("[data-confirm]").press("Enter")
    for page in (ana, sue):
        page.goto(f"/reviews/{review_id}/result")
        expect(
            page.get_by_role("heading", name="11 reviewed: 6 agreed, 5 no agreement")
        ).not_to_have_count(0)
        expect(page.locator(".result-square")).to_have_count(11)
        assert barriers(page) == []
        assert sideways(page) == []


def test_five_stand_above_the_button_on_a_desk(live: Live, visit: Visit) -> None:
    """With what is said of them, for both sides, before anybody scrolls."""
    review_id = differing(live, 11)
    for name in ("ana", "sue"):
        page = visit(name, width=1280, height=900)
        page.goto(f"/reviews/{review_id}/differences")
        foot = page.locator(".agenda-foot").bounding_box()["y"]
        boxes = (row.bounding_box() for row in page.locator("[data-difference]").all())
        assert sum(box["y"] + box["height"] <= foot for box in boxes) >= 5
