"""The yearly act in a real browser, by keyboard and by pointer, at both widths: a file becomes a
draft, what changed is decided, seen as a person and as a job, and published; a team moves first, the
rest is planned; and when nobody is on the version it is withdrawn."""

import datetime as dt
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from tests.browser.conftest import Live
from tests.browser.keyboard import Keyboard
from tests.browser.watch import sideways
from tests.factories.answers import Answer
from tests.factories.ratings import rate
from tests.frameworks.next_files import edited
from tracker.administration.library.actions import set_framework_editor
from tracker.db import db, transaction
from tracker.frameworks.files.rules import text_of
from tracker.frameworks.files.rules_reading import read_framework
from tracker.models import Round

sync_api = pytest.importorskip("playwright.sync_api", reason="make test-browser installs it")
expect = sync_api.expect

Visit = Callable[..., Any]
MOST_ACTS = 24
"""Presses and choices, from the page *Versions of frameworks* to the move of the library."""
TALLEST = {1280: 1500, 390: 3400}
"""By width, how many pixels high the page of decisions may be, with seven changes and a level that
nobody can reach; on a phone each link in its foot has 44 px."""


class Hand:
    """Somebody with a pointer, or with the keyboard alone. `acts` counts what they press, choose, or
    fill in."""

    def __init__(self, page: Any, by: str) -> None:
        self.page, self.acts = page, 0
        self.keyboard = Keyboard(page) if by == "keyboard" else None

    def press(
        self, role: str, name: str | re.Pattern[str], within: Any = None, *, stays: bool = False
    ) -> None:
        """And wait for the page that comes, unless it `stays`."""
        self.acts += 1
        target = (within or self.page).get_by_role(role, name=name, exact=True)
        if self.keyboard is None:
            act = target.click
        else:
            self.keyboard.to(target)

            def act() -> None:
                assert self.keyboard is not None
                self.keyboard.press("Enter")

        if stays:
            act()
        else:
            with self.page.expect_navigation():
                act()

    def unfold(self, name: str) -> None:
        self.acts += 1
        target = self.page.locator("summary", has_text=name)
        if self.keyboard is None:
            target.click()
        else:
            self.keyboard.to(target)
            self.keyboard.press("Enter")

    def fill(self, label: str, text: str) -> None:
        self.acts += 1
        target = self.page.get_by_label(label)
        if self.keyboard is None:
            target.fill(text)
        else:
            self.keyboard.to(target)
            self.keyboard.type(text)

    def fill_day(self, label: str, day: dt.date) -> None:
        """The keyboard writes it as the browser's language does."""
        self.fill(label, f"{day:%Y-%m-%d}" if self.keyboard is None else f"{day:%m%d%Y}")

    def choose(self, label: str, option: str) -> None:
        """Of a list."""
        self.acts += 1
        target = self.page.get_by_label(label, exact=True)
        if self.keyboard is None:
            target.select_option(label=option)
        else:
            self.keyboard.to(target)
            while target.evaluate("each => each.selectedOptions[0].label") != option:
                before = target.input_value()
                self.keyboard.press("ArrowDown")
                assert target.input_value() != before, f"no {option} in the list"

    def check(self, label: str) -> None:
        """One of several: the arrows go from one to the next."""
        self.acts += 1
        target = self.page.get_by_label(label)
        if self.keyboard is None:
            target.check()
            return
        name = target.get_attribute("name")
        self.keyboard.to(self.page.locator(f"[name='{name}']:checked"))
        while not target.is_checked():
            self.keyboard.press("ArrowDown")


def changed(listed: dict[str, list[dict[str, Any]]]) -> None:
    """Two spelled otherwise, two reworded, one moved, one retired, one new."""
    for each in listed["communication"][:2]:
        each["text"] = each["text"].upper()
    for each in listed["technical"][:2]:
        each["text"] += " and explains how and why to colleagues and to the public"
    listed["leadership"].append(listed["technical"].pop(2) | {"rank": 4})
    listed["technical"].pop()
    listed["technical"].append(
        {
            "code": "TEC-9-01",
            "uuid": "00000000-0000-0000-0000-000000009999",
            "rank": 4,
            "title": "Brand new",
            "text": "does what is new",
        }
    )


def prepare(live: Live) -> None:
    """The round is over, Ana rated, and Adam may edit frameworks."""
    with live.app.app_context():
        yesterday = live.world.now.date() - dt.timedelta(days=1)
        first_day = yesterday - dt.timedelta(days=30)
        with transaction() as tx:
            tx.execute(update(Round).values(starts_on=first_day, ends_on=yesterday))
        for key in live.world.statements["technical"]:
            rate(live.world, "ana", key, Answer.CONSISTENTLY)
        set_framework_editor(None, live.world.email("adam"), True, live.world.now)
        db.session.remove()


