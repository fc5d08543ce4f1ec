"""What was erased of evidence, the holds that put it out of sight instead, and the files to remove.

The way back refuses what it would lose: the older layout cannot keep a held text, and would not
remove a file.

Revises: 20261206_cleared_answers
"""

import sqlalchemy as sa
from alembic import op

revision = "20261207_erased_texts"
down_revision = "20261206_cleared_answers"
branch_labels = None
depends_on = None

REASONS = "'names_patron', 'names_coworker', 'private', 'wrong_file', 'other'"
SOURCES = (
    "'evidence_texts', 'evidence_links', 'review_item_evidence', 'review_item_texts', "
    "'review_messages', 'confirmations', 'ratings', 'drafts', "
    "'difference_choices'"
)
HELD = (
    "EXISTS (SELECT 1 FROM legal_holds "
    "WHERE person_id IN (OLD.owner_id, OLD.author_id) AND ended_at IS NULL)"
)
"""A hold on either keeps the text."""


def upgrade() -> None:
    op.create_table(
        "evidence_erasures",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("erasure_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            f"reason IN ({REASONS})", name=op.f("ck_evidence_erasures_reason_known")
        ),
        *_parents("evidence_erasures", version_id="evidence_versions", erasure_id="erasures"),
        sa.PrimaryKeyConstraint("version_id", name=op.f("pk_evidence_erasures")),
    )
    op.create_index(op.f("ix_evidence_erasures_erasure_id"), "evidence_erasures", ["erasure_id"])
    op.create_table(
        "legal_holds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("set_by_id", sa.Integer(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (ended_by_id IS NULL)",
            name=op.f("ck_legal_holds_ended_by_somebody"),
        ),
        *_parents("legal_holds", person_id="people", set_by_id="people", ended_by_id="people"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_holds")),
    )
    op.create_index("ix_legal_holds_person", "legal_holds", ["person_id", "began_at"])
    op.create_index(
        "uq_legal_holds_one_open",
        "legal_holds",
        ["person_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "held_texts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(f"source IN ({SOURCES})", name=op.f("ck_held_texts_source_known")),
        *_parents("held_texts", owner_id="people", author_id="people", file_id="stored_files"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_held_texts")),
    )
    op.create_index(op.f("ix_held_texts_owner_id"), "held_texts", ["owner_id"])
    op.create_index(op.f("ix_held_texts_author_id"), "held_texts", ["author_id"])
    op.create_table(
        "file_removals",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_file_removals")),
    )
    for statement in _triggers():
        op.execute(statement)


def downgrade() -> None:
    for table in ("held_texts", "file_removals"):
        if op.get_bind().scalar(sa.text(f"SELECT count(*) FROM {table}")):
            raise RuntimeError(
                f"{table} is not empty, and the older layout has no place for it. End the legal "
                "holds and run 'tracker reviews due' first."
            )
    for table in ("file_removals", "held_texts", "legal_holds", "evidence_erasures"):
        op.drop_table(table)
    if _is_postgresql():
        op.execute("DROP FUNCTION held_texts_erase()")


def _parents(table: str, **columns: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint(
            [column], [f"{parent}.id"], name=op.f(f"fk_{table}_{column}"), ondelete="RESTRICT"
        )
        for column, parent in columns.items()
    ]


def _is_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def _triggers() -> list[str]:
    """An erasure is remembered for ever; a held text is kept until nothing holds it."""
    if not _is_postgresql():
        return [
            f"CREATE TRIGGER {table}_{act} BEFORE {what} ON {table} {when} "
            f"BEGIN SELECT RAISE(ABORT, '{table}: history is never changed'); END"
            for table, act, what, when in (
                ("evidence_erasures", "no_update", "UPDATE", ""),
                ("evidence_erasures", "no_delete", "DELETE", ""),
                ("held_texts", "no_update", "UPDATE", ""),
                ("held_texts", "no_delete", "DELETE", f"WHEN {HELD}"),
            )
        ]
    return [
        "CREATE FUNCTION held_texts_erase() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF NOT {HELD} THEN RETURN OLD; END IF; "
        "RAISE EXCEPTION 'held_texts: history is never changed' USING ERRCODE = '23514'; END $$",
        *(
            f"CREATE TRIGGER {table}_{act} BEFORE {what} ON {table} FOR EACH {each} "
            f"EXECUTE FUNCTION {function}()"
            for table, act, what, each, function in (
                ("evidence_erasures", "no_update", "UPDATE", "ROW", "refuse_history_change"),
                ("evidence_erasures", "no_delete", "DELETE", "ROW", "refuse_history_change"),
                (
                    "evidence_erasures",
                    "no_truncate",
                    "TRUNCATE",
                    "STATEMENT",
                    "refuse_history_change",
                ),
                ("held_texts", "no_update", "UPDATE", "ROW", "refuse_history_change"),
                ("held_texts", "no_delete", "DELETE", "ROW", "held_texts_erase"),
                ("held_texts", "no_truncate", "TRUNCATE", "STATEMENT", "refuse_history_change"),
            )
        ),
    ]
