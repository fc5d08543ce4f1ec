"""The only writer of invitations: links with which somebody sets their password."""

import datetime as dt
from collections.abc import Collection

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tracker.models import Invitation, Library, Person
from tracker.rules.accounts.links import HANDED_LASTS, RESET_LASTS, LinkPurpose
from tracker.rules.accounts.tokens import new_token, token_hash


def write(tx: Session, person_id: int, now: dt.datetime) -> str:
    """A new one-time link in the place of any before it; returns its token, of which only a hash is
    kept."""
    close(tx, person_id, now)
    return _new(tx, person_id, LinkPurpose.INVITATION, now, lasts(tx, person_id))


def write_many(
    tx: Session, library: Library, people: Collection[int], now: dt.datetime
) -> dict[int, str]:
    """The same for people of one library who have no password: person -> token."""
    close_all(tx, people, now)
    lasting = dt.timedelta(days=library.invitation_days)
    return {
        person_id: _new(tx, person_id, LinkPurpose.INVITATION, now, lasting) for person_id in people
    }


def write_reset(tx: Session, person_id: int, now: dt.datetime) -> str:
    """The same for who asked for it. Others go on working: anybody can ask, and must not take an
    invitation away by it."""
    return _new(tx, person_id, LinkPurpose.RESET, now, RESET_LASTS)


def lasts(tx: Session, person_id: int) -> dt.timedelta:
    """How long an invitation of theirs works: as the library says, until they have a password."""
    query = (
        select(Person.password_hash, Library.invitation_days)
        .join(Library, Library.id == Person.library_id)
        .where(Person.id == person_id)
    )
    password_hash, days = tx.execute(query).one()
    return dt.timedelta(days=days) if password_hash is None else HANDED_LASTS


def _new(
    tx: Session, person_id: int, purpose: LinkPurpose, now: dt.datetime, lasting: dt.timedelta
) -> str:
    token = new_token()
    tx.add(
        Invitation(
            person_id=person_id,
            token_hash=token_hash(token),
            purpose=purpose,
            made_at=now,
            ends_at=now + lasting,
        )
    )
    return token


def close(tx: Session, person_id: int, now: dt.datetime) -> None:
    """Whatever links this person has are worth nothing from here on."""
    close_all(tx, [person_id], now)


def close_all(tx: Session, people: Collection[int], now: dt.datetime) -> None:
    """The same for each of them."""
    tx.execute(
        update(Invitation)
        .where(Invitation.person_id.in_(people), Invitation.closed_at.is_(None))
        .values(closed_at=now)
    )
