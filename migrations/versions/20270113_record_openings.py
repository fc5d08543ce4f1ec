"""What was revealed before somebody came to read it opens after a wait, or by the yes of somebody
else; requests for a membership go.

Who reads a record by now goes on. A request that waits is dropped: the membership can be given,
and waits by itself. The way back forgets who waits.

Revises: 20270112_times_reviewed
"""

import re
from collections.abc import Callable

import sqlalchemy as sa
from alembic import op

revision = "20270113_record_openings"
down_revision = "20270112_times_reviewed"
branch_labels = None
depends_on = None

GONE = ("names_shown", "request_made", "request_confirmed", "request_refused")
NEW = ("objection_made", "objection_decided")
LINK = "objection"
POINTER = (
    "opening_id INTEGER",
    "CONSTRAINT fk_link_mails_opening_id FOREIGN KEY(opening_id) REFERENCES record_openings (id) "
    "ON DELETE RESTRICT",
)
HR_RULE = (
    "CONSTRAINT ck_libraries_hr_contact_is_whole CHECK ((hr_name IS NULL) = (hr_email IS NULL))"
)
"""In the definition of an SQLite table the columns stand before the first of its rules."""


def upgrade() -> None:
    _openings()
    op.drop_table("membership_requests")
    _kinds("notices", lambda words: [*words, *NEW])
    op.execute(f"DELETE FROM notices WHERE kind IN ({_quoted(GONE)})")
    _kinds("notices", lambda words: [each for each in words if each not in GONE])
    _kinds("link_mails", lambda words: [*words, LINK])
    if _is_sqlite():
        first, added = "CONSTRAINT pk_link_mails", ", ".join([*POINTER, ""])
        _remake("link_mails", first, lambda found: added + found[0])
        op.execute("ALTER TABLE libraries ADD hr_name VARCHAR(200)")
        op.execute(f"ALTER TABLE libraries ADD hr_email VARCHAR(254) {HR_RULE}")
    else:
        for part in POINTER:
            op.execute(f"ALTER TABLE link_mails ADD {part}")
        op.execute("ALTER TABLE libraries ADD hr_name VARCHAR(200), ADD hr_email VARCHAR(254)")
        op.execute(f"ALTER TABLE libraries ADD {HR_RULE}")
    op.create_index(op.f("ix_link_mails_opening_id"), "link_mails", ["opening_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_link_mails_opening_id"), "link_mails")
    op.execute(
        "UPDATE outbox_mails SET status = 'dropped', ended_at = next_try_at "
        f"WHERE id IN (SELECT mail_id FROM link_mails WHERE kind = '{LINK}') "
        "AND status IN ('waiting', 'sending')"
    )
    op.execute(f"DELETE FROM link_mails WHERE kind = '{LINK}'")
    if _is_sqlite():
        added = ", ".join([*POINTER, ""])
        _remake("link_mails", re.escape(added), lambda _found: "")
        op.execute("ALTER TABLE libraries DROP COLUMN hr_email")
        op.execute("ALTER TABLE libraries DROP COLUMN hr_name")
    else:
        op.execute("ALTER TABLE link_mails DROP COLUMN opening_id")
        op.execute("ALTER TABLE libraries DROP COLUMN hr_email, DROP COLUMN hr_name")
    _kinds("link_mails", lambda words: [each for each in words if each != LINK])
    _kinds("notices", _with_gone)
    op.execute(f"DELETE FROM notices WHERE kind IN ({_quoted(NEW)})")
    _kinds("notices", lambda words: [each for each in words if each not in NEW])
    _requests()
    op.drop_table("record_openings")


def _with_gone(words: list[str]) -> list[str]:
    """Where they stood: the way further back looks for the whole line."""
    at = words.index("reader_added") + 1
    return [*words[:at], *GONE, *words[at:]]


