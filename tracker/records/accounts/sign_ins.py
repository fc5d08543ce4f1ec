"""The only writer of sign-ins that begin or end."""

import datetime as dt

from sqlalchemy import or_, update
from sqlalchemy.orm import Session

from tracker.models import SignIn
from tracker.rules.accounts.tokens import new_token, token_hash

FORMER_HOLDS = dt.timedelta(minutes=1)
"""How long a token goes on working that another took the place of: requests are under way."""


def begin(
    tx: Session,
    person_id: int,
    *,
    agent: str,
    now: dt.datetime,
    max_age: dt.timedelta,
    on_shared_desk: bool = False,
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
            on_shared_desk=on_shared_desk,
        )
    )
    return token


def renew_all(tx: Session, person_id: int) -> None:
    """What they may do changes: each of their sign-ins goes on with another token."""
    tx.execute(
        update(SignIn)
        .where(SignIn.person_id == person_id, SignIn.ended_at.is_(None))
        .values(renews=True)
    )


def renew(tx: Session, sign_in_id: int | None, came_with: str, now: dt.datetime) -> str | None:
    """Another token for a sign-in that is to have one, or that came with the one before: of
    requests at the same moment the browser may keep any answer. None for one that has it."""
    token = new_token()
    renewed = tx.scalars(
        update(SignIn)
        .where(
            SignIn.id == sign_in_id,
            or_(SignIn.renews.is_(True), SignIn.former_hash == token_hash(came_with)),
            SignIn.ended_at.is_(None),
        )
        .values(
            renews=False,
            former_hash=SignIn.token_hash,
            former_until=now + FORMER_HOLDS,
            token_hash=token_hash(token),
        )
        .returning(SignIn.id)
        .execution_options(synchronize_session=False)
    ).all()
    return token if renewed else None


def end(tx: Session, sign_in_id: int | None, now: dt.datetime) -> None:
    """End one: its cookie is worth nothing from here on."""
    tx.execute(
        update(SignIn)
        .where(SignIn.id == sign_in_id, SignIn.ended_at.is_(None))
        .values(ended_at=now)
    )


def end_others(tx: Session, person_id: int, but: int | None, now: dt.datetime) -> int:
    """End every sign-in of this person but that one. Returns how many."""
    ended = tx.scalars(
        update(SignIn)
        .where(SignIn.person_id == person_id, SignIn.ended_at.is_(None), SignIn.id != but)
        .values(ended_at=now)
        .returning(SignIn.id)
        .execution_options(synchronize_session=False)
    )
    return len(ended.all())


def end_all(tx: Session, person_id: int, now: dt.datetime) -> None:
    """End every sign-in of this person, on all devices."""
    tx.execute(
        update(SignIn)
        .where(SignIn.person_id == person_id, SignIn.ended_at.is_(None))
        .values(ended_at=now)
    )
