"""Every use statement that a library has published."""

from sqlalchemy import func, select

from tracker.db import session
from tracker.models import UseStatement, UseStatementReading
from tracker.policy.permissions import Actor


def listed(actor: Actor) -> list[tuple[UseStatement, int]]:
    """The newest first, each with how many people confirmed that they read it."""
    query = (
        select(UseStatement, func.count(UseStatementReading.id))
        .outerjoin(UseStatementReading, UseStatementReading.use_statement_id == UseStatement.id)
        .where(UseStatement.library_id == actor.library_id)
        .group_by(UseStatement.id)
        .order_by(UseStatement.version.desc())
    )
    return [(version, readers) for version, readers in session().execute(query)]
