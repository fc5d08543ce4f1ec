"""Which records are closed to a reader, and whose yes counts, as SQL."""

import datetime as dt

from sqlalchemy import BindParameter, ColumnElement, and_, exists, or_, select

from tracker.models import AuditEvent, AuditEventDetail, Person, RecordOpening

Moment = dt.datetime | BindParameter[dt.datetime]
GIVES_AN_ACCOUNT = ("person_added", "administrator_made", "link_made", "person_edited")
"""Whom somebody did this to lately could be that somebody."""


def is_closed(now: Moment, row: type[RecordOpening] = RecordOpening) -> ColumnElement[bool]:
    """Over `RecordOpening`: the one rule that every reading of a record, list, matrix, file and
    export follows (record/visible/queries)."""
    return or_(
        row.opens_at.is_(None),
        row.opens_at > now,
        and_(row.objected_at.is_not(None), row.decision.is_(None)),
    )


def is_independent(
    lately: Moment, person: type[Person] = Person, row: type[RecordOpening] = RecordOpening
) -> ColumnElement[bool]:
    """Over `RecordOpening` and `person`, however deep it stands: somebody else than its two and who
    gave the role, and who was not made, given a link or edited by the reader or the giver
    `lately`: INDEPENDENT_AFTER ago."""
    made = exists(
        select(AuditEvent.id)
        .where(
            AuditEvent.actor_id.in_((row.given_by_id, row.reader_id)),
            AuditEvent.subject_id == person.id,
            AuditEvent.kind.in_(GIVES_AN_ACCOUNT),
            AuditEvent.happened_at > lately,
        )
        .correlate_except(AuditEvent)
    )
    return and_(
        person.id.not_in((row.reader_id, row.person_id)),
        or_(row.given_by_id.is_(None), row.given_by_id != person.id),
        ~made,
    )


def setting_changed(library_id: int, words: str, since: dt.datetime) -> ColumnElement[bool]:
    """Whether the audit says, with these words, that the library's settings were changed since."""
    return exists(
        select(AuditEvent.id)
        .join(AuditEventDetail, AuditEventDetail.event_id == AuditEvent.id)
        .where(
            AuditEvent.library_id == library_id,
            AuditEvent.kind == "library_edited",
            AuditEvent.happened_at > since,
            AuditEventDetail.facts["changed"].as_string().contains(words),
        )
    )


def decides_as_administrator(lately: Moment, person: type[Person] = Person) -> ColumnElement[bool]:
    """Over `person`: an administrator who can sign in, and could long enough to be nobody's second
    self."""
    return and_(
        person.administrator.is_(True),
        person.disabled_at.is_(None),
        person.removed_at.is_(None),
        person.password_hash.is_not(None),
        person.created_at <= lately,
    )
