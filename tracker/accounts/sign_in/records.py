"""The only writer of sign-ins that begin or end."""

import datetime as dt

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from tracker.accounts.sign_in.rules import Visit
from tracker.models import Person, SignIn
from tracker.records import seals as seals_records
from tracker.row_locks import held
from tracker.rules.core.tokens import new_token, token_hash
from tracker.rules.errors import Missing

FORMER_HOLDS = dt.timedelta(minutes=1)
"""How long a token goes on working that another took the place of: requests are under way."""


def owner(tx: Session, person_id: int) -> Person:
    """Their row, locked and still in use: the act came in with a sign-in that may have ended since.
    Raises Missing."""
    person = tx.scalar(
        held(select(Person).where(Person.id == person_id, Person.disabled_at.is_(None)))
    )
    if person is None:
        raise Missing
    return person


def begin(tx: Session, person_id: int, visit: Visit, now: dt.datetime) -> str:
    """A new sign-in; returns its token, of which only a hash is kept."""
    token = new_token()
    tx.add(
        SignIn(
            person_id=person_id,
            token_hash=token_hash(token),
            agent=visit.agent[:200],
            started_at=now,
            seen_at=now,
            ends_at=now + visit.max_age,
            on_shared_desk=visit.on_shared_desk,
        )
    )
    return token


def renew_all(tx: Session, person_id: int) -> None:
    """What they may do changes: each of their sign-ins goes on with another token."""
    is_open = SignIn.ended_at.is_(None)
    tx.execute(update(SignIn).where(is_open, SignIn.person_id == person_id).values(renews=True))


def renew(tx: Session, sign_in_id: int | None, came_with: str, now: dt.datetime) -> str | None:
    """Another token for a sign-in that is to have one, or that came with its former token: of
    several requests at the same moment, the browser may keep the answer of any. None for all
    others."""
    token = new_token()
    renewed = _change(
        tx,
        SignIn.id == sign_in_id,
        or_(SignIn.renews.is_(True), SignIn.former_hash == token_hash(came_with)),
        renews=False,
        former_hash=SignIn.token_hash,
        former_until=now + FORMER_HOLDS,
        token_hash=token_hash(token),
    )
    return token if renewed else None


def unlock(tx: Session, sign_in_id: int | None, now: dt.datetime) -> None:
    """Its person gave their password again."""
    _change(tx, SignIn.id == sign_in_id, started_at=now)


def end(tx: Session, sign_in_id: int | None, now: dt.datetime) -> None:
    """Its cookie is worth nothing from here on."""
    _change(tx, SignIn.id == sign_in_id, ended_at=now)


def end_all(tx: Session, person_id: int, now: dt.datetime, but: int | None = None) -> int:
    """Every sign-in of this person, on all devices, but that one. Returns how many."""
    others = SignIn.id.is_distinct_from(but)
    return len(_change(tx, SignIn.person_id == person_id, others, ended_at=now))


def _change(tx: Session, *which: ColumnElement[bool], **new: object) -> list[int]:
    """Of sign-ins that did not end."""
    return seals_records.change_many(tx, SignIn, SignIn.ended_at.is_(None), *which, **new)
