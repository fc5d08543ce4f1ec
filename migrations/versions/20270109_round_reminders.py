"""People are reminded of a round that is about to close.

The way back drops these notices; a mail that holds one is left empty, and is not sent.

Revises: 20270107_round_snapshots
"""

import re
from collections.abc import Callable

import sqlalchemy as sa
from alembic import op

revision = "20270109_round_reminders"
down_revision = "20270108_releases"
branch_labels = None
depends_on = None

KIND = "round_reminder"
POINTER = ("round_id", "rounds")


def upgrade() -> None:
    if _is_sqlite():
        added = ", ".join([*_pointer("notices", *POINTER), ""])
        _remake("notices", "carried_id INTEGER, ", lambda found: found[0] + added)
    else:
        for part in _pointer("notices", *POINTER):
            op.execute(f"ALTER TABLE notices ADD {part}")
    op.create_index(op.f("ix_notices_round_id"), "notices", ["round_id"])
    _kinds(lambda words: [*words, KIND])


def downgrade() -> None:
    op.execute(f"DELETE FROM notices WHERE kind = '{KIND}'")
    _kinds(lambda words: [each for each in words if each != KIND])
    op.drop_index(op.f("ix_notices_round_id"), "notices")
    if _is_sqlite():
        added = ", ".join([*_pointer("notices", *POINTER), ""])
        _remake("notices", re.escape(added), lambda _found: "")
    else:
        op.execute("ALTER TABLE notices DROP COLUMN round_id")


def _kinds(change: Callable[[list[str]], list[str]]) -> None:
    """Change which kinds of notices there are, whatever others there are by now."""
    name, check = "ck_notices_kind_known", "kind IN ({})"
    if _is_sqlite():
        _remake(
            "notices", r"kind IN \(([^)]*)\)", lambda found: check.format(_words(change, found[0]))
        )
        return
    said = op.get_bind().scalar(
        sa.text("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = :name"),
        {"name": name},
    )
    op.drop_constraint(op.f(name), "notices", type_="check")
    op.create_check_constraint(op.f(name), "notices", check.format(_words(change, said)))


def _words(change: Callable[[list[str]], list[str]], said: str) -> str:
    return ", ".join(f"'{each}'" for each in change(re.findall(r"'(\w+)'", said)))


def _pointer(table: str, column: str, parent: str) -> tuple[str, str]:
    return (
        f"{column} INTEGER",
        f"CONSTRAINT fk_{table}_{column}_{parent} FOREIGN KEY({column}) REFERENCES {parent} (id) "
        "ON DELETE RESTRICT",
    )


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _remake(table: str, before: str, after: Callable[[re.Match[str]], str]) -> None:
    """Make an SQLite table anew with this change to the text of its definition, with its indexes
    and the columns that stay. It has no triggers."""
    bind = op.get_bind()
    made_with = sa.text(
        "SELECT sql FROM sqlite_master WHERE tbl_name = :table AND sql IS NOT NULL "
        "ORDER BY type = 'table' DESC"
    )
    definition, *others = bind.scalars(made_with, {"table": table}).all()
    changed, count = re.subn(before, after, definition, count=1)
    if not count:
        raise RuntimeError(f"the table {table} does not say: {before}")
    body = changed.split("(", 1)[1]
    op.execute("PRAGMA legacy_alter_table = ON")
    bind.exec_driver_sql(f"CREATE TABLE {table}_new ({body}")
    older, newer = (
        [row.name for row in bind.execute(sa.text(f"PRAGMA table_info({each})"))]
        for each in (table, f"{table}_new")
    )
    names = ", ".join(name for name in older if name in newer)
    bind.exec_driver_sql(f"INSERT INTO {table}_new ({names}) SELECT {names} FROM {table}")
    bind.exec_driver_sql(f"DROP TABLE {table}")
    bind.exec_driver_sql(f"ALTER TABLE {table}_new RENAME TO {table}")
    op.execute("PRAGMA legacy_alter_table = OFF")
    for each in others:
        bind.exec_driver_sql(each)
