"""How often something happened that is limited, for all workers.

Revises: 20261223_seals
"""

import sqlalchemy as sa
from alembic import op

revision = "20261224_limits"
down_revision = "20261223_seals"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "limit_counts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key_sha256", sa.String(length=64), nullable=False),
        sa.Column("hits", sa.Integer(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("hits > 0", name=op.f("ck_limit_counts_counted")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_limit_counts")),
        sa.UniqueConstraint("key_sha256", name=op.f("uq_limit_counts_key_sha256")),
    )
    op.create_index(op.f("ix_limit_counts_ends_at"), "limit_counts", ["ends_at"])


def downgrade() -> None:
    op.drop_table("limit_counts")
