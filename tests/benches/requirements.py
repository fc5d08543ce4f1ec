"""`make bench-needs`: what a library of 40 people, and one of 300, needs of its machine.

A year is told through the services first: two rounds, in each of which everybody rates, keeps
evidence, and is reviewed up to their target. Then `tracker serve` runs on it as it is by default,
with its worker, and everybody signs in within minutes, AT_ONCE of them at a time, and does the
scenes of `make bench` in their team. Memory is the proportional share (PSS) of all its processes;
the client is not in it.
"""

import datetime as dt
import os
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from itertools import chain, cycle, islice
from pathlib import Path

from sqlalchemy import update

from config import ROOT, Config
from tests.benches.demo import MIB, TRACKER, Demo, Server
from tests.benches.pages import scenes
from tests.demo.library import FIRST_ROUND, THIS_ROUND, LibraryStory, chunks
from tests.demo.people import Cast, DemoTeam, load_cast
from tests.demo.reviews import Stage, hold_review
from tracker.accounts.sign_in.rules import Passwords
from tracker.administration.rounds import actions as rounds_actions
from tracker.app import create_app
from tracker.assessment.ratings import actions as ratings_actions
from tracker.cli.setup import set_up
from tracker.db import db, transaction
from tracker.evidence.files.rules import FileStore
from tracker.models import Person
from tracker.services.one_transaction import all_or_nothing

SIZES = (40, 300)
TEAM, TURNS, AT_ONCE = 12, 2, 4
TICKS = os.sysconf("SC_CLK_TCK")


class Year(LibraryStory):
    """Answers are saved a page at a time, which leaves the same rows as one by one."""

    screen = 10

    def tell(self) -> None:
        self._found(below=0)
        self._people(nested=False)
        for begins, ends in (FIRST_ROUND, THIS_ROUND):
            later = begins == THIS_ROUND[0]
            self._round(begins, ends)
            for learner in self.learners:
                day = begins + 3 + learner.place
                actor = self._begin(learner, day)
                again = [*chain(*self._to_rate_again(learner))]
                rated = again if later else self.statements
                said = [self._to_save(learner, each, later) for each in rated]
                ratings_actions.rate_many(actor, said, self.at(day))
                for each in said:
                    learner.said[each.statement_id] = str(each.answer)
                    learner.versions[each.statement_id] = each.base_version + 1
                self._record_evidence(learner, actor, day + 6)
                for part, sent in enumerate(chunks(self._to_review(learner), 40)):
                    hold_review(self, learner, sent, day + 12 + 3 * part, Stage.CLOSED)
            rounds_actions.keep_all_due(self.at(ends + 1))


def library_of(people: int) -> Cast:
    """Teams of TEAM and a supervisor, a coordinator, and an administrator."""
    cast = load_cast()
    jobs = cycle(learner for team in cast.teams for learner in team.learners)
    teams = [
        DemoTeam(
            f"Branch {number}",
            None,
            (f"Supervisor {number}",),
            tuple(
                {**learner, "name": f"Person {number} {place}"}
                for place, learner in enumerate(islice(jobs, TEAM))
            ),
        )
        for number in range(people // (TEAM + 1))
    ]
    for team in teams:
        for learner in team.learners:
            learner.pop("also", None)
    return replace(cast, teams=tuple(teams), coordinators=((cast.coordinators[0][0], None),))


def tell(cast: Cast) -> None:
    config = Config()
    app = create_app(config)
    with app.app_context():
        set_up()
        with all_or_nothing():
            Year(
                cast, dt.datetime.now(dt.UTC).date(), FileStore(config.FILES, 10 * MIB, 200 * MIB)
            ).tell()
            hashed = Passwords(**config.ARGON2).hash(cast.password)
            with transaction() as tx:
                tx.execute(update(Person).values(password_hash=hashed))
        db.session.remove()
        db.engine.dispose()


def tree(pid: int) -> list[int]:
    """It and all below it."""
    found = [pid]
    with suppress(ProcessLookupError, FileNotFoundError):
        listed = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
        found += (each for child in listed.split() for each in tree(int(child)))
    return found


def memory(pid: int) -> float:
    """MiB that its processes hold, what they share counted once."""
    found = 0
    for each in tree(pid):
        with suppress(ProcessLookupError, FileNotFoundError):
            lines = Path(f"/proc/{each}/smaps_rollup").read_text(encoding="ascii").splitlines()
            (share,) = (line for line in lines if line.startswith("Pss:"))
            found += int(share.split()[1])
    return found / 1024


def processor(pid: int) -> float:
    """Seconds that its processes worked, with those that are over."""
    found = 0
    for each in tree(pid):
        fields = Path(f"/proc/{each}/stat").read_text(encoding="ascii").rpartition(") ")[2].split()
        found += sum(map(int, fields[11:15]))
    return found / TICKS


class Most(threading.Thread):
    """The most memory at any time until it is over."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid, self.mib, self.over = pid, 0.0, threading.Event()

    def run(self) -> None:
        while not self.over.wait(0.2):
            self.mib = max(self.mib, memory(self.pid))


def size(folder: Path, pattern: str) -> float:
    return sum(path.stat().st_size for path in folder.glob(pattern) if path.is_file()) / MIB


def day(server: Server, cast: Cast) -> str:
    """Everybody's day, and what it took."""
    accounts = {account["name"]: account for account in cast.accounts()}
    pairs = [
        [
            accounts[learner["name"]] | {"role": "learner"},
            accounts[team.supervisors[0]] | {"role": "supervisor"},
        ]
        for team in cast.teams
        for learner in team.learners
    ]

    refused: list[str] = []

    def works(pair: list[dict[str, str]]) -> int:
        acts = [*scenes(server.port, pair).values()] * TURNS
        for act in acts:
            try:
                act()
            except RuntimeError as why:
                refused.append(str(why))
        return len(acts)

    idle = memory(server.pid)
    most, before, start = Most(server.pid), processor(server.pid), time.perf_counter()
    most.start()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        pages = sum(pool.map(works, pairs))
    seconds, worked = time.perf_counter() - start, processor(server.pid) - before
    most.over.set()
    most.join()
    return (
        f"memory {idle:.0f} MiB idle, {most.mib:.0f} MiB at most, {memory(server.pid):.0f} MiB "
        f"after; {2 * len(pairs)} sign-ins and {pages:,} pages and saves in {seconds:.0f} s, "
        f"{worked:.0f} s of a processor; refused: {refused or 'nothing'}"
    )


def measured(people: int) -> None:
    with tempfile.TemporaryDirectory() as made_here:
        folder = Path(made_here)
        os.environ["TRACKER_DATA_DIR"] = made_here
        cast = library_of(people)
        tell(cast)
        place = Demo({**os.environ}, cast.accounts())
        subprocess.run(
            [TRACKER, "backup"], cwd=ROOT, env=place.environment, check=True, capture_output=True
        )
        print(
            f"{len(cast.names())} people after a year: database {size(folder, '*.sqlite3'):.0f} MiB, "
            f"evidence {size(folder, 'files/**/*'):.1f} MiB, "
            f"a backup {size(folder, 'backups/*'):.1f} MiB",
            flush=True,
        )
        with place.served([TRACKER, "serve", "--port={port}"]) as server:
            time.sleep(5)
            print(day(server, cast), flush=True)


if __name__ == "__main__":
    for each in map(int, sys.argv[1:]) if sys.argv[1:] else SIZES:
        measured(each)
