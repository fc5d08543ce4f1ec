"""What hangs on somebody who leaves, for the administrator: before they disable them, and around
the last day of a supervisor. Who waits for whom, and nothing of what anybody rated."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from tracker.db import session
from tracker.models import Deputy, Membership, Person, Review, SignIn, Team
from tracker.policy.permissions import GRACE, Actor, current_on
from tracker.policy.reviewers import deputises_on, reviewing_team
from tracker.reviews.handovers.queries import OpenReview, open_reviews
from tracker.reviews.sending import queries_reviewers as eligible_reviewers
from tracker.reviews.sending.queries_reviewers import Reviewer
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


@dataclass(frozen=True, slots=True)
class LeftLearners:
    """Learners of one team whose only supervisor somebody is. `then`: who reviews for them without
    that one; nobody where it is empty."""

    team: str
    learners: tuple[str, ...]
    then: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ties:
    """What hangs on somebody. `to_reassign`: reviews with them that somebody else can take over;
    `to_send_again`: those of one statement; `own`: what they sent themselves. `deputies` stand in
    for them, and they for those of `deputy_of`."""

    to_reassign: tuple[OpenReview, ...]
    to_send_again: tuple[OpenReview, ...]
    own: tuple[OpenReview, ...]
    left: tuple[LeftLearners, ...]
    deputies: tuple[str, ...]
    deputy_of: tuple[str, ...]
    sign_ins: int

    @property
    def are_some(self) -> bool:
        """Whether somebody else has to know what becomes of it."""
        reviews = self.to_reassign or self.to_send_again or self.own
        return bool(reviews or self.left or self.deputies or self.deputy_of)


def ties(actor: Actor, person_id: int, now: dt.datetime) -> Ties:
    """Ten queries at most. What the actor sent themselves is not theirs to reassign."""
    today = actor.today(now)
    is_theirs = or_(Review.reviewer_id == person_id, Review.learner_id == person_id)
    reviews = open_reviews(today, is_theirs)
    with_them = [review for review in reviews if review.learner_id != person_id]
    return Ties(
        to_reassign=tuple(review for review in with_them if _goes_on(actor, review)),
        to_send_again=tuple(review for review in with_them if not _goes_on(actor, review)),
        own=tuple(review for review in reviews if review.learner_id == person_id),
        left=tuple(_left(person_id, today)),
        deputies=_names(Deputy.deputy_id, Deputy.supervisor_id == person_id, today),
        deputy_of=_names(Deputy.supervisor_id, Deputy.deputy_id == person_id, today),
        sign_ins=session()
        .execute(
            select(func.count(SignIn.id)).where(
                SignIn.person_id == person_id, SignIn.ended_at.is_(None), SignIn.ends_at > now
            )
        )
        .scalar_one(),
    )


def to_reassign(actor: Actor, person_id: int, now: dt.datetime) -> list[OpenReview]:
    """The reviews with somebody that the actor can give to somebody else. One query."""
    today = actor.today(now)
    with_them = open_reviews(today, Review.reviewer_id == person_id)
    return [review for review in with_them if _goes_on(actor, review)]


def successors(
    actor: Actor, person_id: int, learner_ids: Collection[int], today: dt.date
) -> list[Reviewer]:
    """Who may review all these learners when that person does no more; never the actor, who would
    read them by it. Three queries."""
    reviewers = eligible_reviewers.of_all(learner_ids, today, without=person_id)
    return [one for one in reviewers if one.person_id != actor.person_id]


def by_team(actor: Actor, person_id: int, now: dt.datetime) -> dict[tuple[int, str], set[int]]:
    """Whose reviews with somebody can be given to somebody else, by the team that they were sent
    in, in order of its name: each team can have another successor. One query."""
    learners: dict[tuple[int, str], set[int]] = defaultdict(set)
    for review in to_reassign(actor, person_id, now):
        learners[review.team_id, review.team].add(review.learner_id)
    return dict(sorted(learners.items(), key=lambda item: (item[0][1], item[0][0])))


def ending_supervisions(actor: Actor, today: dt.date) -> list[EndingSupervision]:
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
    reviews = open_reviews(today, Review.reviewer_id.in_(row.person_id for row in ending))
    left: dict[tuple[dt.date, str, int], tuple[set[int], set[int]]] = defaultdict(
        lambda: (set(), set())
    )
    for row in ending:
        after = max(today, row.ends_on + ONE_DAY)
        before, then = _by_path(supervisors, row.ends_on), _by_path(supervisors, after)
        left_reviews, left_learners = left[row.ends_on, row.name, row.person_id]
        for review in reviews:
            if review.reviewer_id == row.person_id and review.path.startswith(row.path):
                at = reviewing_team(review.path, then, review.learner_id)
                if at is None or row.person_id not in then[at]:
                    left_reviews.add(review.review_id)
        for learner in learners:
            if learner.path.startswith(row.path) and _is_on(learner, after):
                at = reviewing_team(learner.path, before, learner.person_id)
                only = at is not None and before[at] - {learner.person_id} == {row.person_id}
                to = reviewing_team(learner.path, then, learner.person_id)
                if only and (to is None or (row.ends_on >= today and to != at)):
                    left_learners.add(learner.person_id)
    return [
        EndingSupervision(person_id, name, last_day, len(of_reviews), len(of_learners))
        for (last_day, name, person_id), (of_reviews, of_learners) in sorted(left.items())
        if of_reviews or of_learners
    ]


def _goes_on(actor: Actor, review: OpenReview) -> bool:
    return bool(review.sent > 1 and review.learner_id != actor.person_id)


def _left(person_id: int, today: dt.date) -> list[LeftLearners]:
    leads, learns = aliased(Membership), aliased(Membership)
    above, team = aliased(Team), aliased(Team)
    query = (
        select(Person.id, Person.name, team.name.label("team"), team.path)
        .distinct()
        .join(learns, learns.person_id == Person.id)
        .join(team, team.id == learns.team_id)
        .join(above, and_(above.library_id == team.library_id, team.path.startswith(above.path)))
        .join(leads, leads.team_id == above.id)
        .where(
            leads.person_id == person_id,
            leads.role == Role.SUPERVISOR,
            current_on(leads, today),
            above.closed_on.is_(None),
            team.closed_on.is_(None),
            learns.role == Role.LEARNER,
            current_on(learns, today),
            Person.disabled_at.is_(None),
            Person.id != person_id,
        )
        .order_by(team.path, Person.name, Person.id)
    )
    rows = session().execute(query).all()
    paths = {row.path for row in rows}
    now_with = eligible_reviewers.named(paths, today)
    then_with = eligible_reviewers.named(paths, today, without=person_id)
    groups: dict[tuple[str, str, tuple[str, ...]], list[str]] = defaultdict(list)
    for row in rows:
        if [who for who, _ in now_with(row.id, row.path)] == [person_id]:
            then = tuple(name for _, name in then_with(row.id, row.path))
            groups[row.path, row.team, then].append(row.name)
    return [LeftLearners(name, tuple(who), then) for (_, name, then), who in groups.items()]


def _names(
    other: InstrumentedAttribute[int], which: ColumnElement[bool], today: dt.date
) -> tuple[str, ...]:
    query = (
        select(Person.name)
        .distinct()
        .join(Deputy, other == Person.id)
        .where(which, deputises_on(today))
        .order_by(Person.name)
    )
    return tuple(session().scalars(query))


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


def _by_path(rows: Iterable[Row[Any]], on: dt.date) -> dict[str, set[int]]:
    people: dict[str, set[int]] = defaultdict(set)
    for row in rows:
        if _is_on(row, on):
            people[row.path].add(row.person_id)
    return people


def _is_on(row: Row[Any], on: dt.date) -> bool:
    return row.starts_on <= on and (row.ends_on is None or row.ends_on >= on)
