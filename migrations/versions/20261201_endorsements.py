"""Endorsements that expire and whose every change of status is kept, and agreed exceptions to a
level.

What happened to endorsements so far becomes the beginning of their history; who ended one is not
known for these.

Revises: 20261130_notices
"""

import sqlalchemy as sa
from alembic import op

revision = "20261201_endorsements"
down_revision = "20261130_notices"
branch_labels = None
depends_on = None

APPEND_ONLY = ("endorsement_moves", "level_exception_moves")
"""UPDATE and DELETE are refused."""

FROZEN = {
    "level_exceptions": (
        "person_id",
        "statement_id",
        "domain_id",
        "rank",
        "item_id",
        "proposer_id",
        "proposed_at",
    )
}
"""These columns do not change and the rows are not deleted; the others carry the status."""

ENDORSEMENT_STATUSES = "'standing', 'superseded', 'suspended', 'expired', 'revoked'"
EXCEPTION_STATUSES = "'proposed', 'agreed', 'withdrawn', 'ended'"


def triggers(engine: str) -> list[str]:
    made = []

    def refuse(name: str, act: str, table: str, row: str = "FOR EACH ROW") -> None:
        made.append(
            f"CREATE TRIGGER {table}_{name} BEFORE {act} ON {table} "
            + (
                f"{row} EXECUTE FUNCTION refuse_history_change()"
                if engine == "postgresql"
                else f"BEGIN SELECT RAISE(ABORT, '{table}: history is never changed'); END"
            )
        )

    for table in APPEND_ONLY:
        refuse("no_update", "UPDATE", table)
        refuse("no_delete", "DELETE", table)
    for table, columns in FROZEN.items():
        refuse("no_update", f"UPDATE OF {', '.join(columns)}", table)
        refuse("no_delete", "DELETE", table)
    if engine == "postgresql":
        for table in (*APPEND_ONLY, *FROZEN):
            refuse("no_truncate", "TRUNCATE", table, row="FOR EACH STATEMENT")
    return made


def upgrade() -> None:
    op.add_column("libraries", sa.Column("endorsement_months", sa.Integer(), nullable=True))
    op.create_table(
        "endorsement_moves",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("endorsement_id", sa.Integer(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("before", sa.String(length=40), nullable=False),
        sa.Column("after", sa.String(length=40), nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            f"after IN ({ENDORSEMENT_STATUSES})", name=op.f("ck_endorsement_moves_after_known")
        ),
        sa.ForeignKeyConstraint(
            ["endorsement_id"],
            ["endorsements.id"],
            name=op.f("fk_endorsement_moves_endorsement_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["actor_id"],
            ["people.id"],
            name=op.f("fk_endorsement_moves_actor_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_endorsement_moves")),
    )
    op.create_index(
        op.f("ix_endorsement_moves_endorsement_id"), "endorsement_moves", ["endorsement_id"]
    )
    op.create_table(
        "level_exceptions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("statement_id", sa.Integer(), nullable=False),
        sa.Column("domain_id", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("proposer_id", sa.Integer(), nullable=False),
        sa.Column("confirmer_id", sa.Integer(), nullable=True),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            f"status IN ({EXCEPTION_STATUSES})", name=op.f("ck_level_exceptions_status_known")
        ),
        sa.CheckConstraint(
            "confirmer_id IS NULL OR confirmer_id <> proposer_id",
            name=op.f("ck_level_exceptions_takes_two"),
        ),
        sa.CheckConstraint(
            "confirmer_id IS NULL OR proposer_id = person_id OR confirmer_id = person_id",
            name=op.f("ck_level_exceptions_learner_is_one"),
        ),
        sa.CheckConstraint(
            "(confirmer_id IS NULL) = (agreed_at IS NULL)",
            name=op.f("ck_level_exceptions_agreed_has_a_time"),
        ),
        sa.CheckConstraint(
            "status <> 'agreed' OR agreed_at IS NOT NULL",
            name=op.f("ck_level_exceptions_agreed_by_both"),
        ),
        sa.CheckConstraint(
            "status <> 'proposed' OR agreed_at IS NULL",
            name=op.f("ck_level_exceptions_proposed_by_one"),
        ),
        sa.CheckConstraint(
            "(status IN ('proposed', 'agreed')) = (ended_at IS NULL)",
            name=op.f("ck_level_exceptions_ended_has_a_time"),
        ),
        *(
            sa.ForeignKeyConstraint(
                [column],
                [f"{table}.id"],
                name=op.f(f"fk_level_exceptions_{column}"),
                ondelete="RESTRICT",
            )
            for column, table in (
                ("person_id", "people"),
                ("statement_id", "statements"),
                ("domain_id", "domains"),
                ("item_id", "review_items"),
                ("proposer_id", "people"),
                ("confirmer_id", "people"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_level_exceptions")),
    )
    is_open = sa.text("status IN ('proposed', 'agreed')")
    op.create_index(
        "uq_level_exceptions_one_open",
        "level_exceptions",
        ["person_id", "domain_id", "rank"],
        unique=True,
        sqlite_where=is_open,
        postgresql_where=is_open,
    )
    op.create_index(
        "ix_level_exceptions_person_statement", "level_exceptions", ["person_id", "statement_id"]
    )
    op.create_index(op.f("ix_level_exceptions_item_id"), "level_exceptions", ["item_id"])
    op.create_table(
        "level_exception_texts",
        sa.Column("exception_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("end_reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["exception_id"],
            ["level_exceptions.id"],
            name=op.f("fk_level_exception_texts_exception_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("exception_id", name=op.f("pk_level_exception_texts")),
    )
    op.create_table(
        "level_exception_moves",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("exception_id", sa.Integer(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("before", sa.String(length=40), nullable=False),
        sa.Column("after", sa.String(length=40), nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            f"after IN ({EXCEPTION_STATUSES})", name=op.f("ck_level_exception_moves_after_known")
        ),
        sa.ForeignKeyConstraint(
            ["exception_id"],
            ["level_exceptions.id"],
            name=op.f("fk_level_exception_moves_exception_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["actor_id"],
            ["people.id"],
            name=op.f("fk_level_exception_moves_actor_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_level_exception_moves")),
    )
    op.create_index(
        op.f("ix_level_exception_moves_exception_id"), "level_exception_moves", ["exception_id"]
    )
    columns = "INSERT INTO endorsement_moves (endorsement_id, actor_id, before, after, moved_at) "
    op.execute(
        columns
        + "SELECT id, endorser_id, '', 'standing', endorsed_at FROM endorsements ORDER BY id"
    )
    op.execute(
        columns
        + "SELECT id, NULL, 'standing', status, ended_at FROM endorsements WHERE status <> 'standing' ORDER BY id"
    )
    for trigger in triggers(op.get_bind().dialect.name):
        op.execute(trigger)


def downgrade() -> None:
    op.drop_table("level_exception_moves")
    op.drop_table("level_exception_texts")
    op.drop_table("level_exceptions")
    op.drop_table("endorsement_moves")
    op.drop_column("libraries", "endorsement_months")
