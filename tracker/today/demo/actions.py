"""The demo's rows (seed_data/demo/rows.jsonl) put into a database, with the days of now.

The file's first line says what it is for; each table follows as a line that names its columns, and
a line for each row. A day is `{day-45}`, counted from the day of loading, a season `{season-45}`,
and the hash of the demo's password `{password}`. What depends on those days, or on chance that need
not be the same again, is not in the file and made here: seals, the audit's chain, salts.
"""

import datetime as dt
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Date, func, insert, select, text
from sqlalchemy.orm import Session

from tracker.db import Base, UTCDateTime, own_engine, session, transaction
from tracker.evidence.files.rules_backends import FileBackend
from tracker.models import (
    SEALED_TABLES,
    Confirmation,
    Endorsement,
    Library,
    Person,
    RatingEntry,
    ReviewItem,
    SnapshotPerson,
)
from tracker.records import audit as audit_records, seals as seals_records
from tracker.reviews.act.records import seal_of
from tracker.rules.core.seals import new_salt
from tracker.storage import files as storage_files

SALTED = (Confirmation, Endorsement, Person, RatingEntry, ReviewItem, SnapshotPerson)
"""Sealed with a salt that the file doesn't have."""
Rows = dict[str, list[dict[str, Any]]]
MARK = re.compile(r"\{(day|season)([+-]\d+)\}")
SEASONS = ("Winter", "Spring", "Summer", "Fall")
EVENTS = "audit_events"
"""Rows of what happened, with what each was about: the chain is made anew."""


def head_of(file: Path) -> dict[str, Any]:
    """What the file says of itself: the `layout` of the database that it is for and the `numbers`
    of what is in it before, its `libraries`, `accounts` and their `password`, the `files` of
    evidence by digest, and a digest of what it was `made_from`."""
    with file.open(encoding="utf-8") as lines:
        read: dict[str, Any] = json.loads(next(lines))
    return read


def is_there(file: Path) -> bool:
    names = head_of(file)["libraries"]
    return session().scalar(select(Library.id).where(Library.name == names[0])) is not None


def put_aside(file: Path) -> Path | None:
    """Move a SQLite database away that holds the demo's libraries and no others, whatever its
    layout. Returns where it is now; None where the database is another one, which stays."""
    libraries = session().scalars(text("SELECT name FROM libraries")).all()
    url = own_engine().url
    session().rollback()
    if url.get_backend_name() != "sqlite" or set(libraries) != set(head_of(file)["libraries"]):
        return None
    own_engine().dispose()
    database = Path(str(url.database))
    aside = database.with_name(f"{database.stem}-before{database.suffix}")
    for ending in ("-wal", "-shm", ""):
        Path(f"{aside}{ending}").unlink(missing_ok=True)
        if Path(f"{database}{ending}").exists():
            Path(f"{database}{ending}").replace(f"{aside}{ending}")
    return aside


def is_anybody_there() -> bool:
    return session().scalar(select(Person.id).limit(1)) is not None


def numbers() -> dict[str, list[int]]:
    """The first and the last id of each table with rows, but for the audit's: what `tracker setup`
    left. The rows of the demo name them."""
    ids_of = {}
    for table in Base.metadata.sorted_tables:
        if "id" in table.columns and table.name != EVENTS:
            ids = table.columns["id"]
            first, last = session().execute(select(func.min(ids), func.max(ids))).one()
            if first is not None:
                ids_of[table.name] = [first, last]
    return ids_of


def load(file: Path, day: dt.date, password_hash: str, place: FileBackend) -> int:
    """Put all rows into a database without rows, as one transaction; returns how many were in the
    file."""
    for content in head_of(file)["files"].values():
        storage_files.keep(place, content.encode())
    rows = _rows(file.read_text(encoding="utf-8"), day, password_hash)
    events = rows.pop(EVENTS)
    for model in SALTED:
        for entry in rows.get(model.__tablename__, ()):
            entry["salt"] = new_salt()
    with transaction() as tx:
        for table in Base.metadata.sorted_tables:
            if entries := rows.get(table.name):
                tx.execute(insert(table), entries)
        sealed = {
            model: [model(**entry) for entry in rows.get(model.__tablename__, ())]
            for model in SEALED_TABLES
        }
        for row in (row for of_table in sealed.values() for row in of_table):
            seals_records.note(tx, row)
        _tell_audit(tx, events, sealed)
        _count_on(tx)
    return sum(map(len, rows.values())) + len(events)


def season(day: dt.date) -> str:
    return f"{SEASONS[day.month % 12 // 3]} {day.year}"


def _rows(content: str, day: dt.date, password_hash: str) -> Rows:
    """By table, with values as its columns want them."""

    def of_now(mark: re.Match[str]) -> str:
        on = day + dt.timedelta(days=int(mark[2]))
        return on.isoformat() if mark[1] == "day" else season(on)

    content = MARK.sub(of_now, content).replace("{password}", password_hash)
    rows: Rows = {}
    for line in content.splitlines()[1:]:
        row = json.loads(line)
        if isinstance(row, dict):
            into = rows.setdefault(row["table"], [])
            columns = [(name, _reader(row["table"], name)) for name in row["columns"]]
            continue
        into.append(
            {
                name: read(value) if read and value is not None else value
                for (name, read), value in zip(columns, row, strict=True)
            }
        )
    return rows


def _reader(table: str, column: str) -> Callable[[str], dt.date] | None:
    if (table, column) == (EVENTS, "facts"):  # of the table beside it
        return None
    kind = Base.metadata.tables[table].columns[column].type
    if isinstance(kind, UTCDateTime):
        return dt.datetime.fromisoformat
    return dt.date.fromisoformat if isinstance(kind, Date) else None


def _tell_audit(
    tx: Session, events: list[dict[str, Any]], sealed: dict[type[Base], list[Any]]
) -> None:
    """In the order in which it happened. What is sealed of an endorsement holds its moment."""
    endorsements = {row.id: row for row in sealed[Endorsement]}
    items = {row.id: row for row in sealed[ReviewItem]}
    for event in events:
        facts = event.pop("facts")
        if "seal" in facts:
            given = endorsements[facts["endorsement"]]
            facts["seal"] = seal_of(given, items[given.item_id])
        what, now = event.pop("kind"), event.pop("happened_at")
        audit_records.note(tx, what, now, **event, **facts)


def _count_on(tx: Session) -> None:
    """Let PostgreSQL number rows from where the file's end; SQLite does so by itself."""
    if tx.get_bind().dialect.name != "postgresql":
        return
    for table in Base.metadata.sorted_tables:
        if "id" in table.columns:
            last = tx.scalar(select(func.max(table.columns["id"])))
            if last is not None:
                place = func.pg_get_serial_sequence(table.name, "id")
                tx.execute(select(func.setval(place, last)))
