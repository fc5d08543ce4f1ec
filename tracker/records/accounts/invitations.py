"""The only writer of invitations: links with which somebody sets their password."""

import datetime as dt
from collections.abc import Collection

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tracker.models import Invitation, Library, Person
from tracker.rules.accounts.links import HANDED_LASTS, HELD_FOR, RESET_LASTS, LinkPurpose
from tracker.rules.accounts.tokens import new_token, token_hash


def write(tx: Session, person_id: int, now: dt.datetime) -> str:
    """A new one-time link in the place of any before it, for who has no password; returns its
    token, of which only a hash is kept."""
    close(tx, person_id, now)
    return _new(tx, person_id, LinkPurpose.INVITATION, now, lasts(tx, person_id))


def give(tx: Session, person_id: int, by_id: int | None, now: dt.datetime, *, is_held: bool) -> str:
    """The same for who has one, from an administrator, or without `by_id` from whoever runs the
    server. `is_held`: others may have got at it, so for HELD_FOR it needs a yes, or a recovery
    code."""
    close(tx, person_id, now)
    return _new(tx, person_id, LinkPurpose.GIVEN, now, HANDED_LASTS, by_id=by_id, is_held=is_held)


def write_many(
    tx: Session, library: Library, people: Collection[int], now: dt.datetime
) -> dict[int, str]:
    """The same for people of one library who have no password: person -> token."""
    close_all(tx, people, now)
    lasting = dt.timedelta(days=library.invitation_days)
    return {
        person_id: _new(tx, person_id, LinkPurpose.INVITATION, now, lasting) for person_id in people
    }


def write_reset(tx: Session, person_id: int, now: dt.datetime, *, is_held: bool = False) -> str:
    """The same for who asked for it. Others go on working: anybody can ask, and must not take an
    invitation away by it."""
    return _new(tx, person_id, LinkPurpose.RESET, now, RESET_LASTS, is_held=is_held)


def lasts(tx: Session, person_id: int) -> dt.timedelta:
    """How long an invitation of theirs works: as the library says."""
    query = (
        select(Library.invitation_days)
        .join(Person, Person.library_id == Library.id)
        .where(Person.id == person_id)
    )
    return dt.timedelta(days=tx.scalars(query).one())


def _new(
    tx: Session,
    person_id: int,
    purpose: LinkPurpose,
    now: dt.datetime,
    lasting: dt.timedelta,
    *,
    by_id: int | None = None,
    is_held: bool = False,
) -> str:
    """One that is held lasts as long, from when it works by itself."""
    token = new_token()
    opens_at = now + HELD_FOR if is_held else None
    tx.add(
        Invitation(
            person_id=person_id,
            token_hash=token_hash(token),
            purpose=purpose,
            made_at=now,
            ends_at=(opens_at or now) + lasting,
            by_id=by_id,
            opens_at=opens_at,
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
