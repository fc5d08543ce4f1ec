"""What a job, a page or an approval names by its id is never another row's: on SQLite the ids of
deleted rows are not given again. How each part of the daily work is doing, and the notices of work
that failed.

The daily work was one job: those go, and every part is due once. The way back drops how the parts
are doing, rosters that were replaced, and the notices of the new kinds with their mails.

Revises: 20270121_sign_in_turns
"""

import re
from collections.abc import Callable

import sqlalchemy as sa
from alembic import op

revision = "20270201_approvals"
down_revision = "20270121_sign_in_turns"
branch_labels = None
depends_on = None

NAMED = {
    "deputies": "ck_deputies_nobody_is_their_own",
    "drafts": "fk_drafts_person_id",
    "invitations": "fk_invitations_person_id",
    "jobs": "ck_jobs_state_known",
    "memberships": "ck_memberships_learner_has_role_profile",
    "not_rated_here": "fk_not_rated_here_statement_id",
    "notices": "ck_notices_kind_known",
    "outbox_mails": "ck_outbox_mails_status_known",
    "record_openings": "ck_record_openings_role_known",
    "roster_imports": "ck_roster_imports_state_known",
    "teams": "ck_teams_not_own_parent",
}
"""The tables, each with the constraint that stands after its primary key."""
KINDS = ("daily_work_failed", "job_failed")
OLD_STATES = {
    "state_known": "state IN ('checked', 'imported', 'undone')",
    "imported_has_a_time": "(state = 'checked') = (imported_at IS NULL)",
}
NEW_STATES = {
    "state_known": "state IN ('checked', 'imported', 'undone', 'replaced')",
    "imported_has_a_time": "(state IN ('checked', 'replaced')) = (imported_at IS NULL)",
}
ID = "id INTEGER NOT NULL"
NEVER_AGAIN = f"{ID} PRIMARY KEY AUTOINCREMENT"
OWN_KEY = r"CONSTRAINT pk_\w+ PRIMARY KEY \(id\),\s*"


def upgrade() -> None:
    if _is_sqlite():
        for table in NAMED:
            _remake(table, _with_ids_given_once)
    _roster_states(OLD_STATES, NEW_STATES)
    _kinds(lambda words: [*words, *KINDS])
    op.create_table(
        "daily_parts",
        sa.Column("part", sa.String(length=40), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("audit_sequence", sa.Integer(), nullable=False),
        sa.CheckConstraint("tries >= 0", name=op.f("ck_daily_parts_tries_count")),
        sa.CheckConstraint(
            "failing_since IS NULL OR tries > 0", name=op.f("ck_daily_parts_failing_was_tried")
        ),
        sa.PrimaryKeyConstraint("part", name=op.f("pk_daily_parts")),
    )
    op.execute("DELETE FROM jobs WHERE kind = 'daily_work'")


def downgrade() -> None:
    op.drop_table("daily_parts")
    gone = ", ".join(f"'{each}'" for each in KINDS)
    op.execute(
        "CREATE TEMPORARY TABLE gone AS SELECT a.mail_id AS id FROM alert_mails a "
        f"JOIN notices n ON n.id = a.notice_id WHERE n.kind IN ({gone})"
    )
    op.execute("DELETE FROM alert_mails WHERE mail_id IN (SELECT id FROM gone)")
    op.execute("DELETE FROM outbox_mails WHERE id IN (SELECT id FROM gone)")
    op.execute("DROP TABLE gone")
    op.execute(f"DELETE FROM notices WHERE kind IN ({gone})")
    op.execute("DELETE FROM roster_imports WHERE state = 'replaced'")
    _roster_states(NEW_STATES, OLD_STATES)
    _kinds(lambda words: [each for each in words if each not in KINDS])
    if _is_sqlite():
        for table in NAMED:
            _remake(table, _with_ids_given_again)


def _with_ids_given_once(table: str, definition: str) -> str:
    return re.sub(OWN_KEY, "", definition).replace(f"{ID},", f"{NEVER_AGAIN},", 1)


def _with_ids_given_again(table: str, definition: str) -> str:
    after = f"CONSTRAINT {NAMED[table]} "
    own_key = f"CONSTRAINT pk_{table} PRIMARY KEY (id), {after}"
    return definition.replace(NEVER_AGAIN, ID, 1).replace(after, own_key, 1)


def _kinds(change: Callable[[list[str]], list[str]]) -> None:
    """Change which kinds of notices there are, whatever others there are by now."""
    name, check = "ck_notices_kind_known", "kind IN ({})"
    if _is_sqlite():
        said = r"kind IN \(([^)]*)\)"
        _remake(
            "notices",
            lambda _table, definition: re.sub(
                said, lambda found: check.format(_words(change, found[0])), definition, count=1
            ),
        )
        return
    stored = op.get_bind().scalar(
        sa.text("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = :name"),
        {"name": name},
    )
    op.drop_constraint(op.f(name), "notices", type_="check")
    op.create_check_constraint(op.f(name), "notices", check.format(_words(change, stored)))


def _roster_states(before: dict[str, str], after: dict[str, str]) -> None:
    for name, check in after.items():
        if _is_sqlite():
            _remake(
                "roster_imports",
                lambda _table, said, was=before[name], will=check: said.replace(was, will),
            )
        else:
            known = op.f(f"ck_roster_imports_{name}")
            op.drop_constraint(known, "roster_imports", type_="check")
            op.create_check_constraint(known, "roster_imports", check)


def _words(change: Callable[[list[str]], list[str]], said: str) -> str:
    return ", ".join(f"'{each}'" for each in change(re.findall(r"'(\w+)'", said)))


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _remake(table: str, changed: Callable[[str, str], str]) -> None:
    """Make an SQLite table anew, with this change to the text of its definition, and with its rows
    and indexes. It has no triggers."""
    bind = op.get_bind()
    made_with = sa.text(
        "SELECT sql FROM sqlite_master WHERE tbl_name = :table AND sql IS NOT NULL "
        "ORDER BY type = 'table' DESC"
    )
    definition, *others = bind.scalars(made_with, {"table": table}).all()
    said = changed(table, definition)
    if said == definition:
        raise RuntimeError(f"the table {table} is not as it was thought to be: {definition}")
    body = said.split("(", 1)[1]
    op.execute("PRAGMA legacy_alter_table = ON")
    bind.exec_driver_sql(f"CREATE TABLE {table}_new ({body}")
    bind.exec_driver_sql(f"INSERT INTO {table}_new SELECT * FROM {table}")
    bind.exec_driver_sql(f"DROP TABLE {table}")
    bind.exec_driver_sql(f"ALTER TABLE {table}_new RENAME TO {table}")
    op.execute("PRAGMA legacy_alter_table = OFF")
    for each in others:
        bind.exec_driver_sql(each)
