"""An answer can be cleared: the row stays without one, its version goes on counting, and the history
has an entry that says so.

SQLite cannot change a check in place: its tables are made anew from their own definition, with the
triggers and indexes that they had. The way back refuses answers that were cleared.

Revises: 20261205_drafts
"""

import re

import sqlalchemy as sa
from alembic import op

revision = "20261206_cleared_answers"
down_revision = "20261205_drafts"
branch_labels = None
depends_on = None

TABLES = ("ratings", "rating_entries")
BEFORE = ("rated", "confirmed", "carried", "imported", "inferred")
AFTER = (*BEFORE, "cleared")
NO_ANSWER = "(answer IS NULL) = (basis = 'cleared')"


def upgrade() -> None:
    for table in TABLES:
        if _is_sqlite():
            more = f"CONSTRAINT ck_{table}_cleared_has_no_answer CHECK ({NO_ANSWER})"
            _remake(table, "answer VARCHAR(40)", _known(AFTER), f", {more}")
        else:
            op.alter_column(table, "answer", nullable=True)
            _replace(table, AFTER)
            op.create_check_constraint(op.f(f"ck_{table}_cleared_has_no_answer"), table, NO_ANSWER)


def downgrade() -> None:
    for table in TABLES:
        _refuse(table)
    for table in TABLES:
        check = f"ck_{table}_cleared_has_no_answer"
        if _is_sqlite():
            without = rf",\s*CONSTRAINT {check} CHECK \({re.escape(NO_ANSWER)}\)"
            _remake(table, "answer VARCHAR(40) NOT NULL", _known(BEFORE), without=without)
        else:
            op.drop_constraint(op.f(check), table, type_="check")
            _replace(table, BEFORE)
            op.alter_column(table, "answer", nullable=False)


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _known(words: tuple[str, ...]) -> str:
    return "basis IN ({})".format(", ".join(f"'{word}'" for word in words))


def _replace(table: str, words: tuple[str, ...]) -> None:
    name = op.f(f"ck_{table}_basis_known")
    op.drop_constraint(name, table, type_="check")
    op.create_check_constraint(name, table, _known(words))


def _remake(table: str, answer: str, known: str, more: str = "", without: str = "") -> None:
    """Make an SQLite table anew from its definition, with another column `answer` and check."""
    bind = op.get_bind()
    made_with = sa.text(
        "SELECT sql FROM sqlite_master WHERE tbl_name = :table AND sql IS NOT NULL "
        "ORDER BY type = 'table' DESC"
    )
    definition, *others = bind.scalars(made_with, {"table": table}).all()
    body = definition.split("(", 1)[1].rstrip().removesuffix(")")
    for pattern, new in (
        (r"answer VARCHAR\(40\)( NOT NULL)?(?=\s*,)", answer),
        (r"basis IN \([^()]*\)", known),
        *([(without, "")] if without else []),
    ):
        body, found = re.subn(pattern, new, body)
        if found != 1:
            raise RuntimeError(f"the table {table} does not say once: {pattern}")
    op.execute("PRAGMA legacy_alter_table = ON")
    bind.exec_driver_sql(f"CREATE TABLE {table}_new ({body}{more})")
    names = ", ".join(row.name for row in bind.execute(sa.text(f"PRAGMA table_info({table})")))
    bind.exec_driver_sql(f"INSERT INTO {table}_new ({names}) SELECT {names} FROM {table}")
    bind.exec_driver_sql(f"DROP TABLE {table}")
    bind.exec_driver_sql(f"ALTER TABLE {table}_new RENAME TO {table}")
    op.execute("PRAGMA legacy_alter_table = OFF")
    for each in others:
        bind.exec_driver_sql(each)


def _refuse(table: str) -> None:
    count = op.get_bind().scalar(sa.text(f"SELECT count(*) FROM {table} WHERE answer IS NULL"))
    if count:
        raise RuntimeError(
            f"{table} has {count} answers that were cleared, which the older layout cannot hold. "
            "Restore the backup that was made before the upgrade instead."
        )
