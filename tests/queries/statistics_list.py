"""`make statistics`: seed_data/statistics.json, what SQLite knows of 300 people after a year.

`tracker setup` gives it to a new database, and the daily work to one that has less.
"""

import json
import os
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from tests.benches.requirements import SIZES, library_of, tell
from tracker.operations.system.actions import LISTED

TABLES = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"


def statistics(database: Path) -> dict[str, dict[str, str]]:
    """Of all its rows, by table and index. An index of what is under way that holds nothing is left
    out: it will."""
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("DROP TABLE IF EXISTS sqlite_stat1")
        connection.execute("ANALYZE")
        tables = [name for (name,) in connection.execute(f"{TABLES} ORDER BY name")]
        known = connection.execute("SELECT * FROM sqlite_stat1 ORDER BY tbl, idx").fetchall()
    return {
        table: {index or "": stat for of, index, stat in known if of == table and stat[0] != "0"}
        for table in tables
    }


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made_here:
        os.environ["TRACKER_DATA_DIR"] = made_here
        tell(library_of(SIZES[-1]))
        found = statistics(Path(made_here) / "tracker.sqlite3")
        LISTED.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
