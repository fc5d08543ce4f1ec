"""Notices, how each person wants them mailed, and the mails that wait to be sent.

Revises: 20261129_submissions
"""

import sqlalchemy as sa
from alembic import op

revision = "20261130_notices"
down_revision = "20261129_submissions"
branch_labels = None
depends_on = None

KINDS = (
    "review_sent",
    "item_returned",
    "item_replied",
    "item_dropped",
    "review_revealed",
    "review_closed",
    "review_handed_on",
    "difference_confirmed",
    "difference_kept_apart",
    "next_step_given",
    "review_due_soon",
    "review_overdue",
    "differences_due_soon",
    "next_step_due",
    "endorsement_expiring",
    "endorsement_revoked",
    "exception_proposed",
    "deputy_named",
)


def one_of(table: str, column: str, *words: str) -> sa.CheckConstraint:
    values = ", ".join(f"'{word}'" for word in words)
    return sa.CheckConstraint(f"{column} IN ({values})", name=op.f(f"ck_{table}_{column}_known"))


def parent(table: str, column: str, of: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [of], name=op.f(f"fk_{table}_{column}"), ondelete="RESTRICT"
    )


def upgrade() -> None:
    op.create_table(
        "notice_choices",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("mail", sa.String(length=40), nullable=False),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=False),
        one_of("notice_choices", "mail", "each", "daily", "none"),
        parent("notice_choices", "person_id", "people.id"),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_notice_choices")),
    )
    op.create_table(
        "outbox_mails",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("digest_on", sa.Date(), nullable=True),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("said", sa.String(length=400), nullable=False),
        one_of(
            "outbox_mails", "status", "waiting", "sending", "sent", "dropped", "unsure", "failed"
        ),
        sa.CheckConstraint(
            "(status = 'sending') = (claimed_at IS NOT NULL)",
            name=op.f("ck_outbox_mails_sending_has_a_time"),
        ),
        sa.CheckConstraint(
            "(status IN ('waiting', 'sending')) = (ended_at IS NULL)",
            name=op.f("ck_outbox_mails_ended_has_a_time"),
        ),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_outbox_mails_attempts_count")),
        parent("outbox_mails", "person_id", "people.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_mails")),
        sa.UniqueConstraint("token", name=op.f("uq_outbox_mails_token")),
        sa.UniqueConstraint(
            "person_id", "digest_on", name=op.f("uq_outbox_mails_person_id_digest_on")
        ),
    )
    op.create_index(op.f("ix_outbox_mails_person_id"), "outbox_mails", ["person_id"])
    op.create_index("ix_outbox_mails_status", "outbox_mails", ["status", "next_try_at"])
    op.create_table(
        "notices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("happening", sa.String(length=200), nullable=False),
        sa.Column("review_id", sa.Integer(), nullable=True),
        sa.Column("about_id", sa.Integer(), nullable=True),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("to_mail", sa.Boolean(), nullable=False),
        sa.Column("mail_id", sa.Integer(), nullable=True),
        one_of("notices", "kind", *KINDS),
        sa.CheckConstraint("NOT to_mail OR mail_id IS NULL", name=op.f("ck_notices_mailed_once")),
        parent("notices", "person_id", "people.id"),
        parent("notices", "review_id", "reviews.id"),
        parent("notices", "about_id", "people.id"),
        parent("notices", "mail_id", "outbox_mails.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
        sa.UniqueConstraint(
            "person_id", "kind", "happening", name=op.f("uq_notices_person_id_kind_happening")
        ),
    )
    op.create_index("ix_notices_person", "notices", ["person_id", "happened_at"])
    op.create_index(op.f("ix_notices_review_id"), "notices", ["review_id"])
    op.create_index(op.f("ix_notices_mail_id"), "notices", ["mail_id"])
    op.create_index(
        "ix_notices_to_mail",
        "notices",
        ["person_id"],
        sqlite_where=sa.text("to_mail"),
        postgresql_where=sa.text("to_mail"),
    )


def downgrade() -> None:
    op.drop_table("notices")
    op.drop_table("outbox_mails")
    op.drop_table("notice_choices")
