"""The browser checks can fail: each is shown a page with the fault that it looks for, under our own
security policy."""

from typing import Any

import pytest

from tests.browser.conftest import Site
from tests.browser.keyboard import Keyboard
from tests.browser.watch import MOST_REQUESTS, ORIENTATION, Watch, barriers, only, sideways
from tracker.rules.last_resort import POLICY

GOOD = """<!doctype html><html lang="en"><head><title>A page</title><link rel="icon" href="data:,"></head>
<body><main><h1>A page</h1>{}</main></body></html>"""


@pytest.fixture
def shown(site: Site, browser: Any) -> Any:
    """Show a body at an address of the site, with the headers of a page."""
    context = site.someone(browser, "visitor")
    watch = Watch(context.new_page())

    def show(body: str) -> Watch:
        headers = {"Content-Security-Policy": POLICY, "Content-Type": "text/html; charset=utf-8"}
        watch.page.route(
            "**/planted", lambda route: route.fulfill(body=GOOD.format(body), headers=headers)
        )
        watch.visit("/planted")
        watch.page.wait_for_timeout(100)
        return watch

    yield show
    context.close()


def test_a_good_page_has_no_fault(shown: Any) -> None:
    watch = shown("<p>Nothing is wrong here.</p>")
    assert [*watch.faults(), *sideways(watch.page), *barriers(watch.page)] == []


@pytest.mark.parametrize(
    "body", ["<script>x = 1</script>", '<p style="color: red">x</p>', '<p onclick="x()">x</p>']
)
def test_what_the_policy_refuses_is_found(shown: Any, body: str) -> None:
    watch = shown(body)
    assert any("Content Security Policy" in fault for fault in watch.faults())


def test_a_missing_script_is_found(shown: Any) -> None:
    assert any(
        "404" in fault for fault in shown('<script src="/assets/js/none.js"></script>').faults()
    )


def test_a_broken_script_is_found(shown: Any) -> None:
    watch = shown('<script src="/broken.js"></script>')
    watch.page.route(
        "**/broken.js",
        lambda route: route.fulfill(body="nothing()", content_type="text/javascript"),
    )
    watch.visit("/planted")
    assert any("nothing is not defined" in fault for fault in watch.faults())


def test_too_many_requests_are_found(shown: Any) -> None:
    images = "".join(f'<img alt="" src="/assets/favicon.svg?{at}">' for at in range(MOST_REQUESTS))
    assert f"{MOST_REQUESTS + 1} requests" in shown(images).faults()


def test_a_heavy_page_is_found(shown: Any) -> None:
    watch = shown(
        "".join(
            f'<img alt="" src="/frameworks/library-technicians/?heavy={at}">' for at in range(9)
        )
    )
    watch.page.wait_for_load_state("networkidle")
    assert any("bytes on the wire" in fault for fault in watch.faults())


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        ('<img src="/favicon.ico">', "image-alt"),
        ("<input>", "label"),
        ("<h4>Too deep</h4>", "heading-order"),
        ("<button></button>", "button-name"),
        ('<ul><li><a href="/a">One</a></li><li><a href="/b">Two</a></li></ul>', "target-size"),
    ],
)
def test_a_barrier_is_found(shown: Any, body: str, rule: str) -> None:
    assert any(barrier.startswith(f"axe {rule}:") for barrier in barriers(shown(body).page))


def test_a_locked_orientation_is_found(shown: Any) -> None:
    watch = shown('<link rel="stylesheet" href="/planted.css"><p>Turned</p>')
    style = "@media (orientation: portrait) { html { transform: rotate(90deg); } }"
    watch.page.route(
        "**/planted.css", lambda route: route.fulfill(body=style, content_type="text/css")
    )
    watch.visit("/planted")
    assert barriers(watch.page, only(ORIENTATION)) != []


def test_a_wide_page_is_found(shown: Any) -> None:
    assert "scrolls sideways" in sideways(shown("<pre>" + "wide " * 400 + "</pre>").page)[0]


LINKS = '<link rel="stylesheet" href="/planted.css"><p><a href="/1" id="one">One</a> <a href="/2" id="two">Two</a></p>{}'


@pytest.mark.parametrize(
    ("style", "more", "fault"),
    [
        ("a { outline: none; }", "", "no mark of the focus"),
        (
            "div { position: fixed; inset: 0; background: white; }",
            "<div>Over it</div>",
            "out of sight",
        ),
        ("", "", None),
    ],
)
def test_a_focus_that_cannot_be_seen_is_found(
    shown: Any, style: str, more: str, fault: str | None
) -> None:
    watch = shown("")
    watch.page.route(
        "**/planted.css", lambda route: route.fulfill(body=style, content_type="text/css")
    )
    keyboard = Keyboard(shown(LINKS.format(more)).page)
    keyboard.to(watch.page.locator("#two"))
    assert keyboard.pressed == 2
    assert len(keyboard.faults) == (2 if fault else 0)
    assert all(fault in each for each in keyboard.faults if fault)


def test_what_cannot_be_reached_is_found(shown: Any) -> None:
    watch = shown('<p id="far">Not a control</p>')
    with pytest.raises(AssertionError, match="do not reach"):
        Keyboard(watch.page).to(watch.page.locator("#far"))


def test_a_reader_can_double_the_text(site: Site, browser: Any) -> None:
    context = site.someone(browser, "visitor")
    watch = Watch(context.new_page())
    watch.visit("/")

    def size() -> str:
        body = watch.page.locator("body")
        return str(body.evaluate("each => getComputedStyle(each).fontSize"))

    with watch.text_twice_as_large():
        assert size() == "32px"
    assert size() == "16px"
    context.close()
