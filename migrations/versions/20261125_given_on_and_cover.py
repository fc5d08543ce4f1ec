"""The day that an imported answer was given, and who wants their screen covered.

Columns are added in place: a table that SQLite re-creates would lose its triggers.

Revises: 20261124_first_tables
"""

import sqlalchemy as sa
from alembic import op

revision = "20261125_given_on_and_cover"
down_revision = "20261124_first_tables"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("ratings", sa.Column("given_on", sa.Date(), nullable=True))
    op.add_column("rating_entries", sa.Column("given_on", sa.Date(), nullable=True))
    op.add_column(
        "people",
        sa.Column("covers_screen", sa.Boolean(), server_default=sa.false(), nullable=False),
    )


def downgrade() -> None:
    op.drop_column("people", "covers_screen")
    op.drop_column("rating_entries", "given_on")
    op.drop_column("ratings", "given_on")
