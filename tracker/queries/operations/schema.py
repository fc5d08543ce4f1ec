"""How the database is laid out, and whether it takes anything in."""

from sqlalchemy import inspect, text

from tracker.db import session_afresh


def revision() -> str | None:
    """The layout that the database says it has; None where nothing was laid out."""
    reading = session_afresh()
    if not inspect(reading.connection()).has_table("alembic_version"):
        return None
    found: str | None = reading.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def is_standby() -> bool:
    """Of PostgreSQL: whether it can only be read, as a standby or by its own setting."""
    read_only = (
        "SELECT pg_is_in_recovery() OR current_setting('default_transaction_read_only')::bool"
    )
    return bool(session_afresh().scalar(text(read_only)))
