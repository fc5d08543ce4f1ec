"""Older ratings in a list: kept together but for what is unticked, changed or kept by itself."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from tests.browser.assessment.rating import answers, wait_for
from tests.browser.conftest import Live
from tests.browser.watch import barriers, sideways
from tests.factories.answers import Answer
from tests.factories.ratings import rate
from tracker.db import db, session
from tracker.models import Rating

sync_api = pytest.importorskip("playwright.sync_api", reason="make test-browser installs it")
expect = sync_api.expect

PAGE = "/assess/small/durable/communication?show=older"
Visit = Callable[..., Any]


@pytest.fixture
def older(live: Live) -> list[int]:
    """All ten, long before the round that is open."""
    with live.app.app_context():
        for statement_id in live.world.statements["communication"]:
            long_ago = dt.datetime(2020, 5, 11, 9, tzinfo=dt.UTC)
            rate(live.world, "ana", statement_id, Answer.PARTLY, long_ago)
    return live.world.statements["communication"]


def bases(live: Live) -> dict[int, str]:
    with live.app.app_context():
        rows = session().execute(select(Rating.statement_id, Rating.basis))
        found = {row.statement_id: row.basis.value for row in rows if row.basis.value}
        db.session.remove()
    return found


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("has_script", [True, False])
def test_what_is_ticked_is_kept(
    live: Live, visit: Visit, older: list[int], width: int, has_script: bool
) -> None:
    unticked, changed, alone, *rest = older
    page = visit("ana", width=width, java_script_enabled=has_script)
    page.goto(PAGE)
    button = page.locator("[data-keep-shown]")
    assert button.text_content() == "Keep the 10 shown"
    page.locator(f"#s-{unticked} .keep-tick input").uncheck()
    page.locator(f"#s-{changed}-consistently").check()
    if has_script:
        assert button.text_content() == "Keep the 8 ticked"
        page.locator(f"#s-{alone}").get_by_role("button", name="Keep", exact=False).first.click()
        wait_for(page, alone, "Saved")
        assert button.text_content() == "Keep the 7 ticked"
    page.on("dialog", lambda dialog: pytest.fail(f"asked: {dialog.type}"))
    button.click()
    words = f"{7 if has_script else 8} ratings kept together."
    page.get_by_text(words).first.wait_for()
    expect(page.locator("[data-statement]:visible")).to_have_count(1)
    assert answers(live) == dict.fromkeys(older, "partly") | {changed: "consistently"}
    found = bases(live)
    assert (found[unticked], found[changed]) == ("rated", "rated")
    assert {found[each] for each in (alone, *rest)} == {"confirmed"}
    page.get_by_role("button", name="Undo").first.click()
    page.get_by_text("have their earlier dates again").wait_for()


def test_with_none_ticked_there_is_nothing_to_press(
    live: Live, visit: Visit, older: list[int]
) -> None:
    page = visit("ana")
    page.goto(PAGE)
    for box in page.locator(".keep-tick input").all():
        box.uncheck()
    assert page.locator("[data-keep-shown]").is_disabled()


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_has_no_barriers(
    live: Live, visit: Visit, older: list[int], width: int, scheme: str
) -> None:
    page = visit("ana", width=width, color_scheme=scheme, reduced_motion="reduce")
    page.goto(PAGE)
    assert [*barriers(page), *sideways(page)] == []
