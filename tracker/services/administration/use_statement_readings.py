"""Reading the library's use statement, before the first rating."""

import datetime as dt

from sqlalchemy import select

from tracker.db import transaction
from tracker.models import UseStatement, UseStatementReading
from tracker.policy.permissions import Actor
from tracker.rules.errors import Conflict, Missing


def read(actor: Actor, use_statement_id: int, now: dt.datetime) -> None:
    """Record that the actor has read that text. Once is enough; reading it again changes nothing.

    Raises Missing (none published); Conflict("use_statement_newer") when another text was published
    meanwhile.
    """
    with transaction() as tx:
        newest = tx.scalar(
            select(UseStatement.id)
            .where(UseStatement.library_id == actor.library_id)
            .order_by(UseStatement.version.desc())
            .limit(1)
        )
        if newest is None:
            raise Missing
        if newest != use_statement_id:
            raise Conflict("use_statement_newer")
        known = tx.scalar(
            select(UseStatementReading.id).where(
                UseStatementReading.person_id == actor.person_id,
                UseStatementReading.use_statement_id == newest,
            )
        )
        if known is None:
            tx.add(
                UseStatementReading(person_id=actor.person_id, use_statement_id=newest, read_at=now)
            )
