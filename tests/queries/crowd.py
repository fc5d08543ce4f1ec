"""A large made-up database, and how the engine means to run a statement there.

What a test left is copied so many times, past all guards, into libraries of their own: by the
database itself, one statement a table. A table that a test left empty gets one made-up row first.
"""

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    Connection,
    Date,
    DateTime,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
    insert,
    select,
    text,
)
from sqlalchemy.types import JSON, Boolean

from tracker.db import Base, UTCDateTime

COPIES, APART = 400, 100_000
SMALL = frozenset(
    {
        *("frameworks", "strands", "domains", "levels", "statements", "skills", "skill_origins"),
        *("sources", "citations", "anchors", "scale_answers", "framework_drafts"),
        *("framework_draft_decisions", "corrections", "daily_parts", "alert_mails", "mail_tests"),
        *("backup_tests", "limit_counts", "sign_in_turns"),
    }
)
"""Tables that don't grow with people or years: the frameworks, and what the installation keeps of
itself. All others do."""
GROWING = tuple(table for name, table in Base.metadata.tables.items() if name not in SMALL)
DONE = {
    ("reviews", "status"): "closed",
    ("review_items", "status"): "endorsed",
    ("jobs", "state"): "done",
    ("outbox_mails", "status"): "sent",
    ("endorsements", "status"): "standing",
}
"""What nearly all rows of the past are: a query for the others must find them by an index."""
SERIES = (
    "WITH RECURSIVE copies(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM copies WHERE k < {most})"
)


def fill(connection: Connection) -> None:
    """Within a transaction that may write."""
    is_sqlite = connection.dialect.name == "sqlite"
    for table in GROWING:
        if connection.execute(select(table).limit(1)).first() is None:
            connection.execute(insert(table), dict(_made_up(connection, table)))
    for table in GROWING:
        names = ", ".join(column.name for column in table.columns)
        values = ", ".join(_copied(column, is_sqlite=is_sqlite) for column in table.columns)
        connection.execute(
            text(
                f"INSERT INTO {table.name} ({names}) {SERIES.format(most=COPIES)} "
                f"SELECT {values} FROM {table.name} CROSS JOIN copies"
            )
        )


def without_guards(connection: Connection) -> None:
    """Of a database that is thrown away."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        for table in GROWING:
            for check in table.constraints:
                if isinstance(check, CheckConstraint):
                    connection.execute(
                        text(f"ALTER TABLE {table.name} DROP CONSTRAINT IF EXISTS {check.name}")
                    )
        return
    for name in connection.scalars(
        text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    ).all():
        connection.execute(text(f"DROP TRIGGER {name}"))


def _made_up(connection: Connection, table: Table) -> Iterator[tuple[str, Any]]:
    for column in table.columns:
        if column.foreign_keys:
            of = next(iter(column.foreign_keys)).column
            yield column.name, connection.scalar(select(of).order_by(of.desc()).limit(1))
        elif isinstance(column.type, Boolean):
            yield column.name, False
        elif isinstance(column.type, UTCDateTime):
            yield column.name, dt.datetime(2026, 1, 5, tzinfo=dt.UTC)
        elif isinstance(column.type, Date):
            yield column.name, dt.date(2026, 1, 5)
        elif isinstance(column.type, JSON):
            yield column.name, {}
        elif isinstance(column.type, LargeBinary):
            yield column.name, b"done"
        elif isinstance(column.type, Integer):
            yield column.name, 1
        else:
            yield column.name, "done"


def _copied(column: Column[Any], *, is_sqlite: bool) -> str:
    """A value of the copy number `k`, in its own library and so many days before."""
    table, name = column.table.name, column.name
    if column.foreign_keys:
        grows = next(iter(column.foreign_keys)).column.table.name not in SMALL
        return f"{name} + k * {APART}" if grows else name
    if name == "path":
        return "'/' || k || path"
    if isinstance(column.type, Integer) and not isinstance(column.type, Boolean):
        is_number = column.primary_key or column.unique or name.endswith("_id")
        return f"{name} + k * {APART}" if is_number or name == "sequence" else name
    if (table, name) in DONE:
        return f"CASE WHEN k % 50 = 0 THEN {name} ELSE '{DONE[table, name]}' END"
    if isinstance(column.type, DateTime | UTCDateTime):
        if is_sqlite:
            return f"strftime('%Y-%m-%d %H:%M:%f000', {name}, '-' || k || ' days')"
        return f"{name} - k * interval '1 day'"
    if isinstance(column.type, Date):
        return f"date({name}, '-' || k || ' days')" if is_sqlite else f"{name} - k"
    if isinstance(column.type, String) and (_is_key(column) or name in ("name", "email")):
        length = column.type.length or 200
        return f"substr(k || '-' || {name}, 1, {length})"
    return name


def _is_key(column: Column[Any]) -> bool:
    """Of a key that nothing else makes another one in the copy."""
    table = column.table
    keys = [
        {*key.columns}
        for key in (*table.constraints, *table.indexes, table.primary_key)
        if key is table.primary_key
        or isinstance(key, UniqueConstraint)
        or getattr(key, "unique", False)
    ]
    return any(column in key and not any(each.foreign_keys for each in key) for key in keys)


def scans(connection: Connection, statement: str, values: Any) -> set[str]:
    """The growing tables of which the engine means to read every row."""
    growing = {table.name for table in GROWING}
    if connection.dialect.name == "sqlite":
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        found = {_of_sqlite(statement, row.detail) for row in rows}
    else:
        plan = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", values).scalar()
        found = {*_of_postgres(plan[0]["Plan"])}
    return found & growing


def _of_sqlite(statement: str, detail: str) -> str:
    found = re.match(r"SCAN (\w+)", detail)
    if found is None:
        return ""
    alias = re.search(rf"\b(\w+) AS {found[1]}\b", statement)
    return alias[1] if alias else found[1]


def _of_postgres(node: dict[str, Any]) -> Iterator[str]:
    if node["Node Type"] == "Seq Scan" or (
        node["Node Type"].startswith("Index") and "Index Cond" not in node
    ):
        yield node.get("Relation Name", "")
    for each in node.get("Plans", ()):
        yield from _of_postgres(each)
