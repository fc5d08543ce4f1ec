"""What is long is folded on a phone: the address opens it, a hand without script too; at the desk
and on paper it is open."""

from typing import Any

import pytest

from tests.browser.conftest import Site
from tests.browser.test_print import printed

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
    assert page.locator(".fold-narrow[open]").count() == 0
    assert not page.locator(".fold-narrow > summary").first.is_visible()
    shut = page.evaluate(HEIGHT)
    page.evaluate(OPEN_ALL)
    assert page.evaluate(HEIGHT) == shut
    page.set_viewport_size(PHONE)
    page.goto(path)
    last = page.locator(".fold-narrow b").last
    assert not last.is_visible()
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
        assert not row.is_visible()
        page.evaluate("address => { location.hash = address }", address)
    else:
        page.goto(f"{FRAMEWORK}#{address}")
    row.wait_for()
    assert not page.locator("[id='CRI-1-01']").is_visible(), "the rest stays folded"
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
    assert not row.is_visible()
    page.get_by_text("Show statements").first.click()
    assert row.is_visible()
    context.close()
