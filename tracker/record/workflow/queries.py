"""Reviews and what they led to, as policy sees them: between whom they are. None where there is no
such record."""

import datetime as dt
from dataclasses import replace
from functools import lru_cache
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Integer, Select, bindparam, select

from tracker.db import session
from tracker.models import Deputy, Endorsement, Membership, Person, Review, ReviewItem
from tracker.policy.permissions import Subject, in_reach_on
from tracker.policy.reviewers import deputises_on, reviewer_may_go_on
from tracker.queries.access.subjects import person, places

RECORD: BindParameter[int] = bindparam("record", type_=Integer)
THE_REVIEW = Review.id == RECORD
OF_ITEM = Review.id.in_(select(ReviewItem.review_id).where(ReviewItem.id == RECORD))
OF_ENDORSEMENT = Review.id.in_(
    select(ReviewItem.review_id)
    .join(Endorsement, Endorsement.item_id == ReviewItem.id)
    .where(Endorsement.id == RECORD)
)


def review(review_id: int, today: dt.date) -> Subject | None:
    return _reviewed(review_id, THE_REVIEW, today)


def review_item(item_id: int, today: dt.date) -> Subject | None:
    return _reviewed(item_id, OF_ITEM, today)


def open_work(person_id: int, today: dt.date) -> Subject | None:
    """Somebody who reviews, with who stands in for them and the teams of those whom they review or
    reviewed."""
    reviewer = person(person_id, today)
    if reviewer is None:
        return None
    deputies = session().scalars(
        select(Deputy.deputy_id).where(Deputy.supervisor_id == person_id, deputises_on(today))
    )
    learners = select(Review.learner_id).where(Review.reviewer_id == person_id)
    reach = Membership.person_id.in_(learners), in_reach_on(Membership, today)
    return replace(reviewer, places=places(*reach), deputies=frozenset(deputies))


def endorsement_given(endorsement_id: int, today: dt.date) -> Subject | None:
    """What stands or stood for somebody's statement, between its two sides: it was given by the
    reviewer of its review."""
    return _reviewed(endorsement_id, OF_ENDORSEMENT, today)


def _reviewed(record_id: int, which: ColumnElement[bool], today: dt.date) -> Subject | None:
    """A record between two people: the two sides of the review that `which` finds, by `RECORD`."""
    query = _reviewed_on(today, which)
    row = session().execute(query, {"record": record_id}).mappings().one_or_none()
    return None if row is None else Subject(id=record_id, **row)


@lru_cache(maxsize=24)
def _reviewed_on(today: dt.date, which: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """Built once a day."""
    return (
        select(
            Review.id.label("review_id"),
            Review.learner_id.label("owner_id"),
            Review.reviewer_id,
            Person.library_id,
            reviewer_may_go_on(today).label("reviewer_may_go_on"),
        )
        .join(Person, Person.id == Review.learner_id)
        .where(which)
    )
