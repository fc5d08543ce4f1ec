"""Tries to sign in that wait for their turn.

Revises: 20270120_sign_in_links
"""

import sqlalchemy as sa
from alembic import op

revision = "20270121_sign_in_turns"
down_revision = "20270120_sign_in_links"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sign_in_turns",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_sha256", sa.String(length=64), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("account", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("frees_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(tried_at IS NULL) = (frees_at IS NULL)", name=op.f("ck_sign_in_turns_tried")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_turns")),
        sa.UniqueConstraint("ticket_sha256", name=op.f("uq_sign_in_turns_ticket_sha256")),
    )
    op.create_index("ix_sign_in_turns_place", "sign_in_turns", ["place", "round"])
    op.create_index("ix_sign_in_turns_account", "sign_in_turns", ["account", "frees_at"])
    op.create_index(op.f("ix_sign_in_turns_seen_at"), "sign_in_turns", ["seen_at"])


def downgrade() -> None:
    op.drop_table("sign_in_turns")
