"""All that a database holds, to be compared before and after."""

from functools import cache
from typing import Any

from flask import Flask
from sqlalchemy import Select, exists, select

from tracker.db import db, session

Rows = dict[str, list[tuple[Any, ...]]]

PASSING = ("submissions", "sign_ins", "looks")
"""What is noted of the asking itself: forms that came in, who is signed in, who looked."""


@cache
def _filled() -> Select[Any]:
    """Whether there is any, of each table but for PASSING."""
    return select(
        *(exists(_all(name)).label(name) for name in db.metadata.tables if name not in PASSING)
    )


@cache
def _all(name: str) -> Select[Any]:
    return select(db.metadata.tables[name])


def rows(app: Flask) -> Rows:
    """By table, but for PASSING."""
    with app.app_context():
        session().rollback()
        filled = session().execute(_filled()).one()._mapping
        return {
            name: sorted(map(tuple, session().execute(_all(name))), key=repr) if is_filled else []
            for name, is_filled in filled.items()
        }
