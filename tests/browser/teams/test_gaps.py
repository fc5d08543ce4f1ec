"""The gaps of many people: what is compared fits the screen, and head and names stay in sight."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.conftest import Live
from tests.browser.watch import sideways
from tests.factories.frameworks import open_round
from tests.factories.levels import stand
from tests.factories.people import join
from tracker.administration.rounds import actions as rounds_actions
from tracker.frameworks.versions.rules_levels import TargetState

sync_api = pytest.importorskip("playwright.sync_api", reason="make test-browser installs it")
expect = sync_api.expect


@pytest.fixture
def compared(live: Live) -> str:
    """More people than have a place on a screen, against an earlier round."""
    today = live.world.now.date()
    begins, ends = (today - dt.timedelta(days=days) for days in (200, 150))
    with live.app.app_context():
        spring = open_round(live.world, "Spring", begins, ends)
        at = live.world.now - dt.timedelta(days=170)
        for number in range(31):
            join(live.world, f"zed{number}", "central", starts_on=begins)
        for number in range(3):
            stand(live.world, f"zed{number}", TargetState.GAP, at=at)
        rounds_actions.keep_all_due(live.world.now)
    return f"/teams/{live.world.teams['city']}/gaps?compare={spring}"


@pytest.mark.parametrize("width", [1280, 390])
def test_a_comparison_fits_a_screen(compared: str, visit: Callable[..., Any], width: int) -> None:
    page = visit("cora", width=width)
    page.goto(compared)
    said = page.locator(".need").filter(has_text="Leadership").locator(".need-compared")
    assert "3 below target" in said.inner_text()
    box = said.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    assert sideways(page) == []


def test_head_and_names_stay_in_sight(compared: str, visit: Callable[..., Any]) -> None:
    """On a desk the table scrolls with its page; on a phone it scrolls inside itself."""
    for width in (1280, 390):
        page = visit("cora", width=width)
        page.goto(compared)
        table = page.get_by_role("region", name="Reviewed level by person and domain")
        head = table.get_by_role("columnheader").nth(1)
        last = table.get_by_role("row").nth(-2)
        last.scroll_into_view_if_needed()
        name = last.get_by_role("rowheader")
        expect(name).to_be_visible()
        top = 0 if width == 1280 else table.bounding_box()["y"]
        assert top <= head.bounding_box()["y"] < name.bounding_box()["y"]
        if width == 1280:
            assert table.evaluate("each => each.scrollWidth - each.clientWidth") == 0
        table.evaluate("each => each.scrollBy(500, 0)")
        assert name.bounding_box()["x"] >= 0
        page.context.close()


def test_without_script_people_are_found_and_sorted(
    compared: str, live: Live, visit: Callable[..., Any]
) -> None:
    page = visit("cora", width=1280, java_script_enabled=False)
    page.goto(compared)
    page.get_by_label("Find a person").fill("zed30")
    page.get_by_label("Below target first in").select_option("Communication")
    page.get_by_role("button", name="Show people").click()
    table = page.get_by_role("region", name="Reviewed level by person and domain")
    assert table.get_by_role("rowheader").first.inner_text().startswith("Zed30")
    assert table.get_by_role("columnheader").nth(1).inner_text() == "Communication"
    page.get_by_role("link", name="Show everyone").click()
    assert table.get_by_role("rowheader").count() > 30
