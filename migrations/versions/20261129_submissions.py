"""Forms that were sent, so that the same one sent again is known.

Revises: 20261127_chain
"""

import sqlalchemy as sa
from alembic import op

revision = "20261129_submissions"
down_revision = "20261127_chain"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "submissions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("key_sha256", sa.String(length=64), nullable=False),
        sa.Column("body_sha256", sa.String(length=64), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("location", sa.Text(), nullable=False),
        sa.Column("messages", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "status IS NULL OR status BETWEEN 300 AND 399",
            name=op.f("ck_submissions_answer_leads_on"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_submissions_person_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submissions")),
        sa.UniqueConstraint("key_sha256", name=op.f("uq_submissions_key_sha256")),
    )
    op.create_index(op.f("ix_submissions_person_id"), "submissions", ["person_id"])
    op.create_index(op.f("ix_submissions_accepted_at"), "submissions", ["accepted_at"])


def downgrade() -> None:
    op.drop_table("submissions")