@pytest.mark.parametrize(
    ("by", "width"),
    [
        ("keyboard", 1280),
        ("pointer", 390),
        pytest.param("keyboard", 390, marks=pytest.mark.longest),
        pytest.param("pointer", 1280, marks=pytest.mark.longest),
    ],
)
def test_the_yearly_act(live: Live, visit: Visit, tmp_path: Path, by: str, width: int) -> None:
    prepare(live)
    page = visit("adam", width=width, reduced_motion="reduce")
    hand = Hand(page, by)
    _decide(page, hand, _file(page, tmp_path))
    height = page.evaluate("document.documentElement.scrollHeight")
    assert height <= TALLEST[width]
    _preview(page, hand)
    _publish(page, hand)
    _move(page, hand)
    acts = hand.acts
    assert acts <= MOST_ACTS
    print(f"{by}, {width} px: {acts} acts, page of decisions {height} px")
    _withdraw(page, hand)
    assert hand.keyboard is None or hand.keyboard.faults == []


def _file(page: Any, folder: Path) -> Path:
    """The next version, made of the file that is exported; the small world leaves out what a file has."""
    data = json.loads(page.request.get("/frameworks/small/framework.json").text())
    data["scale"]["question"] = "Do you do this?"
    for strand in data["strands"]:
        for position, domain in enumerate(strand["domains"], 1):
            domain["position"] = position
    file = folder / "small-2.json"
    next_one = edited(read_framework(json.dumps(data)), changed, "2")
    file.write_text(text_of(next_one), "utf-8")
    return file


def _decide(page: Any, hand: Hand, file: Path) -> None:
    """The small ones at once, then one by one."""
    page.goto("/system/frameworks")
    page.locator("input[type=file]").set_input_files(file)
    hand.acts += 1
    hand.press("button", "Upload the file")
    says(page, "7 changes since 1. Nothing changes for anyone until you publish.")
    says(page, "4 to think about", "2 suggested", "3 of 4 to decide")
    assert sideways(page) == []
    hand.press("button", "Carry the 2 small ones")
    hand.press("button", "Ask again", card(page, "Technical 1.1"))
    hand.press("button", "Carry", card(page, "Technical 1.2"))
    hand.press("button", "Carry", card(page, "Technical 1.3"))
    says(page, "All decided")
    assert "Asked again." in card(page, "Technical 1.1").inner_text()


def _preview(page: Any, hand: Hand) -> None:
    hand.press("link", "Preview as a person")
    hand.fill("Name or email", "Ana")
    hand.press("button", "Preview as this person")
    page.get_by_role("heading", name="Ana", exact=True).wait_for()
    says(page, "Rate again Technical 1.1")
    hand.choose("Job profile", "Mid-level")
    hand.press("button", "Preview as this job")
    page.get_by_role("heading", name="Mid-level", exact=True).wait_for()
    says(page, "Rate again Technical 1.1")
    assert sideways(page) == []
    hand.press("link", "Small framework: draft 2")


def _publish(page: Any, hand: Hand) -> None:
    hand.press("link", "Publish 2…")
    page.get_by_role("heading", name="Publish version 2?").wait_for()
    says(page, "A published version is never changed.")
    hand.press("button", "Publish 2")
    says(page, "Everybody stays on their version until their library moves.")


def _move(page: Any, hand: Hand) -> None:
    hand.press("link", "Move your library to it")
    says(page, "4 people are on it")
    assert sideways(page) == []
    assert out_of_their_panel(page) == []
    hand.press("link", "Move to version 2 Small framework 1")
    says(page, "Who moves 4 people")
    hand.press("button", "Move 4 people now")
    says(page, "4 people", "Small framework: from version 1 to 2")
    assert out_of_their_panel(page) == []


def _withdraw(page: Any, hand: Hand) -> None:
    """Not while somebody is on it."""
    page.goto("/system/frameworks")
    hand.press("link", "Hide or withdraw Small framework 2")
    says(page, "People who are on it: under 5.")
    says(page, "It can’t be withdrawn while it is used as listed above.")
    here = page.url
    page.goto("/admin/versions")
    hand.press("link", "Move to version 1 Small framework 2")
    hand.press("button", "Move 4 people now")
    page.goto(here)
    says(page, "Nobody.")
    hand.unfold("Withdraw 2")
    hand.press("button", "Withdraw it")
    says(page, "The version is withdrawn.", "Nobody can choose it")


def card(page: Any, title: str) -> Any:
    return page.locator("li.change", has=page.get_by_role("heading", name=title))


def says(page: Any, *texts: str) -> None:
    seen = " ".join(page.locator("main").inner_text().split())
    for text in texts:
        assert text in seen, seen


def out_of_their_panel(page: Any) -> list[str]:
    """Buttons that run past the edge of the panel that they are in."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll(".panel .btn")].filter((each) => {
          const panel = each.closest(".panel").getBoundingClientRect();
          const box = each.getBoundingClientRect();
          return box.width && (box.right > panel.right || box.left < panel.left);
        }).map((each) => each.textContent.trim())"""
    )
    return found
