"""The two queues of reviews: what somebody sent, and what was sent to them."""

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    and_,
    bindparam,
    case,
    exists,
    func,
    or_,
    select,
    true,
)

from tracker.db import ask_made
from tracker.models import Confirmation, Framework, Person, Review, ReviewItem, Statement, Team
from tracker.models.reviews.reviews import (
    NOT_WITHDRAWN,
    DueDay,
    away_until,
    differences_due,
    review_due,
)
from tracker.policy.permissions import Actor
from tracker.policy.reviewers import is_of_one, may_review, reviews_somebody
from tracker.queries.asking import row_as
from tracker.record.workflow.rules import LIVE, UNANSWERED, ItemStatus, ReviewStatus
from tracker.reviews.differences.queries import waits_for
from tracker.rules.core.wording import Wording

QUEUE_MAX = 200
OF_REVIEWER = {"done": None, "waiting": None, "answered": None, "same": 0, "agreed": 0, "apart": 0}
"""What the learner's list says of what the reviewer does: nothing."""


@dataclass(frozen=True, slots=True)
class Queued:
    """A review in somebody's list. `who` is the other side; `title` is the statement's where it is
    of one alone, else "". `done` counts what has an answer or an end: for the reviewer's list alone
    (None, or 0, in the learner's), as are `waiting` (for an answer), `answered` (not revealed), and
    what it came to: both gave the `same` rating, `agreed` on one, or kept theirs `apart`.
    `to_confirm`: differences that wait for this side. `away_until`: the last day on which the other
    side is away, where they are now."""

    id: int
    team_id: int
    team: str
    who_id: int
    who: str
    framework: Wording
    lang: str
    status: ReviewStatus
    open: bool
    sent_at: dt.datetime
    due_on: dt.date
    differences_due_on: dt.date | None
    away_until: dt.date | None
    ended_at: dt.datetime | None
    revealed_at: dt.datetime | None
    sent: int
    title: Wording
    returned: int
    differing: int
    to_confirm: int
    done: int | None
    waiting: int | None
    answered: int | None
    same: int
    agreed: int
    apart: int

    @property
    def is_live(self) -> bool:
        return self.status in LIVE

    @property
    def is_to_check(self) -> bool:
        """Whether all that its reviewer has to do is to check and reveal."""
        begun = self.is_live and self.status is not ReviewStatus.SENT
        return begun and not (self.waiting or self.returned or self.differing)


def mine(actor: Actor, today: dt.date) -> list[Queued]:
    """What the actor sent, the newest first. One query."""
    return _queue(actor, today, is_inbox=False)


def inbox(actor: Actor, today: dt.date, *, ended_since: dt.date | None = None) -> list[Queued]:
    """What was sent to the actor and is theirs to see, the next due first; of what has ended that
    since a day alone, where one is given. One query; for who supervises nobody a short one, and
    this one where they can have reviews all the same."""
    values = {"actor": actor.person_id}
    if not actor.supervises and not ask_made(_reviews_somebody_on(today), values).scalar():
        return []
    queue = _queue(actor, today, is_inbox=True, since=ended_since)
    live = sorted(
        (review for review in queue if review.is_live),
        key=lambda review: (review.due_on, review.id),
    )
    return live + [review for review in queue if not review.is_live]


@lru_cache(maxsize=8)
def _reviews_somebody_on(today: dt.date) -> Select[bool]:
    """Built once a day."""
    return select(reviews_somebody(bindparam("actor", type_=Integer), today))


def _queue(
    actor: Actor, today: dt.date, *, is_inbox: bool, since: dt.date | None = None
) -> list[Queued]:
    query = _queue_on(today, is_inbox=is_inbox, since=since)
    untold = {} if is_inbox else OF_REVIEWER
    return [
        row_as(
            Queued,
            row,
            due_on=DueDay.read("due_on", row),
            differences_due_on=DueDay.read("differences_due_on", row),
            **untold,
        )
        for row in ask_made(query, {"actor": actor.person_id}).mappings()
    ]


@lru_cache(maxsize=8)
def _queue_on(today: dt.date, *, is_inbox: bool, since: dt.date | None) -> Select[*tuple[Any, ...]]:
    """Built once a day."""
    actor = bindparam("actor", type_=Integer)
    is_theirs = (
        and_(
            Review.reviewer_id == actor,
            NOT_WITHDRAWN,
            may_review(Review.learner_id.expression, actor, today, is_of_one()),
        )
        if is_inbox
        else Review.learner_id == actor
    )
    differs = ReviewItem.status == ItemStatus.DIFFERS

    def count(those: ColumnElement[bool]) -> ColumnElement[int]:
        return func.coalesce(func.sum(case((those, 1), else_=0)), 0)

    over = ReviewItem.status.not_in(UNANSWERED)
    is_endorsed = ReviewItem.status == ItemStatus.ENDORSED
    talked = exists(select(Confirmation.id).where(Confirmation.item_id == ReviewItem.id))
    of_reviewer = {
        "done": over,
        "waiting": ReviewItem.status == ItemStatus.WAITING,
        "answered": ReviewItem.status == ItemStatus.ANSWERED,
        "same": and_(is_endorsed, ~talked),
        "agreed": and_(is_endorsed, talked),
        "apart": ReviewItem.status == ItemStatus.KEPT_APART,
    }
    other_id = Review.learner_id if is_inbox else Review.reviewer_id
    ended_at = func.coalesce(Review.closed_at, Review.withdrawn_at)
    midnight = dt.datetime.combine(since or dt.date.min, dt.time(), dt.UTC)
    is_lately = or_(ended_at.is_(None), ended_at >= midnight)
    order = (Review.due_on, Review.id) if is_inbox else (Review.sent_at.desc(), Review.id.desc())
    return (
        select(
            Review.id,
            Review.team_id,
            Team.name.label("team"),
            Person.id.label("who_id"),
            Person.name.label("who"),
            (Framework.title + " " + Framework.version).label("framework"),
            Framework.lang,
            Review.status,
            Review.open,
            Review.sent_at,
            *review_due().parts(),
            *differences_due().parts(),
            away_until(other_id, today).label("away_until"),
            ended_at.label("ended_at"),
            Review.revealed_at,
            func.count(ReviewItem.id).label("sent"),
            case((func.count(ReviewItem.id) == 1, func.min(Statement.title)), else_="").label(
                "title"
            ),
            count(ReviewItem.status == ItemStatus.RETURNED).label("returned"),
            count(differs).label("differing"),
            count(waits_for(actor)).label("to_confirm"),
            *(count(those).label(name) for name, those in of_reviewer.items() if is_inbox),
        )
        .join(ReviewItem, ReviewItem.review_id == Review.id)
        .join(Statement, Statement.id == ReviewItem.statement_id)
        .join(Framework, Framework.id == Review.framework_id)
        .join(Person, Person.id == other_id)
        .join(Team, Team.id == Review.team_id)
        .where(is_theirs, true() if since is None else is_lately)
        .group_by(Review.id, Team.name, Person.id, Person.name, Framework.id)
        .order_by(ended_at.is_not(None), ended_at.desc(), *order)
        .limit(QUEUE_MAX)
    )
