"""One statement across people: which wait with a reviewer from several, and everything of one of
them; and what a reviewer has done before.

The reviewer's side alone: what the learners answered is read where their review is an open one, and
nowhere else.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from sqlalchemy import and_, select

from tracker.db import session
from tracker.models import Domain, Framework, Level, Review, ReviewItem, Statement, Strand
from tracker.models.columns import written
from tracker.models.joins import level_of_statement
from tracker.models.reviews.reviews import IS_LIVE, review_due
from tracker.policy.permissions import Actor
from tracker.queries.asking import row_as
from tracker.record.workflow.rules import ItemStatus
from tracker.reviews.review.queries import is_theirs
from tracker.reviews.review.queries_items import Item, reviewer_items
from tracker.rules.core.wording import Wording

SHARED_MAX = 200
PEOPLE_MIN = 2
"""From so many people on, a statement is worth going through person by person."""


@dataclass(frozen=True, slots=True)
class Shared:
    """A statement that waits from several people. `due_on` is the first of their dates."""

    statement_id: int
    code: str
    title: Wording
    level: Wording
    domain: Wording
    lang: str
    people: int
    due_on: dt.date


def shared(actor: Actor, today: dt.date) -> list[Shared]:
    """In the order of the framework. One query."""
    rows = session().execute(
        select(
            Statement.id.label("statement_id"),
            Statement.code,
            Statement.title,
            Level.name.label("level"),
            Domain.title.label("domain"),
            Framework.lang,
            Review.learner_id,
            review_due(),
        )
        .join(ReviewItem, ReviewItem.statement_id == Statement.id)
        .join(Review, Review.id == ReviewItem.review_id)
        .join(Domain, Domain.id == Statement.domain_id)
        .join(Strand, Strand.id == Domain.strand_id)
        .join(Level, level_of_statement())
        .join(Framework, Framework.id == Statement.framework_id)
        .where(is_theirs(actor.person_id, today), IS_LIVE, ReviewItem.status == ItemStatus.WAITING)
        .order_by(
            Framework.id, Strand.position, Domain.position, Statement.rank, Statement.position
        )
    )
    several = []
    for _id, group in groupby(rows.mappings(), key=itemgetter("statement_id")):
        sent = list(group)
        people = len({row["learner_id"] for row in sent})
        if people >= PEOPLE_MIN:
            due_on = min(row["due_on"] for row in sent)
            several.append(row_as(Shared, sent[0], people=people, due_on=due_on))
    return several[:SHARED_MAX]


def of_statement(actor: Actor, statement_id: int, today: dt.date) -> list[Item]:
    """What is with the actor of it in reviews that are under way and not revealed, by review. One
    query."""
    return reviewer_items(
        and_(
            is_theirs(actor.person_id, today),
            IS_LIVE,
            ReviewItem.statement_id == statement_id,
            ReviewItem.revealed_at.is_(None),
            ReviewItem.status != written(ItemStatus.HANDED_ON),
        )
    )


def was_with(actor: Actor, item_ids: Iterable[int]) -> bool:
    """Whether one of these items was ever sent to the actor. One query."""
    sent = (
        select(ReviewItem.id)
        .join(Review, Review.id == ReviewItem.review_id)
        .where(ReviewItem.id.in_(list(item_ids)), Review.reviewer_id == actor.person_id)
        .limit(1)
    )
    return session().scalar(sent) is not None
