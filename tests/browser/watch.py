"""What is wrong with a page in a real browser. Each check gives its faults in words; an empty list
is a good page."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

axe = pytest.importorskip(
    "axe_playwright_python.sync_playwright",
    reason="axe is not installed (make test-browser does it)",
)

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COLORS = "color-contrast"
TARGETS = "target-size"
"""Of what a bar that stays in sight half covers, it takes the other half for all there is."""
UNSTUCK = """options => {
  const stuck = [...document.querySelectorAll("body *")]
    .filter((each) => ["sticky", "fixed"].includes(getComputedStyle(each).position));
  for (const each of stuck) each.style.position = "static";
  return axe.run(options).then((results) => {
    for (const each of stuck) each.style.position = "";
    return results.violations;
  });
}"""
ORIENTATION = "css-orientation-lock"
"""The one rule that reads the style sheet anew, which takes as long as all others: all pages have
the same."""
WCAG = {
    "runOnly": {"type": "tag", "values": RULES},
    "rules": {ORIENTATION: {"enabled": False}},
    "preload": False,
    "resultTypes": ["violations"],
}
NO_COLORS = {**WCAG, "rules": {ORIENTATION: {"enabled": False}, COLORS: {"enabled": False}}}
AXE = axe.Axe().axe_script
"""axe-core itself, read once."""
DRAWN = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
"""Until what was loaded last has been laid out and drawn."""
MOST_BYTES = 100_000
"""On the wire, for somebody who was never here: headers and compressed bodies."""
MOST_REQUESTS = 10
LEFT = "net::ERR_ABORTED"
"""The page was left meanwhile, as a draft that was just typed is while its form is sent."""
USUAL, TWICE = {"standard": 16, "fixed": 13}, {"standard": 32, "fixed": 26}
"""Font sizes in px as the browser comes, and when a reader doubles theirs (WCAG 1.4.4)."""


class Watch:
    """Everything that a page complains of, and everything that it fetches, from now on."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.bytes = 0
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.complaints.append(f"script error: {error}"))
        page.on("requestfailed", self._not_loaded)
        self.wire = page.context.new_cdp_session(page)
        self.wire.send("Network.enable")
        self.wire.send("Network.setCacheDisabled", {"cacheDisabled": True})
        self.wire.on(
            "Network.requestWillBeSent", lambda event: self.requests.append(event["request"]["url"])
        )
        self.wire.on("Network.loadingFinished", self._loaded)

    def _console(self, message: Any) -> None:
        is_page_itself = (
            message.location.get("url") == self.page.url and "status of" in message.text
        )
        if message.type in ("error", "warning") and not is_page_itself:
            self.complaints.append(f"console {message.type}: {message.text}")

    def _not_loaded(self, request: Any) -> None:
        if request.failure != LEFT:
            self.complaints.append(f"not loaded: {request.url}")

    def _loaded(self, event: dict[str, Any]) -> None:
        self.bytes += int(event["encodedDataLength"])

    @contextmanager
    def text_twice_as_large(self) -> Iterator[None]:
        self.wire.send("Page.setFontSizes", {"fontSizes": TWICE})
        yield
        self.wire.send("Page.setFontSizes", {"fontSizes": USUAL})

    def visit(self, path: str) -> None:
        """Go there as if for the first time."""
        self.forget()
        self.page.goto(path)

    def forget(self) -> None:
        """What was seen so far was of another page."""
        self.complaints.clear()
        self.requests.clear()
        self.bytes = 0

    def faults(self) -> list[str]:
        found = [*self.complaints]
        if self.bytes > MOST_BYTES:
            found.append(f"{self.bytes} bytes on the wire")
        if len(self.requests) > MOST_REQUESTS:
            found.append(f"{len(self.requests)} requests")
        return found


def only(rule: str) -> dict[str, Any]:
    return {"runOnly": {"type": "rule", "values": [rule]}, "resultTypes": ["violations"]}


def barriers(page: Any, rules: dict[str, Any] = WCAG) -> list[str]:
    """What axe-core finds against these rules: WCAG 2.2 AA and its own good practice.

    What passed stays in the page: to hand all of it over takes longer than to find it.
    """
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(AXE)
    found = page.evaluate(
        "options => axe.run(options).then((results) => results.violations)", rules
    )
    if any(each["id"] == TARGETS for each in found):
        found = [each for each in found if each["id"] != TARGETS]
        found += page.evaluate(UNSTUCK, only(TARGETS))
    return [
        f"axe {each['id']}: {node['target']} {node['failureSummary']}"
        for each in found
        for node in each["nodes"]
    ]


def sideways(page: Any) -> list[str]:
    """Whether the page itself scrolls sideways, and what sticks out of it."""
    width, room = page.evaluate(
        "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
    )
    if width <= room:
        return []
    return [f"scrolls sideways: {width} px in {room}; {page.evaluate(STICKING_OUT)}"]


STICKING_OUT = """() => [...document.querySelectorAll("body *")]
  .filter((each) => {
    const box = each.getBoundingClientRect();
    return box.width && (box.right > innerWidth + 1 || box.left < -1);
  })
  .slice(0, 4)
  .map((each) => each.outerHTML.slice(0, 120))"""
