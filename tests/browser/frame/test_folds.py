"""What is long is folded on a phone: the address opens it, a hand without script too; at the desk
and on paper it is open."""

from typing import Any

import pytest

from tests.browser.conftest import Site
from tests.browser.test_print import printed

sync_api = pytest.importorskip("playwright.sync_api", reason="make test-browser installs it")
expect = sync_api.expect

PHONE = {"width": 390, "height": 844}
FRAMEWORK = "/frameworks/library-technicians/"
OPEN_ALL = 'for (const one of document.querySelectorAll(".fold-narrow")) one.open = true'
HEIGHT = "document.documentElement.scrollHeight"
PAGES = {FRAMEWORK: 3, "/profile": 1.5}
"""How many times as high a page is with everything open."""


@pytest.mark.parametrize(("path", "times"), PAGES.items())
def test_a_phone_folds_what_is_long(site: Site, browser: Any, path: str, times: float) -> None:
    page = site.someone(browser, "learner", viewport=PHONE).new_page()
    page.goto(path)
    folded = page.evaluate(HEIGHT)
    page.evaluate(OPEN_ALL)
    assert page.evaluate(HEIGHT) > times * folded
    page.context.close()


@pytest.mark.parametrize("path", PAGES)
def test_the_desk_and_the_paper_have_everything(site: Site, browser: Any, path: str) -> None:
    page = site.someone(browser, "learner").new_page()
    page.goto(path)
    expect(page.locator(".fold-narrow[open]")).to_have_count(0)
    expect(page.locator(".fold-narrow > summary").first).to_be_hidden()
    shut = page.evaluate(HEIGHT)
    page.evaluate(OPEN_ALL)
    assert page.evaluate(HEIGHT) == shut
    page.set_viewport_size(PHONE)
    page.goto(path)
    last = page.locator(".fold-narrow b").last
    expect(last).to_be_hidden()
    assert " ".join(last.text_content().split()) in printed(page)
    page.context.close()


@pytest.mark.parametrize(
    ("address", "statement"),
    [
        ("T-3-10", "T-3-10"),
        ("strand-technical", "T-4-10"),
        ("domain-durable--fortitude", "FOR-4-02"),
    ],
)
@pytest.mark.parametrize("is_there", [False, True])
def test_an_address_opens_what_it_names(
    site: Site, browser: Any, address: str, statement: str, is_there: bool
) -> None:
    page = site.someone(browser, "learner", viewport=PHONE).new_page()
    row = page.locator(f"[id='{statement}']")
    if is_there:
        page.goto(FRAMEWORK)
        expect(row).to_be_hidden()
        page.evaluate("address => { location.hash = address }", address)
    else:
        page.goto(f"{FRAMEWORK}#{address}")
    row.wait_for()
    expect(page.locator("[id='CRI-1-01']"), "the rest stays folded").to_be_hidden()
    page.wait_for_function(
        "address => Math.abs(document.getElementById(address).getBoundingClientRect().top) < 200",
        arg=address,
    )
    page.context.close()


def test_without_script_a_hand_opens_it(site: Site, browser: Any) -> None:
    context = site.someone(browser, "learner", viewport=PHONE, java_script_enabled=False)
    page = context.new_page()
    page.goto(FRAMEWORK)
    row = page.locator("[id='T-1-01']")
    expect(row).to_be_hidden()
    page.get_by_text("Show statements").first.click()
    expect(row).to_be_visible()
    context.close()
