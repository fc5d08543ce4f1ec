"""Operators look after the installation as a whole. They are made by command alone: whoever runs it
has the server. They say who edits frameworks, which all libraries share."""

import datetime as dt

from sqlalchemy import select

from tracker.db import transaction
from tracker.models import Person
from tracker.policy.permissions import Actor
from tracker.records import audit
from tracker.records.accounts import sign_ins
from tracker.rules.errors import Conflict, Invalid, Missing


def set_operator(email: str, wanted: bool, now: dt.datetime) -> str:
    """Returns their name. A second time changes nothing.

    Raises Missing for an address that is nobody's, Conflict("person_is_disabled") for an account
    that cannot sign in.
    """
    with transaction() as tx:
        person = tx.scalar(
            select(Person).where(Person.email == email.strip().casefold()).with_for_update()
        )
        if person is None:
            raise Missing
        if wanted and person.disabled_at is not None:
            raise Conflict("person_is_disabled")
        if person.operator != wanted:
            person.operator = wanted
            sign_ins.renew_all(tx, person.id)
            audit.note(
                tx,
                "operator_made" if wanted else "operator_unmade",
                now,
                library_id=person.library_id,
                actor_id=None,
                subject_id=person.id,
            )
        return person.name


def set_framework_editor(actor: Actor | None, email: str, wanted: bool, now: dt.datetime) -> str:
    """Returns their name. By command (no actor) for anybody, else for people of the operator's own
    library: others are not theirs to know.

    Raises Invalid("editor_unknown") for an address that is nobody's,
    Conflict("person_is_disabled") for an account that cannot sign in.
    """
    with transaction() as tx:
        person = tx.scalar(
            select(Person).where(Person.email == email.strip().casefold()).with_for_update()
        )
        if person is None or (actor is not None and actor.library_id != person.library_id):
            raise Invalid("editor_unknown", "email")
        if wanted and person.disabled_at is not None:
            raise Conflict("person_is_disabled")
        if person.framework_editor != wanted:
            person.framework_editor = wanted
            sign_ins.renew_all(tx, person.id)
            audit.note(
                tx,
                "framework_editor_made" if wanted else "framework_editor_unmade",
                now,
                library_id=person.library_id,
                actor_id=None if actor is None else actor.person_id,
                subject_id=person.id,
            )
        return person.name
