"""Figures without names in the learners' own voice beside the reviewed one.

All that were told before are of the reviewed voice. The way back drops those of the learners' own
voice, and keeps the others.

Revises: 20270108_releases
"""

from alembic import op

revision = "20270110_release_voice"
down_revision = "20270109_round_reminders"
branch_labels = None
depends_on = None

KNOWN = "CONSTRAINT ck_releases_voice_known CHECK (voice IN ('self', 'endorsed'))"


def upgrade() -> None:
    op.execute(
        "ALTER TABLE releases ADD COLUMN voice VARCHAR(40) DEFAULT 'endorsed' NOT NULL " + KNOWN
    )


def downgrade() -> None:
    own = "SELECT id FROM releases WHERE voice = 'self'"
    tables = ("release_people", "releases")
    for table in tables:
        of_table = "" if _is_sqlite() else f" ON {table}"
        op.execute(f"DROP TRIGGER {table}_no_delete{of_table}")
    op.execute(f"DELETE FROM release_people WHERE release_id IN ({own})")
    op.execute("DELETE FROM releases WHERE voice = 'self'")
    for table in tables:
        stop = (
            f"BEGIN SELECT RAISE(ABORT, '{table}: history is never changed'); END"
            if _is_sqlite()
            else "FOR EACH ROW EXECUTE FUNCTION refuse_history_change()"
        )
        op.execute(f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {stop}")
    op.drop_column("releases", "voice")


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"
