"""One-time links by mail: invitations in the hours of a library, new passwords, and own addresses;
and sign-ins that end sooner, or go on under another token.

Libraries that are there mail invitations from 8 to 18 and have them work for 14 days until they
choose otherwise; a link that is out ends when it was said to. The way back drops mails with a link,
and closes links for new passwords, which the older program would take for invitations.

Revises: 20261227_lock_of_seals
"""

import sqlalchemy as sa
from alembic import op

revision = "20261229_sign_in_links"
down_revision = "20261228_roster"
branch_labels = None
depends_on = None

HOURS = "invites_from >= 0 AND invites_from < invites_until AND invites_until <= 24"
COLUMNS = {
    "libraries": (
        "invitation_days INTEGER DEFAULT 14 NOT NULL",
        "invites_from INTEGER DEFAULT 8 NOT NULL",
        "invites_until INTEGER DEFAULT 18 NOT NULL "
        f"CONSTRAINT ck_libraries_invite_hours_in_order CHECK ({HOURS})",
        "idle_minutes INTEGER",
    ),
    "invitations": (
        "purpose VARCHAR(40) DEFAULT 'invitation' NOT NULL CONSTRAINT "
        "ck_invitations_purpose_known CHECK (purpose IN ('invitation', 'reset'))",
    ),
}
"""Added in place, each with its check."""


def upgrade() -> None:
    for table, columns in COLUMNS.items():
        for column in columns:
            op.execute(f"ALTER TABLE {table} ADD COLUMN {column}")
    for name in ("on_shared_desk", "renews"):
        column = sa.Column(name, sa.Boolean(), server_default=sa.false(), nullable=False)
        op.add_column("sign_ins", column)
    op.add_column("sign_ins", sa.Column("former_hash", sa.String(length=64), nullable=True))
    op.add_column("sign_ins", sa.Column("former_until", sa.DateTime(timezone=True), nullable=True))
    op.create_index(op.f("ix_sign_ins_former_hash"), "sign_ins", ["former_hash"])
    op.create_table(
        "reset_requests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reset_requests")),
    )
    op.create_table(
        "address_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("former_email", sa.String(length=254), nullable=False),
        sa.Column("new_email", sa.String(length=254), nullable=False),
        sa.Column("confirm_hash", sa.String(length=64), nullable=True),
        sa.Column("take_back_hash", sa.String(length=64), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "former_email <> new_email", name=op.f("ck_address_changes_another_address")
        ),
        *_parents("address_changes", person_id="people"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address_changes")),
        sa.UniqueConstraint("confirm_hash", name=op.f("uq_address_changes_confirm_hash")),
        sa.UniqueConstraint("take_back_hash", name=op.f("uq_address_changes_take_back_hash")),
    )
    op.create_index("ix_address_changes_asked_at", "address_changes", ["asked_at"])
    op.create_index(op.f("ix_address_changes_person_id"), "address_changes", ["person_id"])
    op.create_table(
        "link_mails",
        sa.Column("mail_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("change_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('invitation', 'reset', 'confirm_address', 'take_back')",
            name=op.f("ck_link_mails_kind_known"),
        ),
        *_parents(
            "link_mails", mail_id="outbox_mails", by_id="people", change_id="address_changes"
        ),
        sa.PrimaryKeyConstraint("mail_id", name=op.f("pk_link_mails")),
    )
    op.create_index(op.f("ix_link_mails_change_id"), "link_mails", ["change_id"])


def downgrade() -> None:
    op.execute("CREATE TEMPORARY TABLE gone AS SELECT mail_id AS id FROM link_mails")
    op.drop_table("link_mails")
    op.execute("DELETE FROM outbox_mails WHERE id IN (SELECT id FROM gone)")
    op.execute("DROP TABLE gone")
    op.drop_table("address_changes")
    op.drop_table("reset_requests")
    op.drop_index(op.f("ix_sign_ins_former_hash"), "sign_ins")
    for column in ("former_until", "former_hash", "renews", "on_shared_desk"):
        op.execute(f"ALTER TABLE sign_ins DROP COLUMN {column}")
    op.execute(
        "UPDATE invitations SET closed_at = made_at WHERE purpose = 'reset' AND closed_at IS NULL"
    )
    op.execute("ALTER TABLE invitations DROP COLUMN purpose")
    for column in ("idle_minutes", "invites_until", "invites_from", "invitation_days"):
        op.execute(f"ALTER TABLE libraries DROP COLUMN {column}")


def _parents(table: str, **columns: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint(
            [column], [f"{parent}.id"], name=op.f(f"fk_{table}_{column}"), ondelete="RESTRICT"
        )
        for column, parent in columns.items()
    ]
