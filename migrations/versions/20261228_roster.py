"""Rosters that are brought in, and the staff ID by which their people are known.

The way back drops the staff IDs: nothing else holds them.

Revises: 20261227_lock_of_seals
"""

import sqlalchemy as sa
from alembic import op

revision = "20261228_roster"
down_revision = "20261227_lock_of_seals"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("people", sa.Column("staff_id", sa.String(length=60), nullable=True))
    op.create_index("uq_people_staff_id", "people", ["library_id", "staff_id"], unique=True)
    op.create_table(
        "roster_imports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("library_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("sheet", sa.String(length=200), nullable=False),
        sa.Column("headings", sa.JSON(), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("meanings", sa.JSON(), nullable=False),
        sa.Column("makes_teams", sa.Boolean(), nullable=False),
        sa.Column("plan_digest", sa.String(length=64), nullable=False),
        sa.Column("teams_made", sa.JSON(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('checked', 'imported', 'undone')", name=op.f("ck_roster_imports_state_known")
        ),
        sa.CheckConstraint(
            "(state = 'checked') = (imported_at IS NULL)",
            name=op.f("ck_roster_imports_imported_has_a_time"),
        ),
        sa.CheckConstraint(
            "(state = 'undone') = (undone_at IS NOT NULL)",
            name=op.f("ck_roster_imports_undone_has_a_time"),
        ),
        sa.ForeignKeyConstraint(
            ["library_id"],
            ["libraries.id"],
            name=op.f("fk_roster_imports_library_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name=op.f("fk_roster_imports_person_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_imports")),
    )
    op.create_index("ix_roster_imports_library", "roster_imports", ["library_id", "uploaded_at"])
    op.create_index(op.f("ix_roster_imports_person_id"), "roster_imports", ["person_id"])
    op.create_index(op.f("ix_roster_imports_uploaded_at"), "roster_imports", ["uploaded_at"])
    op.create_table(
        "roster_rows",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("cells", sa.JSON(), nullable=False),
        sa.Column("verdict", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=254), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("problems", sa.JSON(), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "verdict IN ('new', 'changed', 'unchanged', 'to_fix')",
            name=op.f("ck_roster_rows_verdict_known"),
        ),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["roster_imports.id"],
            name=op.f("fk_roster_rows_import_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_roster_rows_person_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_rows")),
        sa.UniqueConstraint("import_id", "number", name=op.f("uq_roster_rows_import_id_number")),
    )
    op.create_index("ix_roster_rows_verdict", "roster_rows", ["import_id", "verdict", "number"])
    op.create_index(op.f("ix_roster_rows_person_id"), "roster_rows", ["person_id"])
    op.create_table(
        "roster_traces",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("is_new", sa.Boolean(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["roster_imports.id"],
            name=op.f("fk_roster_traces_import_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name=op.f("fk_roster_traces_person_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_traces")),
        sa.UniqueConstraint(
            "import_id", "person_id", name=op.f("uq_roster_traces_import_id_person_id")
        ),
    )
    op.create_index(op.f("ix_roster_traces_person_id"), "roster_traces", ["person_id"])
    op.create_table(
        "roster_memories",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("library_id", sa.Integer(), nullable=False),
        sa.Column("called", sa.JSON(), nullable=False),
        sa.Column("meanings", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["library_id"],
            ["libraries.id"],
            name=op.f("fk_roster_memories_library_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_memories")),
        sa.UniqueConstraint("library_id", name=op.f("uq_roster_memories_library_id")),
    )


def downgrade() -> None:
    op.drop_table("roster_memories")
    op.drop_table("roster_traces")
    op.drop_table("roster_rows")
    op.drop_table("roster_imports")
    op.drop_index("uq_people_staff_id", "people")
    op.drop_column("people", "staff_id")
