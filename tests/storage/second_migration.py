"""What a later version of the program brings: the migrations, and one more, which alters `people`,
whose rows have children, and fills the new column."""

import shutil
from pathlib import Path

from alembic.script import ScriptDirectory
from flask import Flask

from config import ROOT

MIGRATIONS = ROOT / "migrations"
FIRST = str(ScriptDirectory(str(MIGRATIONS)).get_current_head())
SECOND = "29990101_wider"
WIDER = """
import sqlalchemy as sa
from alembic import op

revision = "{second}"
down_revision = "{first}"


def upgrade():
    with op.batch_alter_table("people", recreate="{recreate}") as people:
        people.add_column(sa.Column("nickname", sa.String(200)))
    op.execute("UPDATE people SET nickname = name")


def downgrade():
    with op.batch_alter_table("people", recreate="{recreate}") as people:
        people.drop_column("nickname")
"""


def with_second(folder: Path, recreate: str = "auto") -> Path:
    """A copy of the migrations with that one. `recreate`: "always" has SQLite build the table
    anew."""
    copy = folder / "migrations"
    shutil.copytree(MIGRATIONS, copy)
    made = WIDER.format(first=FIRST, second=SECOND, recreate=recreate)
    (copy / "versions" / f"{SECOND}.py").write_text(made)
    return copy


def of_version(app: Flask, migrations: Path) -> None:
    """From now on the app is the version of the program that comes with these."""
    app.config["MIGRATIONS_DIR"] = migrations
    app.extensions.pop("migrate", None)
