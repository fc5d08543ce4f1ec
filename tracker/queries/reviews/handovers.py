"""Reviews that need another reviewer, for the coordinator: who waits for whom, and nothing of what
they said."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, case, exists, func, or_, select
from sqlalchemy.orm import aliased

from tracker.db import session
from tracker.models import (
    Deputy,
    Handover,
    HandoverText,
    Membership,
    Person,
    Review,
    ReviewItem,
    Team,
)
from tracker.models.reviews.due_dates import away_until, review_due
from tracker.policy.permissions import Actor, current_on, in_reach_on, people_of
from tracker.policy.reviewers import deputises_on, reviewer_may_go_on
from tracker.queries.reviews import eligible_reviewers
from tracker.queries.reviews.eligible_reviewers import Reviewer
from tracker.queries.reviews.items import is_sealed
from tracker.rules.pagination import PAGE, TablePage, pages_of
from tracker.rules.reviews.workflow import LIVE
from tracker.rules.roles import Role


@dataclass(frozen=True, slots=True)
class QueuedReview:
    """A live review with something that is not revealed. `may_go_on`: its reviewer can still answer
    it."""

    review_id: int
    due_on: dt.date
    may_go_on: bool


@dataclass(frozen=True, slots=True)
class WaitingReview:
    """Such a review in a list. `moved_on`: the last day on which its learner was in the team.
    `has_deputy`: somebody stands in for its reviewer now. `away_until`: the last day on which that
    reviewer is away. `sent`: how many statements it has."""

    review_id: int
    learner_id: int
    learner: str
    reviewer_id: int
    reviewer: str
    team: str
    sent_at: dt.datetime
    due_on: dt.date
    statements: int
    sent: int
    may_go_on: bool
    has_deputy: bool
    away_until: dt.date | None
    moved_on: dt.date | None

    def is_overdue(self, today: dt.date) -> bool:
        return self.due_on < today


@dataclass(frozen=True, slots=True)
class LearnerWithoutReviewer:
    """A learner whom nobody can review: no supervisor in their team or above it besides
    themselves."""

    person_id: int
    name: str
    team: str


@dataclass(frozen=True, slots=True)
class Successor:
    """The review that goes on with one that was handed on: who has it, and why."""

    review_id: int
    reviewer: str
    note: str
    at: dt.datetime


def queue(actor: Actor, path: str, today: dt.date) -> list[QueuedReview]:
    """Those of learners in the team at `path` and below, not the actor's own: whose reviewer can't
    go on first, then the next due. One query."""
    item = aliased(ReviewItem)
    here, below = aliased(Membership), aliased(Team)
    in_reach = exists(
        select(here.id)
        .join(below, below.id == here.team_id)
        .where(
            here.person_id == Review.learner_id,
            here.role == Role.LEARNER,
            in_reach_on(here, today),
            below.library_id == actor.library_id,
            below.path.startswith(path),
        )
    )
    query = select(
        Review.id.label("review_id"), review_due(), reviewer_may_go_on(today).label("may_go_on")
    ).where(
        Review.closed_at.is_(None),
        Review.status.in_(LIVE),
        Review.learner_id != actor.person_id,
        in_reach,
        exists().where(item.review_id == Review.id, is_sealed(item)),
    )
    found = [QueuedReview(*row) for row in session().execute(query)]
    return sorted(found, key=lambda each: (each.may_go_on, each.due_on, each.review_id))


def waiting(queued: Sequence[QueuedReview], today: dt.date) -> list[WaitingReview]:
    """All that a list says of these, in their order. One query."""
    learner, reviewer = aliased(Person), aliased(Person)
    sealed = is_sealed()
    stays = aliased(Membership)
    last_day = func.max(func.coalesce(stays.ends_on, dt.date.max))
    moved_on = (
        select(case((last_day < today, last_day)))
        .where(
            stays.person_id == learner.id,
            stays.team_id == Review.team_id,
            stays.role == Role.LEARNER,
        )
        .correlate(learner, Review)
        .scalar_subquery()
    )
    counted = aliased(ReviewItem)
    all_of_it = (
        select(func.count(counted.id))
        .where(counted.review_id == Review.id)
        .correlate(Review)
        .scalar_subquery()
    )
    deputy = exists().where(Deputy.supervisor_id == reviewer.id, deputises_on(today))
    query = (
        select(
            Review.id.label("review_id"),
            learner.id.label("learner_id"),
            learner.name.label("learner"),
            reviewer.id.label("reviewer_id"),
            reviewer.name.label("reviewer"),
            Team.name.label("team"),
            Review.sent_at,
            func.count(ReviewItem.id).label("statements"),
            deputy.label("has_deputy"),
            away_until(reviewer.id, today).label("away_until"),
            moved_on.label("moved_on"),
            all_of_it.label("sent"),
        )
        .join(ReviewItem, and_(ReviewItem.review_id == Review.id, sealed))
        .join(learner, learner.id == Review.learner_id)
        .join(reviewer, reviewer.id == Review.reviewer_id)
        .join(Team, Team.id == Review.team_id)
        .where(Review.id.in_([each.review_id for each in queued]))
        .group_by(Review.id, learner.id, learner.name, reviewer.id, reviewer.name, Team.name)
    )
    rows = {row["review_id"]: row for row in session().execute(query).mappings()}
    return [
        WaitingReview(**rows[each.review_id], due_on=each.due_on, may_go_on=each.may_go_on)
        for each in queued
    ]


def alone(actor: Actor, path: str, today: dt.date) -> TablePage[LearnerWithoutReviewer]:
    """Learners in the team at `path` and below whom nobody can review, by name: the first of them,
    and how many they are. Whom a whole team lacks is asked of the teams; of its people only who
    supervise too, as nobody reviews themselves. Four queries."""
    supervises, supervised = aliased(Membership), aliased(Team)
    learners = (
        people_of(actor.library_id),
        Person.disabled_at.is_(None),
        Membership.role == Role.LEARNER,
        current_on(Membership, today),
        Team.library_id == actor.library_id,
        Team.path.startswith(path),
        Team.closed_on.is_(None),
    )
    teams = session().execute(
        select(Team.id, Team.path).where(
            Team.library_id == actor.library_id, Team.path.startswith(path)
        )
    )
    whole = {(0, team.path): team.id for team in teams}
    of_heads = session().execute(
        select(Membership.id, Person.id.label("person_id"), Team.path)
        .join(Membership, Membership.team_id == Team.id)
        .join(Person, Person.id == Membership.person_id)
        .where(
            *learners,
            Person.id.in_(
                select(supervises.person_id)
                .join(supervised, supervised.id == supervises.team_id)
                .where(
                    supervised.library_id == actor.library_id, supervises.role == Role.SUPERVISOR
                )
            ),
        )
    )
    heads = {(row.person_id, row.path): row.id for row in of_heads}
    served = eligible_reviewers.served([*whole, *heads], today)
    is_alone = or_(
        Membership.team_id.in_([at for key, at in whole.items() if key not in served]),
        Membership.id.in_([place_id for key, place_id in heads.items() if key not in served]),
    )
    rows = (
        session()
        .execute(
            select(
                Person.id, Person.name, Team.name.label("team"), func.count().over().label("all")
            )
            .join(Membership, Membership.person_id == Person.id)
            .join(Team, Team.id == Membership.team_id)
            .where(*learners, is_alone)
            .order_by(Person.name, Person.id, Team.name)
            .limit(PAGE)
        )
        .all()
    )
    count = rows[0].all if rows else 0
    found = [LearnerWithoutReviewer(row.id, row.name, row.team) for row in rows]
    return TablePage(found, count, 1, pages_of(count))


def eligible(review_id: int, today: dt.date) -> list[Reviewer]:
    """Who may take a review over: each person once, not its reviewer. Four queries."""
    sides = (
        session()
        .execute(select(Review.learner_id, Review.reviewer_id).where(Review.id == review_id))
        .one()
    )
    found = {
        each.person_id: each for each in reversed(eligible_reviewers.of(sides.learner_id, today))
    }
    found.pop(sides.reviewer_id, None)
    return sorted(
        found.values(), key=lambda each: (bool(each.deputy_for), each.name, each.person_id)
    )


def counts(review_id: int) -> tuple[int, int]:
    """How many statements of a review are not revealed and can be handed on, and how many it
    has."""
    sealed = is_sealed()
    of_review = select(func.count().filter(sealed), func.count()).where(
        ReviewItem.review_id == review_id
    )
    return session().execute(of_review).one()


def went_to(review_id: int) -> Successor | None:
    """The review that goes on with this one. One query."""
    query = (
        select(Review.id, Person.name, func.coalesce(HandoverText.note, ""), Review.sent_at)
        .join(Handover, Handover.review_id == Review.id)
        .join(Person, Person.id == Review.reviewer_id)
        .outerjoin(HandoverText, HandoverText.review_id == Handover.review_id)
        .where(Handover.from_review_id == review_id)
    )
    row = session().execute(query).one_or_none()
    return None if row is None else Successor(*row)
