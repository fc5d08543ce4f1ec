"""The only writer of sign-ins that begin or end."""

import datetime as dt

from sqlalchemy import update
from sqlalchemy.orm import Session

from tracker.models import SignIn
from tracker.rules.accounts.tokens import new_token, token_hash


def begin(
    tx: Session, person_id: int, *, agent: str, now: dt.datetime, max_age: dt.timedelta
) -> str:
    """A new sign-in; returns its token, of which only a hash is kept."""
    token = new_token()
    tx.add(
        SignIn(
            person_id=person_id,
            token_hash=token_hash(token),
            agent=agent[:200],
            started_at=now,
            seen_at=now,
            ends_at=now + max_age,
        )
    )
    return token


def end(tx: Session, sign_in_id: int | None, now: dt.datetime) -> None:
    """End one: its cookie is worth nothing from here on."""
    tx.execute(
        update(SignIn)
        .where(SignIn.id == sign_in_id, SignIn.ended_at.is_(None))
        .values(ended_at=now)
    )


def end_all(tx: Session, person_id: int, now: dt.datetime) -> None:
    """End every sign-in of this person, on all devices."""
    tx.execute(
        update(SignIn)
        .where(SignIn.person_id == person_id, SignIn.ended_at.is_(None))
        .values(ended_at=now)
    )
