"""Whether a use statement opens single statements to coordinators.

None that was published before said so, so none opens them. The way back closes them all.

Revises: 20270110_release_voice
"""

from alembic import op

revision = "20270111_statements_to_coordinators"
down_revision = "20270110_release_voice"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "ALTER TABLE use_statements ADD COLUMN opens_statements BOOLEAN DEFAULT false NOT NULL"
    )


def downgrade() -> None:
    op.drop_column("use_statements", "opens_statements")
