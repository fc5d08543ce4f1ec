"""The grid in a real browser: saved by itself, moved through like a spreadsheet, whole without
script, and narrow."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.assessment.rating import answers, entries, focused, wait_for
from tests.browser.conftest import Live

sync_api = pytest.importorskip("playwright.sync_api", reason="make test-browser installs it")
expect = sync_api.expect

GRID = "/assess/small/durable/communication/grid"
Visit = Callable[..., Any]


@pytest.mark.parametrize("width", [1280, 390])
def test_every_row_is_saved_by_itself(live: Live, visit: Visit, width: int) -> None:
    first, second, *_rest = live.world.statements["communication"]
    page = visit("ana", width=width)
    page.goto(f"{GRID}?notes=1")
    assert page.locator("html").evaluate("node => node.scrollWidth") <= width
    expect(page.get_by_role("button", name="Save the grid")).to_be_hidden()
    page.locator(f"#s-{first} .is-partly").click()
    wait_for(page, first, "Saved")
    page.locator(f"#s-{second} .is-not_my_work").click()
    wait_for(page, second, "Saved")
    page.get_by_label("For myself: Communication 1.1").fill("ask Sue")
    page.get_by_label("For myself: Communication 1.2").focus()
    wait_for(page, first, "Saved")
    page.reload()
    assert page.get_by_label("For myself: Communication 1.1").input_value() == "ask Sue"
    assert page.locator(f"#s-{first}-partly").is_checked()
    assert answers(live) == {first: "partly", second: "not_my_work"}


def test_rows_by_keyboard(live: Live, visit: Visit) -> None:
    first, second, third, fourth, *_rest = live.world.statements["communication"]
    page = visit("ana")
    page.goto(GRID)
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert focused(page) == f"s-{first}-not_yet"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    assert focused(page) == f"s-{second}-not_yet"
    expect(page.locator("main input:checked")).to_have_count(
        0
    )  # going through the rows answers nothing
    page.keyboard.press("ArrowRight")
    wait_for(page, second, "Saved")
    page.keyboard.press("Enter")
    assert focused(page) == f"s-{third}-partly"  # the same column
    page.keyboard.press("3")
    wait_for(page, third, "Saved")
    assert focused(page) == f"s-{fourth}-not_yet"
    page.keyboard.press("ArrowUp")
    assert focused(page) == f"s-{third}-consistently"  # where the row has its answer
    assert answers(live) == {second: "partly", third: "consistently"}
    assert entries(live) == 2


def test_the_last_row_leads_on(live: Live, visit: Visit) -> None:
    last = live.world.statements["communication"][-1]
    page = visit("ana")
    page.goto(GRID)
    page.locator(f"#s-{last}-not_yet").focus()
    page.keyboard.press("ArrowDown")
    assert (
        page.locator("[data-way-on]:focus").get_attribute("href")
        == "/assess/done?next=/assess/small/durable/leadership/grid"
    )
    page.keyboard.press("Enter")
    page.wait_for_url("**/leadership/grid")
    page.locator(f"#s-{live.world.statements['leadership'][0]}-not_yet:focus").wait_for()


def test_a_note_before_an_answer_waits_for_it(live: Live, visit: Visit) -> None:
    first = live.world.statements["communication"][0]
    page = visit("ana")
    page.goto(f"{GRID}?notes=1")
    page.get_by_label("For myself: Communication 1.1").fill("ask Sue")
    page.get_by_label("For myself: Communication 1.2").focus()
    wait_for(page, first, "Saved")
    assert answers(live) == {}
    page.reload()
    page.locator(f"#s-{first} .is-partly").click()
    wait_for(page, first, "Saved")
    page.reload()
    assert page.get_by_label("For myself: Communication 1.1").input_value() == "ask Sue"


def test_two_devices_are_told_of_each_other_by_row(live: Live, visit: Visit) -> None:
    first, second, *_rest = live.world.statements["communication"]
    phone, desk = visit("ana", width=390), visit("ana")
    for page in (phone, desk):
        page.goto(GRID)
    phone.locator(f"#s-{first} .is-consistently").click()
    wait_for(phone, first, "Saved")
    desk.locator(f"#s-{first} .is-partly").click()
    told = desk.locator(f"#s-{first} [data-conflict]")
    told.wait_for()
    desk.locator(f"#s-{second} .is-partly").click()
    wait_for(desk, second, "Saved")
    told.get_by_role("button", name="Keep the other: Consistently").click()
    assert desk.locator(f"#s-{first}-consistently").is_checked()
    assert answers(live) == {first: "consistently", second: "partly"}


@pytest.mark.parametrize("width", [1280, 390])
def test_without_script_one_button_saves_the_grid(live: Live, visit: Visit, width: int) -> None:
    first, second, *_rest = live.world.statements["communication"]
    page = visit("ana", width=width, java_script_enabled=False)
    page.goto(GRID)
    page.locator(f"#s-{first} .is-partly").click()
    page.locator(f"#s-{second} .is-not_sure").click()
    page.get_by_role("button", name="Save the grid").click()
    page.get_by_text("2 statements saved.").wait_for()
    assert answers(live) == {first: "partly", second: "not_sure"}
    assert page.locator(f"#s-{second}-not_sure").is_checked()
