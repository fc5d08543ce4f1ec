"""`make triggers`: seed_data/triggers.json, what every trigger is, on both engines.

A digest that was there stays: backups of an older layout have that one.
"""

import json
import tempfile
from pathlib import Path

from tests.conftest import TestConfig
from tests.engines import fresh_database
from tracker.app import create_app
from tracker.cli.database import upgrade
from tracker.db import db
from tracker.operations.checks import queries as checks_queries


def triggers(engine_name: str, folder: Path) -> dict[str, str]:
    """Of a database that was laid out anew."""
    with fresh_database(engine_name, folder) as url:
        app = create_app(TestConfig(url, folder))
        with app.app_context():
            upgrade()
            with db.engine.connect() as connection:
                there = checks_queries.triggers(connection)
            db.session.remove()
            db.engine.dispose()
    return there


if __name__ == "__main__":
    file = checks_queries.KNOWN_TRIGGERS
    known: dict[str, dict[str, list[str]]] = json.loads(file.read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as folder:
        for engine_name in ("sqlite", "postgresql"):
            of_engine = known.setdefault(engine_name, {})
            for name, digest in sorted(triggers(engine_name, Path(folder)).items()):
                of_engine[name] = sorted({*of_engine.get(name, ()), digest})
    file.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n", encoding="utf-8")
