"""All that a database holds, to be compared before and after."""

from typing import Any

from flask import Flask
from sqlalchemy import exists, select

from tracker.db import db, session

Rows = dict[str, list[tuple[Any, ...]]]

PASSING = ("submissions", "sign_ins", "looks")
"""What is noted of the asking itself: forms that came in, who is signed in, who looked."""


def rows(app: Flask) -> Rows:
    """By table, but for PASSING."""
    with app.app_context():
        session().rollback()
        tables = [table for table in db.metadata.tables.values() if table.name not in PASSING]
        filled = session().execute(select(*(exists(select(table)) for table in tables))).one()
        return {
            table.name: sorted((tuple(row) for row in session().execute(select(table))), key=repr)
            if is_filled
            else []
            for table, is_filled in zip(tables, filled, strict=True)
        }
