"""A large made-up database, and how the engine means to run a statement there.

What a test left is copied so many times, past all guards, into libraries of their own: by the
database itself, one statement a table. A table that a test left empty gets one made-up row first.
"""

import datetime as dt
import re
from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    Connection,
    Date,
    DateTime,
    Engine,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
    func,
    insert,
    select,
    text,
)
from sqlalchemy.types import JSON, Boolean

from tracker.db import Base, UTCDateTime

COPIES, APART, LITTLE = 400, 100_000, 1_000
SHARED = frozenset(
    [
        "frameworks",
        "strands",
        "domains",
        "levels",
        "statements",
        "skills",
        "skill_origins",
        "sources",
        "citations",
        "anchors",
        "scale_answers",
        "framework_drafts",
        "framework_draft_decisions",
        "corrections",
        "daily_parts",
        "alert_mails",
        "mail_tests",
        "backup_tests",
        "limit_counts",
        "sign_in_turns",
    ]
)
"""Tables of all libraries together: the frameworks, and what the installation keeps of itself."""
SMALL = SHARED | {
    *("libraries", "library_versions", "planned_moves", "account_merges", "round_frameworks")
}
"""Tables that don't grow with people, and by a few rows a year. All others grow."""
OF_FEW = (
    "ix_reviews_open",
    "ix_record_openings_objected",
    "ix_people_without_password",
    "ix_review_items_not_endorsed",
    "ix_endorsements_ended",
)
"""Indexes of what is under way or came to nothing, which may be read whole."""
COPIED = tuple(table for name, table in Base.metadata.tables.items() if name not in SHARED)
DONE = {
    ("reviews", "status"): "'closed'",
    ("reviews", "closed_at"): "sent_at",
    ("review_items", "status"): "'endorsed'",
    ("jobs", "state"): "'done'",
    ("outbox_mails", "status"): "'sent'",
    ("endorsements", "status"): "'standing'",
    ("endorsements", "ended_at"): "CASE WHEN k % 50 = 1 THEN endorsed_at END",
}
"""What nearly all rows of the past are: a query for the others must find them by an index."""


def fill(engine: Engine) -> None:
    """The database is of no use for anything else afterward. What it knows of its tables stays as
    it was before they grew."""
    with engine.execution_options(tracker_write=True).connect() as connection:
        is_sqlite = engine.dialect.name == "sqlite"
        if is_sqlite:
            raw: Any = connection.connection.driver_connection
            raw.execute("PRAGMA foreign_keys = 0")
            raw.execute("PRAGMA ignore_check_constraints = 1")
        with connection.begin():
            _remove_guards(connection)
            for table in COPIED:
                if connection.execute(select(table).limit(1)).first() is None:
                    connection.execute(insert(table), dict(_made_up(connection, table)))
            for table in COPIED:
                _copy(connection, table, is_sqlite=is_sqlite)
    engine.dispose()


def analyze(engine: Engine) -> None:
    with engine.execution_options(tracker_write=True).begin() as connection:
        connection.execute(text("ANALYZE"))
    engine.dispose()


def _copy(connection: Connection, table: Table, *, is_sqlite: bool) -> None:
    names = ", ".join(column.name for column in table.columns)
    values = ", ".join(_copied(column, is_sqlite=is_sqlite) for column in table.columns)
    connection.execute(
        text(
            f"INSERT INTO {table.name} ({names}) WITH RECURSIVE copies(k) AS "
            f"(SELECT 1 UNION ALL SELECT k + 1 FROM copies WHERE k < {COPIES}) "
            f"SELECT {values} FROM {table.name} CROSS JOIN copies"
        )
    )


