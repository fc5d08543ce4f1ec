"""Figures for readers who see no names, as of a date.

The way back drops them; the daily work makes new ones.

Revises: 20270107_round_snapshots
"""

import sqlalchemy as sa
from alembic import op

revision = "20270108_releases"
down_revision = "20270107_round_snapshots"
branch_labels = None
depends_on = None

TABLES = ("releases", "release_people")


def _parent(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{to}")
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=name, ondelete="RESTRICT")


def upgrade() -> None:
    op.create_table(
        "releases",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("library_id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=200), nullable=False),
        sa.Column("domain_key", sa.String(length=200), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("teams", sa.JSON(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("told", sa.Boolean(), nullable=False),
        _parent("releases", "library_id", "libraries"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_releases")),
    )
    op.create_index("ix_releases_of", "releases", ["library_id", "slug", "domain_key"])
    op.create_table(
        "release_people",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("reviewed", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('at_target', 'gap', 'not_yet_known', 'not_assessed')",
            name=op.f("ck_release_people_state_known"),
        ),
        _parent("release_people", "release_id", "releases"),
        _parent("release_people", "person_id", "people"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release_people")),
        sa.UniqueConstraint(
            "release_id", "person_id", name=op.f("uq_release_people_release_id_person_id")
        ),
    )
    op.create_index(op.f("ix_release_people_person_id"), "release_people", ["person_id"])
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
