"""What was rated, reviewed, and shown in an account that goes on in another one, for its owner. It
is asked for without memberships: they are over."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select

from tracker.db import session
from tracker.models import (
    Endorsement,
    Evidence,
    EvidenceText,
    EvidenceVersion,
    Framework,
    Person,
    RatingEntry,
    ScaleAnswer,
    Statement,
)
from tracker.models.joins import scale_answer
from tracker.rules.frameworks.wording import Wording
from tracker.rules.reviews.workflow import EndorsementStatus


@dataclass(frozen=True, slots=True)
class EarlierRating:
    """One answer of the history; `answer` is None where it was cleared."""

    framework: str
    code: str
    title: Wording
    answer: Wording | None
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class EarlierEndorsement:
    framework: str
    code: str
    title: Wording
    answer: Wording
    by: str
    at: dt.datetime
    status: EndorsementStatus


@dataclass(frozen=True, slots=True)
class EarlierEvidence:
    """The newest version that was not erased."""

    id: int
    title: str
    text: str
    url: str
    done_on: dt.date | None
    has_file: bool


@dataclass(frozen=True, slots=True)
class EarlierRecord:
    ratings: tuple[EarlierRating, ...]
    endorsements: tuple[EarlierEndorsement, ...]
    evidence: tuple[EarlierEvidence, ...]


def record(person_id: int) -> EarlierRecord:
    """Three queries. Ratings by statement, the newest first."""
    return EarlierRecord(_ratings(person_id), _endorsements(person_id), _evidence(person_id))


def _ratings(person_id: int) -> tuple[EarlierRating, ...]:
    rows = session().execute(
        select(
            Framework.title,
            Statement.code,
            Statement.title,
            ScaleAnswer.label,
            RatingEntry.rated_at,
        )
        .join(Statement, Statement.id == RatingEntry.statement_id)
        .join(Framework, Framework.id == Statement.framework_id)
        .outerjoin(ScaleAnswer, scale_answer(RatingEntry.answer))
        .where(RatingEntry.person_id == person_id)
        .order_by(Framework.id, Statement.position, RatingEntry.id.desc())
    )
    return tuple(EarlierRating(*row) for row in rows)


def _endorsements(person_id: int) -> tuple[EarlierEndorsement, ...]:
    rows = session().execute(
        select(
            Framework.title,
            Statement.code,
            Statement.title,
            ScaleAnswer.label,
            Person.name,
            Endorsement.endorsed_at,
            Endorsement.status,
        )
        .join(Statement, Statement.id == Endorsement.statement_id)
        .join(Framework, Framework.id == Statement.framework_id)
        .join(ScaleAnswer, scale_answer(Endorsement.answer))
        .join(Person, Person.id == Endorsement.endorser_id)
        .where(Endorsement.person_id == person_id)
        .order_by(Framework.id, Statement.position, Endorsement.id.desc())
    )
    return tuple(EarlierEndorsement(*row) for row in rows)


def _evidence(person_id: int) -> tuple[EarlierEvidence, ...]:
    rows = session().execute(
        select(
            Evidence.id,
            EvidenceText.title,
            EvidenceText.text,
            EvidenceText.url,
            EvidenceText.done_on,
            EvidenceText.file_id.is_not(None),
        )
        .join(EvidenceVersion, EvidenceVersion.evidence_id == Evidence.id)
        .join(EvidenceText, EvidenceText.version_id == EvidenceVersion.id)
        .where(Evidence.person_id == person_id)
        .order_by(Evidence.id, EvidenceVersion.number)
    )
    newest = {row[0]: EarlierEvidence(*row) for row in rows}
    return tuple(newest.values())
