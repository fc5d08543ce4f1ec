"""Who stands in for whom."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import and_, func, select
from sqlalchemy.orm import aliased

from tracker.db import session
from tracker.models import Deputy, Membership, Person, Review, ReviewItem, Team
from tracker.models.reviews.due_dates import review_due
from tracker.policy.permissions import Actor, current_on, people_of
from tracker.policy.reviewers import deputises_on, may_review
from tracker.queries.reviews.items import is_sealed
from tracker.rules.reviews.workflow import LIVE
from tracker.rules.roles import Role


@dataclass(frozen=True, slots=True)
class DelegateCandidate:
    person_id: int
    name: str


@dataclass(frozen=True, slots=True)
class NamedDelegate:
    """Somebody who stands in, now or later."""

    id: int
    name: str
    starts_on: dt.date
    ends_on: dt.date

    def is_now(self, today: dt.date) -> bool:
        return self.starts_on <= today


@dataclass(frozen=True, slots=True)
class StandIn:
    """For whom the actor stands in now."""

    supervisor_id: int
    supervisor: str
    until: dt.date


@dataclass(frozen=True, slots=True)
class ToTakeOver:
    """A review of somebody for whom the actor stands in. `statements` are those that are not
    revealed."""

    review_id: int
    supervisor: str
    learner: str
    team: str
    sent_at: dt.datetime
    due_on: dt.date
    statements: int


def candidates(actor: Actor, today: dt.date) -> list[DelegateCandidate]:
    """Who supervises or coordinates in the actor's library, by name; not the actor. One
    statement."""
    rows = session().execute(
        select(Person.id, Person.name)
        .distinct()
        .join(Membership, Membership.person_id == Person.id)
        .join(Team, Team.id == Membership.team_id)
        .where(
            people_of(actor.library_id),
            Person.id != actor.person_id,
            Person.disabled_at.is_(None),
            Team.closed_on.is_(None),
            Membership.role.in_([Role.SUPERVISOR, Role.COORDINATOR]),
            current_on(Membership, today),
        )
        .order_by(Person.name, Person.id)
    )
    return [DelegateCandidate(*row) for row in rows]


def named_by(actor: Actor, today: dt.date) -> list[NamedDelegate]:
    """Those that have not ended, the first to begin first. One query."""
    rows = session().execute(
        select(Deputy.id, Person.name, Deputy.starts_on, Deputy.ends_on)
        .join(Person, Person.id == Deputy.deputy_id)
        .where(
            Deputy.supervisor_id == actor.person_id,
            Deputy.ended_at.is_(None),
            Deputy.ends_on >= today,
        )
        .order_by(Deputy.starts_on, Person.name, Deputy.id)
    )
    return [NamedDelegate(*row) for row in rows]


def stands_in_for(actor: Actor, today: dt.date) -> list[StandIn]:
    """By name. One query."""
    rows = session().execute(
        select(Person.id, Person.name, func.max(Deputy.ends_on))
        .join(Deputy, Deputy.supervisor_id == Person.id)
        .where(
            Deputy.deputy_id == actor.person_id, deputises_on(today), Person.disabled_at.is_(None)
        )
        .group_by(Person.id, Person.name)
        .order_by(Person.name, Person.id)
    )
    return [StandIn(*row) for row in rows]


def to_take_over(actor: Actor, today: dt.date) -> list[ToTakeOver]:
    """Reviews with something sealed that the actor may take over, the next due first; those of one
    statement are not handed on. One query."""
    learner, supervisor, counted = aliased(Person), aliased(Person), aliased(ReviewItem)
    sealed = is_sealed()
    rows = session().execute(
        select(
            Review.id,
            supervisor.name.label("supervisor"),
            learner.name.label("learner"),
            Team.name.label("team"),
            Review.sent_at,
            review_due(),
            func.count(ReviewItem.id),
        )
        .join(ReviewItem, and_(ReviewItem.review_id == Review.id, sealed))
        .join(learner, learner.id == Review.learner_id)
        .join(supervisor, supervisor.id == Review.reviewer_id)
        .join(Team, Team.id == Review.team_id)
        .where(
            Review.reviewer_id.in_(
                select(Deputy.supervisor_id).where(
                    Deputy.deputy_id == actor.person_id, deputises_on(today)
                )
            ),
            Review.status.in_(LIVE),
            may_review(learner.id.expression, supervisor.id.expression, today),
            learner.id != actor.person_id,
            select(func.count(counted.id)).where(counted.review_id == Review.id).scalar_subquery()
            > 1,
        )
        .group_by(Review.id, supervisor.name, learner.name, Team.name)
    )
    found = [ToTakeOver(*row) for row in rows]
    return sorted(found, key=lambda each: (each.due_on, each.review_id))
