"""`make bench-moves`: 10,000 people moved to a version with every kind of change, and back, on both
engines; and there again with three kills on the way, after each of which the same command does it.

Everybody has rated 15 statements, every tenth all of them; every third has a review of ten, and what
was endorsed in it. These rows are inserted as they are, without seals and digests: a move reads none
of them, and must not become slower by them. Nothing half: after each run and each kill either all are
on the version, with a sealed row and a notice for each move, or nobody is.

    python -m tests.benches.moving [people] [sqlite|postgresql]
"""

import datetime as dt
import itertools
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Insert, create_engine, func, insert, literal, or_, select, text

from config import ROOT
from tests.benches.demo import TRACKER
from tests.conftest import TestConfig
from tests.engines import fresh_database, postgres_trouble, somebody_writes
from tests.factories.frameworks import first_version
from tests.factories.world import World, job, make_world
from tests.versions import living
from tests.versions.living import Years
from tests.versions.plans import Fate, Plan, Year
from tracker.app import create_app
from tracker.cli.database import upgrade
from tracker.db import db, transaction
from tracker.frameworks.files.rules_reading import read_framework
from tracker.frameworks.versions import records_moves as frameworks_versions_records_moves
from tracker.models import (
    Endorsement,
    Membership,
    Person,
    Rating,
    RatingEntry,
    RevealedAnswer,
    Review,
    ReviewItem,
    Statement,
    Team,
)
from tracker.models.columns import table_of

SECONDS_MOST = 60
FILE = ROOT / "seed_data" / "frameworks" / "library-technicians.json"
NOTES = ("own_note", "reviewer_note")
FATES = tuple((fate, carries) for fate in Fate for carries in (True, False))
TICKS = os.sysconf("SC_CLK_TCK")
HALF = {
    "moved without a seal": "SELECT count(*) FROM person_versions v WHERE "
    "(SELECT count(*) FROM person_versions WHERE person_id = v.person_id) > "
    "(SELECT count(*) FROM seals WHERE chain = v.person_id)",
    "moved without a notice": "SELECT count(*) FROM person_versions v JOIN person_versions b "
    "ON b.id = (SELECT max(id) FROM person_versions WHERE person_id = v.person_id AND id < v.id) "
    "LEFT JOIN notices n ON n.version_id = v.id WHERE n.id IS NULL",
    "told twice": "SELECT count(*) FROM (SELECT version_id FROM notices "
    "WHERE version_id IS NOT NULL GROUP BY version_id HAVING count(*) > 1) AS twice",
}


@dataclass(frozen=True, slots=True)
class Run:
    """One command: `status` as it ended, negative where it was killed. `wrote`: how many of its
    seconds it was writing."""

    status: int
    said: str
    seconds: float
    wrote: float
    cpu: float
    server: float
    mib: float


def begun(count: int) -> None:
    """The framework, its next version, and that many learners of the first, 40 to a team."""
    world = make_world(dt.datetime.now(dt.UTC) - dt.timedelta(days=30))
    data = json.loads(FILE.read_text(encoding="utf-8"))
    plan = Plan((), (Year((), ()), Year(FATES, ())))
    years = Years(world, plan, data, itertools.count(1), world.now)
    first = first_version(read_framework(json.dumps(data)), world.now)
    assert first is not None
    years.published(first, [])
    with transaction() as tx:
        world.role_profiles["job"] = job(tx, world.libraries["city"], first, "Technician", 2)
    people = join(world, count)
    for begins in range(0, count, 1000):
        with transaction() as tx:
            frameworks_versions_records_moves.begin(tx, people[begins : begins + 1000], world.now)
    with transaction() as tx:
        for rows in _record(world, first):
            tx.execute(rows)
    living.publish(years)


