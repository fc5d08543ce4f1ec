"""`make bench-front`: what five pages cost a slow browser on a slow line, at a first visit (cold) and at the next
one (warm), when what may be kept is kept. Chromium works four times slower, and its network has 1.6 Mbit/s
down, 0.75 up, and answers after 150 ms; it makes its connections without that delay.

The columns: bytes on the wire with headers, requests that went over it, when the largest part of the page stood
there (LCP), how much moved by itself (CLS), milliseconds of the page's main thread, and what its largest part is.
Each is a median of three visits, and a figure over its bar has a mark. `tracker serve` answers, on the demo.

    python -m tests.benches.front [visits]
"""

import importlib
import statistics
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from tests.benches.demo import HOST, Demo, demo
from tests.benches.pages import Visitor, first
from tests.browser.conftest import CHROMIUM, trouble

SLOWER, LATENCY, DOWN, UP = 4, 150, 1_600_000 / 8, 750_000 / 8
DESK = {"viewport": {"width": 1280, "height": 900}}
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
DOMAIN = "/assess/library-technicians/technical/technical"
PAGES = {
    "assess": ("learner", DOMAIN, DESK),
    "card on a phone": ("learner", DOMAIN, PHONE),
    "profile": ("learner", "/profile", DESK),
    "gaps": ("coordinator", "{team}/gaps", DESK),
    "today": ("learner", "/", DESK),
}
LCP_MOST = {"cold": 2500, "warm": 1200}
SHIFT_MOST = 0.02
SEEN = """() => new Promise((done) => {
  const found = { lcp: 0, largest: "nothing", shift: 0 };
  const see = (type, each) => new PerformanceObserver((list) => list.getEntries().forEach(each))
    .observe({ type, buffered: true });
  see("largest-contentful-paint", ({ startTime, element }) => {
    found.lcp = startTime;
    found.largest = element ? [element.localName, ...element.classList].join(".") : "gone since";
  });
  see("layout-shift", ({ value, hadRecentInput }) => { found.shift += hadRecentInput ? 0 : value; });
  setTimeout(() => done(found), 100);
})"""


class Seen(NamedTuple):
    bytes: int
    requests: int
    lcp: float
    shift: float
    main: float
    largest: str


def visit(context: Any, path: str) -> Seen:
    """In a tab of its own: a tab that was on the page keeps more of it than the cache."""
    page = context.new_page()
    wire = context.new_cdp_session(page)
    sizes: list[int] = []
    wire.on("Network.loadingFinished", lambda event: sizes.append(int(event["encodedDataLength"])))
    wire.send("Network.enable")
    wire.send("Performance.enable")
    wire.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    line = {"latency": LATENCY, "downloadThroughput": DOWN, "uploadThroughput": UP}
    wire.send("Network.emulateNetworkConditions", {"offline": False, **line})
    before = _main(wire)
    page.goto(path, wait_until="networkidle")
    main = (_main(wire) - before) * 1000
    seen = page.evaluate(SEEN)
    page.close()
    sent = [size for size in sizes if size]  # what is kept comes without a byte
    return Seen(sum(sent), len(sent), seen["lcp"], seen["shift"], main, seen["largest"])


def _main(wire: Any) -> float:
    """Seconds of tasks of the main thread so far."""
    found = {each["name"]: each["value"] for each in wire.send("Performance.getMetrics")["metrics"]}
    return float(found["TaskDuration"])


def median(seen: Iterable[Seen]) -> Seen:
    *figures, largest = zip(*seen, strict=True)
    return Seen(*map(statistics.median, figures), statistics.mode(largest))


@contextmanager
def chromium() -> Iterator[Any]:
    with importlib.import_module("playwright.sync_api").sync_playwright() as running:
        browser = running.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


def visits(place: Demo, port: int, times: int) -> Iterator[tuple[str, str, Seen]]:
    """Page, "cold" or "warm", and what was seen of it."""
    cookies = {role: place.signed_in(port, role) for role, *_page in PAGES.values()}
    asking = {role: Visitor(port, _parts(each)) for role, each in cookies.items()}
    team = first(r'href="(/teams/\d+)', asking["coordinator"].get("/teams"))
    url = f"http://{HOST}:{port}"
    with chromium() as browser:
        for name, (role, path, options) in PAGES.items():
            address = path.format(team=team)
            asking[role].get(address)  # the server is warm in either case
            seen: dict[str, list[Seen]] = {"cold": [], "warm": []}
            for _time in range(times):
                context = browser.new_context(base_url=url, **options)
                context.add_cookies(
                    [
                        {"name": each, "value": value, "url": url}
                        for each, value in _parts(cookies[role]).items()
                    ]
                )
                for which, found in seen.items():
                    found.append(visit(context, address))
                    assert found[-1].lcp, (name, which)
                context.close()
            yield from ((name, which, median(found)) for which, found in seen.items())


def _parts(cookie: str) -> dict[str, str]:
    return dict(each.split("=", 1) for each in cookie.split("; "))


def main() -> None:
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    if why := trouble():
        sys.exit(why)
    over = []
    print(
        f"{'':17}{'':6}{'bytes':>9}{'requests':>10}{'LCP ms':>9} {'CLS':>7} {'main ms':>9}  largest"
    )
    with demo() as place, place.served([]) as server:
        for name, which, seen in visits(place, server.port, times):
            is_late, is_moved = seen.lcp > LCP_MOST[which], seen.shift > SHIFT_MOST
            print(
                f"{name:17}{which:6}{seen.bytes:>9,}{seen.requests:>10}"
                f"{seen.lcp:>9,.0f}{'!' if is_late else ' '}{seen.shift:>7.3f}"
                f"{'!' if is_moved else ' '}{seen.main:>9,.0f}  {seen.largest}",
                flush=True,
            )
            over += [f"{name} {which}"] if is_late or is_moved else []
    bars = ", ".join(f"{most:,} ms {which}" for which, most in LCP_MOST.items())
    print(f"Bars: LCP {bars}; CLS {SHIFT_MOST}.")
    if over:
        sys.exit(f"Over a bar: {', '.join(over)}")


if __name__ == "__main__":
    main()
