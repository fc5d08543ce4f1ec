"""`make load-memory`: what a worker holds while 100,000 requests are answered (LOAD_REQUESTS).

One worker at a time; a person of each role, over a connection each, and the scenes of `make bench`
beside them. They ask for their pages, each time with an address that nobody asked for before, for
pages that are not there, and for documents; and one saves.
"""

import itertools
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

from tests.benches.demo import TRACKER, Demo, demo, resident
from tests.benches.pages import Visitor, scenes

REQUESTS = int(os.environ.get("LOAD_REQUESTS", "100000"))
STEPS = 20
PAGES = {
    "learner": ["/", "/evidence", "/assess", "/account", "/profile.json", "/profile.csv"],
    "supervisor": ["/", "/reviews", "/teams", "/reviews/by-statement", "/nowhere/"],
    "coordinator": ["/", "/teams", "/frameworks/", "/healthz", "/login", "/notices"],
    "administrator": ["/", "/admin", "/admin/people", "/admin/audit", "/admin/teams", "/system"],
}
DOCUMENT_EVERY = 200


def asking(place: Demo, port: int, role: str) -> Iterator[Callable[[], object]]:
    account = next(each for each in place.accounts if each["role"] == role)
    somebody = Visitor(port)
    somebody.sign_in(account["email"], account["password"])
    for number, page in enumerate(itertools.cycle(PAGES[role])):
        path = "/profile.pdf" if number % DOCUMENT_EVERY == 0 else page
        yield lambda path=path, number=number: _read(somebody, f"{path}?q={number}")


def _read(somebody: Visitor, path: str) -> None:
    status, _, _ = somebody.ask(path)
    if status >= 500:
        raise RuntimeError(f"{path} answered {status}")


def main() -> None:
    command = [TRACKER, "serve", "--no-worker", "--workers=1", "--port={port}"]
    with demo() as place, place.served(command) as server:
        everybody = [
            itertools.cycle(scenes(server.port, place.accounts).values()),
            *(asking(place, server.port, role) for role in PAGES),
        ]
        each = REQUESTS // STEPS
        print(f"{'requests':>9}{'MiB':>6}{'a second':>10}")
        with ThreadPoolExecutor(len(everybody)) as pool:
            start = time.perf_counter()
            for step in range(STEPS + 1):
                done, seconds = step * each, time.perf_counter() - start
                most = max(map(resident, server.workers()))
                print(f"{done:>9}{most:>6.0f}{done / seconds:>10.0f}", flush=True)
                if step < STEPS:
                    left = iter(range(each))
                    list(pool.map(lambda acts, left=left: _ask(acts, left), everybody))


def _ask(acts: Iterator[Callable[[], object]], left: Iterator[int]) -> None:
    """What is left of a step, together with the others who take from it."""
    for _one, act in zip(left, acts, strict=False):
        act()


if __name__ == "__main__":
    main()
