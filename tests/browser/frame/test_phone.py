"""On a phone: the way to the main pages stands at the foot, what can be pressed is large enough for
a finger, no level of headings is skipped, and a menu closes."""

from typing import Any

import pytest

from tests.browser.conftest import Site

sync_api = pytest.importorskip("playwright.sync_api", reason="make test-browser installs it")
expect = sync_api.expect

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}
LEAST, AT_A_DESK = 44, 24
"""The least height in px of what a finger presses, and the least size of all (WCAG 2.5.8)."""
SMALL = """(least) => {
  for (const each of document.querySelectorAll("main details")) if (!each.matches(".drop")) each.open = true;
  const found = [];
  const isAlone = (link) => {
    let block = link.parentElement;
    while (getComputedStyle(block).display === "inline") block = block.parentElement;
    const words = [...block.childNodes].filter((each) => each.nodeType === Node.TEXT_NODE);
    return !/[\\p{L}\\p{N}]/u.test(words.map((each) => each.textContent).join(""));
  };
  for (const each of document.querySelectorAll("main a[href]:not(.btn), .site-footer a")) {
    const {height, width} = each.getBoundingClientRect();
    const isSmall = height < least - 0.5 || width < 23.5;
    if (each.checkVisibility({visibilityProperty: true}) && isAlone(each) && height > 0 && isSmall)
      found.push(`${each.outerHTML.slice(0, 80)}: ${Math.round(width)} x ${Math.round(height)} px`);
  }
  const controls = "button, input:not([type=hidden]), select, textarea, summary, .btn, nav a, .sort-link";
  for (const each of document.querySelectorAll(controls)) {
    if (!each.checkVisibility({visibilityProperty: true}) || each.matches(".skip-link, .visually-hidden")) continue;
    const label = each.matches("[type=radio], [type=checkbox]") ? each.labels[0] : null;
    const height = Math.max(each.getBoundingClientRect().height, label?.getBoundingClientRect().height ?? 0);
    if (height > 0 && height < least - 0.5) found.push(`${each.outerHTML.slice(0, 80)}: ${Math.round(height)} px`);
  }
  return found;
}"""
SHRINK = """() => {
  const small = document.querySelector("main h1").appendChild(document.createElement("button"));
  small.style.cssText = "min-height: 0; height: 40px; padding: 0";
}"""
"""Plants a button that is a little too small."""
SKIPPED = """() => {
  const shown = [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")].filter((each) => each.checkVisibility());
  return shown
    .filter((each, at) => each.tagName[1] > (at ? shown[at - 1].tagName[1] : 1) * 1 + 1)
    .map((each) => `no heading above ${each.outerHTML.slice(0, 80)}`);
}"""
"""As axe has it, which looks at every other page on a phone: of what a narrow page hides no heading may be missing."""
SKIP = """() => {
  document.querySelector("main h1").insertAdjacentHTML("afterend", "<h4>Too deep</h4>");
}"""
TOO_WIDE = """() => [...document.querySelectorAll(".table-region")]
  .filter((each) => each.checkVisibility() && each.scrollWidth > each.clientWidth + 1)
  .map((each) => `${each.getAttribute("aria-label")}: ${each.scrollWidth} of ${each.clientWidth} px`)"""
"""Tables that scroll sideways."""
BAR = {
    "learner": ["Today", "Rate", "Evidence", "Reviews", "Profile"],
    "supervisor": ["Today", "Reviews", "Teams", "Framework"],
    "coordinator": ["Today", "Reviews", "Teams", "Framework"],
    "administrator": ["Today", "Admin", "Framework"],
}


@pytest.mark.parametrize("role", BAR)
def test_the_bar_at_the_foot_leads_to_what_this_person_does(
    site: Site, browser: Any, role: str
) -> None:
    page = site.someone(browser, role, viewport=PHONE).new_page()
    page.goto("/")
    bar = page.locator(".bottom-bar")
    assert bar.get_by_role("link").all_inner_texts() == BAR[role]
    box = bar.bounding_box()
    assert round(box["y"] + box["height"]) == PHONE["height"]
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    foot = page.locator(".site-footer").bounding_box()
    assert foot["y"] + foot["height"] <= box["y"] + 1, "the bar lies over the end of the page"
    page.set_viewport_size({"width": 1280, "height": 900})
    expect(bar).to_be_hidden()
    page.context.close()


