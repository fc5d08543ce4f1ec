"""How far the reviews have come of what a gap matrix does not know yet."""

import datetime as dt
from collections.abc import Collection
from functools import cache
from typing import Any

from sqlalchemy import Select, and_, case, func, not_, or_, select

from tracker.db import session
from tracker.models import Review, ReviewItem, Statement
from tracker.models.record import later
from tracker.models.record.words import agreed_exceptions, is_said_of, left_out, standing
from tracker.queries.access.blind_spots import BlindSpots
from tracker.queries.assessment.learners import FRAMEWORK, LIBRARY, PEOPLE, counts_now
from tracker.queries.reviews.submission_counts import counts_as_sent
from tracker.rules.reviews.workflow import LIVE, SEALED, ItemStatus
from tracker.rules.teams.gap_reasons import ReviewProgress


def progress_of_unreviewed(
    person_ids: Collection[int],
    framework_id: int,
    library_id: int,
    today: dt.date,
    blind: BlindSpots,
) -> dict[tuple[int, int, int], ReviewProgress]:
    """By person, domain and level: the furthest of the statements that were sent and have no
    reviewed rating. What a supervisor has said stays theirs until they reveal it: all of a review
    until then is in review. A statement is the same in each version. One query."""
    values = {
        "people": list(person_ids),
        "framework": framework_id,
        "library": library_id,
        **later.on(today),
        **blind.values,
    }
    rows = session().execute(_progress(blind.form), values)
    return {
        (person_id, domain_id, rank): ReviewProgress(furthest)
        for person_id, domain_id, rank, furthest in rows
    }


@cache
def _progress(blind: BlindSpots) -> Select[*tuple[Any, ...]]:
    endorsed = standing(lambda column: column.in_(PEOPLE), FRAMEWORK)
    out = left_out(LIBRARY, FRAMEWORK)
    agreed = agreed_exceptions(lambda column: column.in_(PEOPLE), FRAMEWORK)
    came = case(
        (
            or_(
                and_(
                    Review.status.in_(LIVE),
                    ReviewItem.status.in_(SEALED),
                    ReviewItem.revealed_at.is_(None),
                ),
                ReviewItem.status == ItemStatus.DIFFERS,
            ),
            ReviewProgress.IN_REVIEW.value,
        ),
        else_=ReviewProgress.NO_RESULT.value,
    )
    return (
        select(Review.learner_id, Statement.domain_id, Statement.rank, func.max(came))
        .join(ReviewItem, ReviewItem.review_id == Review.id)
        .join(
            Statement,
            and_(
                Statement.framework_id == FRAMEWORK,
                is_said_of(ReviewItem.skill_id, Statement.skill_id, carrying=True),
            ),
        )
        .outerjoin(
            endorsed,
            and_(
                endorsed.c.person_id == Review.learner_id, endorsed.c.statement_id == Statement.id
            ),
        )
        .outerjoin(out, out.c.statement_id == Statement.id)
        .outerjoin(
            agreed,
            and_(agreed.c.person_id == Review.learner_id, agreed.c.statement_id == Statement.id),
        )
        .where(
            Review.learner_id.in_(PEOPLE),
            counts_as_sent(),
            out.c.id.is_(None),
            counts_now(Review.learner_id, Statement.id),
            or_(
                and_(agreed.c.id.is_(None), endorsed.c.statement_id.is_(None)),
                not_(blind.shown(Review.learner_id, Statement.id)),
            ),
        )
        .group_by(Review.learner_id, Statement.domain_id, Statement.rank)
    )
