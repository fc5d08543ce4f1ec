"""How long it takes to carry many people to a new version, killed three times on the way: nothing
lost, nothing doubled.

    python -m tests.benches.carrying [people] [sqlite|postgresql]
"""

import datetime as dt
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from sqlalchemy import create_engine, func, insert, select, text, update

from config import ROOT
from tests.benches.demo import TRACKER
from tests.conftest import TestConfig
from tests.engines import fresh_database
from tests.factories.versions import next_version
from tests.factories.world import World, make_world
from tracker.app import create_app
from tracker.db import transaction
from tracker.models import Membership, Person, Rating, RatingEntry, Round
from tracker.models.columns import table_of

ENDS = ("--library", "City Library", "--from", "1", "--to", "2")
COMMAND = (TRACKER, "framework", "carry", "small", *ENDS)
CARRIED = "SELECT count(*) FROM rating_entries WHERE basis = 'carried'"
COUNTS = {
    "answers lost": "SELECT count(*) FROM ratings r JOIN statements s ON s.id = r.statement_id "
    "JOIN statement_successors x ON x.statement_id = s.id LEFT JOIN ratings n "
    "ON n.person_id = r.person_id AND n.statement_id = x.successor_id AND n.answer = r.answer "
    "AND n.rated_at = r.rated_at WHERE n.id IS NULL",
    "answers doubled": "SELECT count(*) FROM (SELECT person_id, statement_id FROM rating_entries "
    "WHERE basis = 'carried' GROUP BY person_id, statement_id HAVING count(*) > 1) AS twice",
    "people left": "SELECT count(*) FROM carried_people WHERE carried_at IS NULL",
    "people told twice": "SELECT count(*) FROM (SELECT person_id FROM notices "
    "WHERE kind = 'version_carried' GROUP BY person_id HAVING count(*) > 1) AS twice",
}


def crowd(world: World, count: int) -> None:
    """That many learners, each with all statements rated, the round over, and a next version."""
    ids = [each for of_domain in world.statements.values() for each in of_domain]
    with transaction() as tx:
        people = [
            {
                "library_id": world.libraries["city"],
                "name": f"Person {number}",
                "email": f"person{number}@example.org",
                "created_at": world.now,
            }
            for number in range(count)
        ]
        last = tx.scalar(select(func.max(Person.id))) or 0
        tx.execute(insert(table_of(Person)), people)
        new = list(tx.scalars(select(Person.id).where(Person.id > last)))
        place = {
            "team_id": world.teams["central"],
            "role": "learner",
            "role_profile_id": world.role_profiles["city"],
            "job": "",
            "starts_on": dt.date(2026, 1, 5),
        }
        tx.execute(insert(table_of(Membership)), [{"person_id": each, **place} for each in new])
        over = dt.date(2026, 1, 9)
        tx.execute(update(Round).values(starts_on=over - dt.timedelta(days=4), ends_on=over))
    for begins in range(0, len(new), 200):
        rows = [
            {
                "person_id": person_id,
                "statement_id": statement_id,
                "answer": "partly",
                "basis": "rated",
                "version": 1,
                "rated_at": world.now,
            }
            for person_id in new[begins : begins + 200]
            for statement_id in ids
        ]
        with transaction() as tx:
            tx.execute(insert(table_of(Rating)), rows)
            tx.add_all(RatingEntry(**each) for each in rows)
    next_version(world)


def carried(url: str) -> int:
    engine = create_engine(url)
    with engine.connect() as connection:
        count = connection.scalar(
            text("SELECT count(*) FROM carried_people WHERE carried_at IS NOT NULL")
        )
    engine.dispose()
    return int(count or 0)


def run(url: str, environment: dict[str, str], count: int) -> float:
    """Seconds that it took, with starting again after each kill."""
    begun = time.monotonic()
    for quarter in (1, 2, 3):
        process = subprocess.Popen(
            COMMAND, env=environment, start_new_session=True, stdout=subprocess.DEVNULL
        )
        while process.poll() is None and carried(url) < count * quarter // 4:
            time.sleep(0.5)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        print(f"  killed after {carried(url):,} people", flush=True)
    subprocess.run(COMMAND, env=environment, check=True)
    return time.monotonic() - begun


def main(count: int, engine_name: str) -> int:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with fresh_database(engine_name, folder) as url:
            environment = os.environ | {"TRACKER_DATA_DIR": name, "TRACKER_DATABASE_URL": url}
            subprocess.run([TRACKER, "db", "upgrade"], env=environment, check=True, cwd=ROOT)
            with create_app(TestConfig(url, folder)).app_context():
                crowd(make_world(dt.datetime.now(dt.UTC)), count)
            seconds = run(url, environment, count)
            engine = create_engine(url)
            with engine.connect() as connection:
                found = {what: connection.scalar(text(sql)) for what, sql in COUNTS.items()}
                answers = connection.scalar(text(CARRIED)) or 0
            engine.dispose()
            verified = subprocess.run([TRACKER, "audit", "verify"], env=environment, check=False)
    print(
        f"{count:,} people on {engine_name}, killed 3 times: {seconds / 60:.1f} minutes, "
        f"{answers / seconds:,.0f} answers a second; {found}"
    )
    print(f"audit verify ended with {verified.returncode}")
    return int(any(found.values()))


if __name__ == "__main__":
    people, engine = (*sys.argv[1:], "10000", "sqlite")[:2] if sys.argv[1:] else ("10000", "sqlite")
    sys.exit(main(int(people), engine if engine in ("sqlite", "postgresql") else "sqlite"))
