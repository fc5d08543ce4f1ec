"""Reviews that need or can have another reviewer: who waits for whom, and nothing of what they
said.

Who stands in for whom, and who could.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    String,
    and_,
    bindparam,
    case,
    exists,
    false,
    func,
    or_,
    select,
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
from tracker.models.reviews.reviews import IS_LIVE, away_until, review_due
from tracker.policy.permissions import (
    Actor,
    Subject,
    administers,
    current_on,
    in_reach_on,
    owns,
    people_of,
    stands_in,
)
from tracker.policy.reviewers import (
    deputises_on,
    is_of_one,
    reviewer_may_go_on,
    reviewing_team,
    upwards,
)
from tracker.record.sheet.queries_learners import LIBRARY
from tracker.reviews.review.queries_items import is_sealed
from tracker.reviews.sending import queries_reviewers as sending_queries_reviewers
from tracker.reviews.sending.queries_reviewers import Reviewer
from tracker.rules.pagination import PAGE, TablePage, pages_of
from tracker.rules.roles import Role

AnyRow = Row[*tuple[Any, ...]]

_IS_OPEN = IS_LIVE, Review.closed_at.is_(None)
"""The second has the index."""

OpenReview = Row[*tuple[Any, ...]]
"""A live review: how many statements were `sent` in it. `moved_on`: the last day on which its
learner was in the team."""


def stranded(actor: Actor, path: str, today: dt.date) -> list[OpenReview]:
    """Reviews of learners in the team at `path` and below whose reviewer can't go on, but not the
    actor's own; the next due first. One query."""
    which = ~reviewer_may_go_on(today), _has_sealed(), _learns_below(actor, today, path)
    return _by_due(_open_on(today).where(Review.learner_id != actor.person_id, *which))


def reviewers(actor: Actor, path: str, today: dt.date, closed: Collection[int]) -> Sequence[AnyRow]:
    """Who can go on with reviews of learners there, by name: how many could be given to others, and
    the last day on which they are away. One query."""
    query = (
        select(
            Person.id,
            Person.name,
            func.count(Review.id).label("reviews"),
            away_until(Person.id, today).label("away_until"),
        )
        .join(Review, Review.reviewer_id == Person.id)
        .where(
            *_IS_OPEN,
            Review.learner_id != actor.person_id,
            ~is_of_one(),
            _learns_below(actor, today, path),
            _goes_on(today, closed),
        )
        .group_by(Person.id, Person.name)
        .order_by(Person.name, Person.id)
    )
    return session().execute(query).all()


def open_work(
    actor: Actor, work: Subject, today: dt.date, closed: Collection[int]
) -> list[OpenReview]:
    """The reviews with somebody that the actor may give to others, the next due first: neither the
    actor's own, nor those of one statement, which may be second opinions. `closed`: whose records
    are closed to the actor. One query."""
    is_theirs = owns(actor, work)
    below = _learns_below(actor, today, *(place.path for place in actor.coordinates))
    shown = [_has_sealed()]
    if not is_theirs:
        shown.append(and_(below, _goes_on(today, closed)))
    which = [Review.reviewer_id == work.id, Review.learner_id != actor.person_id, ~is_of_one()]
    if is_theirs:
        which.append(reviewer_may_go_on(today))
    elif not (stands_in(actor, work) or administers(actor, work)):
        which.append(below)
    return _by_due(_open_on(today).where(*which, or_(*shown)))


def _goes_on(today: dt.date, closed: Collection[int]) -> ColumnElement[bool]:
    """Over `Review`: also where nothing is sealed anymore: that it is not there would tell a
    coordinator that the two differ. To whom that record is `closed`, it would tell that too by
    staying. What was given to somebody already is there no more."""
    went = exists().where(Handover.from_review_id == Review.id)
    stays = and_(Review.learner_id.not_in(closed), ~went)
    return and_(reviewer_may_go_on(today), or_(stays, _has_sealed()))


