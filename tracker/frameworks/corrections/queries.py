"""What readers suggest to correct, for who closes it: the administrators of the library of who
was signed in, or the operators where nobody was."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, func, select

from tracker.db import session
from tracker.models import Correction, Framework, Person, Statement
from tracker.policy.permissions import Actor, corrections_closable, people_of

SHOWN_AT_MOST = 100


def count_open(actor: Actor) -> int:
    """How many wait."""
    waiting = select(func.count(Correction.id)).where(
        Correction.closed_at.is_(None), corrections_closable(actor)
    )
    return session().scalar(waiting) or 0


def corrections(actor: Actor, *, is_open: bool) -> Sequence[Row[*tuple[Any, ...]]]:
    """Those that wait, oldest first, or those that somebody closed, the latest first; at most
    SHOWN_AT_MOST. `code` and `statement` are empty when the page as a whole is meant; `closed_at`
    is None while it waits, `closed_by` is empty where it was somebody of another library."""
    waits = Correction.closed_at.is_(None)
    order = (
        (Correction.suggested_at, Correction.id)
        if is_open
        else (Correction.closed_at.desc(), Correction.id.desc())
    )
    query = (
        select(
            Correction.id,
            Framework.slug,
            Framework.version,
            Framework.lang,
            Framework.title.label("framework"),
            func.coalesce(Statement.code, "").label("code"),
            func.coalesce(Statement.title, "").label("statement"),
            Correction.text,
            Correction.name,
            Correction.email,
            Correction.suggested_at,
            Correction.closed_at,
            func.coalesce(Person.name, "").label("closed_by"),
            Correction.outcome,
        )
        .join(Framework, Framework.id == Correction.framework_id)
        .outerjoin(Statement, Statement.id == Correction.statement_id)
        .outerjoin(Person, (Person.id == Correction.closed_by_id) & (people_of(actor.library_id)))
        .where(waits if is_open else ~waits, corrections_closable(actor))
        .order_by(*order)
        .limit(SHOWN_AT_MOST)
    )
    return session().execute(query).all()
