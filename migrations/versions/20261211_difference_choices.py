"""What somebody has chosen for a difference and not confirmed; a confirmation without an answer
says that they want to talk; and three moves: to ask for that talk, to take a confirmation back, and
to undo *no agreement*.

SQLite makes the two tables anew from their own definitions, with the triggers and indexes that they
had. The way back drops choices and talks, and takes the nearest older word for the moves.

Revises: 20261210_sensitive_statements
"""

import sqlalchemy as sa
from alembic import op

revision = "20261211_difference_choices"
down_revision = "20261210_sensitive_statements"
branch_labels = None
depends_on = None

OLDER = (
    "'send', 'withdraw', 'answer', 'cannot_tell', 'return', 'reply', 'drop', 'reveal_equal', "
    "'reveal_different', 'confirm', 'agree', 'keep_apart', 'close', 'hand_on'"
)
NEW = ("talk", "take_back", "undo_keep_apart")
NEWER = OLDER + "".join(f", '{move}'" for move in NEW)
CHECK = "move IN ({})"
ANSWER = "answer VARCHAR(40)"


def upgrade() -> None:
    op.create_table(
        "difference_choices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("answer", sa.String(length=40), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('agree', 'talk', 'no_agreement')",
            name=op.f("ck_difference_choices_kind_known"),
        ),
        sa.CheckConstraint(
            "(kind = 'agree') = (answer IS NOT NULL)",
            name=op.f("ck_difference_choices_agreeing_has_an_answer"),
        ),
        sa.ForeignKeyConstraint(
            ["item_id"],
            ["review_items.id"],
            name=op.f("fk_difference_choices_item_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name=op.f("fk_difference_choices_person_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_difference_choices")),
        sa.UniqueConstraint(
            "item_id", "person_id", name=op.f("uq_difference_choices_item_id_person_id")
        ),
    )
    if _is_sqlite():
        _remake("confirmations", f"{ANSWER} NOT NULL", ANSWER)
        _remake("review_moves", CHECK.format(OLDER), CHECK.format(NEWER))
    else:
        op.alter_column("confirmations", "answer", nullable=True)
        _check_moves(NEWER)


def downgrade() -> None:
    op.execute("DELETE FROM confirmations WHERE answer IS NULL")
    new = ", ".join(f"'{move}'" for move in NEW)
    older = f"CASE WHEN move IN ({new}) THEN 'confirm' ELSE move END"
    if _is_sqlite():
        _remake("confirmations", ANSWER, f"{ANSWER} NOT NULL")
        _remake("review_moves", CHECK.format(NEWER), CHECK.format(OLDER), move=older)
    else:
        op.alter_column("confirmations", "answer", nullable=False)
        op.drop_constraint(op.f("ck_review_moves_move_known"), "review_moves", type_="check")
        op.execute("ALTER TABLE review_moves DISABLE TRIGGER USER")
        op.execute(f"UPDATE review_moves SET move = {older}")
        op.execute("ALTER TABLE review_moves ENABLE TRIGGER USER")
        op.create_check_constraint(
            op.f("ck_review_moves_move_known"), "review_moves", CHECK.format(OLDER)
        )
    op.drop_table("difference_choices")


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _check_moves(words: str) -> None:
    op.drop_constraint(op.f("ck_review_moves_move_known"), "review_moves", type_="check")
    op.create_check_constraint(
        op.f("ck_review_moves_move_known"), "review_moves", CHECK.format(words)
    )


def _remake(table: str, before: str, after: str, **filled: str) -> None:
    """Make an SQLite table anew with this change to the text of its definition. `filled`: what a
    column gets instead of what it holds."""
    bind = op.get_bind()
    made_with = sa.text(
        "SELECT sql FROM sqlite_master WHERE tbl_name = :table AND sql IS NOT NULL "
        "ORDER BY type = 'table' DESC"
    )
    definition, *others = bind.scalars(made_with, {"table": table}).all()
    if before not in definition:
        raise RuntimeError(f"the table {table} does not say: {before}")
    body = definition.replace(before, after, 1).split("(", 1)[1]
    names = [row.name for row in bind.execute(sa.text(f"PRAGMA table_info({table})"))]
    values = ", ".join(filled.get(name, name) for name in names)
    op.execute("PRAGMA legacy_alter_table = ON")
    bind.exec_driver_sql(f"CREATE TABLE {table}_new ({body}")
    bind.exec_driver_sql(
        f"INSERT INTO {table}_new ({', '.join(names)}) SELECT {values} FROM {table}"
    )
    bind.exec_driver_sql(f"DROP TABLE {table}")
    bind.exec_driver_sql(f"ALTER TABLE {table}_new RENAME TO {table}")
    op.execute("PRAGMA legacy_alter_table = OFF")
    for each in others:
        bind.exec_driver_sql(each)
