"""What people sent for review, and what came back: all that others learn of how far somebody is.

Nothing here reads a rating: what was not sent is seen by its owner alone, also as a count or a
time.
"""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    and_,
    bindparam,
    case,
    distinct,
    func,
    select,
    true,
    tuple_,
)
from sqlalchemy.orm import aliased

from tracker.db import session
from tracker.models import Framework, Review, ReviewItem, Statement
from tracker.models.joins import is_one_of_people, versions_of
from tracker.models.record import later
from tracker.policy.permissions import Actor
from tracker.record.sheet.rules_summaries import SentCounts
from tracker.record.visible.queries import Reader, counts_as_sent, is_reviewed
from tracker.record.workflow.rules import ItemStatus, ReviewStatus


@dataclass(frozen=True, slots=True)
class WaitingReviews:
    """Reviews of one learner that wait for this reader; the oldest is the one to open."""

    reviews: int = 0
    oldest_id: int | None = None


ROUNDS: BindParameter[Any] = bindparam("rounds", expanding=True)


def sent_counts(
    person_ids: Collection[int], round_ids: Collection[int], reader: Reader
) -> dict[tuple[int, int], SentCounts]:
    """What was sent and, in reviews that have ended, reviewed, by (person, framework): under each
    version what there is in all of them, a statement once. Dropped and withdrawn items do not
    count, nor what counts later. One query."""
    values = {
        "people": list(person_ids),
        "rounds": list(round_ids),
        **later.on(reader.today),
        **reader.values,
    }
    rows = session().execute(_sent_counts(hides=reader.hides), values)
    return {
        (person_id, framework_id): SentCounts(*counts) for person_id, framework_id, *counts in rows
    }


@cache
def _sent_counts(*, hides: bool) -> Select[*tuple[Any, ...]]:
    reviewed = is_reviewed(hides=hides)
    in_round = Review.round_id.in_(ROUNDS)
    version = aliased(Framework)
    waits = later.counting_later(is_one_of_people, true()).c

    def statements(*those: ColumnElement[bool]) -> ColumnElement[int]:
        return func.count(distinct(case((and_(*those), Statement.uuid))))

    return (
        select(
            Review.learner_id,
            version.id,
            statements(in_round),
            statements(true()),
            statements(in_round, reviewed),
            statements(reviewed),
            func.max(case((reviewed, Review.closed_at))),
        )
        .join(ReviewItem, ReviewItem.review_id == Review.id)
        .join(Statement, Statement.id == ReviewItem.statement_id)
        .join(version, version.id.in_(versions_of(Review.framework_id)))
        .where(
            is_one_of_people(Review.learner_id),
            counts_as_sent(),
            tuple_(Review.learner_id, Statement.id).not_in(
                select(waits.person_id, waits.statement_id)
            ),
        )
        .group_by(Review.learner_id, version.id)
    )


def waiting_for(actor: Actor, person_ids: Collection[int]) -> dict[tuple[int, int], WaitingReviews]:
    """Reviews in which something waits for this actor to answer or reveal, by (learner, framework),
    under each of its versions. One query."""
    values = {"reader": actor.person_id, "people": list(person_ids)}
    rows = session().execute(_waiting(), values)
    return {
        (person_id, framework_id): WaitingReviews(reviews, oldest_id)
        for person_id, framework_id, reviews, oldest_id in rows
    }


@cache
def _waiting() -> Select[*tuple[Any, ...]]:
    version = aliased(Framework)
    return (
        select(Review.learner_id, version.id, func.count(distinct(Review.id)), func.min(Review.id))
        .join(ReviewItem, ReviewItem.review_id == Review.id)
        .join(version, version.id.in_(versions_of(Review.framework_id)))
        .where(
            Review.reviewer_id == bindparam("reader"),
            is_one_of_people(Review.learner_id),
            Review.status.not_in([ReviewStatus.WITHDRAWN, ReviewStatus.CLOSED]),
            ReviewItem.status.in_([ItemStatus.WAITING, ItemStatus.ANSWERED]),
        )
        .group_by(Review.learner_id, version.id)
    )
