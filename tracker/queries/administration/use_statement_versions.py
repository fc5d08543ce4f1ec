"""Every use statement that a library has published."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import func, select

from tracker.db import session
from tracker.models import UseStatement, UseStatementReading
from tracker.policy.permissions import Actor


@dataclass(frozen=True, slots=True)
class UseStatementVersion:
    """`readers` counts the people who confirmed that they read it."""

    version: int
    text: str
    published_at: dt.datetime
    opens_statements: bool
    readers: int


def listed(actor: Actor) -> list[UseStatementVersion]:
    """The newest first."""
    readers = (
        select(func.count())
        .select_from(UseStatementReading)
        .where(UseStatementReading.use_statement_id == UseStatement.id)
        .correlate(UseStatement)
        .scalar_subquery()
    )
    rows = session().execute(
        select(
            UseStatement.version,
            UseStatement.text,
            UseStatement.published_at,
            UseStatement.opens_statements,
            readers,
        )
        .where(UseStatement.library_id == actor.library_id)
        .order_by(UseStatement.version.desc())
    )
    return [UseStatementVersion(*row) for row in rows]
