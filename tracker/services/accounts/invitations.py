"""One-time links with which people set their password: for a first one, and when it was lost."""

import datetime as dt

from sqlalchemy import select

from tracker.db import session, transaction
from tracker.models import Invitation, Library, Person
from tracker.policy.permissions import Actor
from tracker.records import administration, audit, invitations, sign_ins
from tracker.rules.accounts.passwords import Passwords, check
from tracker.rules.accounts.tokens import token_hash
from tracker.rules.errors import Conflict, Missing


def renew(actor: Actor, person_id: int, now: dt.datetime) -> str:
    """A new link in the place of any before it; returns its token. The password stays until it is
    used.

    Raises Conflict("person_is_disabled").
    """
    with transaction() as tx:
        library = administration.of_library(tx, actor)
        person = tx.scalar(
            select(Person).where(Person.id == person_id, Person.library_id == library.id)
        )
        if person is None:
            raise Missing
        if person.disabled_at is not None:
            raise Conflict("person_is_disabled")
        token = invitations.write(tx, person.id, now)
        audit.note(
            tx,
            "link_made",
            now,
            library_id=library.id,
            actor_id=actor.person_id,
            subject_id=person.id,
        )
        return token


def accept(token: str, passwords: Passwords, password: str, now: dt.datetime) -> int:
    """Set the password that the link is for; returns whose it is. It works once and ends all their
    sign-ins.

    Raises Missing("link_used_up") when the link is used, replaced, too old or of somebody disabled;
    Invalid for a password that will not do (rules/accounts/passwords).
    """
    living = (
        select(
            Person.id, Person.library_id, Person.name, Person.email, Library.name.label("library")
        )
        .join(Invitation, Invitation.person_id == Person.id)
        .join(Library, Library.id == Person.library_id)
        .where(
            Invitation.token_hash == token_hash(token),
            Invitation.closed_at.is_(None),
            Invitation.ends_at > now,
            Person.disabled_at.is_(None),
        )
    )
    person = session().execute(living).one_or_none()
    if person is None:
        raise Missing("link_used_up")
    check(password, name=person.name, email=person.email, library=person.library)
    hashed = passwords.hash(password)
    with transaction() as tx:
        row = tx.scalars(select(Person).where(Person.id == person.id).with_for_update()).one()
        if tx.execute(living).one_or_none() is None:
            raise Missing("link_used_up")
        row.password_hash = hashed
        invitations.close(tx, row.id, now)
        sign_ins.end_all(tx, row.id, now)
        audit.note(
            tx, "password_set", now, library_id=row.library_id, actor_id=row.id, subject_id=row.id
        )
        return row.id
