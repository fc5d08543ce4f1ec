"""On PostgreSQL a function that locks the seals, so that a role may do so that may not change them.

Revises: 20261226_jobs
"""

from alembic import op

revision = "20261227_lock_of_seals"
down_revision = "20261226_jobs"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION lock_seals() RETURNS void LANGUAGE plpgsql SECURITY DEFINER "
            "SET search_path = public, pg_temp AS $$ BEGIN "
            "LOCK TABLE seals IN SHARE MODE; END $$"
        )


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION lock_seals()")
