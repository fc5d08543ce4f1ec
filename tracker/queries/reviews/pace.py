"""How fast somebody reviews."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, func, select

from tracker.db import ask_made
from tracker.models import Review, ReviewItem
from tracker.queries.reviews.eligible_reviewers import Reviewer
from tracker.rules.pace import LOOKED_AT, REVIEWER_SECONDS, seconds_each


def seconds_of(reviewer_ids: Collection[int]) -> dict[int, int]:
    """Seconds for a statement, by reviewer. From what is revealed alone: a learner reads the
    estimate too, and must not see from it that somebody is answering now. One query."""
    rows = ask_made(_answered(), {"reviewers": list(reviewer_ids)})
    answers: defaultdict[int, list[tuple[int, Any]]] = defaultdict(list)
    for reviewer_id, item_id, answered_at, _place in rows.all():
        answers[reviewer_id].append((item_id, answered_at))
    return {each: seconds_each(answers[each], REVIEWER_SECONDS) for each in reviewer_ids}


def expected(reviewers: Iterable[Reviewer], paces: Mapping[int, int]) -> int:
    """Seconds for a statement before anybody is chosen: those of the only one there is."""
    only = sole(reviewers)
    return paces[only.person_id] if only else REVIEWER_SECONDS


def sole(reviewers: Iterable[Reviewer]) -> Reviewer | None:
    """Who reviews, where it can be one person only."""
    found = {each.person_id: each for each in reviewers if not each.one_only}
    return found.popitem()[1] if len(found) == 1 else None


@cache
def _answered() -> Select[*tuple[Any, ...]]:
    newest_first = (ReviewItem.answered_at.desc(), ReviewItem.id.desc())
    place = func.row_number().over(partition_by=Review.reviewer_id, order_by=newest_first)
    found = (
        select(Review.reviewer_id, ReviewItem.id, ReviewItem.answered_at, place.label("place"))
        .join(Review, Review.id == ReviewItem.review_id)
        .where(
            Review.reviewer_id.in_(bindparam("reviewers", expanding=True)),
            ReviewItem.answered_at.is_not(None),
            ReviewItem.revealed_at.is_not(None),
        )
        .subquery()
    )
    return select(found).where(found.c.place <= LOOKED_AT).order_by(found.c.place.desc())
