"""Every answer that ever stood for one statement of one person, in both voices. For the learner alone."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select

from tracker.db import session
from tracker.models import Endorsement, Person, RatingEntry
from tracker.rules.scale import Answer, Basis, EndorsedAnswer
from tracker.rules.workflow import EndorsementStatus


@dataclass(frozen=True, slots=True)
class Answered:
    answer: Answer
    basis: Basis
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Endorsed:
    """`ended_at` is None while it stands."""

    who: str
    answer: EndorsedAnswer
    status: EndorsementStatus
    at: dt.datetime
    ended_at: dt.datetime | None


def answers(person_id: int, statement_id: int) -> list[Answered]:
    """The newest first. One statement."""
    rows = session().execute(
        select(RatingEntry.answer, RatingEntry.basis, RatingEntry.rated_at)
        .where(RatingEntry.person_id == person_id, RatingEntry.statement_id == statement_id)
        .order_by(RatingEntry.rated_at.desc(), RatingEntry.id.desc())
    )
    return [Answered(Answer(row.answer), Basis(row.basis), row.rated_at) for row in rows]


def endorsements(person_id: int, statement_id: int) -> list[Endorsed]:
    """The newest first. One statement."""
    rows = session().execute(
        select(Person.name, Endorsement.answer, Endorsement.status, Endorsement.endorsed_at, Endorsement.ended_at)
        .join(Person, Person.id == Endorsement.endorser_id)
        .where(Endorsement.person_id == person_id, Endorsement.statement_id == statement_id)
        .order_by(Endorsement.endorsed_at.desc(), Endorsement.id.desc())
    )
    return [
        Endorsed(row.name, EndorsedAnswer(row.answer), EndorsementStatus(row.status), row.endorsed_at, row.ended_at)
        for row in rows
    ]
