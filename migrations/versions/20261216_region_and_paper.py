"""How a library writes dates, and what it prints on.

Libraries that are there write dates and print as in the United States until they choose otherwise.
Columns are added in place, each with its check.

Revises: 20261211_difference_choices
"""

from alembic import op

revision = "20261216_region_and_paper"
down_revision = "20261211_difference_choices"
branch_labels = None
depends_on = None

WORDS = {"region": ("US", "AU", "CA", "GB", "IE", "IN", "NZ", "ZA"), "paper": ("letter", "a4")}
"""The first is the default."""


def upgrade() -> None:
    for column, words in WORDS.items():
        known = ", ".join(f"'{word}'" for word in words)
        op.execute(
            f"ALTER TABLE libraries ADD COLUMN {column} VARCHAR(40) DEFAULT '{words[0]}' NOT NULL "
            f"CONSTRAINT ck_libraries_{column}_known CHECK ({column} IN ({known}))"
        )


def downgrade() -> None:
    for column in WORDS:
        op.execute(f"ALTER TABLE libraries DROP COLUMN {column}")
