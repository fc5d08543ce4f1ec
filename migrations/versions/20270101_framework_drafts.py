"""The next version of a framework as a draft, the decisions about it, and framework editors.

No draft is there yet; the way back drops those that are there, and what was published stays.

Revises: 20261230_statement_successors
"""

import sqlalchemy as sa
from alembic import op

revision = "20270101_framework_drafts"
down_revision = "20261230_statement_successors"
branch_labels = None
depends_on = None

DRAFTS, DECISIONS = "framework_drafts", "framework_draft_decisions"
OPEN = sa.text("published_at IS NULL AND discarded_at IS NULL")


def upgrade() -> None:
    op.add_column(
        "people",
        sa.Column("framework_editor", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.create_table(
        DRAFTS,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("base_framework_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("origins", sa.JSON(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_framework_id", sa.Integer(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("discarded_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(published_at IS NULL) = (published_framework_id IS NULL)",
            name=op.f("ck_framework_drafts_published_as_one"),
        ),
        sa.CheckConstraint(
            "published_at IS NULL OR discarded_at IS NULL",
            name=op.f("ck_framework_drafts_ended_once"),
        ),
        *_parents(
            DRAFTS,
            base_framework_id="frameworks",
            made_by_id="people",
            published_framework_id="frameworks",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_framework_drafts")),
    )
    op.create_index(
        "uq_framework_drafts_open",
        DRAFTS,
        ["slug"],
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
    op.create_table(
        DECISIONS,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("change_key", sa.String(length=64), nullable=False),
        sa.Column("decision", sa.String(length=40), nullable=False),
        sa.Column("carried_to", sa.String(length=36), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "decision IN ('carry', 'ask_again')",
            name=op.f("ck_framework_draft_decisions_decision_known"),
        ),
        sa.CheckConstraint(
            "carried_to IS NULL OR decision = 'carry'",
            name=op.f("ck_framework_draft_decisions_part_is_carried"),
        ),
        *_parents(DECISIONS, draft_id=DRAFTS, decided_by_id="people"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_framework_draft_decisions")),
        sa.UniqueConstraint(
            "draft_id", "change_key", name=op.f("uq_framework_draft_decisions_draft_id_change_key")
        ),
    )


def downgrade() -> None:
    op.drop_table(DECISIONS)
    op.drop_table(DRAFTS)
    op.drop_column("people", "framework_editor")


def _parents(table: str, **parents: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint(
            [column],
            [f"{parent}.id"],
            name=op.f(f"fk_{table}_{column}_{parent}"),
            ondelete="RESTRICT",
        )
        for column, parent in parents.items()
    ]
