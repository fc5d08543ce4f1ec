"""Statements on personal matters, which a library decides about before they are rated; and sections
in which a job has targets only with a reason.

Libraries that are there go on rating what they rate. The file of the library technicians that came
with the program has both fields now, and another wording of its help.

Revises: 20261207_erased_texts
"""

import sqlalchemy as sa
from alembic import op

revision = "20261210_sensitive_statements"
down_revision = "20261207_erased_texts"
branch_labels = None
depends_on = None

SHIPPED = "library-technicians"
SENSITIVE = (
    "T-1-03",
    "CHA-1-02",
    "CHA-3-03",
    "GRO-1-02",
    "MIN-1-01",
    "MIN-1-02",
    "MIN-2-01",
    "MIN-3-02",
    "MIN-3-03",
    "MIN-4-01",
    "FOR-1-01",
    "FOR-2-01",
    "FOR-3-02",
)
WITH_A_REASON = "durable"
BEFORE = (
    "1b96d0d4fc9f61ea81904ee6b7969295e15196ebb72b8a0c9804da975cc9694d",
    "If you do it with less help than it says, or somewhere else, answer Consistently.",
)
AFTER = (
    "f495bd7ec4b8529547bcd820e737933642d0a4f68eb18d74bca1543677dced9e",
    "If you do this with less help than described, or did it in another job, choose Consistently.",
)
"""The file's digest and the help of its scale."""

FRAMEWORKS = sa.table(
    "frameworks", sa.column("id"), sa.column("digest"), sa.column("about", sa.JSON)
)


def upgrade() -> None:
    for table, column in (("statements", "sensitive"), ("strands", "targets_need_reason")):
        op.add_column(
            table, sa.Column(column, sa.Boolean(), server_default=sa.false(), nullable=False)
        )
    op.add_column(
        "role_profiles",
        sa.Column("targets_reason", sa.Text(), server_default=sa.text("''"), nullable=False),
    )
    with op.batch_alter_table("not_rated_here") as not_rated:
        not_rated.alter_column("set_by_id", existing_type=sa.Integer(), nullable=True)
    op.create_table(
        "sensitive_decisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("library_id", sa.Integer(), nullable=False),
        sa.Column("statement_id", sa.Integer(), nullable=False),
        sa.Column("decision", sa.String(length=40), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "decision IN ('rate', 'leave_out', 'ask_hr')",
            name=op.f("ck_sensitive_decisions_decision_known"),
        ),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (decided_by_id IS NULL)",
            name=op.f("ck_sensitive_decisions_decided_by_somebody"),
        ),
        *(
            sa.ForeignKeyConstraint(
                [column], [to], name=op.f(f"fk_sensitive_decisions_{column}"), ondelete="RESTRICT"
            )
            for column, to in (
                ("decided_by_id", "people.id"),
                ("library_id", "libraries.id"),
                ("statement_id", "statements.id"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sensitive_decisions")),
        sa.UniqueConstraint(
            "library_id",
            "statement_id",
            name=op.f("uq_sensitive_decisions_library_id_statement_id"),
        ),
    )
    _mark()
    _reword(BEFORE, AFTER)
    _decide_as_it_was()


def downgrade() -> None:
    _refuse_undecided()
    _reword(AFTER, BEFORE)
    op.drop_table("sensitive_decisions")
    with op.batch_alter_table("not_rated_here") as not_rated:
        not_rated.alter_column("set_by_id", existing_type=sa.Integer(), nullable=False)
    for table, column in (
        ("role_profiles", "targets_reason"),
        ("strands", "targets_need_reason"),
        ("statements", "sensitive"),
    ):
        op.execute(f"ALTER TABLE {table} DROP COLUMN {column}")


def _mark() -> None:
    here = f"framework_id IN (SELECT id FROM frameworks WHERE slug = '{SHIPPED}')"
    codes = ", ".join(f"'{code}'" for code in SENSITIVE)
    op.execute(f"UPDATE statements SET sensitive = true WHERE code IN ({codes}) AND {here}")
    op.execute(
        f"UPDATE strands SET targets_need_reason = true WHERE key = '{WITH_A_REASON}' AND {here}"
    )


def _reword(before: tuple[str, str], after: tuple[str, str]) -> None:
    """Of the version that was made from the shipped file; one of other content stays as it is."""
    bind = op.get_bind()
    found = sa.select(FRAMEWORKS.c.id, FRAMEWORKS.c.about).where(FRAMEWORKS.c.digest == before[0])
    for row in bind.execute(found).all():
        about = row.about | {"scale": row.about["scale"] | {"help": after[1]}}
        bind.execute(
            sa.update(FRAMEWORKS)
            .where(FRAMEWORKS.c.id == row.id)
            .values(digest=after[0], about=about)
        )


def _decide_as_it_was() -> None:
    op.execute(
        "INSERT INTO sensitive_decisions "
        "(library_id, statement_id, decision, decided_at, decided_by_id) "
        "SELECT libraries.id, statements.id, "
        "CASE WHEN not_rated_here.id IS NULL THEN 'rate' ELSE 'leave_out' END, "
        "not_rated_here.set_at, not_rated_here.set_by_id "
        "FROM libraries CROSS JOIN statements LEFT JOIN not_rated_here "
        "ON not_rated_here.library_id = libraries.id "
        "AND not_rated_here.statement_id = statements.id "
        "WHERE statements.sensitive"
    )


def _refuse_undecided() -> None:
    count = op.get_bind().scalar(
        sa.text("SELECT count(*) FROM not_rated_here WHERE set_by_id IS NULL")
    )
    if count:
        raise RuntimeError(
            f"{count} statements are not rated because nobody decided about them yet, which the "
            "older layout cannot hold. Decide about them first, under Administration."
        )
