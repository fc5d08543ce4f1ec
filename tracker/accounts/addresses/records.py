"""The only writer of changes of one's own address."""

import datetime as dt

from sqlalchemy import ColumnElement, delete, exists, func, or_, select
from sqlalchemy.orm import Session

from tracker.models import AddressChange, FormerAddress, LinkMail, Person
from tracker.models.joins import can_be_taken_back
from tracker.records import seals as seals_records
from tracker.rules.core.links import CONFIRM_LASTS, TAKE_BACK_LASTS, LinkKind
from tracker.rules.core.tokens import new_token, token_hash


def write(tx: Session, person_id: int, former: str, new: str, now: dt.datetime) -> AddressChange:
    """One that waits to be confirmed, in the place of any that does."""
    end_waiting(tx, person_id, now)
    change = AddressChange(person_id=person_id, former_email=former, new_email=new, asked_at=now)
    tx.add(change)
    tx.flush()
    return change


def set_by(tx: Session, person: Person, new: str, by_id: int, now: dt.datetime) -> int | None:
    """An administrator gives somebody who has a password another address. Returns the change, of
    which the address before is told with a link that takes it back.

    None where it only undoes one that could still be taken back: what came after that one ends.
    What they changed themselves can be taken back no more: whoever reads their old mail may be
    somebody else.
    """
    own, to_new = AddressChange.person_id == person.id, AddressChange.former_email == new
    end_waiting(tx, person.id, now)
    _end(tx, now, own, ~to_new, AddressChange.by_id.is_(None))
    undone = tx.scalar(
        select(func.min(AddressChange.id)).where(own, to_new, can_be_taken_back(now))
    )
    if undone is not None:
        _end(tx, now, own, AddressChange.id >= undone)
        return None
    change = write(tx, person.id, person.email, new, now)
    change.confirmed_at, change.by_id = now, by_id
    tx.flush()
    return change.id


def is_set_by_another(tx: Session, person_id: int, now: dt.datetime) -> bool:
    """Whether an administrator gave them an address that the one before can still take back: a
    link that goes there may not be theirs."""
    return _any(tx, now, AddressChange.person_id == person_id, AddressChange.by_id.is_not(None))


def is_kept(tx: Session, address: str, person_id: int | None, now: dt.datetime) -> bool:
    """Whether somebody else can still restore it, so that nobody is given it meanwhile."""
    mine = AddressChange.person_id == (person_id or 0)
    return _any(tx, now, AddressChange.former_email == address, ~mine)


def _any(tx: Session, now: dt.datetime, *which: ColumnElement[bool]) -> bool:
    return bool(tx.scalar(select(exists().where(can_be_taken_back(now), *which))))


def end_waiting(tx: Session, person_id: int, now: dt.datetime) -> None:
    """What they asked for and did not confirm can be confirmed no more."""
    _end(tx, now, AddressChange.person_id == person_id, AddressChange.confirmed_at.is_(None))


def end_all(tx: Session, person_id: int, now: dt.datetime) -> None:
    """Nothing of what they asked for can be confirmed or taken back any more."""
    _end(tx, now, AddressChange.person_id == person_id)


def secret(change: AddressChange, kind: LinkKind, now: dt.datetime) -> str | None:
    """The token of a new link; None where it is too late for one."""
    if not is_open(change, kind, now):
        return None
    token = new_token()
    if kind is LinkKind.CONFIRM_ADDRESS:
        change.confirm_hash = token_hash(token)
    else:
        change.take_back_hash = token_hash(token)
    return token


def is_open(change: AddressChange, kind: LinkKind, now: dt.datetime) -> bool:
    """Whether it can still be confirmed, or be taken back."""
    if change.ended_at is not None:
        return False
    if kind is LinkKind.CONFIRM_ADDRESS:
        return change.confirmed_at is None and now < change.asked_at + CONFIRM_LASTS
    return change.confirmed_at is not None and now < change.confirmed_at + TAKE_BACK_LASTS


def forget_addresses_since(tx: Session, change: AddressChange) -> None:
    """Addresses that were theirs after it, when it is taken back: nothing is told there."""
    tx.execute(
        delete(FormerAddress).where(
            FormerAddress.person_id == change.person_id,
            FormerAddress.until_at >= change.confirmed_at,
        )
    )


def forget(tx: Session, now: dt.datetime) -> int:
    """Those that can be neither confirmed nor taken back. Returns how many."""
    over = or_(
        AddressChange.ended_at.is_not(None),
        AddressChange.confirmed_at <= now - TAKE_BACK_LASTS,
        AddressChange.confirmed_at.is_(None) & (AddressChange.asked_at <= now - CONFIRM_LASTS),
    )
    old = AddressChange.asked_at <= now - TAKE_BACK_LASTS
    ids = tx.scalars(select(AddressChange.id).where(over, old)).all()
    tx.execute(delete(LinkMail).where(LinkMail.change_id.in_(ids)))
    seals_records.delete_many(tx, AddressChange, AddressChange.id.in_(ids))
    return len(ids)


def _end(tx: Session, now: dt.datetime, *which: ColumnElement[bool]) -> None:
    is_open = AddressChange.ended_at.is_(None)
    seals_records.change_many(tx, AddressChange, is_open, *which, ended_at=now)
