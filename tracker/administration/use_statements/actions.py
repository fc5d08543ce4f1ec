"""What the library promises about the records: published in versions, never changed."""

import datetime as dt

from sqlalchemy import select

from tracker.db import transaction
from tracker.models import UseStatement
from tracker.policy.permissions import Actor
from tracker.records import audit as audit_records
from tracker.records.core import administration as administration_records
from tracker.rules.errors import Conflict, Invalid
from tracker.rules.texts import PROSE_MAX, clean_prose


def publish(
    actor: Actor, text: str, base_version: int, now: dt.datetime, *, opens_statements: bool = False
) -> int:
    """A new version; returns its number. `base_version` is the newest that the author saw, 0 where
    there was none. `opens_statements`: as in the model.

    Raises Invalid: line_empty, line_long, use_statement_same; Conflict("use_statement_moved_on").
    """
    text = clean_prose(text, longest=PROSE_MAX)
    with transaction() as tx:
        library = administration_records.of_library(tx, actor)
        newest = tx.scalar(
            select(UseStatement)
            .where(UseStatement.library_id == library.id)
            .order_by(UseStatement.version.desc())
            .limit(1)
        )
        if (newest.version if newest else 0) != base_version:
            raise Conflict("use_statement_moved_on")
        if newest and (newest.text, newest.opens_statements) == (text, opens_statements):
            raise Invalid("use_statement_same", "text")
        version = base_version + 1
        tx.add(
            UseStatement(
                library_id=library.id,
                version=version,
                text=text,
                published_at=now,
                opens_statements=opens_statements,
            )
        )
        audit_records.note_by(tx, "use_statement_published", actor, now, version=version)
        return version
