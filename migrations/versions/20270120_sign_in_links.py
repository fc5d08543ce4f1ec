"""Links for a new password that an administrator makes: who made one and when it works, whether a
supervisor said that its owner is there, and whether they asked for it; recovery codes; addresses
that an administrator set; and the notices of these.

Links that are out for somebody who has a password end: nothing says who made them, and an
administrator can make another. The way back closes links that don't work yet, which the older program
would let in, and drops recovery codes, and mails and notices of the new kinds.

Revises: 20270113_record_openings
"""

import re
from collections.abc import Callable

import sqlalchemy as sa
from alembic import op

revision = "20270120_sign_in_links"
down_revision = "20270113_record_openings"
branch_labels = None
depends_on = None

NOTICES = ("link_asked", "link_disowned", "link_disowned_elsewhere")
MOMENTS = ("opens_at", "confirmed_at", "used_at", "disowned_at")
POINTERS = {"invitations": ("by_id", "confirmed_by_id"), "address_changes": ("by_id",)}
CHECKS = {
    "confirmed_by_somebody": "(confirmed_at IS NULL) = (confirmed_by_id IS NULL)",
    "confirmed_by_another": "confirmed_by_id <> by_id",
    "used_is_closed": "used_at IS NULL OR closed_at IS NOT NULL",
}
KINDS = {
    ("notices", "kind", "ck_notices_kind_known"): NOTICES,
    ("link_mails", "kind", "ck_link_mails_kind_known"): ("given",),
    ("invitations", "purpose", "ck_invitations_purpose_known"): ("given",),
}
SIGNED_IN_BEFORE = "SELECT id FROM people WHERE password_hash IS NOT NULL"


def upgrade() -> None:
    for table in POINTERS:
        parts = _parts(table)
        if _is_sqlite():
            added = ", ".join([*parts, ""])
            _remake(table, "CONSTRAINT pk_", lambda found, added=added: added + found[0])
        else:
            for part in parts:
                op.execute(f"ALTER TABLE {table} ADD {part}")
    for kind, new in KINDS.items():
        _kinds(*kind, lambda words, new=new: [*words, *new])
    op.create_table(
        "recovery_codes",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name=op.f("fk_recovery_codes_person_id_people"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_recovery_codes")),
    )
    op.execute(
        "UPDATE invitations SET closed_at = made_at "
        f"WHERE purpose = 'invitation' AND closed_at IS NULL AND person_id IN ({SIGNED_IN_BEFORE})"
    )


def downgrade() -> None:
    op.drop_table("recovery_codes")
    op.execute(
        "UPDATE invitations SET closed_at = made_at "
        "WHERE closed_at IS NULL AND opens_at IS NOT NULL AND confirmed_at IS NULL"
    )
    op.execute("UPDATE invitations SET purpose = 'invitation' WHERE purpose = 'given'")
    gone = ", ".join(f"'{each}'" for each in NOTICES)
    op.execute(
        "CREATE TEMPORARY TABLE gone AS "
        "SELECT mail_id AS id FROM link_mails WHERE kind = 'given' UNION "
        "SELECT a.mail_id AS id FROM alert_mails a JOIN notices n ON n.id = a.notice_id "
        f"WHERE n.kind IN ({gone})"
    )
    for table, key in (("link_mails", "mail_id"), ("alert_mails", "mail_id")):
        op.execute(f"DELETE FROM {table} WHERE {key} IN (SELECT id FROM gone)")
    op.execute("DELETE FROM outbox_mails WHERE id IN (SELECT id FROM gone)")
    op.execute("DROP TABLE gone")
    op.execute(f"DELETE FROM notices WHERE kind IN ({gone})")
    for kind, new in KINDS.items():
        _kinds(*kind, lambda words, new=new: [each for each in words if each not in new])
    for table, columns in POINTERS.items():
        if _is_sqlite():
            _remake(table, re.escape(", ".join([*_parts(table), ""])), lambda _found: "")
            continue
        for column in (*columns, *(MOMENTS if table == "invitations" else ())):
            op.execute(f"ALTER TABLE {table} DROP COLUMN {column}")


def _parts(table: str) -> list[str]:
    """Of its definition: columns, then constraints. Dropping a column drops those it is in."""
    columns = [f"{column} INTEGER" for column in POINTERS[table]]
    checks = [
        f"CONSTRAINT fk_{table}_{column} FOREIGN KEY(" + column + ") REFERENCES people (id) "
        "ON DELETE RESTRICT"
        for column in POINTERS[table]
    ]
    if table == "invitations":
        moment = "DATETIME" if _is_sqlite() else "TIMESTAMP WITH TIME ZONE"
        columns += [f"{column} {moment}" for column in MOMENTS]
        checks += [
            f"CONSTRAINT ck_{table}_{name} CHECK ({check})" for name, check in CHECKS.items()
        ]
    return [*columns, *checks]


def _kinds(table: str, column: str, name: str, change: Callable[[list[str]], list[str]]) -> None:
    """Change which kinds there are, whatever others there are by now."""
    check = column + " IN ({})"
    if _is_sqlite():
        _remake(
            table,
            rf"{column} IN \(([^)]*)\)",
            lambda found: check.format(_words(change, found[0].partition("IN")[2])),
        )
        return
    said = op.get_bind().scalar(
        sa.text("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = :name"),
        {"name": name},
    )
    op.drop_constraint(op.f(name), table, type_="check")
    op.create_check_constraint(op.f(name), table, check.format(_words(change, said)))


def _words(change: Callable[[list[str]], list[str]], said: str) -> str:
    return ", ".join(f"'{each}'" for each in change(re.findall(r"'(\w+)'", said)))


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
