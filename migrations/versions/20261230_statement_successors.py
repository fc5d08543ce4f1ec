"""What takes the place of a statement in later versions of its framework.

No version that is there says what came of an earlier one; the way back drops what is said since.

Revises: 20261229_sign_in_links
"""

import sqlalchemy as sa
from alembic import op

revision = "20261230_statement_successors"
down_revision = "20261229_sign_in_links"
branch_labels = None
depends_on = None

TABLE = "statement_successors"


def upgrade() -> None:
    change = "change IN ('same', 'reworded', 'moved', 'split', 'merged')"
    op.create_table(
        TABLE,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("statement_id", sa.Integer(), nullable=False),
        sa.Column("successor_id", sa.Integer(), nullable=False),
        sa.Column("change", sa.String(length=40), nullable=False),
        sa.Column("carries", sa.Boolean(), nullable=False),
        sa.Column("steps", sa.Integer(), nullable=False),
        sa.CheckConstraint(change, name=op.f("ck_statement_successors_change_known")),
        sa.CheckConstraint("steps >= 1", name=op.f("ck_statement_successors_steps_count")),
        sa.CheckConstraint(
            "statement_id <> successor_id", name=op.f("ck_statement_successors_another_statement")
        ),
        *(
            sa.ForeignKeyConstraint(
                [column],
                ["statements.id"],
                name=op.f(f"fk_statement_successors_{column}_statements"),
                ondelete="RESTRICT",
            )
            for column in ("statement_id", "successor_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statement_successors")),
        sa.UniqueConstraint(
            "statement_id",
            "successor_id",
            name=op.f("uq_statement_successors_statement_id_successor_id"),
        ),
    )
    op.create_index(op.f("ix_statement_successors_successor_id"), TABLE, ["successor_id"])
    sqlite = op.get_bind().dialect.name == "sqlite"
    for act in ("update", "delete") if sqlite else ("update", "delete", "truncate"):
        each = "STATEMENT" if act == "truncate" else "ROW"
        stop = (
            f"BEGIN SELECT RAISE(ABORT, '{TABLE}: history is never changed'); END"
            if sqlite
            else f"FOR EACH {each} EXECUTE FUNCTION refuse_history_change()"
        )
        op.execute(f"CREATE TRIGGER {TABLE}_no_{act} BEFORE {act.upper()} ON {TABLE} {stop}")


def downgrade() -> None:
    op.drop_table(TABLE)
