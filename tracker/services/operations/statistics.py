"""What SQLite knows of its tables, so that it takes the right index. PostgreSQL looks by itself."""

from sqlalchemy import text

from tracker.db import own_engine, transaction

ROWS_LOOKED_AT = 400
"""Of each index at most, as SQLite's documentation recommends: it takes milliseconds."""
ALL_TABLES = 0x10000
"""Also those that no query of this connection has asked for."""


def refresh() -> str:
    """Anew where there are none or a table has grown much since. Says what it did."""
    if own_engine().dialect.name != "sqlite":
        return "PostgreSQL makes them itself"
    with transaction() as tx:
        tx.execute(text(f"PRAGMA analysis_limit = {ROWS_LOOKED_AT}"))
        tx.execute(text(f"PRAGMA optimize = {0xFFFE | ALL_TABLES}"))
    return "up to date"
