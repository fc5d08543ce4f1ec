"""What hangs on somebody, for the administrator before they disable them: who waits for whom, and
nothing of what anybody rated."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from tracker.db import session
from tracker.models import Deputy, Membership, Person, Review, ReviewItem, SignIn, Team
from tracker.models.reviews.due_dates import review_due
from tracker.policy.permissions import Actor, current_on
from tracker.policy.reviewers import deputises_on
from tracker.queries.reviews import eligible_reviewers
from tracker.queries.reviews.eligible_reviewers import Reviewer
from tracker.queries.reviews.items import is_sealed
from tracker.rules.reviews.workflow import LIVE
from tracker.rules.roles import Role


@dataclass(frozen=True, slots=True)
class OpenReview:
    """A live review with something that is not revealed. `sent`: how many statements it has."""

    review_id: int
    learner_id: int
    learner: str
    reviewer: str
    team_id: int
    team: str
    due_on: dt.date
    sent: int


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
        return any(
            (
                self.to_reassign,
                self.to_send_again,
                self.own,
                self.left,
                self.deputies,
                self.deputy_of,
            )
        )


def of(actor: Actor, person_id: int, now: dt.datetime) -> Ties:
    """Ten queries at most. What the actor sent themselves is not theirs to reassign."""
    today = actor.today(now)
    found = _open(or_(Review.reviewer_id == person_id, Review.learner_id == person_id))
    own = {each.review_id for each in found if each.learner_id == person_id}
    with_them = [each for each in found if each.review_id not in own]
    return Ties(
        to_reassign=tuple(each for each in with_them if _goes_on(actor, each)),
        to_send_again=tuple(each for each in with_them if not _goes_on(actor, each)),
        own=tuple(each for each in found if each.review_id in own),
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


def to_reassign(actor: Actor, person_id: int) -> list[OpenReview]:
    """The reviews with somebody that the actor can give to somebody else. One query."""
    return [each for each in _open(Review.reviewer_id == person_id) if _goes_on(actor, each)]


def successors(
    actor: Actor, person_id: int, learner_ids: Collection[int], today: dt.date
) -> list[Reviewer]:
    """Who may review all these learners when that person does no more; never the actor, who would
    read them by it. Three queries."""
    found = eligible_reviewers.of_all(learner_ids, today, without=person_id)
    return [each for each in found if each.person_id != actor.person_id]


def by_team(actor: Actor, person_id: int) -> dict[tuple[int, str], set[int]]:
    """Whose reviews with somebody can be given to somebody else, by the team that they were sent
    in, in order of its name: each team can have another successor. One query."""
    found: dict[tuple[int, str], set[int]] = defaultdict(set)
    for each in to_reassign(actor, person_id):
        found[each.team_id, each.team].add(each.learner_id)
    return dict(sorted(found.items(), key=lambda item: (item[0][1], item[0][0])))


def _goes_on(actor: Actor, review: OpenReview) -> bool:
    return review.sent > 1 and review.learner_id != actor.person_id


def _open(which: ColumnElement[bool]) -> list[OpenReview]:
    learner, reviewer, item = aliased(Person), aliased(Person), aliased(ReviewItem)
    query = (
        select(
            Review.id,
            learner.id,
            learner.name,
            reviewer.name,
            Team.id,
            Team.name,
            review_due(),
            select(func.count(item.id))
            .where(item.review_id == Review.id)
            .correlate(Review)
            .scalar_subquery(),
        )
        .join(learner, learner.id == Review.learner_id)
        .join(reviewer, reviewer.id == Review.reviewer_id)
        .join(Team, Team.id == Review.team_id)
        .where(
            Review.status.in_(LIVE),
            which,
            exists().where(and_(ReviewItem.review_id == Review.id, is_sealed())),
        )
    )
    found = [OpenReview(*row) for row in session().execute(query)]
    return sorted(found, key=lambda each: (each.due_on, each.review_id))


def _left(person_id: int, today: dt.date) -> list[LeftLearners]:
    leads, above, team, learns = (
        aliased(Membership),
        aliased(Team),
        aliased(Team),
        aliased(Membership),
    )
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
    paths = [(row.id, row.path) for row in rows]
    now_with = eligible_reviewers.named(paths, today)
    then_with = eligible_reviewers.named(paths, today, without=person_id)
    groups: dict[tuple[str, str, tuple[str, ...]], list[str]] = defaultdict(list)
    for row in rows:
        key = row.id, row.path
        if [each for each, _ in now_with.get(key, ())] == [person_id]:
            then = tuple(name for _, name in then_with.get(key, ()))
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
