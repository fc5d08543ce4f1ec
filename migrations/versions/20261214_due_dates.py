"""One more week for a review, and days on which people are away: since when each date counts, a
move, its notice, and a table.

Dates that are there count from the day on which their review was sent or revealed: nobody was away
yet. SQLite makes the three tables anew from their own definitions, with the triggers and indexes
that they had. The way back forgets the moves, their notices and the days away; the dates stay as
the moves left them.

Revises: 20261216_region_and_paper
"""

import re
from collections.abc import Callable

import sqlalchemy as sa
from alembic import op

revision = "20261214_due_dates"
down_revision = "20261216_region_and_paper"
branch_labels = None
depends_on = None

MOVE, NOTICE = "one_more_week", "review_longer"
ONCE = "uq_review_moves_one_more_week"
DAYS = {"due_from": "sent_at", "differences_from": "revealed_at"}
FROM_A_DAY = "(differences_from IS NULL) = (differences_due_on IS NULL)"
COLUMNS = "\n\tdue_from DATE NOT NULL, \n\tdifferences_from DATE, "
CHECK = f", \n\tCONSTRAINT ck_reviews_differences_from_a_day CHECK ({FROM_A_DAY})"
Change = Callable[[list[str]], list[str]]
AFTER_KEY = "CONSTRAINT pk_reviews PRIMARY KEY (id)"


def upgrade() -> None:
    op.create_table(
        "away_periods",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.CheckConstraint("until_on >= starts_on", name=op.f("ck_away_periods_dates_in_order")),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name=op.f("fk_away_periods_person_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_away_periods")),
        sa.UniqueConstraint(
            "person_id", "starts_on", name=op.f("uq_away_periods_person_id_starts_on")
        ),
    )
    _set_words("review_moves", "move", lambda words: [*words, MOVE])
    _set_words("notices", "kind", lambda words: [*words, NOTICE])
    if _is_sqlite():
        with_days = [("(", "(" + COLUMNS), (AFTER_KEY, AFTER_KEY + CHECK)]
        _remake(
            "reviews",
            with_days,
            due_from="date(sent_at)",
            differences_from="CASE WHEN differences_due_on IS NOT NULL THEN date(revealed_at) END",
        )
    else:
        for column, moment in DAYS.items():
            op.add_column("reviews", sa.Column(column, sa.Date(), nullable=True))
            op.execute(f"UPDATE reviews SET {column} = ({moment} AT TIME ZONE 'UTC')::date")
        op.execute("UPDATE reviews SET differences_from = NULL WHERE differences_due_on IS NULL")
        op.alter_column("reviews", "due_from", nullable=False)
        op.create_check_constraint(op.f("ck_reviews_differences_from_a_day"), "reviews", FROM_A_DAY)
    once = sa.text(f"move = '{MOVE}'")
    op.create_index(
        ONCE, "review_moves", ["review_id"], unique=True, sqlite_where=once, postgresql_where=once
    )


def downgrade() -> None:
    op.drop_index(ONCE, "review_moves")
    if _is_sqlite():
        _remake("reviews", [(COLUMNS, ""), (CHECK, "")])
    else:
        op.drop_constraint(op.f("ck_reviews_differences_from_a_day"), "reviews", type_="check")
        for column in DAYS:
            op.drop_column("reviews", column)
        op.execute("ALTER TABLE review_moves DISABLE TRIGGER USER")
        op.execute(f"DELETE FROM review_moves WHERE move = '{MOVE}'")
        op.execute("ALTER TABLE review_moves ENABLE TRIGGER USER")
    op.execute(f"DELETE FROM notices WHERE kind = '{NOTICE}'")
    _set_words("notices", "kind", lambda words: [each for each in words if each != NOTICE])
    _set_words(
        "review_moves",
        "move",
        lambda words: [each for each in words if each != MOVE],
        where=f"move <> '{MOVE}'",
    )
    op.drop_table("away_periods")


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _set_words(table: str, column: str, change: Change, *, where: str = "true") -> None:
    """Let a column hold other words than its check names now."""
    name = f"ck_{table}_{column}_known"
    found = (
        _definition(table)
        if _is_sqlite()
        else op.get_bind().scalar(
            sa.text("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = :name"),
            {"name": name},
        )
    )
    listed = found[found.index(name) :].split("))", 1)[0] if _is_sqlite() else found
    words = change(re.findall(r"'(\w+)'", listed))
    quoted = ", ".join(f"'{word}'" for word in words)
    check = f"{column} IN ({quoted})"
    if _is_sqlite():
        _remake(table, [(listed, f"{name} CHECK ({check.removesuffix(')')}")], where=where)
    else:
        op.drop_constraint(op.f(name), table, type_="check")
        op.create_check_constraint(op.f(name), table, check)


def _definition(table: str) -> str:
    found = sa.text("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = :table")
    return str(op.get_bind().scalar(found, {"table": table}))


def _remake(table: str, changes: list[tuple[str, str]], where: str = "true", **filled: str) -> None:
    """Make an SQLite table anew with these changes to the text of its definition. `filled`: what a
    column gets instead of what it holds; `where`: which rows stay."""
    bind = op.get_bind()
    others = bind.scalars(
        sa.text(
            "SELECT sql FROM sqlite_master "
            "WHERE tbl_name = :table AND type <> 'table' AND sql IS NOT NULL"
        ),
        {"table": table},
    ).all()
    definition = "(" + _definition(table).split("(", 1)[1]
    for before, after in changes:
        if before not in definition:
            raise RuntimeError(f"the table {table} does not say: {before}")
        definition = definition.replace(before, after, 1)
    op.execute("PRAGMA legacy_alter_table = ON")
    bind.exec_driver_sql(f"CREATE TABLE {table}_new {definition}")
    names = [row.name for row in bind.execute(sa.text(f"PRAGMA table_info({table}_new)"))]
    columns = ", ".join(f'"{name}"' for name in names)
    values = ", ".join(filled.get(name, f'"{name}"') for name in names)
    bind.exec_driver_sql(
        f"INSERT INTO {table}_new ({columns}) SELECT {values} FROM {table} WHERE {where}"
    )
    bind.exec_driver_sql(f"DROP TABLE {table}")
    bind.exec_driver_sql(f"ALTER TABLE {table}_new RENAME TO {table}")
    op.execute("PRAGMA legacy_alter_table = OFF")
    for each in others:
        bind.exec_driver_sql(each)
