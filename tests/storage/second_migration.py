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
TEMPLATE = (MIGRATIONS / "script.py.mako").read_text()
HELPERS = TEMPLATE[TEMPLATE.index("@contextmanager") : TEMPLATE.index("def upgrade")]
"""What each migration that is made from the template has."""
BEGINNING = f"""
from contextlib import contextmanager
from typing import Iterator

import click
import sqlalchemy as sa
from alembic import op

revision = "{SECOND}"
down_revision = "{FIRST}"


{HELPERS}
"""
WIDER = """
def upgrade():
    with keeping_triggers("people"), op.batch_alter_table(
        "people", recreate="{recreate}"
    ) as people:
        people.add_column(sa.Column("nickname", sa.String(200)))
    op.execute("UPDATE people SET nickname = name")


def downgrade():
    with keeping_triggers("people"), op.batch_alter_table(
        "people", recreate="{recreate}"
    ) as people:
        people.drop_column("nickname")
"""


def with_second(folder: Path, recreate: str = "auto") -> Path:
    """A copy of the migrations with that one. `recreate`: "always" has SQLite build the table
    anew."""
    return with_steps(folder, WIDER.format(recreate=recreate))


def with_steps(folder: Path, steps: str) -> Path:
    """With a second one of these steps, in place of any that is there."""
    copy = folder / "migrations"
    if not copy.exists():
        shutil.copytree(MIGRATIONS, copy)
    # Python takes what it compiled for a file of the same second and size, whatever is in it.
    shutil.rmtree(copy / "versions" / "__pycache__", ignore_errors=True)
    (copy / "versions" / f"{SECOND}.py").write_text(BEGINNING + steps)
    return copy


def of_version(app: Flask, migrations: Path) -> None:
    """From now on the app is the version of the program that comes with these."""
    app.config["MIGRATIONS_DIR"] = migrations
    app.extensions.pop("migrate", None)
