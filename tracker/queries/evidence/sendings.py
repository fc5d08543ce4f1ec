"""Where a piece of evidence went with a review, by statement, as its owner sees it."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select

from tracker.db import session
from tracker.models import (
    Domain,
    EvidenceVersion,
    Framework,
    Person,
    Review,
    ReviewItem,
    ReviewItemEvidence,
    Statement,
)
from tracker.rules.frameworks.wording import Wording
from tracker.rules.reviews.workflow import ReviewStatus


@dataclass(frozen=True, slots=True)
class Sending:
    review_id: int
    reviewer: str
    sent_at: dt.datetime


@dataclass(frozen=True, slots=True)
class SentStatement:
    """A statement that any version of the piece was sent with, the last sending first."""

    id: int
    framework_id: int
    lang: str
    title: Wording
    text: Wording
    domain: Wording
    sendings: list[Sending]


def of(evidence_id: int) -> dict[int, SentStatement]:
    """By statement, without reviews that were withdrawn. One query."""
    rows = session().execute(
        select(
            Statement.id,
            Statement.framework_id,
            Framework.lang,
            Statement.title,
            Statement.text,
            Domain.title,
            Review.id,
            Person.name,
            Review.sent_at,
        )
        .select_from(EvidenceVersion)
        .join(ReviewItemEvidence, ReviewItemEvidence.version_id == EvidenceVersion.id)
        .join(ReviewItem, ReviewItem.id == ReviewItemEvidence.item_id)
        .join(Review, Review.id == ReviewItem.review_id)
        .join(Person, Person.id == Review.reviewer_id)
        .join(Statement, Statement.id == ReviewItem.statement_id)
        .join(Framework, Framework.id == Statement.framework_id)
        .join(Domain, Domain.id == Statement.domain_id)
        .where(EvidenceVersion.evidence_id == evidence_id, Review.status != ReviewStatus.WITHDRAWN)
        .order_by(Review.sent_at.desc(), Review.id.desc(), Statement.position)
    )
    found: dict[int, SentStatement] = {}
    for row in rows:
        sent = found.setdefault(row[0], SentStatement(*row[:6], []))
        sending = Sending(*row[6:])
        if sending not in sent.sendings:
            sent.sendings.append(sending)
    return found
