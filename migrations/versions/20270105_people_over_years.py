"""An account that was a mistake can be deleted, two accounts of one person become one, and three
new kinds of notices.

Nobody who is there is deleted by it, and no accounts are proposed to be one. The way back drops
proposals, and notices of the new kinds with the mails that told of them alone; accounts that were
deleted stay nameless and disabled, and are listed by the older program.

Revises: 20270101_framework_drafts
"""

import sqlalchemy as sa
from alembic import op

revision = "20270105_people_over_years"
down_revision = "20270101_framework_drafts"
branch_labels = None
depends_on = None

MERGES = "account_merges"
OLDER = (
    "'review_sent', 'item_returned', 'item_replied', 'item_dropped', 'review_revealed', "
    "'review_closed', 'review_handed_on', 'difference_confirmed', 'difference_kept_apart', "
    "'next_step_given', 'review_due_soon', 'review_overdue', 'differences_due_soon', "
    "'next_step_due', 'endorsement_expiring', 'endorsement_revoked', 'exception_proposed', "
    "'deputy_named', 'review_longer', 'link_made', 'address_changed', 'reader_added', "
    "'names_shown', 'request_made', 'request_confirmed', 'request_refused'"
)
NEW = "'reset_used', 'access_review_due', 'merge_proposed'"
CHECK = "kind IN ({})"
NOBODY = (
    "removed_at IS NULL OR (name = '' AND staff_id IS NULL AND password_hash IS NULL "
    "AND disabled_at IS NOT NULL)"
)


def upgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    moment = "DATETIME" if sqlite else "TIMESTAMP WITH TIME ZONE"
    op.execute(
        f"ALTER TABLE people ADD COLUMN removed_at {moment} "
        f"CONSTRAINT ck_people_removed_is_nobody CHECK ({NOBODY})"
    )
    op.create_table(
        MERGES,
        sa.Column("id", sa.Integer(), nullable=False),
        *(
            sa.Column(name, sa.Integer(), nullable=False)
            for name in ("library_id", "kept_id", "earlier_id", "asked_by_id")
        ),
        *(
            sa.Column(
                name, sa.DateTime(timezone=True), nullable=name not in ("asked_at", "ends_at")
            )
            for name in (
                "asked_at",
                "ends_at",
                "kept_confirmed_at",
                "earlier_confirmed_at",
                "decided_at",
            )
        ),
        sa.Column("outcome", sa.String(length=40), nullable=True),
        sa.CheckConstraint(
            "outcome IN ('merged', 'declined', 'called_off')",
            name=op.f("ck_account_merges_outcome_known"),
        ),
        sa.CheckConstraint("kept_id <> earlier_id", name=op.f("ck_account_merges_two_accounts")),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (outcome IS NULL)",
            name=op.f("ck_account_merges_decided_has_an_outcome"),
        ),
        sa.CheckConstraint(
            "outcome <> 'merged' OR "
            "(kept_confirmed_at IS NOT NULL AND earlier_confirmed_at IS NOT NULL)",
            name=op.f("ck_account_merges_confirmed_in_both"),
        ),
        *(
            sa.ForeignKeyConstraint(
                [column],
                [f"{table}.id"],
                name=op.f(f"fk_account_merges_{column}_{table}"),
                ondelete="RESTRICT",
            )
            for column, table in (
                ("library_id", "libraries"),
                ("kept_id", "people"),
                ("earlier_id", "people"),
                ("asked_by_id", "people"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_merges")),
    )
    for column in ("kept_id", "earlier_id"):
        op.create_index(op.f(f"ix_account_merges_{column}"), MERGES, [column])
    merged = sa.text("outcome = 'merged'")
    op.create_index(
        "uq_account_merges_merged_once",
        MERGES,
        ["earlier_id"],
        unique=True,
        sqlite_where=merged,
        postgresql_where=merged,
    )
    _kinds(OLDER, f"{OLDER}, {NEW}")


def downgrade() -> None:
    op.drop_table(MERGES)
    gone = f"SELECT id FROM notices WHERE kind IN ({NEW})"
    op.execute(
        "CREATE TEMPORARY TABLE gone AS SELECT mail_id AS id FROM alert_mails "
        f"WHERE notice_id IN ({gone})"
    )
    op.execute(f"DELETE FROM alert_mails WHERE notice_id IN ({gone})")
    op.execute(f"DELETE FROM notices WHERE kind IN ({NEW})")
    op.execute("DELETE FROM outbox_mails WHERE id IN (SELECT id FROM gone)")
    op.execute("DROP TABLE gone")
    _kinds(f"{OLDER}, {NEW}", OLDER)
    op.drop_column("people", "removed_at")


def _kinds(before: str, after: str) -> None:
    if _is_sqlite():
        _remake("notices", CHECK.format(before), CHECK.format(after))
        return
    op.drop_constraint(op.f("ck_notices_kind_known"), "notices", type_="check")
    op.create_check_constraint(op.f("ck_notices_kind_known"), "notices", CHECK.format(after))


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _remake(table: str, before: str, after: str) -> None:
    """Make an SQLite table anew with this change to the text of its definition, with its indexes
    and the columns that stay. It has no triggers."""
    bind = op.get_bind()
    made_with = sa.text(
        "SELECT sql FROM sqlite_master WHERE tbl_name = :table AND sql IS NOT NULL "
        "ORDER BY type = 'table' DESC"
    )
    definition, *others = bind.scalars(made_with, {"table": table}).all()
    if before not in definition:
        raise RuntimeError(f"the table {table} does not say: {before}")
    body = definition.replace(before, after, 1).split("(", 1)[1]
    op.execute("PRAGMA legacy_alter_table = ON")
    bind.exec_driver_sql(f"CREATE TABLE {table}_new ({body}")
    older, newer = (
        [row.name for row in bind.execute(sa.text(f"PRAGMA table_info({each})"))]
        for each in (table, f"{table}_new")
    )
    names = ", ".join(name for name in older if name in newer)
    bind.exec_driver_sql(f"INSERT INTO {table}_new ({names}) SELECT {names} FROM {table}")
    bind.exec_driver_sql(f"DROP TABLE {table}")
    bind.exec_driver_sql(f"ALTER TABLE {table}_new RENAME TO {table}")
    op.execute("PRAGMA legacy_alter_table = OFF")
    for each in others:
        bind.exec_driver_sql(each)
