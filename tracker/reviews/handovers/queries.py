"""Reviews that need or can have another reviewer: who waits for whom, and nothing of what they
said."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Integer,
    Row,
    Select,
    String,
    and_,
    bindparam,
    case,
    exists,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.orm import aliased

from tracker.db import ask_made, session
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
from tracker.models.reviews.due_dates import away_until, due, review_due
from tracker.models.reviews.reviews import IS_LIVE
from tracker.policy.permissions import Actor, current_on, in_reach_on, people_of
from tracker.policy.reviewers import deputises_on, reviewer_may_go_on, reviewing_team, upwards
from tracker.record.sheet.queries_learners import LIBRARY
from tracker.reviews.review.queries_items import is_sealed
from tracker.reviews.sending import queries_reviewers as eligible_reviewers
from tracker.reviews.sending.queries_reviewers import Reviewer
from tracker.rules.pagination import PAGE, TablePage, pages_of
from tracker.rules.roles import Role

AnyRow = Row[*tuple[Any, ...]]

OpenReview = Row[*tuple[Any, ...]]
"""A live review: how many `statements` are not revealed, for its reviewer and who may take it over,
and how many were `sent`. `may_go_on`: its reviewer can still answer it; `has_deputy`: somebody
stands in for them now; `away_until`: the last day on which they are away. `moved_on`: the last day
on which its learner was in the team."""


class QueuedReview(NamedTuple):
    """The first to look after comes first: those whose reviewer can't go on, then the next due."""

    may_go_on: bool
    due_on: dt.date | None
    review_id: int


def queue(
    actor: Actor, path: str, today: dt.date, closed: Collection[int] = (), is_stranded: bool = False
) -> list[QueuedReview]:
    """Live reviews of learners in the team at `path` and below, but not the actor's own: those
    whose reviewer can't go on first, or with `is_stranded` these alone, then the next due. One
    query."""
    values = {"path": path, "library": actor.library_id, "me": actor.person_id, "closed": [*closed]}
    rows = ask_made(_queue_on(today, is_stranded=is_stranded), values).all()
    return sorted(
        QueuedReview(may_go_on, due(*parts), review_id) for may_go_on, review_id, *parts in rows
    )


@lru_cache(maxsize=8)
def _queue_on(today: dt.date, *, is_stranded: bool) -> Select[*tuple[Any, ...]]:
    """Live reviews, whose learner is or lately was at the path or below: also where nothing is
    sealed anymore, as long as its reviewer can go on: that it is not there would tell that the two
    differ. To whom that record is `closed`, it would tell that too by staying. Built once a day."""
    here, below = aliased(Membership), aliased(Team)
    in_reach = exists(
        select(here.id)
        .join(below, below.id == here.team_id)
        .where(
            here.person_id == Review.learner_id,
            here.role == Role.LEARNER,
            in_reach_on(here, today),
            below.library_id == bindparam("library", type_=Integer),
            below.path.startswith(bindparam("path", type_=String)),
        )
    )
    may_go_on, closed = reviewer_may_go_on(today), bindparam("closed", (), Integer, expanding=True)
    return select(may_go_on, Review.id, *review_due().parts()).where(
        Review.closed_at.is_(None),
        IS_LIVE,
        Review.learner_id != bindparam("me", type_=Integer),
        ~may_go_on if is_stranded else true(),
        in_reach,
        or_(and_(may_go_on, Review.learner_id.not_in(closed)), _has_sealed()),
    )


def _has_sealed() -> ColumnElement[bool]:
    item = aliased(ReviewItem)
    return exists().where(item.review_id == Review.id, is_sealed(item))


def waiting(queued: Sequence[QueuedReview], today: dt.date) -> list[OpenReview]:
    """These reviews, with all that a list shows of them, in their order. One query."""
    ids = [review.review_id for review in queued]
    by_id = {row.review_id: row for row in session().execute(_waiting_on(today), {"ids": ids})}
    return [by_id[review_id] for review_id in ids if review_id in by_id]


@lru_cache(maxsize=8)
def _waiting_on(today: dt.date) -> Select[*tuple[Any, ...]]:
    return _open_on(today).where(Review.id.in_(bindparam("ids", expanding=True)))


def open_reviews(today: dt.date, *which: ColumnElement[bool]) -> list[OpenReview]:
    """Live reviews with something still sealed, the next due first. One query."""
    rows = session().execute(_open_on(today).where(_has_sealed(), *which))
    return sorted(rows, key=lambda row: (row.due_on, row.review_id))


@lru_cache(maxsize=8)
def _open_on(today: dt.date) -> Select[*tuple[Any, ...]]:
    """Live reviews: how many of their statements are sealed, and when their learner left the team.
    Built once a day."""
    learner, reviewer = aliased(Person), aliased(Person)
    stays, sealed, item = aliased(Membership), aliased(ReviewItem), aliased(ReviewItem)
    last_day = func.max(func.coalesce(stays.ends_on, dt.date.max))
    moved_on = (
        select(case((last_day < today, last_day)))
        .where(
            stays.person_id == Review.learner_id,
            stays.team_id == Review.team_id,
            stays.role == Role.LEARNER,
        )
        .correlate(Review)
        .scalar_subquery()
    )
    statements, sent = (
        select(func.count(of.id)).where(of.review_id == Review.id, condition).correlate(Review)
        for of, condition in ((sealed, is_sealed(sealed)), (item, true()))
    )
    columns: list[Any] = [
        Review.id.label("review_id"),
        Review.learner_id,
        learner.name.label("learner"),
        Review.reviewer_id,
        reviewer.name.label("reviewer"),
        Review.team_id,
        Team.name.label("team"),
        Team.path,
        Review.sent_at,
        review_due(),
        statements.label("statements"),
        sent.label("sent"),
        reviewer_may_go_on(today).label("may_go_on"),
        exists()
        .where(Deputy.supervisor_id == reviewer.id, deputises_on(today))
        .label("has_deputy"),
        away_until(Review.reviewer_id, today).label("away_until"),
        moved_on.label("moved_on"),
    ]
    return (
        select(*columns)
        .join(learner, learner.id == Review.learner_id)
        .join(reviewer, reviewer.id == Review.reviewer_id)
        .join(Team, Team.id == Review.team_id)
        .where(IS_LIVE)
    )


