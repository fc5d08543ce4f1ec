"""What was tried out: test messages, and backups that were brought back.

Revises: 20261125_given_on_and_cover
"""

import sqlalchemy as sa
from alembic import op

revision = "20261126_tried_out"
down_revision = "20261125_given_on_and_cover"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mail_tests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("library_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("said", sa.String(length=400), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "outcome IN ('taken', 'refused', 'arrived')", name=op.f("ck_mail_tests_outcome_known")
        ),
        sa.CheckConstraint(
            "(outcome = 'arrived') = (arrived_at IS NOT NULL)",
            name=op.f("ck_mail_tests_arrived_has_a_time"),
        ),
        sa.ForeignKeyConstraint(
            ["library_id"],
            ["libraries.id"],
            name=op.f("fk_mail_tests_library_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_mail_tests_person_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_tests")),
    )
    op.create_index("ix_mail_tests_library", "mail_tests", ["library_id", "sent_at"])
    op.create_table(
        "backup_tests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("file", sa.String(length=200), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("findings", sa.Text(), nullable=False),
        sa.CheckConstraint("size > 0", name=op.f("ck_backup_tests_not_empty")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_backup_tests")),
    )
    op.create_index(op.f("ix_backup_tests_tested_at"), "backup_tests", ["tested_at"])


def downgrade() -> None:
    op.drop_table("backup_tests")
    op.drop_table("mail_tests")
