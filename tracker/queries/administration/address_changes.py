"""What a link about somebody's own address is for."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select

from tracker.db import session
from tracker.models import AddressChange, Library, Person
from tracker.rules.accounts.links import CONFIRM_LASTS, TAKE_BACK_LASTS
from tracker.rules.accounts.tokens import token_hash


@dataclass(frozen=True, slots=True)
class AddressLink:
    former_email: str
    new_email: str
    library: str


def to_confirm(token: str, now: dt.datetime) -> AddressLink | None:
    """None when it was confirmed, replaced, or asked for too long ago."""
    return _link(
        AddressChange.confirm_hash == token_hash(token),
        AddressChange.confirmed_at.is_(None),
        AddressChange.asked_at > now - CONFIRM_LASTS,
    )


def to_take_back(token: str, now: dt.datetime) -> AddressLink | None:
    """None when it was taken back, or undone by an administrator, or is too old."""
    return _link(
        AddressChange.take_back_hash == token_hash(token),
        AddressChange.confirmed_at > now - TAKE_BACK_LASTS,
    )


def _link(*which: ColumnElement[bool]) -> AddressLink | None:
    query = (
        select(AddressChange.former_email, AddressChange.new_email, Library.name)
        .join(Person, Person.id == AddressChange.person_id)
        .join(Library, Library.id == Person.library_id)
        .where(*which, AddressChange.ended_at.is_(None), Person.disabled_at.is_(None))
    )
    row = session().execute(query).one_or_none()
    return None if row is None else AddressLink(*row)
