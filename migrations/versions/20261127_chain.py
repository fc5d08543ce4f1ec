"""The audit becomes a chain; what an event was about stands beside it, where it can be erased.

The events that are there become its first links, in the order in which they were written. SQLite
and PostgreSQL go the same way: the rows are put aside, the table is made anew with its triggers,
and the rows are put back.

Revises: 20261126_who_reviews
"""

import datetime as dt
import hashlib
import json
import secrets

import sqlalchemy as sa
from alembic import op

revision = "20261127_chain"
down_revision = "20261126_who_reviews"
branch_labels = None
depends_on = None

ASIDE = "audit_events_before"
BATCH = 500


def events(name, *columns):
    return sa.table(
        name,
        sa.column("id", sa.Integer),
        sa.column("library_id", sa.Integer),
        sa.column("actor_id", sa.Integer),
        sa.column("subject_id", sa.Integer),
        sa.column("kind", sa.String),
        sa.column("happened_at", sa.DateTime(timezone=True)),
        sa.column("facts", sa.JSON),
        *columns,
    )


EVENTS = events(
    "audit_events",
    sa.column("sequence", sa.Integer),
    sa.column("commitment", sa.String),
    sa.column("previous", sa.String),
    sa.column("digest", sa.String),
)
DETAILS = sa.table(
    "audit_event_details",
    sa.column("event_id", sa.Integer),
    sa.column("salt", sa.String),
    sa.column("facts", sa.JSON),
)
OWNER = "(SELECT COALESCE(subject_id, actor_id) FROM audit_events WHERE id = OLD.event_id)"
"""Whose erasure takes the facts of an event: the person it is about, else the one who did it."""


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def canonical(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def refuse(name: str, act: str, table: str, when: str = "") -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            f"CREATE TRIGGER {table}_{name} BEFORE {act} ON {table} {when} "
            f"BEGIN SELECT RAISE(ABORT, '{table}: history is never changed'); END"
        )
        return
    each = "STATEMENT" if act == "TRUNCATE" else "ROW"
    function = f"{table}_erase" if when else "refuse_history_change"
    op.execute(
        f"CREATE TRIGGER {table}_{name} BEFORE {act} ON {table} FOR EACH {each} EXECUTE FUNCTION {function}()"
    )


def guard(table: str, when: str = "") -> None:
    refuse("no_update", "UPDATE", table)
    refuse("no_delete", "DELETE", table, when)
    if op.get_bind().dialect.name == "postgresql":
        refuse("no_truncate", "TRUNCATE", table)


def guard_details() -> None:
    erasing = f"EXISTS (SELECT 1 FROM erasures WHERE person_id = {OWNER} AND closed_at IS NULL)"
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION audit_event_details_erase() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF {erasing} THEN RETURN OLD; END IF; "
            "RAISE EXCEPTION 'audit_event_details: history is never changed' USING ERRCODE = '23514'; END $$"
        )
    guard("audit_event_details", f"WHEN NOT {erasing}")


def make_events(
    *columns: sa.Column, unique: tuple[str, ...] = (), checks: tuple[sa.CheckConstraint, ...] = ()
) -> None:
    op.create_table(
        "audit_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("library_id", sa.Integer(), nullable=True),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("subject_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        *columns,
        *checks,
        sa.ForeignKeyConstraint(
            ["actor_id"], ["people.id"], name="fk_audit_events_actor_id", ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["library_id"], ["libraries.id"], name="fk_audit_events_library_id", ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["subject_id"], ["people.id"], name="fk_audit_events_subject_id", ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_audit_events"),
        *(sa.UniqueConstraint(name, name=f"uq_audit_events_{name}") for name in unique),
    )
    op.create_index("ix_audit_events_library_at", "audit_events", ["library_id", "happened_at"])
    guard("audit_events")


def put_aside(columns: str, source: str) -> None:
    op.execute(f"CREATE TABLE {ASIDE} AS SELECT {columns} FROM {source}")


def put_away() -> None:
    """And let new rows on PostgreSQL be counted on from the last one."""
    op.drop_table(ASIDE)
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "SELECT setval(pg_get_serial_sequence('audit_events', 'id'), "
            "COALESCE((SELECT max(id) FROM audit_events), 1), EXISTS (SELECT 1 FROM audit_events))"
        )


def aside_rows():
    """The rows that were put aside, in the order in which they were written."""
    aside = events(ASIDE)
    last = 0
    while True:
        rows = (
            op.get_bind()
            .execute(sa.select(aside).where(aside.c.id > last).order_by(aside.c.id).limit(BATCH))
            .all()
        )
        if not rows:
            return
        yield [row._asdict() for row in rows]
        last = rows[-1].id


def chained(row: dict, sequence: int, previous: str, salt: str) -> dict:
    at = row["happened_at"]
    at = at.replace(tzinfo=dt.UTC) if at.tzinfo is None else at.astimezone(dt.UTC)
    commitment = sha256(salt + canonical(row["facts"]))
    digest = sha256(
        canonical(
            [
                previous,
                sequence,
                row["kind"],
                row["library_id"],
                row["actor_id"],
                row["subject_id"],
                at.isoformat(timespec="microseconds"),
                commitment,
            ]
        )
    )
    bare = {name: value for name, value in row.items() if name != "facts"}
    return bare | {
        "sequence": sequence,
        "commitment": commitment,
        "previous": previous,
        "digest": digest,
    }


def upgrade() -> None:
    put_aside("id, library_id, actor_id, subject_id, kind, happened_at, facts", "audit_events")
    op.drop_table("audit_events")
    make_events(
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("commitment", sa.String(length=64), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        unique=("sequence", "previous", "digest"),
        checks=(sa.CheckConstraint("sequence >= 1", name=op.f("ck_audit_events_sequence_counts")),),
    )
    op.create_index("ix_audit_events_actor", "audit_events", ["actor_id", "kind", "happened_at"])
    op.create_table(
        "audit_event_details",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("salt", sa.String(length=64), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["audit_events.id"],
            name="fk_audit_event_details_event_id",
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("event_id", name="pk_audit_event_details"),
    )
    guard_details()
    sequence, previous = 0, "0" * 64
    for rows in aside_rows():
        links, details = [], []
        for row in rows:
            sequence, salt = sequence + 1, secrets.token_hex(32)
            links.append(chained(row, sequence, previous, salt))
            previous = links[-1]["digest"]
            details.append({"event_id": row["id"], "salt": salt, "facts": row["facts"]})
        op.get_bind().execute(EVENTS.insert(), links)
        op.get_bind().execute(DETAILS.insert(), details)
    put_away()


def downgrade() -> None:
    """Facts that were erased are empty afterwards."""
    put_aside(
        "audit_events.id, library_id, actor_id, subject_id, kind, happened_at, facts",
        "audit_events LEFT JOIN audit_event_details ON event_id = audit_events.id",
    )
    op.drop_table("audit_event_details")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_event_details_erase()")
    op.drop_table("audit_events")
    make_events(sa.Column("facts", sa.JSON(), nullable=False))
    for rows in aside_rows():
        op.get_bind().execute(
            EVENTS.insert(), [row | {"facts": row["facts"] or {}} for row in rows]
        )
    put_away()
