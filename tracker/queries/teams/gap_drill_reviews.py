"""How far the reviews have come of what a gap matrix does not know yet."""

import datetime as dt
from collections.abc import Collection
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    SQLColumnExpression,
    String,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal_column,
    not_,
    or_,
    select,
    true,
    union,
)

from tracker.db import session
from tracker.models import Endorsement, Review, ReviewItem, SkillOrigin, Statement
from tracker.models.record import later
from tracker.models.record.words import agreed_exceptions, is_said_of, left_out, standing, stood
from tracker.queries.access.blind_spots import NO_BLIND_SPOTS, BlindSpots
from tracker.queries.assessment.learners import (
    FRAMEWORK,
    LIBRARY,
    NAMED_ONE_BY_ONE,
    among,
    counts_now,
)
from tracker.queries.reviews.submission_counts import counts_as_sent
from tracker.rules.reviews.workflow import LIVE, SEALED, ItemStatus
from tracker.rules.teams.gap_reasons import ReviewProgress

ENDORSED = literal_column("'endorsed'", String)
"""Not a parameter: the index of all others has it in its words."""
HIDDEN_PEOPLE: BindParameter[Any] = bindparam("hidden_people", expanding=True)


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
    of_library = len(person_ids) > NAMED_ONE_BY_ONE
    values = {
        "people": [] if of_library else list(person_ids),
        "hidden_people": [person_id for person_id, _skill in blind.skills],
        "framework": framework_id,
        "library": library_id,
        **later.on(today),
        **blind.values,
    }
    rows = session().execute(_progress(blind.form, of_library=of_library), values)
    wanted = set(person_ids)
    return {
        (person_id, domain_id, rank): ReviewProgress(furthest)
        for person_id, domain_id, rank, furthest in rows
        if person_id in wanted
    }


@cache
def _progress(blind: BlindSpots, *, of_library: bool) -> Select[*tuple[Any, ...]]:
    """From the few items whose own skill has no reviewed rating, or of which others of this version
    were made. Of a whole library these are looked for first: in all that it ever reviewed they are
    few."""
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
    is_endorsed = exists().where(
        Endorsement.person_id == Review.learner_id,
        Endorsement.skill_id == ReviewItem.skill_id,
        stood(None),
    )
    made_of = (
        select(SkillOrigin.origin_id)
        .join(Statement, Statement.skill_id == SkillOrigin.skill_id)
        .where(Statement.framework_id == FRAMEWORK, SkillOrigin.carries)
    )
    is_seen = blind.shows(Review.learner_id, ReviewItem.skill_id)
    may_be = [
        select(ReviewItem.id).where(ReviewItem.status != ENDORSED),
        select(Endorsement.item_id).where(Endorsement.ended_at.is_not(None)),
        select(ReviewItem.id).where(ReviewItem.skill_id.in_(made_of)),
    ]
    if blind != NO_BLIND_SPOTS:
        of_hidden = select(ReviewItem.id).join(Review, Review.id == ReviewItem.review_id)
        may_be.append(of_hidden.where(Review.learner_id.in_(HIDDEN_PEOPLE), not_(is_seen)))
    sent = (
        select(Review.learner_id, ReviewItem.skill_id, came.label("came"))
        .join(ReviewItem, ReviewItem.review_id == Review.id)
        .where(
            among(Review.learner_id, of_library=of_library),
            ReviewItem.id.in_(union(*may_be)) if of_library else true(),
            counts_as_sent(),
            or_(~is_endorsed, ReviewItem.skill_id.in_(made_of), not_(is_seen)),
        )
        .cte()
        .prefix_with(later.ONCE)
    )
    person_id = sent.c.learner_id

    def there(column: SQLColumnExpression[int]) -> ColumnElement[bool]:
        return column.in_(select(person_id))

    endorsed, agreed = standing(there, FRAMEWORK), agreed_exceptions(there, FRAMEWORK)
    waiting = later.counting_later(there, FRAMEWORK)
    out = left_out(LIBRARY, FRAMEWORK)
    return (
        select(person_id, Statement.domain_id, Statement.rank, func.max(sent.c.came))
        .select_from(sent)
        .join(
            Statement,
            and_(
                Statement.framework_id == FRAMEWORK,
                is_said_of(sent.c.skill_id, Statement.skill_id, carrying=True),
            ),
        )
        .outerjoin(
            endorsed,
            and_(endorsed.c.person_id == person_id, endorsed.c.statement_id == Statement.id),
        )
        .outerjoin(out, out.c.statement_id == Statement.id)
        .outerjoin(
            agreed, and_(agreed.c.person_id == person_id, agreed.c.statement_id == Statement.id)
        )
        .where(
            out.c.id.is_(None),
            counts_now(person_id, Statement.id, waiting),
            or_(
                and_(agreed.c.id.is_(None), endorsed.c.statement_id.is_(None)),
                not_(blind.shown(person_id, Statement.id)),
            ),
        )
        .group_by(person_id, Statement.domain_id, Statement.rank)
    )
