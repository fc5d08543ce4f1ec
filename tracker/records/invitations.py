"""The only writer of invitations."""

import datetime as dt

from sqlalchemy import update
from sqlalchemy.orm import Session

from tracker.models import Invitation
from tracker.rules.accounts.tokens import new_token, token_hash

LASTS = dt.timedelta(days=7)


def write(tx: Session, person_id: int, now: dt.datetime) -> str:
    """A new one-time link in the place of any before it; returns its token, of which only a hash is
    kept."""
    close(tx, person_id, now)
    token = new_token()
    tx.add(
        Invitation(
            person_id=person_id, token_hash=token_hash(token), made_at=now, ends_at=now + LASTS
        )
    )
    return token


def close(tx: Session, person_id: int, now: dt.datetime) -> None:
    """Whatever links this person has are worth nothing from here on."""
    tx.execute(
        update(Invitation)
        .where(Invitation.person_id == person_id, Invitation.closed_at.is_(None))
        .values(closed_at=now)
    )
