"""What erasing evidence would reach, and what it left."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import Row, func, select

from tracker.db import session
from tracker.models import (
    EvidenceVersion,
    FileRemoval,
    Person,
    Review,
    ReviewItem,
    ReviewItemEvidence,
)


def is_file_left() -> bool:
    """Whether a file that was erased is still in its place, because that could not be reached."""
    return session().scalar(select(FileRemoval.sha256).limit(1)) is not None


def used_in(
    evidence_id: int, number: int | None = None
) -> Sequence[Row[int, str, dt.datetime, int]]:
    """The reviews that one version, or any, went into, the newest first, with how many of its
    statements it went with. One query."""
    query = (
        select(
            Review.id.label("review_id"),
            Person.name.label("reviewer"),
            Review.sent_at,
            func.count(ReviewItem.id.distinct()).label("statements"),
        )
        .join(ReviewItem, ReviewItem.review_id == Review.id)
        .join(ReviewItemEvidence, ReviewItemEvidence.item_id == ReviewItem.id)
        .join(EvidenceVersion, EvidenceVersion.id == ReviewItemEvidence.version_id)
        .join(Person, Person.id == Review.reviewer_id)
        .where(EvidenceVersion.evidence_id == evidence_id)
        .group_by(Review.id, Person.name, Review.sent_at)
        .order_by(Review.sent_at.desc(), Review.id.desc())
    )
    if number is not None:
        query = query.where(EvidenceVersion.number == number)
    return session().execute(query).all()