def alone(actor: Actor, path: str, today: dt.date) -> TablePage[AnyRow]:
    """Learners in the team at `path` and below whom nobody can review, by name: the first of them
    (`name`, `team`), and how many they are. Three queries.

    Whether a team has nobody is worked out once for all of its learners; by themselves only those
    who supervise too, as nobody reviews themselves.
    """
    of_teams, of_heads, of_learners = _alone_on(today)
    asked = {"library": actor.library_id, "path": path, "above": upwards(path)}
    teams = ask_made(of_teams, asked).all()
    heads: defaultdict[str, set[int]] = defaultdict(set)
    for team in teams:
        if team.head_id is not None:
            heads[team.path].add(team.head_id)
    asked["teams"] = {team.id for team in teams if reviewing_team(team.path, heads, 0) is None}
    asked["places"] = [
        head.place_id
        for head in ask_made(of_heads, asked)
        if reviewing_team(head.path, heads, head.id) is None
    ]
    rows = ask_made(of_learners, asked).all()
    count = rows[0].all if rows else 0
    return TablePage(rows, count, 1, pages_of(count))


@lru_cache(maxsize=8)
def _alone_on(today: dt.date) -> tuple[Select[*tuple[Any, ...]], ...]:
    """Built once a day: each team at the path, below, or above it, with each of its supervisors;
    the learners there who supervise somewhere; and of all learners there the first of those in the
    given teams or places."""
    leads, head = aliased(Membership), aliased(Person)
    supervises, supervised = aliased(Membership), aliased(Team)
    heads = leads.team_id == Team.id, leads.role == Role.SUPERVISOR, current_on(leads, today)
    here = Team.path.startswith(bindparam("path", type_=String))
    is_open = Team.library_id == LIBRARY, Team.closed_on.is_(None)
    of_teams = (
        select(Team.id, Team.path, head.id.label("head_id"))
        .outerjoin(leads, and_(*heads))
        .outerjoin(head, and_(head.id == leads.person_id, head.disabled_at.is_(None)))
        .where(*is_open, or_(here, Team.path.in_(bindparam("above", expanding=True))))
    )
    learners = (
        select(Person.id, Membership.id.label("place_id"), Team.path)
        .join(Membership, Membership.person_id == Person.id)
        .join(Team, Team.id == Membership.team_id)
        .where(
            people_of(LIBRARY),
            Person.disabled_at.is_(None),
            Membership.role == Role.LEARNER,
            current_on(Membership, today),
            *is_open,
            here,
        )
    )
    supervisors = (
        select(supervises.person_id)
        .join(supervised, supervised.id == supervises.team_id)
        .where(supervised.library_id == LIBRARY, supervises.role == Role.SUPERVISOR)
    )
    place = aliased(Membership)
    # As one list of places: asked for either, SQLite would look at every learner.
    places = (
        select(place.id)
        .where(place.team_id.in_(bindparam("teams", expanding=True)))
        .union_all(select(place.id).where(place.id.in_(bindparam("places", expanding=True))))
    )
    return (
        of_teams,
        learners.where(Person.id.in_(supervisors)),
        learners.with_only_columns(
            Person.name, Team.name.label("team"), func.count().over().label("all")
        )
        .where(Membership.id.in_(places))
        .group_by(Person.id, Team.id)  # once, where they have two jobs there
        .order_by(Person.sort_name, Person.id, Team.name)
        .limit(PAGE),
    )


def eligible(review_ids: Collection[int], today: dt.date) -> list[Reviewer]:
    """Who may take over all of these reviews: each person once, none of their reviewers. Four
    queries."""
    query = select(Review.learner_id, Review.reviewer_id).where(Review.id.in_(review_ids))
    sides = session().execute(query).all()
    reviewers = eligible_reviewers.of_all({row.learner_id for row in sides}, today)
    have_it = {row.reviewer_id for row in sides}
    return [reviewer for reviewer in reviewers if reviewer.person_id not in have_it]


def counts(review_id: int) -> tuple[int, int]:
    """How many statements of a review are not revealed and can be handed on, and how many it
    has."""
    sealed = is_sealed()
    of_review = select(func.count().filter(sealed), func.count()).where(
        ReviewItem.review_id == review_id
    )
    return session().execute(of_review).one()


def went_to(review_id: int) -> AnyRow | None:
    """The review that goes on with this one: who has it (`reviewer`), since when (`at`), and the
    `note` that says why. One query."""
    query = (
        select(
            Review.id.label("review_id"),
            Person.name.label("reviewer"),
            func.coalesce(HandoverText.note, "").label("note"),
            Review.sent_at.label("at"),
        )
        .join(Handover, Handover.review_id == Review.id)
        .join(Person, Person.id == Review.reviewer_id)
        .outerjoin(HandoverText, HandoverText.review_id == Handover.review_id)
        .where(Handover.from_review_id == review_id)
    )
    return session().execute(query).one_or_none()


def team_name(team_id: int) -> str:
    return session().scalars(select(Team.name).where(Team.id == team_id)).one()
