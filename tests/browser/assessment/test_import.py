"""A list pasted out of a spreadsheet, looked at, and taken over."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.assessment.rating import answers
from tests.browser.conftest import Live

pytest.importorskip(
    "playwright.sync_api", reason="playwright is not installed (make test-browser installs it)"
)

Visit = Callable[..., Any]
PASTED = (
    "Code\tYour answer\tDate\nCOM-1-01\tPartly\t2026-03-12\nCOM-1-02\toften\t\nTEC-1-01\tNot "
    "yet\t\n"
)


@pytest.mark.parametrize("width", [1280, 390])
def test_paste_look_and_confirm(live: Live, visit: Visit, width: int) -> None:
    first, technical = (
        live.world.statements["communication"][0],
        live.world.statements["technical"][0],
    )
    page = visit("ana", width=width)
    page.goto("/assess/small/durable/communication?list=1")
    page.locator(".rate-menu summary").click()
    page.get_by_role("link", name="Import ratings").click()
    page.get_by_label("Your list").fill(PASTED)
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("heading", name="1 line is unclear and is not stored").wait_for()
    assert page.locator("html").evaluate("node => node.scrollWidth") <= width
    page.get_by_role("button", name="Change the list").click()
    box = page.get_by_label("Your list")
    box.fill(box.input_value().replace("often", "not sure"))
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("heading", name="3 lines will be imported").wait_for()
    assert answers(live) == {}
    page.get_by_role("button", name="Import 3 ratings").click()
    page.get_by_text("3 ratings imported from your spreadsheet.").wait_for()
    assert answers(live) == {first: "partly", first + 1: "not_sure", technical: "not_yet"}
