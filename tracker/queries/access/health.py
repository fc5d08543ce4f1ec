"""Whether the database answers."""

from sqlalchemy import text

from tracker.db import session


def is_ready() -> bool:
    """Whether the database answers and its tables are there. Raises OperationalError when it does
    not answer."""
    return bool(session().execute(text("SELECT count(*) FROM alembic_version")).scalar_one())