def _remove_guards(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        triggers = text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for name in connection.scalars(triggers).all():
            connection.execute(text(f"DROP TRIGGER {name}"))
        return
    connection.execute(text("SET LOCAL session_replication_role = replica"))
    for table in COPIED:
        connection.execute(text(f"ALTER TABLE {table.name} SET (autovacuum_enabled = false)"))
        for check in table.constraints:
            if isinstance(check, CheckConstraint):
                drop = f"ALTER TABLE {table.name} DROP CONSTRAINT IF EXISTS {check.name}"
                connection.execute(text(drop))


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
    table, name, kind = column.table.name, column.name, column.type
    of = {foreign_key.column.table.name for foreign_key in column.foreign_keys}
    is_number = isinstance(kind, Integer) and not isinstance(kind, Boolean)
    is_name = column.primary_key or column.unique or name.endswith("_id") or name == "sequence"
    if of - SHARED or (is_number and is_name and not of):
        value = f"{name} + k * {APART}"
    elif name == "path":
        value = "'/' || k || path"
    elif (table, name) in DONE:
        value = f"CASE WHEN k % 50 = 0 THEN {name} ELSE {DONE[table, name]} END"
    elif isinstance(kind, DateTime | UTCDateTime):
        form = "'%Y-%m-%d %H:%M:%f000'"
        before = f"strftime({form}, {name}, '-' || k || ' days')"
        value = before if is_sqlite else f"{name} - k * interval '1 day'"
    elif isinstance(kind, Date):
        value = f"date({name}, '-' || k || ' days')" if is_sqlite else f"{name} - k"
    elif isinstance(kind, String) and (_is_key(column) or name in ("name", "email", "sort_name")):
        value = f"substr(k || '-' || {name}, 1, {kind.length or 200})"
    else:
        value = name
    return value


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
    """The growing tables of which the engine means to read every row. PostgreSQL is asked what it
    would do if that were dear, and of a table with few rows not whether it reads a whole index: it
    begins with those as soon as look anything up."""
    growing = {table.name for table in COPIED} - SMALL
    if connection.dialect.name == "sqlite":
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()
        ends_soon = "LIMIT" in statement and " WHERE " not in statement
        if ends_soon and not any("TEMP B-TREE" in row.detail for row in rows):
            return set()
        found = {_of_sqlite(statement, row.detail) for row in rows}
    else:
        for whole in ("seqscan", "hashjoin", "mergejoin"):
            connection.execute(text(f"SET LOCAL enable_{whole} = off"))
        plan = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", values).scalar()
        found = {*_of_postgres(plan[0]["Plan"], _little(connection))}
    return found & growing


def scans_a_row(connection: Connection, statement: str, values: Any) -> set[str]:
    """The growing tables that PostgreSQL means to read from end to end for each row of something
    else. SQLite asks as it is told to, which `scans` looks at."""
    if connection.dialect.name == "sqlite":
        return set()
    plan = connection.exec_driver_sql(
        f"EXPLAIN (VERBOSE, FORMAT JSON) {statement}", values
    ).scalar()
    nodes = [plan[0]["Plan"]]
    found = set[str]()
    while nodes:
        node = nodes.pop()
        nodes += node.get("Plans", ())
        name = node.get("Subplan Name", "")
        if node.get("Parent Relationship") == "SubPlan" and f"hashed {name}" not in str(plan):
            found |= {*_read_whole(node)}
    return (found & {table.name for table in COPIED}) - SMALL - _little(connection)


def _read_whole(node: dict[str, Any]) -> Iterator[str]:
    if node["Node Type"] == "Seq Scan":
        yield node["Relation Name"]
    for each in node.get("Plans", ()):
        yield from _read_whole(each)


def _little(connection: Connection) -> set[str]:
    """Counted once, as the engine may not know."""
    if "little" not in connection.info:
        some = {table.name: select(table.c[0]).limit(LITTLE).subquery() for table in COPIED}
        connection.info["little"] = {
            name
            for name, rows in some.items()
            if connection.scalar(select(func.count()).select_from(rows)) < LITTLE
        }
    little: set[str] = connection.info["little"]
    return little


def sorts(connection: Connection, statement: str, values: Any) -> bool:
    """Whether the engine means to sort what it found, and not to read it in the order of an
    index."""
    kind, word = (
        ("QUERY PLAN", "TEMP B-TREE") if connection.dialect.name == "sqlite" else ("", "Sort")
    )
    return any(
        word in str(row)
        for row in connection.exec_driver_sql(f"EXPLAIN {kind} {statement}", values)
    )


def plans_anew(statement: str) -> bool:
    """Whether SQLite plans it anew each time: a value is bound that is compared with what a partial
    index is of (`written` in tracker/models/columns.py)."""
    return any(
        re.search(rf"\b{table.name}(_\d+)?\.{column} {sign.replace('<>', '!=')} \?", statement)
        for table in COPIED
        for index in table.indexes
        for column, sign in re.findall(
            r"(\w+) (=|<>) '", str(index.dialect_options["sqlite"]["where"])
        )
    )


def _of_sqlite(statement: str, detail: str) -> str:
    found = re.match(r"SCAN (\w+)", detail)
    if found is None or detail.endswith(OF_FEW):
        return ""
    alias = re.search(rf"\b(\w+) AS {found[1]}\b", statement)
    return alias[1] if alias else found[1]


def _of_postgres(node: dict[str, Any], little: Collection[str]) -> Iterator[str]:
    """Under a limit an index that is read in its order is left as soon as there is enough."""
    reads_whole_index = (
        node["Node Type"].startswith("Index")
        and "Index Cond" not in node
        and node["Index Name"] not in OF_FEW
        and node["Relation Name"] not in little
    )
    if node["Node Type"] == "Seq Scan" or (reads_whole_index and "Filter" in node):
        yield node.get("Relation Name", "")
    for each in node.get("Plans", ()):
        yield from _of_postgres(each, little)
