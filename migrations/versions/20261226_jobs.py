"""Work in the background, and the files that it makes.

The way back drops them: nothing else refers to one.

Revises: 20261224_limits
"""

import sqlalchemy as sa
from alembic import op

revision = "20261226_jobs"
down_revision = "20261224_limits"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("library_id", sa.Integer(), nullable=True),
        sa.Column("occasion", sa.String(length=200), nullable=True),
        sa.Column("arguments", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("claim_token", sa.String(length=64), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("grounds_sha256", sa.String(length=64), nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'running', 'done', 'failed')", name=op.f("ck_jobs_state_known")
        ),
        sa.CheckConstraint(
            "(state = 'running') = (claim_token IS NOT NULL)",
            name=op.f("ck_jobs_running_is_claimed"),
        ),
        sa.CheckConstraint(
            "(claim_token IS NULL) = (seen_at IS NULL)", name=op.f("ck_jobs_claim_has_a_time")
        ),
        sa.CheckConstraint(
            "(state IN ('waiting', 'running')) = (ended_at IS NULL)",
            name=op.f("ck_jobs_ended_has_a_time"),
        ),
        sa.CheckConstraint(
            "done >= 0 AND done <= COALESCE(total, 0)", name=op.f("ck_jobs_done_of_total")
        ),
        sa.CheckConstraint(
            "(person_id IS NULL) = (library_id IS NULL)", name=op.f("ck_jobs_asked_in_a_library")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_jobs_person_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["library_id"], ["libraries.id"], name=op.f("fk_jobs_library_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
        sa.UniqueConstraint("occasion", name=op.f("uq_jobs_occasion")),
    )
    op.create_index(op.f("ix_jobs_asked_at"), "jobs", ["asked_at"])
    op.create_index("ix_jobs_next", "jobs", ["state", "next_try_at"])
    op.create_index("ix_jobs_person", "jobs", ["person_id", "asked_at"])
    op.create_table(
        "job_parts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["job_id"], ["jobs.id"], name=op.f("fk_job_parts_job_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_parts")),
        sa.UniqueConstraint("job_id", "number", name=op.f("uq_job_parts_job_id_number")),
    )
    op.create_table(
        "job_people",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["job_id"], ["jobs.id"], name=op.f("fk_job_people_job_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_job_people_person_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_people")),
        sa.UniqueConstraint("job_id", "person_id", name=op.f("uq_job_people_job_id_person_id")),
    )
    op.create_index(op.f("ix_job_people_person_id"), "job_people", ["person_id"])


def downgrade() -> None:
    op.drop_table("job_people")
    op.drop_table("job_parts")
    op.drop_table("jobs")
