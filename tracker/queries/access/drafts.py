"""Forms: what somebody typed and did not send, for that person alone, and what became of one that
was sent."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select

from tracker.db import session, session_afresh
from tracker.models import Draft, Submission
from tracker.rules import drafts as drafts_rules
from tracker.rules.drafts import Fields


@dataclass(frozen=True, slots=True)
class DraftHeader:
    """A draft without what it says."""

    id: int
    form: str
    subject: str
    saved_at: dt.datetime


def headers(person_id: int) -> list[DraftHeader]:
    """All of the person's, newest first."""
    rows = session().execute(
        select(Draft.id, Draft.form, Draft.subject, Draft.saved_at)
        .where(Draft.person_id == person_id)
        .order_by(Draft.saved_at.desc(), Draft.id.desc())
    )
    return [DraftHeader(*row) for row in rows]


def fields(person_id: int, draft_id: int) -> Fields | None:
    """What was typed; None where it is gone, another's, or can't be read."""
    stored = session().scalar(
        select(Draft.fields).where(Draft.id == draft_id, Draft.person_id == person_id)
    )
    return None if stored is None else drafts_rules.read(stored)


def all_fields(person_id: int, *forms: str) -> list[tuple[DraftHeader, Fields | None]]:
    """Drafts with what they say, newest first: of all forms, or of some. None: it can't be read."""
    query = (
        select(Draft.id, Draft.form, Draft.subject, Draft.saved_at, Draft.fields)
        .where(Draft.person_id == person_id)
        .order_by(Draft.saved_at.desc(), Draft.id.desc())
    )
    if forms:
        query = query.where(Draft.form.in_(forms))
    return [
        (DraftHeader(row.id, row.form, row.subject, row.saved_at), drafts_rules.read(row.fields))
        for row in session().execute(query)
    ]


@dataclass(frozen=True, slots=True)
class StoredResponse:
    """`status` None: its work is done, and the answer is not there (yet)."""

    body_sha256: str
    accepted_at: dt.datetime
    status: int | None
    location: str
    messages: str


def kept(key_sha256: str) -> StoredResponse | None:
    """As it stands now: somebody else may be writing it at this moment. None: no work was done for
    this key."""
    row = (
        session_afresh()
        .execute(
            select(
                Submission.body_sha256,
                Submission.accepted_at,
                Submission.status,
                Submission.location,
                Submission.messages,
            ).where(Submission.key_sha256 == key_sha256)
        )
        .mappings()
        .one_or_none()
    )
    return None if row is None else StoredResponse(**row)
