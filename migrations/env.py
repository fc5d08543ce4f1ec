"""Runs the migrations.

SQLite re-creates a table to change it, and with foreign keys on that would delete the rows of its
children: they are switched off outside the transaction, checked at its end, and switched on again.
Meanwhile a table is renamed without a look at triggers of others that name it: the one they name is
gone for that moment.
"""

import re
import traceback
from itertools import chain
from pathlib import Path
from typing import Any

import click
from alembic import context
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext, MigrationInfo
from flask import current_app
from sqlalchemy import CheckConstraint, Connection, event, inspect

from tracker.db import Base, UTCDateTime
from tracker.operations.backups.rules import Finding
from tracker.operations.checks import queries as checks_queries
from tracker.rules.errors import Conflict

VALUE = re.compile(r"'(?:[^']|'')*'")
LONGEST = 300
"""Letters of a statement that failed, as it is told."""


def render_item(kind: str, item: Any, autogen: Any) -> str | bool:
    if kind == "type" and isinstance(item, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def migrate(connection: Connection) -> None:
    """Whole or not at all: a step that fails, or leaves the database otherwise than a tried backup
    must be, is refused with all steps before it. Raises Conflict: migration_failed,
    migration_faulty. Says what is done, and which tables have fewer rows after it."""
    done: list[MigrationInfo] = []
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        render_item=render_item,
        compare_server_default=True,
        transaction_per_migration=False,
        on_version_apply=lambda step, **_: done.append(step),
    )
    alone = context.get_context()
    before = alone.get_current_heads()
    steps = context.script.iterate_revisions("heads", before or "base")
    waiting = [step.revision for step in steps]
    if alone.dialect.name == "postgresql" and before:
        # Who writes reads it first: they wait, and then see what was made of it (tracker/db.py).
        connection.exec_driver_sql("LOCK TABLE alembic_version IN ACCESS EXCLUSIVE MODE")
    rows = checks_queries.counts(connection) if before else {}
    if before and waiting:
        click.echo(f"Migrations: {', '.join(reversed(waiting))}.")
    for ends in ("commit", "rollback"):
        event.listen(connection, ends, must_not_end)
    event.listen(connection, "before_cursor_execute", must_not_end)
    try:
        with context.begin_transaction():
            context.run_migrations()
    except (Exception, SystemExit, KeyboardInterrupt) as error:
        raise Conflict(
            "migration_failed",
            migration=waiting[-1 - len(done)] if len(done) < len(waiting) else "",
            at=where(error),
        ) from error
    finally:
        for ends in ("commit", "rollback", "before_cursor_execute"):
            event.remove(connection, ends, must_not_end)
    if before and done and done[-1].is_upgrade:
        click.echo("Looking through the database.")
        newest = str(done[-1].up_revision_id)
        findings = checks_queries.broken_by_itself(connection)
        findings += lacking(alone) if newest == context.script.get_current_head() else []
        if findings:
            raise Conflict("migration_faulty", migration=newest, findings=findings)
        left = checks_queries.counts(connection)
        for table, count in rows.items():
            if left.get(table, 0) < count:
                click.echo(f"{table} had {count:,} rows, and has {left.get(table, 0):,} now.")


def must_not_end(
    _connection: Connection, _cursor: Any = None, statement: str = "", *_: Any
) -> None:
    """What a step ends by itself could not be rolled back."""
    first, *more = statement.upper().replace(";", " ").split() or ["COMMIT"]
    if first in ("COMMIT", "END", "ABORT") or (first == "ROLLBACK" and "TO" not in more):
        raise RuntimeError("a migration ends no transaction")


def where(error: BaseException) -> str:
    """The statement that failed, without the values in it; else the line of the migration."""
    if statement := getattr(error, "statement", None):
        return " ".join(VALUE.sub("'...'", str(statement)).split())[:LONGEST]
    lines = traceback.extract_tb(error.__traceback__)
    of_steps = [line for line in lines if Path(line.filename).parent.name == "versions"]
    return f"line {of_steps[-1].lineno}" if of_steps else ""


def lacking(alone: MigrationContext) -> list[Finding]:
    """What the models have and the database hasn't. That it has more is nobody's fault."""
    connection = alone.connection
    if connection is None:
        raise RuntimeError("no connection")
    entries = compare_metadata(alone, Base.metadata)
    changes = chain.from_iterable(one if isinstance(one, list) else [one] for one in entries)
    names = [
        ".".join(one[2:4]) if one[0].startswith("modify") else f"{one[0][4:]} {one[-1].name}"
        for one in changes
        if not one[0].startswith("remove")
    ]
    there = inspect(connection).get_multi_check_constraints()
    wanted = connection.dialect.identifier_preparer.format_constraint
    for table in Base.metadata.sorted_tables:
        known = {check["name"] for check in there.get((None, table.name), ())}
        checks = {wanted(one) for one in table.constraints if isinstance(one, CheckConstraint)}
        names += sorted(f"check {name}" for name in checks - known - {None})
    return [Finding("schema_lacks", name) for name in names]


def run() -> None:
    engine = current_app.extensions["migrate"].db.engine.execution_options(tracker_write=True)
    with engine.connect() as connection:
        if connection.dialect.name != "sqlite":
            with connection.begin():
                migrate(connection)
            return
        raw = connection.connection.driver_connection
        raw.execute("PRAGMA foreign_keys = OFF")
        raw.execute("PRAGMA legacy_alter_table = ON")
        try:
            with connection.begin():
                migrate(connection)
        finally:
            raw.execute("PRAGMA foreign_keys = ON")
            raw.execute("PRAGMA legacy_alter_table = OFF")


run()
