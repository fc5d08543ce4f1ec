"""People are carried to a later version of a framework, their job profiles with them, and told so.

The way back drops what was planned, who was carried by it, and the notices of it; ratings that were
carried stay.

Revises: 20270105_people_over_years
"""

import re
from collections.abc import Callable

import sqlalchemy as sa
from alembic import op

revision = "20270106_carrying"
down_revision = "20270105_people_over_years"
branch_labels = None
depends_on = None

STATUSES = "'planned', 'called_off', 'running', 'done', 'undoing', 'undone'"
KIND = "version_carried"
POINTERS = (
    ("role_profiles", "carried_from_id", "role_profiles"),
    ("notices", "carried_id", "carried_people"),
)


def upgrade() -> None:
    op.create_table(
        "carryings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("library_id", sa.Integer(), nullable=False),
        sa.Column("from_id", sa.Integer(), nullable=False),
        sa.Column("to_id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        *(
            sa.CheckConstraint(rule, name=op.f(f"ck_carryings_{what}"))
            for what, rule in (
                ("status_known", f"status IN ({STATUSES})"),
                ("another_version", "from_id <> to_id"),
                ("one_scope", "team_id IS NULL OR person_id IS NULL"),
                ("begun_has_a_time", "(status IN ('planned', 'called_off')) = (begun_at IS NULL)"),
                (
                    "ended_has_a_time",
                    "(status IN ('called_off', 'done', 'undone')) = (ended_at IS NOT NULL)",
                ),
            )
        ),
        *_parents(
            "carryings",
            library_id="libraries",
            from_id="frameworks",
            to_id="frameworks",
            team_id="teams",
            person_id="people",
            asked_by_id="people",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_carryings")),
    )
    op.create_index("ix_carryings_library", "carryings", ["library_id", "asked_at"])
    op.create_table(
        "carried_people",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("carrying_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("memberships", sa.JSON(), nullable=False),
        sa.Column("asked_again", sa.Integer(), nullable=False),
        sa.Column("last_entry", sa.Integer(), nullable=False),
        sa.Column("carried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "undone_at IS NULL OR carried_at IS NOT NULL",
            name=op.f("ck_carried_people_carried_first"),
        ),
        *_parents("carried_people", carrying_id="carryings", person_id="people"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_carried_people")),
        sa.UniqueConstraint(
            "carrying_id", "person_id", name=op.f("uq_carried_people_carrying_id_person_id")
        ),
    )
    op.create_index(op.f("ix_carried_people_person_id"), "carried_people", ["person_id"])
    for table, *pointer in POINTERS:
        if _is_sqlite():
            rules = f"CONSTRAINT pk_{table} "
            added = ", ".join([*_pointer(table, *pointer), rules])
            _remake(table, rules, lambda _found, added=added: added)
        else:
            for part in _pointer(table, *pointer):
                op.execute(f"ALTER TABLE {table} ADD {part}")
        op.create_index(op.f(f"ix_{table}_{pointer[0]}"), table, [pointer[0]])
    _kinds(lambda words: [*words, KIND])


def downgrade() -> None:
    op.execute(f"DELETE FROM notices WHERE kind = '{KIND}'")
    _kinds(lambda words: [each for each in words if each != KIND])
    for table, *pointer in reversed(POINTERS):
        op.drop_index(op.f(f"ix_{table}_{pointer[0]}"), table)
        if _is_sqlite():
            added = ", ".join([*_pointer(table, *pointer), ""])
            _remake(table, re.escape(added), lambda _found: "")
        else:
            op.execute(f"ALTER TABLE {table} DROP COLUMN {pointer[0]}")
    op.drop_table("carried_people")
    op.drop_table("carryings")


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
    and the columns that stay. Neither table has triggers."""
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


def _parents(table: str, **columns: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint(
            [column],
            [f"{parent}.id"],
            name=op.f(f"fk_{table}_{column}_{parent}"),
            ondelete="RESTRICT",
        )
        for column, parent in columns.items()
    ]
