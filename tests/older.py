"""A database as an older version left it: the demo library of commit 80b338a, cut to fourteen
learners, as both kinds of database dumped it (tests/data/older/)."""

import hashlib
import lzma
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, MetaData, create_engine, select

from config import ROOT
from tracker.rules.evidence.places import path_of

DUMPS = ROOT / "tests" / "data" / "older"
PASSWORD = "Lantern-42-reading"
REVISION = "20261201_endorsements"


def load(engine_name: str, url: str, folder: Path) -> None:
    """Into an empty database, with its evidence files below `folder`."""
    dump = DUMPS / f"20261201-{engine_name}.sql.xz"
    script = lzma.decompress(dump.read_bytes()).decode()
    if engine_name == "sqlite":
        with closing(sqlite3.connect(folder / "tracker.sqlite3")) as database:
            database.executescript(script)
    else:
        server = create_engine(url)
        with server.begin() as connection:
            raw: Any = connection.connection.driver_connection
            raw.execute(script)
        server.dispose()
    for file in (DUMPS / "files").iterdir():
        target = folder / "files" / path_of(file.name)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, target)


def digest(engine: Engine) -> str:
    """Of every row of every table, whatever the layout."""
    found = hashlib.sha256()
    tables = MetaData()
    tables.reflect(engine)
    with engine.connect() as connection:
        for table in sorted(tables.tables.values(), key=lambda table: table.name):
            rows = sorted(repr(tuple(row)) for row in connection.execute(select(table)))
            found.update("\n".join([table.name, *rows]).encode())
    return found.hexdigest()