@pytest.mark.parametrize(
    ("role", "rooms"),
    [
        ("learner", ("",)),
        ("supervisor", ("assessment/", "reviews/", "teams/")),
        ("learner and supervisor", ("assessment/",)),  # among them the page of one level
    ],
)
def test_what_is_pressed_is_large_and_no_heading_is_missing(
    site: Site, browser: Any, role: str, rooms: tuple[str, ...]
) -> None:
    """Each page first as wide as the one before it was last."""
    page = site.someone(browser, role, viewport=PHONE).new_page()
    places = {
        place.template: place.path
        for place in site.places
        if place.role == role and place.template.startswith(rooms)
    }
    assert len(places) > 3
    found, sizes = {}, [(PHONE, LEAST), (DESK, AT_A_DESK)]
    for path in places.values():
        page.goto(path)
        found[path] = []
        for size, least in sizes:
            page.set_viewport_size(size)
            found[path] += [*page.evaluate(SMALL, least), *page.evaluate(SKIPPED)]
        sizes.reverse()
    page.set_viewport_size(PHONE)
    assert {path: faults for path, faults in found.items() if faults} == {}
    page.evaluate(SHRINK)
    assert len(page.evaluate(SMALL, LEAST)) == 1, "a small one is found"
    page.evaluate(SKIP)
    assert len(page.evaluate(SKIPPED)) == 1, "a level that is skipped is found"
    page.context.close()


def test_a_menu_closes_with_escape_and_beside_it(site: Site, browser: Any) -> None:
    page = site.someone(browser, "learner").new_page()
    page.goto("/profile")
    for menu in (page.locator("#account-menu"), page.locator(".drop").first):
        summary = menu.locator("summary")
        summary.click()
        page.keyboard.press("Tab")
        page.keyboard.press("Escape")
        assert menu.get_attribute("open") is None
        assert summary.evaluate("each => each === document.activeElement")
        summary.click()
        assert menu.get_attribute("open") is not None
        page.locator("h1").click()
        assert menu.get_attribute("open") is None
    page.context.close()


SWIPED = (
    "Reviewed level by person and domain",
    "Below target of those reviewed, by team and domain",
)
"""A dozen domains side by side: browser/teams/test_gaps.py."""
TEAMS = {"reviews/index.html", "teams/gaps.html", "teams/show.html"}


@pytest.mark.parametrize(
    ("role", "rooms", "at_least"),
    [
        ("learner", ("",), {"profiles/explain.html", "accounts/show.html"}),
        ("learner and supervisor", ("profiles/",), {"profiles/explain.html"}),
        ("supervisor", ("reviews/index", "teams/"), TEAMS),
        ("coordinator", ("reviews/index", "teams/"), TEAMS),
    ],
)
def test_tables_fit_a_phone(
    site: Site, browser: Any, role: str, rooms: tuple[str, ...], at_least: set[str]
) -> None:
    page = site.someone(browser, role, viewport=PHONE).new_page()
    places = {
        place.template: place.path
        for place in site.places
        if place.role == role and place.template.startswith(rooms)
    }
    places.pop("styleguide.html", None)
    assert at_least <= set(places)
    too_wide = {}
    for template, path in places.items():
        page.goto(path)
        too_wide[template] = page.evaluate(TOO_WIDE)
    swiped = too_wide.get("teams/gaps.html", [])
    assert all(table.startswith(SWIPED) for table in swiped), "their heads and names stay in sight"
    too_wide["teams/gaps.html"] = []
    assert {template: tables for template, tables in too_wide.items() if tables} == {}
    page.set_viewport_size({"width": 120, "height": 700})
    page.goto("/account" if "learner" in role else "/teams")
    assert page.evaluate(TOO_WIDE) != [], "what is wider is found"
    page.context.close()


def test_a_table_wider_than_the_phone_says_so_and_no_other(site: Site, browser: Any) -> None:
    page = site.someone(browser, "administrator", viewport=PHONE).new_page()
    page.goto("/admin/people")
    words = page.get_by_text("Scroll sideways to see all columns.").first
    expect(words).to_be_visible()
    page.set_viewport_size({"width": 1280, "height": 900})
    words.wait_for(state="hidden")
    page.context.close()
