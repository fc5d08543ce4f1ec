"""${message}

${up_revision}, after ${down_revision | comma,n}
"""

from collections.abc import Iterator
from contextlib import contextmanager

import click
import sqlalchemy as sa
from alembic import op
${imports if imports else ""}

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


@contextmanager
def keeping_triggers(table: str) -> Iterator[None]:
    """Around each batch_alter_table: SQLite may build the table anew, and drops its triggers."""
    of_table = "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?"
    bind = op.get_bind()
    is_sqlite = bind.dialect.name == "sqlite"
    made = bind.exec_driver_sql(of_table, (table,)).scalars().all() if is_sqlite else []
    yield
    there = set(bind.exec_driver_sql(of_table, (table,)).scalars()) if is_sqlite else set()
    for trigger in made:
        if trigger not in there:
            bind.exec_driver_sql(trigger)


def in_parts(table: str, change: str) -> None:
    """A change of many rows, which ends with "WHERE id BETWEEN :first AND :last", and how far it
    is."""
    bind = op.get_bind()
    most = bind.scalar(sa.text(f"SELECT max(id) FROM {table}")) or 0
    for first in range(1, most + 1, 100_000):
        last = min(first + 99_999, most)
        bind.execute(sa.text(change), {"first": first, "last": last})
        click.echo(f"{table}: {last:,} of {most:,}")


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    ${downgrades if downgrades else "pass"}