def join(world: World, count: int) -> list[int]:
    with transaction() as tx:
        city = tx.get_one(Team, world.teams["city"])
        teams = [
            Team(library_id=city.library_id, parent_id=city.id, name=f"Branch {number}", path="")
            for number in range(max(2, count // 40))
        ]
        tx.add_all(teams)
        tx.flush()
        for team in teams:
            team.path = f"{city.path}{team.id}/"
        last = tx.scalar(select(func.max(Person.id))) or 0
        of = {"library_id": city.library_id, "created_at": world.now}
        people = [
            {"name": f"Person {number}", "email": f"person{number}@example.org", **of}
            for number in range(count)
        ]
        tx.execute(insert(table_of(Person)), people)
        new = list(tx.scalars(select(Person.id).where(Person.id > last).order_by(Person.id)))
        place = {
            "role": "learner",
            "role_profile_id": world.role_profiles["job"],
            "job": "",
            "starts_on": dt.date(2026, 1, 5),
        }
        memberships = [
            {"person_id": person_id, "team_id": teams[number % len(teams)].id, **place}
            for number, person_id in enumerate(new)
        ]
        tx.execute(insert(table_of(Membership)), memberships)
    return new


def _record(world: World, framework_id: int) -> Iterator[Insert]:
    """Written by the database itself, from people and statements."""
    learns = Membership.role_profile_id == world.role_profiles["job"]
    at, digest, yes = literal(world.now, Rating.rated_at.type), literal("0" * 64), "consistently"
    rated = {
        "person_id": Person.id,
        "skill_id": Statement.skill_id,
        "statement_id": Statement.id,
        "answer": literal(yes),
        "basis": literal("rated"),
        "version": literal(1),
        "rated_at": at,
    }
    for model, more in ((RatingEntry, {}), (Rating, dict.fromkeys(NOTES, literal("A note.")))):
        rows = rated | more
        yield insert(table_of(model)).from_select(
            list(rows),
            select(*rows.values())
            .join(Membership, Membership.person_id == Person.id)
            .join(Statement, Statement.framework_id == framework_id)
            .where(learns, or_(Statement.position % 9 == 0, Person.id % 10 == 0))
            .order_by(Person.id, Statement.id),
        )
    sent = {
        "learner_id": Person.id,
        "reviewer_id": literal(world.people["cora"]),
        "team_id": Membership.team_id,
        "framework_id": literal(framework_id),
        "status": literal("closed"),
        "open": literal(False),
        **dict.fromkeys(("sent_at", "revealed_at", "closed_at"), at),
        **dict.fromkeys(("due_from", "due_on"), literal(world.now.date())),
    }
    yield insert(table_of(Review)).from_select(
        list(sent),
        select(*sent.values())
        .join(Membership, Membership.person_id == Person.id)
        .where(learns, Person.id % 3 == 0)
        .order_by(Person.id),
    )
    words = ("learner_answer", "learner_answer_label", "learner_answer_description")
    items = {
        "review_id": Review.id,
        "skill_id": Rating.skill_id,
        "statement_id": Rating.statement_id,
        "position": Statement.position,
        "status": literal("endorsed"),
        "digest": digest,
        "ground": literal("saw_it"),
        **dict.fromkeys((*words, "reviewer_answer"), literal(yes)),
        **dict.fromkeys(("version", "rating_version"), literal(1)),
        **dict.fromkeys(("rated_at", "answered_at", "revealed_at"), at),
    }
    yield insert(table_of(ReviewItem)).from_select(
        list(items),
        select(*items.values())
        .join(Rating, Rating.person_id == Review.learner_id)
        .join(Statement, Statement.id == Rating.statement_id)
        .where(Statement.position % 9 == 0, Statement.position <= 90)
        .order_by(Review.id, Statement.position),
    )
    shown = {
        "person_id": Review.learner_id,
        "skill_id": ReviewItem.skill_id,
        "statement_id": ReviewItem.statement_id,
        "answer": literal(yes),
    }
    given = {
        "endorser_id": Review.reviewer_id,
        "item_id": ReviewItem.id,
        "digest": digest,
        "rating_version": literal(1),
        "status": literal("standing"),
        "endorsed_at": at,
    }
    for table, rows in (
        (table_of(RevealedAnswer), shown | {"revealed_at": at}),
        (table_of(Endorsement), shown | given),
    ):
        query = select(*rows.values()).join(ReviewItem, ReviewItem.review_id == Review.id)
        yield insert(table).from_select(list(rows), query.order_by(ReviewItem.id))


# ---- moving


class Bench:
    def __init__(self, url: str, folder: Path, count: int) -> None:
        self.environment = os.environ | {
            "TRACKER_DATA_DIR": str(folder),
            "TRACKER_DATABASE_URL": url,
        }
        self.count, self.engine = count, create_engine(url)
        self.is_postgres = self.engine.dialect.name == "postgresql"

    def move(self, after: str, *, killed_after: float | None = None) -> Run:
        """By the documented command, in a process of its own. It is killed so many seconds after it
        began to write."""
        command = [TRACKER, "framework", "move", "library-technicians"]
        command += ["--library", "City Library", "--to", after, "--json"]
        began = time.monotonic()
        process = subprocess.Popen(
            command, env=self.environment, stdout=subprocess.PIPE, start_new_session=True, text=True
        )
        server, status, usage, wrote = 0.0, 0, None, 0.0
        while usage is None:
            time.sleep(0.02)
            server = max(server, self._server_cpu())
            now = time.monotonic()
            if not wrote and somebody_writes(self.engine):
                wrote = now
            if killed_after is not None and wrote and now - wrote >= killed_after:
                os.killpg(process.pid, signal.SIGKILL)
            pid, status, spent = os.wait4(process.pid, os.WNOHANG)
            usage = spent if pid else None
        process.returncode = os.waitstatus_to_exitcode(status)
        assert process.stdout is not None
        return Run(
            process.returncode,
            process.stdout.read(),
            time.monotonic() - began,
            time.monotonic() - wrote,
            usage.ru_utime + usage.ru_stime,
            server,
            usage.ru_maxrss / 1024,
        )

    def _server_cpu(self) -> float:
        """Seconds that the database's own process of the command has worked."""
        if not self.is_postgres:
            return 0.0
        with self.engine.connect() as connection:
            pids = connection.scalars(
                text(
                    "SELECT pid FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            ).all()
        return sum(map(_cpu_of, pids))

    def on(self) -> dict[str, int]:
        """How many learners are on each version."""
        with self.engine.connect() as connection:
            rows = connection.execute(
                text(
                    "SELECT f.version, count(*) FROM person_versions v JOIN frameworks f "
                    "ON f.id = v.framework_id WHERE v.slug = 'library-technicians' AND v.id = "
                    "(SELECT max(id) FROM person_versions w WHERE w.person_id = v.person_id "
                    "AND w.slug = v.slug) GROUP BY f.version"
                )
            )
            return dict(rows.all())

    def rows(self) -> dict[str, int]:
        names = ("rating_entries", "review_items", "endorsements", "person_versions", "notices")
        with self.engine.connect() as connection:
            return {
                name: connection.scalar(text(f"SELECT count(*) FROM {name}")) or 0 for name in names
            }

    def half(self) -> list[str]:
        """What is neither done nor not done."""
        on = self.on()
        found = [] if on in ({"26.05": self.count}, {"2": self.count}) else [f"people on {on}"]
        with self.engine.connect() as connection:
            for what, query in HALF.items():
                if rows := connection.scalar(text(query)):
                    found.append(f"{rows} {what}")
        return found

    def rest(self) -> None:
        """Until the database has noticed that a command was killed."""
        until = time.monotonic() + 60
        while self._server_cpu() and time.monotonic() < until:
            time.sleep(0.2)


def _cpu_of(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(") ")[2].split()
    except FileNotFoundError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICKS


def measured(engine_name: str, count: int) -> list[str]:
    """What is wrong. Figures are printed on the way."""
    with tempfile.TemporaryDirectory() as name, fresh_database(engine_name, Path(name)) as url:
        bench = Bench(url, Path(name), count)
        began = time.monotonic()
        with create_app(TestConfig(url, Path(name))).app_context():
            upgrade()
            begun(count)
            with transaction() as tx:  # as PostgreSQL itself does within minutes
                tx.execute(text("ANALYZE"))
            db.engine.dispose()  # else `rest` waits for these connections, not for the command's
        rows = ", ".join(f"{rows:,} {table}" for table, rows in bench.rows().items())
        print(f"{engine_name}: {count:,} people made in {time.monotonic() - began:.0f} s: {rows}")
        print(f"{'':<30}{'seconds':>9}{'CPU':>8}{'server':>8}{'MiB':>6}  ended")
        wrong = list[str]()

        def move(what: str, after: str, killed_after: float | None = None) -> Run:
            run = bench.move(after, killed_after=killed_after)
            bench.rest()
            wrong.extend(f"{engine_name}, {what}: {each}" for each in bench.half())
            if killed_after is None and (
                bench.on() != {after: count} or (run.status and "already" not in run.said)
            ):
                wrong.append(f"{engine_name}, {what}: {run.status}, on {bench.on()}: {run.said}")
            print(
                f"{what:<30}{run.seconds:>9.1f}{run.cpu:>8.1f}{run.server:>8.1f}{run.mib:>6.0f}"
                f"  {run.status}, on {' and '.join(bench.on())}",
                flush=True,
            )
            return run

        there = move("there", "2")
        back = move("back", "26.05")
        for part in (0, 0.3, 0.6):
            killed = move(f"killed {part:.0%} through writing", "2", there.wrote * part)
            if killed.status != -signal.SIGKILL:
                wrong.append(f"{engine_name}: the kill came too late")
            move("the same again", "2")
            move("back", "26.05")
        if max(there.seconds, back.seconds) > SECONDS_MOST:
            wrong.append(f"{engine_name}: over {SECONDS_MOST} s")
        bench.engine.dispose()
    return wrong


def main(count: str = "10000", *engines: str) -> int:
    wrong = []
    for engine_name in engines or ("sqlite", "postgresql"):
        if engine_name == "postgresql" and (trouble := postgres_trouble()):
            print(f"postgresql: {trouble}")
            continue
        wrong += measured(engine_name, int(count))
    print("\n".join(wrong) or "Nothing half, nothing told twice.")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
