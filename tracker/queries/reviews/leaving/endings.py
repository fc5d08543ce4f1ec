"""Supervisors whose time in a team ends, and what would be left without one."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, exists, select

from tracker.db import session
from tracker.models import Membership, Person, Review, ReviewItem, Team
from tracker.policy.permissions import GRACE, Actor
from tracker.queries.reviews.items import is_sealed
from tracker.rules.reviews.reviewing_team import reviewing_team
from tracker.rules.reviews.workflow import LIVE
from tracker.rules.roles import Role

AHEAD = dt.timedelta(days=30)
"""How long before the last day the administrator is told; afterward for GRACE."""
ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class EndingSupervision:
    """A supervisor with a last day, and what nobody has the day after. `learners` are those whom
    only they review, and who would have to go to a team above; once it has ended, those whom nobody
    can review at all."""

    person_id: int
    name: str
    last_day: dt.date
    reviews: int
    learners: int


def of(actor: Actor, today: dt.date) -> list[EndingSupervision]:
    """Those with something left, the first to end first. One query where no supervision ends, else
    four."""
    ending = _memberships(
        actor,
        Role.SUPERVISOR,
        Membership.ends_on >= today - GRACE,
        Membership.ends_on <= today + AHEAD,
        Person.disabled_at.is_(None),
    )
    if not ending:
        return []
    supervisors = _memberships(actor, Role.SUPERVISOR, Person.disabled_at.is_(None))
    learners = _memberships(actor, Role.LEARNER, Person.disabled_at.is_(None))
    reviews = _reviews({row.person_id for row in ending})
    found: dict[tuple[dt.date, str, int], tuple[set[int], set[int]]] = defaultdict(
        lambda: (set(), set())
    )
    for row in ending:
        after = max(today, row.ends_on + ONE_DAY)
        before, then = _by_path(supervisors, row.ends_on), _by_path(supervisors, after)
        left_reviews, left_learners = found[row.ends_on, row.name, row.person_id]
        for review in reviews:
            if review.reviewer_id == row.person_id and review.path.startswith(row.path):
                at = reviewing_team(review.path, then, review.learner_id)
                if at is None or row.person_id not in then[at]:
                    left_reviews.add(review.id)
        for each in learners:
            if each.path.startswith(row.path) and _is_on(each, after):
                at = reviewing_team(each.path, before, each.person_id)
                only = at is not None and before[at] - {each.person_id} == {row.person_id}
                to = reviewing_team(each.path, then, each.person_id)
                if only and (to is None or (row.ends_on >= today and to != at)):
                    left_learners.add(each.person_id)
    return [
        EndingSupervision(person_id, name, last_day, len(left), len(alone))
        for (last_day, name, person_id), (left, alone) in sorted(found.items())
        if left or alone
    ]


def _memberships(actor: Actor, role: Role, *which: ColumnElement[bool]) -> list[Row[Any]]:
    query = (
        select(
            Membership.person_id, Person.name, Team.path, Membership.starts_on, Membership.ends_on
        )
        .join(Team, Team.id == Membership.team_id)
        .join(Person, Person.id == Membership.person_id)
        .where(
            Team.library_id == actor.library_id,
            Team.closed_on.is_(None),
            Membership.role == role,
            *which,
        )
        .order_by(Membership.ends_on, Membership.id)
    )
    return list(session().execute(query))


def _reviews(reviewer_ids: set[int]) -> list[Row[Any]]:
    query = (
        select(Review.id, Review.reviewer_id, Review.learner_id, Team.path)
        .join(Team, Team.id == Review.team_id)
        .where(
            Review.reviewer_id.in_(reviewer_ids),
            Review.status.in_(LIVE),
            exists().where(ReviewItem.review_id == Review.id, is_sealed()),
        )
    )
    return list(session().execute(query))


def _by_path(rows: Iterable[Row[Any]], on: dt.date) -> dict[str, set[int]]:
    found: dict[str, set[int]] = defaultdict(set)
    for row in rows:
        if _is_on(row, on):
            found[row.path].add(row.person_id)
    return found


def _is_on(row: Row[Any], on: dt.date) -> bool:
    return row.starts_on <= on and (row.ends_on is None or row.ends_on >= on)
