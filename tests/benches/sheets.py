"""`make bench-sheets`: what the pages of one learner cost the processor among 40 people and among
10,000, on both engines, in one run: the program's, and after the + PostgreSQL's, in brackets what of it went into
planning. One person's sheet must cost no more where there are many.

    python -m tests.benches.sheets [people]
"""

import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from flask import Flask
from sqlalchemy import select, text, update

from tests.benches.moving import begun
from tests.benches.pages import spent_by
from tests.client import Client
from tests.conftest import TestConfig
from tests.engines import fresh_database, postgres_trouble
from tests.factories.world import HASH
from tracker.app import create_app
from tracker.cli.database import upgrade
from tracker.db import db, session, transaction
from tracker.engines import without_transactions
from tracker.models import Person, Rating

FEW, TIMES, WARM_UP, RATIO_MOST = 40, 40, 3, 1.3
PAGES = ("/", "/profile", "/profile/technical", "/profile.pdf", "/profile.json", "/reviews/new")


class Cost(NamedTuple):
    """Milliseconds of the processor for a request: of this process, a quarter of the requests at
    most, as what others do on the machine meanwhile only adds to them; and on average of the
    processes by which PostgreSQL serves the database. `planned`: how many of these by its own
    clock went into planning; None where it doesn't say."""

    program: float
    server: float
    planned: float | None = None

    def __str__(self) -> str:
        server = f" + {self.server:.1f}" if self.server else ""
        return f"{self.program:.1f}{server}" + (f" ({self.planned:.1f})" if self.planned else "")

    def over(self, few: "Cost", most: float) -> bool:
        """Whether either has become so many times as much. The server's is counted in hundredths
        of a second, so that of what it does in less than two milliseconds nothing is known."""
        least = max(few.server, 2.0)
        return self.program / few.program > most or self.server / least > most


def server_spent(app: Flask) -> float:
    """Seconds of the processor of all that serves the database now; SQLite has no server."""
    with app.app_context():
        database = db.engine.url.database or ""
    return spent_by(f" {database} ")


def spent_planning(app: Flask) -> float | None:
    """Milliseconds, of a server that loads pg_stat_statements with `track_planning = on`."""
    with app.app_context():
        url = db.engine.url
    if url.get_backend_name() != "postgresql":
        return None
    with without_transactions(url) as engine, engine.connect() as connection:
        tells = text("SELECT current_setting('pg_stat_statements.track_planning', true)")
        if connection.scalar(tells) != "on":
            return None
        connection.execute(text("CREATE EXTENSION IF NOT EXISTS pg_stat_statements"))
        of_database = "SELECT oid FROM pg_database WHERE datname = current_database()"
        planned = (
            f"SELECT sum(total_plan_time) FROM pg_stat_statements WHERE dbid = ({of_database})"
        )
        return connection.scalar(text(planned))


def cost(app: Flask, path: str, client: Client) -> Cost:
    spent = []
    for number in range(TIMES):
        if number == WARM_UP:
            server_began, planning_began = server_spent(app), spent_planning(app)
        began = time.process_time()
        answer = client.http.get(path)
        spent.append(time.process_time() - began)
        assert answer.status_code == 200, (path, answer.status_code)
    server = (server_spent(app) - server_began) / (TIMES - WARM_UP)
    planned = None
    if planning_began is not None and (planning := spent_planning(app)) is not None:
        planned = (planning - planning_began) / (TIMES - WARM_UP)
    return Cost(statistics.quantiles(spent[WARM_UP:], n=4)[0] * 1000, server * 1000, planned)


def costs(engine_name: str, people: int) -> dict[str, Cost]:
    """Of somebody who has rated all, and had some reviewed."""
    with tempfile.TemporaryDirectory() as name, fresh_database(engine_name, Path(name)) as url:
        app = create_app(TestConfig(url, Path(name)))
        with app.app_context():
            upgrade()
            begun(people)
            with transaction() as tx:
                tx.execute(text("ANALYZE"))  # as both engines do by themselves in time
            most = (
                select(Rating.person_id).group_by(Rating.person_id).having(text("count(*) > 100"))
            )
            person_id = session().scalars(most.where(Rating.person_id % 3 == 0)).first()
            with transaction() as tx:
                tx.execute(update(Person).values(password_hash=HASH))
                email = tx.get_one(Person, person_id).email
        client = Client(app)
        client.enter(email)
        found = {path: cost(app, path, client) for path in PAGES}
        with app.app_context():
            db.engine.dispose()
        return found


def main() -> None:
    many = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    slower = []
    for engine_name in ("sqlite", "postgresql"):
        if engine_name == "postgresql" and (trouble := postgres_trouble()):
            print(f"postgresql: left out, {trouble}")
            continue
        few, all_ = costs(engine_name, FEW), costs(engine_name, many)
        for path in PAGES:
            print(
                f"{engine_name:10} {path:20} {few[path]} ms among {FEW}, "
                f"{all_[path]} ms among {many:,}"
            )
            slower += [path] if all_[path].over(few[path], RATIO_MOST) else []
    if slower:
        sys.exit(f"Over {RATIO_MOST}: {', '.join(slower)}")


if __name__ == "__main__":
    main()
