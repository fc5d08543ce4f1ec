"""What the library promises about the records, and whether somebody has read it."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import and_, select

from tracker.db import session
from tracker.models import Library, UseStatement, UseStatementReading
from tracker.policy.permissions import Actor


@dataclass(frozen=True, slots=True)
class UseText:
    """The newest text of the actor's library; `read_at` is None until they have read it."""

    id: int
    library: str
    version: int
    text: str
    published_at: dt.datetime
    read_at: dt.datetime | None


def has_read(actor: Actor) -> bool:
    """Whether the actor has read the newest text; not where there is none yet."""
    text = newest(actor)
    return text is not None and text.read_at is not None


def newest(actor: Actor) -> UseText | None:
    """None when the library has published none yet."""
    query = (
        select(
            UseStatement.id,
            Library.name.label("library"),
            UseStatement.version,
            UseStatement.text,
            UseStatement.published_at,
            UseStatementReading.read_at,
        )
        .join(Library, Library.id == UseStatement.library_id)
        .outerjoin(
            UseStatementReading,
            and_(
                UseStatementReading.use_statement_id == UseStatement.id,
                UseStatementReading.person_id == actor.person_id,
            ),
        )
        .where(UseStatement.library_id == actor.library_id)
        .order_by(UseStatement.version.desc())
        .limit(1)
    )
    row = session().execute(query).mappings().one_or_none()
    return None if row is None else UseText(**row)
