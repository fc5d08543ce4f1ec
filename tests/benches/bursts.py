"""`make bench`, second part: how long one save takes while 8 and 64 people save at once.

The demo on both engines, served as `tracker serve` does with its own number of workers, and asked in
turn in the same minutes; both wait for the disk. Everybody saves an answer of their own again as
soon as the one before is acknowledged. Afterward every answer must have the version that its last
acknowledgement said: nothing lost, and nothing done twice. `program` and `server`: milliseconds of
the processor for a save, of the workers and of PostgreSQL. What a connection used that is closed by
then is not counted: where it is less than nothing, connections did not last.

    python -m tests.benches.bursts
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.benches.pages import ROOT, Visitor, served, spent_by
from tests.engines import fresh_database, postgres_trouble

SECONDS = float(os.environ.get("BENCH_BURST_SECONDS", "10"))
ROUNDS = int(os.environ.get("BENCH_BURST_ROUNDS", "2"))
CLIENTS = (8, 64)
PAGE = "/assess/library-technicians/technical/technical"


DISK = "?options=-csynchronous_commit%3Don"
"""A database of the tests waits for no disk, otherwise."""


@dataclass
class Demo:
    """Where it is served, who has answers to save, and what the commands of its processes say."""

    port: int
    learners: list[dict[str, str]]
    program: str
    server: str | None

    def spent(self) -> list[float]:
        """Seconds of the processor so far, of the program and of PostgreSQL."""
        return [spent_by(self.program), spent_by(self.server) if self.server else 0]


@dataclass
class Saver:
    """Somebody who saves one answer over and over, on a connection of their own."""

    who: Visitor
    address: str
    version: int
    taken: list[float] = field(default_factory=list)
    refused: int = 0

    def save(self) -> None:
        answer = ("partly", "consistently")[self.version % 2]
        begun = time.perf_counter()
        status, said, _ = self.who.ask(
            self.address, {"answer": answer, "base_version": str(self.version)}, "application/json"
        )
        self.taken.append((time.perf_counter() - begun) * 1000)
        if status == 200:
            self.version = json.loads(said)["version"]
        else:
            self.refused += 1

    def go_on(self, until: float) -> None:
        while time.perf_counter() < until:
            self.save()


def versions(page: str) -> dict[str, int]:
    """The address that saves each answer of a page -> its version."""
    found = re.findall(
        r'action="(/statements/\d+/rating)".*?name="base_version-\d+"[^>]*value="(\d+)"', page, re.S
    )
    return {address: int(version) for address, version in found}


def savers(port: int, learners: list[dict[str, str]], number: int) -> list[Saver]:
    """As many as asked for, each with another answer to save."""
    made: list[Saver] = []
    for account in learners:
        person = Visitor(port)
        person.sign_in(account["email"], account["password"])
        for address, version in list(versions(person.get(PAGE)).items())[
            : -(-number // len(learners))
        ]:
            made.append(Saver(Visitor(port, person.cookies, person.token), address, version))
    return made[:number]


def burst(engine_name: str, demo: Demo, number: int) -> str:
    people = savers(demo.port, demo.learners, number)
    before, until = demo.spent(), time.perf_counter() + SECONDS
    with ThreadPoolExecutor(number) as pool:
        list(pool.map(lambda saver: saver.go_on(until), people))
    spent = [now - then for then, now in zip(before, demo.spent(), strict=True)]
    for saver in people:
        saver.who.connection.close()  # the server does not keep open what is idle
    lost = sum(versions(saver.who.get(PAGE))[saver.address] != saver.version for saver in people)
    taken = sorted(one for saver in people for one in saver.taken)
    at = [taken[min(len(taken) - 1, len(taken) * part // 100)] for part in (50, 95, 99)]
    return (
        f"{engine_name:<12}{number:>8}{len(taken):>9}"
        + "".join(f"{each:>9.0f}" for each in at)
        + f"{taken[-1]:>9.0f}{sum(saver.refused for saver in people):>9}{lost:>6}"
        + "".join(f"{each / len(taken) * 1000:>9.1f}" for each in spent)
    )


@contextmanager
def demo(engine_name: str) -> Iterator[Demo]:
    with tempfile.TemporaryDirectory() as name, fresh_database(engine_name, Path(name)) as url:
        environment = {**os.environ, "TRACKER_DATA_DIR": name, "TRACKER_DEMO": "1"}
        if engine_name != "sqlite":
            environment["TRACKER_DATABASE_URL"] = url + DISK
        tracker = [str(Path(sys.executable).parent / "tracker"), "demo"]
        for arguments in (["load"], ["accounts", "--json"]):
            told = subprocess.run(
                [*tracker, *arguments],
                cwd=ROOT,
                env=environment,
                check=True,
                stdout=subprocess.PIPE,
            ).stdout
        accounts = [load for load in json.loads(told) if load["role"] == "learner"]
        with served("tracker.app:create_app()", environment, workers=2) as port:
            database = url.rpartition("/")[2]
            server = None if engine_name == "sqlite" else f" {database} "
            yield Demo(port, accounts, f"127.0.0.1:{port}", server)


def main() -> None:
    engines, trouble = ["sqlite", "postgresql"], postgres_trouble()
    if trouble is not None:
        print(f"{engines.pop()}: left out, {trouble}")
    print(f"one save while others save, {SECONDS:g} s each; times in ms")
    print(
        f"{'engine':<12}{'people':>8}{'saves':>9}{'p50':>9}{'p95':>9}{'p99':>9}{'longest':>9}"
        f"{'refused':>9}{'lost':>6}{'program':>9}{'server':>9}"
    )
    with ExitStack() as all_served:
        demos = {each: all_served.enter_context(demo(each)) for each in engines}
        for number in CLIENTS * ROUNDS:
            for engine_name, served_demo in demos.items():
                print(burst(engine_name, served_demo, number), flush=True)


if __name__ == "__main__":
    main()
