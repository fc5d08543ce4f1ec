"""Whether a use statement opens single statements to coordinators.

None that was published before said so, so none opens them. The way back closes them all.

Revises: 20270110_release_voice
"""

import sqlalchemy as sa
from alembic import op

revision = "20270111_open_statements"
down_revision = "20270110_release_voice"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "use_statements",
        sa.Column("opens_statements", sa.Boolean(), server_default=sa.false(), nullable=False),
    )


def downgrade() -> None:
    op.drop_column("use_statements", "opens_statements")
