"""`make bench`, second part: how long one save takes while 8 and 64 people save at once.

The demo on both engines, served as `tracker serve` does with its own number of workers. Everybody
saves an answer of their own again as soon as the one before is acknowledged. Afterward every answer
must have the version that its last acknowledgement said: nothing lost, and nothing done twice.
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
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.benches.pages import ROOT, Visitor, served
from tests.engines import fresh_database, postgres_trouble

SECONDS = float(os.environ.get("BENCH_BURST_SECONDS", "10"))
CLIENTS = (8, 64)
PAGE = "/assess/library-technicians/technical/technical"


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


def burst(engine_name: str, port: int, learners: list[dict[str, str]], number: int) -> str:
    people = savers(port, learners, number)
    until = time.perf_counter() + SECONDS
    with ThreadPoolExecutor(number) as pool:
        list(pool.map(lambda saver: saver.go_on(until), people))
    for saver in people:
        saver.who.connection.close()  # the server does not keep open what is idle
    lost = sum(versions(saver.who.get(PAGE))[saver.address] != saver.version for saver in people)
    taken = sorted(one for saver in people for one in saver.taken)
    at = [taken[min(len(taken) - 1, len(taken) * part // 100)] for part in (50, 95, 99)]
    return (
        f"{engine_name:<12}{number:>8}{len(taken) / SECONDS:>9.0f}"
        + "".join(f"{each:>9.0f}" for each in at)
        + f"{taken[-1]:>9.0f}{sum(saver.refused for saver in people):>9}{lost:>6}"
    )


@contextmanager
def demo(engine_name: str) -> Iterator[tuple[int, list[dict[str, str]]]]:
    """The port where it is served, and who has answers to save."""
    with tempfile.TemporaryDirectory() as name, fresh_database(engine_name, Path(name)) as url:
        environment = {**os.environ, "TRACKER_DATA_DIR": name, "TRACKER_DEMO": "1"}
        if engine_name != "sqlite":
            environment["TRACKER_DATABASE_URL"] = url
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
            yield port, accounts


def main() -> None:
    trouble = postgres_trouble()
    print(f"one save while others save, {SECONDS:g} s each; times in ms")
    print(
        f"{'engine':<12}{'people':>8}{'per s':>9}{'p50':>9}{'p95':>9}{'p99':>9}{'longest':>9}"
        f"{'refused':>9}{'lost':>6}"
    )
    for engine_name in ("sqlite", "postgresql"):
        if engine_name == "postgresql" and trouble is not None:
            print(f"postgresql: {trouble}")
            continue
        with demo(engine_name) as (port, learners):
            for number in CLIENTS:
                print(burst(engine_name, port, learners, number), flush=True)


if __name__ == "__main__":
    main()