def _learns_below(actor: Actor, today: dt.date, *paths: str) -> ColumnElement[bool]:
    """Over `Review`: its learner is or lately was in a team at one of these paths or below. The
    library is named for the index alone."""
    here, below = aliased(Membership), aliased(Team)
    return exists(
        select(here.id)
        .join(below, below.id == here.team_id)
        .where(
            here.person_id == Review.learner_id,
            here.role == Role.LEARNER,
            in_reach_on(here, today),
            below.library_id == actor.library_id,
            or_(false(), *(below.path.startswith(path) for path in paths)),
        )
        .correlate(Review)
    )


def _has_sealed() -> ColumnElement[bool]:
    item = aliased(ReviewItem)
    return exists().where(item.review_id == Review.id, is_sealed(item))


def _by_due(query: Select[*tuple[Any, ...]]) -> list[OpenReview]:
    rows = session().execute(query)
    return sorted(rows, key=lambda row: (row.due_on, row.review_id))


@lru_cache(maxsize=8)
def _open_on(today: dt.date) -> Select[*tuple[Any, ...]]:
    """Live reviews, and when their learner left the team. Built once a day."""
    learner, reviewer = aliased(Person), aliased(Person)
    stays, item = aliased(Membership), aliased(ReviewItem)
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
    sent = select(func.count(item.id)).where(item.review_id == Review.id).correlate(Review)
    columns: list[Any] = [
        Review.id.label("review_id"),
        Review.learner_id,
        learner.name.label("learner"),
        Review.reviewer_id,
        reviewer.name.label("reviewer"),
        Team.name.label("team"),
        Review.sent_at,
        review_due(),
        sent.label("sent"),
        moved_on.label("moved_on"),
    ]
    return (
        select(*columns)
        .join(learner, learner.id == Review.learner_id)
        .join(reviewer, reviewer.id == Review.reviewer_id)
        .join(Team, Team.id == Review.team_id)
        .where(*_IS_OPEN)
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


def eligible(
    actor: Actor, work: Subject, learner_ids: Collection[int], today: dt.date
) -> dict[int, dict[int, Reviewer]]:
    """Who may take over reviews with somebody, by learner and person. An administrator never: they
    would read them by it. Three queries."""
    never = {work.id}
    if actor.administrator and not stands_in(actor, work):
        never.add(actor.person_id)
    return {
        learner_id: {
            reviewer.person_id: reviewer for reviewer in offered if reviewer.person_id not in never
        }
        for learner_id, offered in sending_queries_reviewers.of_each(learner_ids, today).items()
    }


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


def possible_deputies(actor: Actor, today: dt.date) -> Sequence[AnyRow]:
    """Who supervises or coordinates in the actor's library, by name; not the actor. One
    statement."""
    query = (
        select(Person.id.label("person_id"), Person.name)
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
    return session().execute(query).all()


def deputies_of(actor: Actor, today: dt.date) -> Sequence[AnyRow]:
    """Those named by the actor that have not ended, the first to begin first. One query."""
    query = (
        select(Deputy.id, Person.name, Deputy.starts_on, Deputy.ends_on)
        .join(Person, Person.id == Deputy.deputy_id)
        .where(
            Deputy.supervisor_id == actor.person_id,
            Deputy.ended_at.is_(None),
            Deputy.ends_on >= today,
        )
        .order_by(Deputy.starts_on, Person.name, Deputy.id)
    )
    return session().execute(query).all()


def stands_in_for(actor: Actor, today: dt.date) -> Sequence[AnyRow]:
    """Whose deputy the actor is now, until when, by name. One query."""
    query = (
        select(Person.id, Person.name, func.max(Deputy.ends_on).label("until"))
        .join(Deputy, Deputy.supervisor_id == Person.id)
        .where(
            Deputy.deputy_id == actor.person_id, deputises_on(today), Person.disabled_at.is_(None)
        )
        .group_by(Person.id, Person.name)
        .order_by(Person.name, Person.id)
    )
    return session().execute(query).all()
