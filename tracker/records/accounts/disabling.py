"""How somebody is disabled and enabled again, and that an administrator is left."""

import datetime as dt

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.models import AccountMerge, Person
from tracker.policy.permissions import Actor, people_of
from tracker.records import audit, readers
from tracker.records.accounts import invitations, sign_ins
from tracker.rules.administration.merges import MergeOutcome
from tracker.rules.errors import Conflict


def disable(tx: Session, actor: Actor, person: Person, now: dt.datetime) -> None:
    """They can no longer sign in, from their next request on. Raises Conflict: own_account,
    last_administrator."""
    if person.id == actor.person_id:
        raise Conflict("own_account")
    if person.disabled_at is not None:
        return
    if person.administrator:
        keep_one_administrator(tx, person)
    person.disabled_at = now
    sign_ins.end_all(tx, person.id, now)
    invitations.close(tx, person.id, now)
    audit.note(
        tx,
        "person_disabled",
        now,
        library_id=person.library_id,
        actor_id=actor.person_id,
        subject_id=person.id,
    )


def enable(tx: Session, actor: Actor, person: Person, now: dt.datetime) -> None:
    """They may sign in again, with the password they had. Raises Conflict("account_is_earlier")
    for an account that goes on in another one."""
    refuse_earlier(tx, person)
    if person.disabled_at is None:
        return
    with readers.watched(tx, actor, now, person.id):
        person.disabled_at = None
    audit.note(
        tx,
        "person_enabled",
        now,
        library_id=person.library_id,
        actor_id=actor.person_id,
        subject_id=person.id,
    )


def refuse_earlier(tx: Session, person: Person) -> None:
    """Raises Conflict("account_is_earlier") for an account that goes on in another one."""
    merged = select(AccountMerge.id).where(
        AccountMerge.earlier_id == person.id, AccountMerge.outcome == MergeOutcome.MERGED
    )
    if tx.scalar(merged) is not None:
        raise Conflict("account_is_earlier")


def keep_one_administrator(tx: Session, leaving: Person) -> None:
    """Raises Conflict("last_administrator") where nobody else who can sign in administers their
    library."""
    others = tx.scalar(
        select(func.count())
        .select_from(Person)
        .where(
            people_of(leaving.library_id),
            Person.administrator.is_(True),
            Person.disabled_at.is_(None),
            Person.password_hash.is_not(None),
            Person.id != leaving.id,
        )
    )
    if not others:
        raise Conflict("last_administrator")
