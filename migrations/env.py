"""Runs the migrations.

SQLite re-creates a table to change it, and with foreign keys on that would delete the rows of its
children: they are switched off outside the transaction, checked after it, and switched on again.
"""

from typing import Any

from alembic import context
from flask import current_app
from sqlalchemy import Connection

from tracker.db import Base, UTCDateTime


def render_item(kind: str, item: Any, autogen: Any) -> str | bool:
    if kind == "type" and isinstance(item, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def migrate(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        render_item=render_item,
        compare_server_default=True,
        transaction_per_migration=False,
    )
    with context.begin_transaction():
        context.run_migrations()


def run() -> None:
    engine = current_app.extensions["migrate"].db.engine.execution_options(tracker_write=True)
    with engine.connect() as connection:
        if connection.dialect.name != "sqlite":
            with connection.begin():
                migrate(connection)
            return
        raw = connection.connection.driver_connection
        raw.execute("PRAGMA foreign_keys = OFF")
        try:
            with connection.begin():
                migrate(connection)
                broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
                if broken:
                    raise RuntimeError(
                        f"the migration leaves rows without their parents: {broken[:5]}"
                    )
        finally:
            raw.execute("PRAGMA foreign_keys = ON")


run()
