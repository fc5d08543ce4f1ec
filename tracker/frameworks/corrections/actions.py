"""What readers of a framework's public page suggest, and what became of it."""

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.db import transaction
from tracker.models import Correction, Statement
from tracker.policy.permissions import Actor, corrections_closable
from tracker.records import audit as audit_records
from tracker.row_locks import held
from tracker.rules.errors import Conflict, Invalid, Missing
from tracker.rules.texts import clean_email, clean_name, clean_prose


def suggest_correction(
    framework_id: int,
    code: str,
    text: str,
    name: str,
    email: str,
    now: dt.datetime,
    anchor: str = "",
    library_id: int | None = None,
) -> None:
    """Keep a suggestion for the library of whoever is signed in, None for nobody. `code` names a
    statement, or is "" for the page as a whole. `anchor`, or "", is the source anchor meant: it is
    put before the text. Name and address may be "". The same words again, while they wait, are kept
    once.

    Raises Invalid for a text, name or address that cannot be used, and Invalid("statement_unknown")
    for a code that is not of this framework.
    """
    words = clean_prose(f"{anchor}: {text}" if anchor and text.strip() else text)
    who = clean_name(name) if name.strip() else ""
    address = clean_email(email) if email.strip() else ""
    with transaction() as tx:
        suggested = {
            "framework_id": framework_id,
            "library_id": library_id,
            "statement_id": _statement(tx, framework_id, code) if code else None,
            "text": words,
            "email": address,
        }
        waiting = select(Correction.id).filter_by(**suggested, closed_at=None)
        if tx.scalar(waiting.limit(1)) is None:
            tx.add(Correction(**suggested, name=who, suggested_at=now))


def close_correction(actor: Actor, correction_id: int, outcome: str, now: dt.datetime) -> None:
    """Note what became of a suggestion (or ""), and take it off the list of those that wait. Raises
    Missing where there is none for them, and Conflict("correction_closed") when somebody closed it
    before."""
    words = clean_prose(outcome, "outcome") if outcome.strip() else ""
    with transaction() as tx:
        correction = tx.scalar(
            held(
                select(Correction).where(
                    Correction.id == correction_id, corrections_closable(actor)
                )
            )
        )
        if correction is None:
            raise Missing
        if correction.closed_at is not None:
            raise Conflict("correction_closed")
        correction.closed_at, correction.closed_by_id = now, actor.person_id
        correction.outcome = words
        audit_records.note(
            tx,
            "correction_closed",
            now,
            library_id=actor.library_id,
            actor_id=actor.person_id,
            correction_id=correction_id,
        )


def _statement(tx: Session, framework_id: int, code: str) -> int:
    statement_id = tx.scalar(
        select(Statement.id).where(Statement.framework_id == framework_id, Statement.code == code)
    )
    if statement_id is None:
        raise Invalid("statement_unknown", "statement")
    return statement_id
