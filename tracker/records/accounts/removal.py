"""How an account that was a mistake goes, and all that was made with it."""

import datetime as dt

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.orm import Session

from tracker.db import Base
from tracker.models import (
    AddressChange,
    AlertMail,
    Deputy,
    FormerAddress,
    Invitation,
    JobPerson,
    LinkMail,
    Membership,
    Notice,
    OutboxMail,
    Person,
    PlannedMove,
    RecordOpening,
    RosterRow,
    Standing,
)
from tracker.policy.permissions import Actor
from tracker.records import audit, memberships


def remove(tx: Session, actor: Actor, person: Person, now: dt.datetime) -> None:
    """Of somebody who never signed in and has no record (queries/administration/accounts/unused).
    What is left is a row without a name, which the audit points at; the address is free again."""
    mine = person.id
    mails = select(OutboxMail.id).where(OutboxMail.person_id == mine)
    _delete(tx, AlertMail, AlertMail.mail_id.in_(mails))
    _delete(tx, LinkMail, LinkMail.mail_id.in_(mails))
    _delete(tx, Notice, or_(Notice.person_id == mine, Notice.about_id == mine))
    _delete(tx, OutboxMail, OutboxMail.person_id == mine)
    _delete(
        tx, RecordOpening, or_(RecordOpening.reader_id == mine, RecordOpening.person_id == mine)
    )
    memberships.delete_many(
        tx, tx.scalars(select(Membership.id).where(Membership.person_id == mine)).all()
    )
    of_person = (AddressChange, FormerAddress, Invitation, JobPerson, PlannedMove, Standing)
    for model in of_person:
        _delete(tx, model, model.person_id == mine)
    _delete(tx, Deputy, Deputy.deputy_id == mine)
    tx.execute(update(RosterRow).where(RosterRow.person_id == mine).values(person_id=None))
    person.name, person.staff_id, person.email = "", None, f"removed-{person.id}"
    person.administrator = person.operator = person.framework_editor = False
    person.disabled_at = person.removed_at = now
    audit.note(
        tx,
        "person_removed",
        now,
        library_id=person.library_id,
        actor_id=actor.person_id,
        subject_id=person.id,
    )


def _delete(tx: Session, model: type[Base], which: ColumnElement[bool]) -> None:
    tx.execute(delete(model).where(which), execution_options={"synchronize_session": False})
