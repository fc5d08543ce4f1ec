"""Libraries see nothing of each other, and administrators get at no ratings alone: operators, whose
a correction is, addresses that people had, mails that go at once, and requests that another
administrator confirms.

Where there is one library its administrators become operators. A correction goes to the library of
who has its address now, and without one to the operators. The way back drops the requests, and the
notices of the new kinds with their mails.

Revises: 20261214_due_dates
"""

import sqlalchemy as sa
from alembic import op

revision = "20261222_apart"
down_revision = "20261214_due_dates"
branch_labels = None
depends_on = None

OLDER = (
    "'review_sent', 'item_returned', 'item_replied', 'item_dropped', 'review_revealed', "
    "'review_closed', 'review_handed_on', 'difference_confirmed', 'difference_kept_apart', "
    "'next_step_given', 'review_due_soon', 'review_overdue', 'differences_due_soon', "
    "'next_step_due', 'endorsement_expiring', 'endorsement_revoked', 'exception_proposed', "
    "'deputy_named', 'review_longer'"
)
NEW = (
    "'link_made', 'address_changed', 'reader_added', 'names_shown', 'request_made', "
    "'request_confirmed', 'request_refused'"
)
NEWER = f"{OLDER}, {NEW}"
CHECK = "kind IN ({})"
RULES = "CONSTRAINT pk_corrections"
LIBRARY = (
    "library_id INTEGER",
    "CONSTRAINT fk_corrections_library_id FOREIGN KEY(library_id) REFERENCES libraries (id) "
    "ON DELETE RESTRICT",
)
WITH_LIBRARY = f"{', '.join(LIBRARY)}, {RULES}"
"""In the definition of an SQLite table its columns stand before the first of its rules."""


def upgrade() -> None:
    op.add_column(
        "people", sa.Column("operator", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.execute(
        "UPDATE people SET operator = true WHERE administrator AND disabled_at IS NULL "
        "AND (SELECT count(*) FROM libraries) = 1"
    )
    if _is_sqlite():
        _remake("corrections", RULES, WITH_LIBRARY)
    else:
        for part in LIBRARY:
            op.execute(f"ALTER TABLE corrections ADD {part}")
    op.execute(
        "UPDATE corrections SET library_id = "
        "(SELECT library_id FROM people WHERE people.email = corrections.email) "
        "WHERE email <> ''"
    )
    op.create_table(
        "former_addresses",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=False),
        *_parents("former_addresses", person_id="people"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_former_addresses")),
    )
    for column in ("person_id", "until_at"):
        op.create_index(op.f(f"ix_former_addresses_{column}"), "former_addresses", [column])
    op.create_table(
        "alert_mails",
        sa.Column("mail_id", sa.Integer(), nullable=False),
        sa.Column("notice_id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        *_parents("alert_mails", mail_id="outbox_mails", notice_id="notices"),
        sa.PrimaryKeyConstraint("mail_id", name=op.f("pk_alert_mails")),
    )
    op.create_index(op.f("ix_alert_mails_notice_id"), "alert_mails", ["notice_id"])
    _requests()
    _kinds(OLDER, NEWER)


def downgrade() -> None:
    op.drop_table("membership_requests")
    op.execute("CREATE TEMPORARY TABLE gone AS SELECT mail_id AS id FROM alert_mails")
    op.drop_table("alert_mails")
    op.execute(f"DELETE FROM notices WHERE kind IN ({NEW})")
    op.execute("DELETE FROM outbox_mails WHERE id IN (SELECT id FROM gone)")
    op.execute("DROP TABLE gone")
    _kinds(NEWER, OLDER)
    op.drop_table("former_addresses")
    if _is_sqlite():
        _remake("corrections", WITH_LIBRARY, RULES)
    else:
        op.execute("ALTER TABLE corrections DROP COLUMN library_id")
    op.execute("ALTER TABLE people DROP COLUMN operator")


def _requests() -> None:
    name = "membership_requests"
    op.create_table(
        name,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("library_id", sa.Integer(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("role_profile_id", sa.Integer(), nullable=True),
        sa.Column("job", sa.String(length=200), nullable=False),
        sa.Column("weekly_hours", sa.Integer(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("outcome", sa.String(length=40), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        *(
            sa.CheckConstraint(rule, name=op.f(f"ck_{name}_{what}"))
            for what, rule in (
                ("role_known", "role IN ('learner', 'supervisor', 'coordinator')"),
                ("outcome_known", "outcome IN ('confirmed', 'refused', 'withdrawn')"),
                ("decided_has_an_outcome", "(decided_at IS NULL) = (outcome IS NULL)"),
                ("decided_by_somebody", "(decided_at IS NULL) = (decided_by_id IS NULL)"),
                ("confirmed_by_another", "outcome <> 'confirmed' OR decided_by_id <> asked_by_id"),
            )
        ),
        *_parents(
            name,
            library_id="libraries",
            asked_by_id="people",
            membership_id="memberships",
            person_id="people",
            team_id="teams",
            role_profile_id="role_profiles",
            decided_by_id="people",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
    )
    for column in ("asked_by_id", "membership_id", "person_id"):
        op.create_index(op.f(f"ix_{name}_{column}"), name, [column])
    op.create_index(
        f"ix_{name}_waiting",
        name,
        ["library_id"],
        sqlite_where=sa.text("outcome IS NULL"),
        postgresql_where=sa.text("outcome IS NULL"),
    )


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
    and the columns that stay. Neither table has triggers."""
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


def _parents(table: str, **columns: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint(
            [column], [f"{parent}.id"], name=op.f(f"fk_{table}_{column}"), ondelete="RESTRICT"
        )
        for column, parent in columns.items()
    ]
