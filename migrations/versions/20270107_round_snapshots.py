"""How things were at the end of a round.

Rounds that are over by now are kept by the next daily work, marked as reconstructed. The way back
drops all that is kept.

Revises: 20270106_carrying
"""

import datetime as dt

import sqlalchemy as sa
from alembic import op

revision = "20270107_round_snapshots"
down_revision = "20270106_carrying"
branch_labels = None
depends_on = None

TABLES = ("round_snapshots", "snapshot_people")


def _parent(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{to}")
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=name, ondelete="RESTRICT")


def upgrade() -> None:
    op.add_column(
        "rounds", sa.Column("ended_unseen", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    rounds = sa.table("rounds", sa.column("ends_on", sa.Date), sa.column("ended_unseen"))
    today = dt.datetime.now(dt.UTC).date()
    op.execute(rounds.update().where(rounds.c.ends_on < today).values(ended_unseen=sa.true()))
    op.create_table(
        "round_snapshots",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reconstructed", sa.Boolean(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        _parent("round_snapshots", "round_id", "rounds"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round_snapshots")),
        sa.UniqueConstraint("round_id", name=op.f("uq_round_snapshots_round_id")),
    )
    op.create_table(
        "snapshot_people",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("snapshot_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("framework_id", sa.Integer(), nullable=False),
        sa.Column("role_profile_id", sa.Integer(), nullable=False),
        sa.Column("role_profile", sa.String(length=200), nullable=False),
        *(
            sa.Column(name, sa.JSON(), nullable=False)
            for name in ("paths", "exceptions", "cells", "counts")
        ),
        _parent("snapshot_people", "snapshot_id", "round_snapshots"),
        _parent("snapshot_people", "person_id", "people"),
        _parent("snapshot_people", "framework_id", "frameworks"),
        _parent("snapshot_people", "role_profile_id", "role_profiles"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_snapshot_people")),
        sa.UniqueConstraint(
            "snapshot_id",
            "person_id",
            "framework_id",
            name=op.f("uq_snapshot_people_snapshot_id_person_id_framework_id"),
        ),
    )
    op.create_index(op.f("ix_snapshot_people_person_id"), "snapshot_people", ["person_id"])
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table in TABLES:
        for act in ("update", "delete") if sqlite else ("update", "delete", "truncate"):
            each = "STATEMENT" if act == "truncate" else "ROW"
            stop = (
                f"BEGIN SELECT RAISE(ABORT, '{table}: history is never changed'); END"
                if sqlite
                else f"FOR EACH {each} EXECUTE FUNCTION refuse_history_change()"
            )
            op.execute(f"CREATE TRIGGER {table}_no_{act} BEFORE {act.upper()} ON {table} {stop}")


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    op.drop_column("rounds", "ended_unseen")
