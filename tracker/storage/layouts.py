"""The layouts of the database that this version of the program knows: the files in migrations/."""

from functools import cache
from pathlib import Path

from tracker.rules.operations.schema import Layouts


@cache
def layouts(migrations: Path) -> Layouts:
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory(str(migrations))
    newest = scripts.get_current_head()
    if newest is None:
        raise RuntimeError(f"there are no migrations in {migrations}")
    return Layouts(newest, frozenset(script.revision for script in scripts.walk_revisions()))
