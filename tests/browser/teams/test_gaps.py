"""The gaps of many people: what is compared fits the screen."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.conftest import Live
from tests.browser.watch import sideways
from tests.factories.frameworks import open_round
from tests.factories.levels import stand
from tests.factories.people import join
from tracker.rules.profiles.levels import TargetState
from tracker.services.administration import rounds


@pytest.fixture
def compared(live: Live) -> str:
    """More people than have a row each, against an earlier round."""
    today = live.world.now.date()
    begins, ends = (today - dt.timedelta(days=days) for days in (200, 150))
    with live.app.app_context():
        spring = open_round(live.world, "Spring", begins, ends)
        at = live.world.now - dt.timedelta(days=170)
        for number in range(31):
            join(live.world, f"zed{number}", "central", starts_on=begins)
        for number in range(3):
            stand(live.world, f"zed{number}", TargetState.GAP, at=at)
        rounds.keep_all_due(live.world.now)
    return f"/teams/{live.world.teams['city']}/gaps?compare={spring}"


def test_a_comparison_fits_a_screen(compared: str, visit: Callable[..., Any]) -> None:
    page = visit("cora", width=1280)
    page.goto(compared)
    region = page.get_by_role("region", name="People by domain")
    assert region.get_by_role("columnheader", name="Difference").is_visible()
    assert region.evaluate("each => each.scrollWidth - each.clientWidth") == 0
    assert not region.get_by_text("Scroll sideways").is_visible()


def test_a_comparison_is_a_row_for_each_domain_on_a_phone(
    compared: str, visit: Callable[..., Any]
) -> None:
    page = visit("cora", width=390)
    page.goto(compared)
    assert not page.get_by_role("columnheader", name="Difference").is_visible()
    row = page.locator("details").filter(has_text="Leadership").first
    row.locator("summary").click()
    told = row.locator("dl").filter(has_text="People compared")
    box = told.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    assert sideways(page) == []
