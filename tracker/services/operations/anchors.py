"""One digest over all seals, noted in the audit: whoever rewrites the record has to rewrite the
audit's chain too, whose head is kept elsewhere."""

import datetime as dt

from sqlalchemy import func, select

from tracker.db import transaction
from tracker.queries.operations import seal_chains
from tracker.records import audit
from tracker.rules.operations.audit_kinds import RECORDS_SEALED


def anchor(now: dt.datetime) -> bool:
    """Note it, unless nothing was sealed since the last time. Whether something was.

    On PostgreSQL nobody seals meanwhile: what is numbered and not committed yet would come below
    the number that is noted.
    """
    with transaction() as tx:
        connection = tx.connection()
        if connection.dialect.name == "postgresql":
            tx.execute(select(func.lock_seals()))
        noted = seal_chains.anchors(connection)
        made = seal_chains.root_after(connection, noted[-1] if noted else seal_chains.FIRST)
        if made is None:
            return False
        audit.note(
            tx,
            RECORDS_SEALED,
            now,
            library_id=None,
            actor_id=None,
            seal=made.seal_id,
            root=made.root,
        )
        return True
