"""Whose one-time link a token is."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select

from tracker.db import session
from tracker.models import Invitation, Library, Person
from tracker.rules.accounts.tokens import token_hash


@dataclass(frozen=True, slots=True)
class Invited:
    name: str
    email: str
    library: str
    is_new: bool
    """Whether they had no password before."""


def invited(token: str, now: dt.datetime) -> Invited | None:
    """None when the link is used, replaced, too old, or of somebody disabled."""
    query = (
        select(Person.name, Person.email, Library.name, Person.password_hash.is_(None))
        .join(Invitation, Invitation.person_id == Person.id)
        .join(Library, Library.id == Person.library_id)
        .where(
            Invitation.token_hash == token_hash(token),
            Invitation.closed_at.is_(None),
            Invitation.ends_at > now,
            Person.disabled_at.is_(None),
        )
    )
    row = session().execute(query).one_or_none()
    return None if row is None else Invited(*row)
