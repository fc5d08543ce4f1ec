"""`make bench-sheets`: what the pages of one learner cost the processor among 40 people and among
10,000, on both engines, in one run. One person's sheet must cost no more where there are many.

    python -m tests.benches.sheets [people]
"""

import statistics
import sys
import tempfile
import time
from pathlib import Path

from flask import Flask
from sqlalchemy import select, text, update

from tests.benches.moving import begun
from tests.client import Client
from tests.conftest import TestConfig
from tests.engines import fresh_database, postgres_trouble
from tests.factories.world import HASH
from tracker.app import create_app
from tracker.cli.database import upgrade
from tracker.db import db, session, transaction
from tracker.models import Person, Rating

FEW, TIMES, RATIO_MOST = 40, 40, 1.3
PAGES = ("/", "/profile", "/profile/technical", "/profile.pdf", "/profile.json", "/reviews/new")


def cost(app: Flask, path: str, client: Client) -> float:
    """Seconds of the processor in this process, of a quarter of the requests at most; the server of
    PostgreSQL is another one. What others do on the machine meanwhile only adds to them."""
    spent = []
    for _ in range(TIMES):
        began = time.process_time()
        answer = client.http.get(path)
        spent.append(time.process_time() - began)
        assert answer.status_code == 200, (path, answer.status_code)
    return statistics.quantiles(spent[3:], n=4)[0]


def costs(engine_name: str, people: int) -> dict[str, float]:
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
            ratio = all_[path] / few[path]
            print(
                f"{engine_name:10} {path:20} {few[path] * 1000:6.1f} ms among {FEW}, "
                f"{all_[path] * 1000:6.1f} ms among {many:,}: {ratio:.2f}"
            )
            slower += [path] if ratio > RATIO_MOST else []
    if slower:
        sys.exit(f"Over {RATIO_MOST}: {', '.join(slower)}")


if __name__ == "__main__":
    main()
