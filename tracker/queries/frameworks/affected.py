"""Whom and what the changes of a next version affect, in the whole installation. Ratings that were
not sent are nobody's to count."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import case, func, select, union

from tracker.db import session
from tracker.models import Endorsement, Review, ReviewItem
from tracker.rules.reviews.workflow import LIVE, EndorsementStatus, ReviewStatus


@dataclass(frozen=True, slots=True)
class Affected:
    """`people`: who sent a statement or has it reviewed."""

    people: int = 0
    endorsements: int = 0
    open_reviews: int = 0


@dataclass(frozen=True, slots=True)
class AffectedByChanges:
    """By key of the change, and by all that are changed together."""

    total: Affected
    of: Mapping[str, Affected] = field(default_factory=dict)

    def by(self, key: str) -> Affected:
        return self.of.get(key, Affected())


def affected(statement_ids: Mapping[str, list[int]]) -> AffectedByChanges:
    """`statement_ids`: of the version in use, by key of the change. Six queries."""
    groups = {key: ids for key, ids in statement_ids.items() if ids}
    if not groups:
        return AffectedByChanges(Affected())
    everything = {"": [each for ids in groups.values() for each in ids]}
    (total,) = _counted(everything).values() or (Affected(),)
    return AffectedByChanges(total, _counted(groups))


def _counted(groups: Mapping[str, list[int]]) -> Mapping[str, Affected]:
    wanted = [each for ids in groups.values() for each in ids]
    sent = (
        select(Review.learner_id.label("person_id"), ReviewItem.statement_id)
        .join(ReviewItem, ReviewItem.review_id == Review.id)
        .where(Review.status != ReviewStatus.WITHDRAWN, ReviewItem.statement_id.in_(wanted))
    )
    reviewed = select(Endorsement.person_id, Endorsement.statement_id).where(
        Endorsement.status == EndorsementStatus.STANDING, Endorsement.statement_id.in_(wanted)
    )
    known = union(sent, reviewed).subquery()
    people = _by_group(groups, known.c.statement_id, func.count(known.c.person_id.distinct()))
    endorsed = _by_group(
        groups,
        Endorsement.statement_id,
        func.count(Endorsement.id),
        Endorsement.status == EndorsementStatus.STANDING,
    )
    reviews = _by_group(
        groups,
        ReviewItem.statement_id,
        func.count(ReviewItem.review_id.distinct()),
        ReviewItem.review_id.in_(select(Review.id).where(Review.status.in_(LIVE))),
    )
    return {
        key: Affected(people.get(key, 0), endorsed.get(key, 0), reviews.get(key, 0))
        for key in groups
    }


def _by_group(
    groups: Mapping[str, list[int]], statement_id: Any, count: Any, *where: Any
) -> Mapping[str, int]:
    keys = list(groups)
    number = case(*((statement_id.in_(groups[key]), at) for at, key in enumerate(keys)), else_=-1)
    wanted = [each for ids in groups.values() for each in ids]
    rows = session().execute(
        select(number, count).where(statement_id.in_(wanted), *where).group_by(number)
    )
    return {keys[at]: found for at, found in rows}
