"""Rounds of several frameworks: which ones stands in a table of its own.

Revises: 20261202_framework_shapes
"""

import sqlalchemy as sa
from alembic import op

revision = "20261203_round_frameworks"
down_revision = "20261202_framework_shapes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "round_frameworks",
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("framework_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["framework_id"],
            ["frameworks.id"],
            name=op.f("fk_round_frameworks_framework_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["round_id"],
            ["rounds.id"],
            name=op.f("fk_round_frameworks_round_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("round_id", "framework_id", name=op.f("pk_round_frameworks")),
    )
    op.execute(
        "INSERT INTO round_frameworks (round_id, framework_id) SELECT id, framework_id FROM rounds"
    )
    with op.batch_alter_table("rounds", table_args=[_in_order()]) as rounds:
        rounds.drop_constraint(op.f("fk_rounds_framework_id"), type_="foreignkey")
        rounds.drop_column("framework_id")


def downgrade() -> None:
    _refuse_several()
    with op.batch_alter_table("rounds", table_args=[_in_order()]) as rounds:
        rounds.add_column(sa.Column("framework_id", sa.Integer(), nullable=True))
    op.execute(
        "UPDATE rounds SET framework_id = (SELECT framework_id FROM round_frameworks "
        "WHERE round_id = rounds.id)"
    )
    with op.batch_alter_table("rounds", table_args=[_in_order()]) as rounds:
        rounds.alter_column("framework_id", existing_type=sa.Integer(), nullable=False)
        rounds.create_foreign_key(
            op.f("fk_rounds_framework_id"),
            "frameworks",
            ["framework_id"],
            ["id"],
            ondelete="RESTRICT",
        )
    op.drop_table("round_frameworks")


def _in_order() -> sa.CheckConstraint:
    """SQLite makes the table anew, and a check is not read back from it."""
    return sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_rounds_dates_in_order"))


def _refuse_several() -> None:
    count = op.get_bind().scalar(
        sa.text(
            "SELECT count(*) FROM rounds WHERE 1 <> "
            "(SELECT count(*) FROM round_frameworks WHERE round_id = rounds.id)"
        )
    )
    if count:
        raise RuntimeError(
            f"{count} rounds are of several frameworks, which the older layout cannot hold. "
            "Restore the backup that was made before the upgrade instead."
        )
