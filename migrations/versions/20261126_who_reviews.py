"""Who reviews when a supervisor cannot: deputies, reviews handed on, and second readers.

SQLite cannot change a check in place. The two tables are made anew from their own definition, with
the triggers and indexes that they had.

Revises: 20261126_tried_out
"""

import sqlalchemy as sa
from alembic import op

revision = "20261126_who_reviews"
down_revision = "20261126_tried_out"
branch_labels = None
depends_on = None

STATUSES = "'waiting', 'returned', 'answered', 'not_observed', 'dropped', 'differs', 'endorsed', 'kept_apart'"
SEALED = "'waiting', 'returned', 'answered', 'dropped'"
MOVES = (
    "'send', 'withdraw', 'answer', 'cannot_tell', 'return', 'reply', 'drop', 'reveal_equal', 'reveal_different', "
    "'confirm', 'agree', 'keep_apart', 'close'"
)
CHECKS = {
    "review_items": {
        "status_known": ("status IN ({})", STATUSES, "handed_on"),
        "sealed_has_none": ("status NOT IN ({}) OR revealed_at IS NULL", SEALED, "handed_on"),
    },
    "review_moves": {"move_known": ("move IN ({})", MOVES, "hand_on")},
}
"""Table -> check -> (what it says, the words before, the word that joins them)."""
BACK = {
    "review_items": ("status", "handed_on", "dropped"),
    "review_moves": ("move", "hand_on", "drop"),
}
"""What rows become that the older checks do not know."""


def upgrade() -> None:
    op.create_table(
        "handovers",
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("from_review_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["review_id"], ["reviews.id"], name=op.f("fk_handovers_review_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["from_review_id"],
            ["reviews.id"],
            name=op.f("fk_handovers_from_review_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("review_id", name=op.f("pk_handovers")),
        sa.UniqueConstraint("from_review_id", name=op.f("uq_handovers_from_review_id")),
    )
    op.create_table(
        "handover_texts",
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["review_id"],
            ["handovers.review_id"],
            name=op.f("fk_handover_texts_review_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("review_id", name=op.f("pk_handover_texts")),
    )
    op.create_table(
        "second_readings",
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("endorsement_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["review_id"],
            ["reviews.id"],
            name=op.f("fk_second_readings_review_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["endorsement_id"],
            ["endorsements.id"],
            name=op.f("fk_second_readings_endorsement_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("review_id", name=op.f("pk_second_readings")),
    )
    op.create_index(
        op.f("ix_second_readings_endorsement_id"), "second_readings", ["endorsement_id"]
    )
    op.create_table(
        "deputies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("supervisor_id", sa.Integer(), nullable=False),
        sa.Column("deputy_id", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("named_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "supervisor_id <> deputy_id", name=op.f("ck_deputies_nobody_is_their_own")
        ),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_deputies_dates_in_order")),
        sa.ForeignKeyConstraint(
            ["supervisor_id"],
            ["people.id"],
            name=op.f("fk_deputies_supervisor_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["deputy_id"], ["people.id"], name=op.f("fk_deputies_deputy_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deputies")),
    )
    op.create_index("ix_deputies_supervisor", "deputies", ["supervisor_id", "ends_on"])
    op.create_index("ix_deputies_deputy", "deputies", ["deputy_id", "ends_on"])
    _change_checks(known=True)


def downgrade() -> None:
    _change_checks(known=False)
    op.drop_table("deputies")
    op.drop_table("second_readings")
    op.drop_table("handover_texts")
    op.drop_table("handovers")


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _change_checks(known: bool) -> None:
    """Let the checks know the words, or forget them again; then rows with such a word take the
    nearest older one."""
    for table, checks in CHECKS.items():
        column, word, older = BACK[table]
        said = {
            name: (text.format(words), text.format(f"{words}, '{new}'"))
            for name, (text, words, new) in checks.items()
        }
        if _is_sqlite():
            _remake(
                table,
                [pair if known else pair[::-1] for pair in said.values()],
                {column: f"CASE {column} WHEN '{word}' THEN '{older}' ELSE {column} END"},
            )
            continue
        for name in said:
            op.drop_constraint(op.f(f"ck_{table}_{name}"), table, type_="check")
        if not known:
            op.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            op.execute(f"UPDATE {table} SET {column} = '{older}' WHERE {column} = '{word}'")
            op.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        for name, pair in said.items():
            op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, pair[known])


def _remake(
    table: str, changes: list[tuple[str, str]], filled: dict[str, str] | None = None
) -> None:
    """Make an SQLite table anew from its definition with these changes to the text of it. `filled`:
    what a column gets instead of what it holds."""
    bind = op.get_bind()
    asked = {"table": table}
    definition = bind.scalar(
        sa.text("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = :table"), asked
    )
    made_with = sa.text(
        "SELECT sql FROM sqlite_master WHERE tbl_name = :table AND type IN ('index', 'trigger') AND sql IS NOT NULL"
    )
    others = bind.scalars(made_with, asked).all()
    for before, after in changes:
        if before not in definition:
            raise RuntimeError(f"the table {table} does not say: {before}")
        definition = definition.replace(before, after)
    _, body = definition.split("(", 1)
    op.execute("PRAGMA legacy_alter_table = ON")
    bind.exec_driver_sql(f"CREATE TABLE {table}_new ({body}")
    columns = [row.name for row in bind.execute(sa.text(f"PRAGMA table_info({table}_new)"))]
    values = ", ".join((filled or {}).get(column, column) for column in columns)
    bind.exec_driver_sql(
        f"INSERT INTO {table}_new ({', '.join(columns)}) SELECT {values} FROM {table}"
    )
    bind.exec_driver_sql(f"DROP TABLE {table}")
    bind.exec_driver_sql(f"ALTER TABLE {table}_new RENAME TO {table}")
    op.execute("PRAGMA legacy_alter_table = OFF")
    for each in others:
        bind.exec_driver_sql(each)