def _openings() -> None:
    name = "record_openings"
    op.create_table(
        name,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reader_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("given_by_id", sa.Integer(), nullable=True),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_by_id", sa.Integer(), nullable=True),
        sa.Column("objected_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decider", sa.String(length=40), nullable=True),
        sa.Column("decide_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("link_hash", sa.String(length=64), nullable=True),
        sa.Column("decision", sa.String(length=40), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        *_checks(
            name,
            role_known="role IN ('learner', 'supervisor', 'coordinator')",
            decider_known="decider IN ('administrator', 'hr_contact', 'operator')",
            decision_known="decision IN ('opened', 'kept_closed')",
            not_own_record="reader_id <> person_id",
            told_before_it_opens="told_at IS NOT NULL OR opens_at IS NULL",
            opened_by_another="opened_by_id IS NULL OR (opened_by_id <> reader_id AND "
            "(given_by_id IS NULL OR opened_by_id <> given_by_id OR opened_by_id = person_id))",
            told_before_objected="objected_at IS NULL OR told_at IS NOT NULL",
            objection_is_asked_about="(objected_at IS NULL) = (decider IS NULL) "
            "AND (decider IS NULL) = (decide_by IS NULL)",
            decided_has_a_decision="(decided_at IS NULL) = (decision IS NULL)",
            decided_after_objected="decided_at IS NULL OR objected_at IS NOT NULL",
            decided_by_another="decided_by_id IS NULL OR decided_by_id NOT IN "
            "(reader_id, person_id)",
        ),
        *_parents(
            name,
            reader_id="people",
            person_id="people",
            team_id="teams",
            given_by_id="people",
            opened_by_id="people",
            decided_by_id="people",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        sa.UniqueConstraint("reader_id", "person_id", name=op.f(f"uq_{name}_reader_id_person_id")),
        sa.UniqueConstraint("link_hash", name=op.f(f"uq_{name}_link_hash")),
    )
    op.create_index(op.f(f"ix_{name}_person_id"), name, ["person_id"])


def _requests() -> None:
    """As 20261222_apart made it."""
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
        *_checks(
            name,
            role_known="role IN ('learner', 'supervisor', 'coordinator')",
            outcome_known="outcome IN ('confirmed', 'refused', 'withdrawn')",
            decided_has_an_outcome="(decided_at IS NULL) = (outcome IS NULL)",
            decided_by_somebody="(decided_at IS NULL) = (decided_by_id IS NULL)",
            confirmed_by_another="outcome <> 'confirmed' OR decided_by_id <> asked_by_id",
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


def _checks(table: str, **rules: str) -> list[sa.CheckConstraint]:
    return [
        sa.CheckConstraint(rule, name=op.f(f"ck_{table}_{name}")) for name, rule in rules.items()
    ]


def _parents(table: str, **columns: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint(
            [column], [f"{parent}.id"], name=op.f(f"fk_{table}_{column}"), ondelete="RESTRICT"
        )
        for column, parent in columns.items()
    ]


def _quoted(words: tuple[str, ...]) -> str:
    return ", ".join(f"'{each}'" for each in words)


def _kinds(table: str, change: Callable[[list[str]], list[str]]) -> None:
    """Change which kinds there are, whatever others there are by now."""
    name, check = f"ck_{table}_kind_known", "kind IN ({})"
    if _is_sqlite():
        _remake(table, r"kind IN \(([^)]*)\)", lambda found: check.format(_words(change, found[0])))
        return
    said = op.get_bind().scalar(
        sa.text("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = :name"),
        {"name": name},
    )
    op.drop_constraint(op.f(name), table, type_="check")
    op.create_check_constraint(op.f(name), table, check.format(_words(change, said)))


def _words(change: Callable[[list[str]], list[str]], said: str) -> str:
    return _quoted(tuple(change(re.findall(r"'(\w+)'", said))))


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _remake(table: str, before: str, after: Callable[[re.Match[str]], str]) -> None:
    """Make an SQLite table anew with this change to the text of its definition, with its indexes
    and the columns that stay. It has no triggers."""
    bind = op.get_bind()
    made_with = sa.text(
        "SELECT sql FROM sqlite_master WHERE tbl_name = :table AND sql IS NOT NULL "
        "ORDER BY type = 'table' DESC"
    )
    definition, *others = bind.scalars(made_with, {"table": table}).all()
    changed, count = re.subn(before, after, definition, count=1)
    if not count:
        raise RuntimeError(f"the table {table} does not say: {before}")
    body = changed.split("(", 1)[1]
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
