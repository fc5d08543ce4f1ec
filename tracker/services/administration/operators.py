"""Operators look after the installation as a whole. They are made by command alone: whoever runs it
has the server. They say who edits frameworks, which all libraries share."""

import datetime as dt
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.db import transaction
from tracker.models import Person
from tracker.policy.permissions import Actor
from tracker.records import audit
from tracker.records.accounts import sign_ins
from tracker.row_locks import held
from tracker.rules.errors import Conflict, Invalid, Missing


def set_operator(email: str, wanted: bool, now: dt.datetime) -> str:
    """Returns their name. A second time changes nothing.

    Raises Missing for an address that is nobody's, Conflict("person_is_disabled") for an account
    that cannot sign in.
    """
    with transaction() as tx:
        person = tx.scalar(held(select(Person).where(Person.email == email.strip().casefold())))
        if person is None:
            raise Missing
        kind = "operator_made" if wanted else "operator_unmade"
        _set(tx, None, person, "operator", wanted, kind, now)
        return person.name


def set_framework_editor(actor: Actor | None, email: str, wanted: bool, now: dt.datetime) -> str:
    """Returns their name. By command (no actor) for anybody, else for people of the operator's own
    library: others are not theirs to know.

    Raises Invalid("editor_unknown") for an address that is nobody's,
    Conflict("person_is_disabled") for an account that cannot sign in.
    """
    with transaction() as tx:
        person = tx.scalar(held(select(Person).where(Person.email == email.strip().casefold())))
        if person is None or (actor is not None and actor.library_id != person.library_id):
            raise Invalid("editor_unknown", "email")
        kind = "framework_editor_made" if wanted else "framework_editor_unmade"
        _set(tx, actor, person, "framework_editor", wanted, kind, now)
        return person.name


def _set(
    tx: Session,
    actor: Actor | None,
    person: Person,
    right: Literal["operator", "framework_editor"],
    wanted: bool,
    kind: str,
    now: dt.datetime,
) -> None:
    """What they may do is another thing from here on, and the trail says so by that `kind`.
    Raises Conflict("person_is_disabled")."""
    if wanted and person.disabled_at is not None:
        raise Conflict("person_is_disabled")
    if getattr(person, right) == wanted:
        return
    setattr(person, right, wanted)
    sign_ins.renew_all(tx, person.id)
    audit.note(
        tx,
        kind,
        now,
        library_id=person.library_id,
        actor_id=None if actor is None else actor.person_id,
        subject_id=person.id,
    )
