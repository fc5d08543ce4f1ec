"""`make load`: 140 people sign in for the first time at once from one address, with passwords of
today's cost; and again after ten have mistyped there, so that they take turns. How long all of it
takes for each, and the longest that a proxy waits for one answer.

Meanwhile a signed-in page is asked for four times a second, as in slow_clients. Another server is
measured in the same way as there.
"""

import asyncio
import sqlite3
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import cycle, islice
from pathlib import Path

from config import Config
from tests.benches.demo import Demo, Server, demo, percentile, resident
from tests.benches.pages import Visitor
from tests.benches.slow_clients import EVERY, PAGE, Probes
from tracker.accounts.sign_in.rules import Passwords

PEOPLE, MISTYPED = 140, 10
PASSWORD = "a rush of many people"


def everybody(place: Demo) -> list[str]:
    """As many addresses, some more than once; all have PASSWORD from now on."""
    hashed = Passwords(**Config().ARGON2).hash(PASSWORD)
    path = Path(place.environment["TRACKER_DATA_DIR"]) / "demo.sqlite3"
    with closing(sqlite3.connect(path)) as database:
        database.execute("UPDATE people SET password_hash = ?", [hashed])
        database.commit()
        rows = database.execute("SELECT email FROM people WHERE disabled_at IS NULL ORDER BY id")
        return list(islice(cycle(email for (email,) in rows), PEOPLE))


def sign_in(port: int, email: str, password: str = PASSWORD) -> tuple[int, float, float]:
    """(the status, milliseconds in all, and of the longest answer). A page that waits is asked again
    when it says so."""
    somebody, start, longest = Visitor(port), time.perf_counter(), 0.0
    where, form = "/login", {"email": email, "password": password}
    somebody.get(where)
    while where.startswith("/login"):
        asked = time.perf_counter()
        status, _text, to = somebody.ask(where, form)
        longest = max(longest, time.perf_counter() - asked)
        seconds, _semicolon, then = somebody.refresh.partition("; url=")
        if not (seconds or to):
            break
        time.sleep(int(seconds or 0))
        where, form = to or then or where, None
    somebody.connection.close()
    return status, (time.perf_counter() - start) * 1000, longest * 1000


async def rush(
    server: Server, cookie: str, emails: list[str]
) -> tuple[Probes, list[tuple[int, float, float]]]:
    probes = Probes()
    with ThreadPoolExecutor(len(emails)) as pool:
        async with asyncio.TaskGroup() as group:
            all_signed_in = asyncio.gather(
                *(
                    asyncio.get_running_loop().run_in_executor(pool, sign_in, server.port, email)
                    for email in emails
                )
            )
            while not all_signed_in.done():
                group.create_task(probes.ask(server.port, "page", PAGE, cookie))
                await asyncio.sleep(EVERY)
        return probes, await all_signed_in


def main(command: list[str]) -> None:
    for mistyped in (0, MISTYPED):
        print(f"after {mistyped} have mistyped:")
        measure(command, mistyped)


def measure(command: list[str], mistyped: int) -> None:
    with demo() as place, place.served(command) as server:
        cookie = place.signed_in(server.port, "learner")
        emails = everybody(place)
        for email in emails[:mistyped]:
            sign_in(server.port, email, "a rush of many peopel")
        fresh = [resident(pid) for pid in server.workers()]
        start = time.perf_counter()
        probes, done = asyncio.run(rush(server, cookie, emails))
        seconds = time.perf_counter() - start
        peak = [resident(pid, "VmHWM") for pid in server.workers()]
    print(f"{len(emails)} sign-ins in {seconds:.1f} s")
    statuses = [status for status, _taken, _longest in done]
    print(f"  the longest answer: {max(longest for *_rest, longest in done):.0f} ms")
    for status in sorted(set(statuses)):
        waited = [taken for each, taken, _longest in done if each == status]
        print(
            f"  {statuses.count(status)} answered {status}: p50 {percentile(waited, 50):.0f} ms, "
            f"p95 {percentile(waited, 95):.0f} ms, max {max(waited):.0f} ms"
        )
    pages = probes.waited["page"]
    print(
        f"a signed-in page meanwhile: p50 {percentile(pages, 50):.0f} ms, "
        f"p95 {percentile(pages, 95):.0f} ms, max {max(pages):.0f} ms, {probes.failed} failed"
    )
    for before, most in zip(fresh, peak, strict=True):
        print(f"a worker: {before:.0f} MiB before, {most:.0f} MiB at most")


if __name__ == "__main__":
    main(sys.argv[1:])
