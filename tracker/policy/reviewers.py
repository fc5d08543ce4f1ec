"""Who may review whom, as SQL: the supervisors of a learner's teams, else of the nearest team
above, deputies, and for one statement alone whoever is willing.

- A learner's team is reviewed by those who supervise that very team. Somebody who left it is
  theirs for GRACE.
- Where nobody else than the learner supervises it, by those of the nearest team above that has
  somebody.
- One statement alone may also go on to the next team above that has somebody, where the nearest
  has one supervisor only. So it goes for every review of one statement: a second opinion, which is
  nobody's who gave the first, is told from others neither by who reads it nor by who may go on.
- One statement alone may also go to any supervisor of the library who is willing, whoever they
  supervise: a setting of theirs. So it goes for every review of one statement, as above.
- A deputy may review whatever the supervisor who named them may, between two dates.
- Nobody reviews themselves, whatever they are.

Each part names what is its own (`correlate_except`): what else it speaks of belongs to the
query around it, however deep it stands. Left to itself SQLAlchemy looks one query up, and
adds a table of its own to the others.
"""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from functools import cache, lru_cache

from sqlalchemy import (
    ColumnElement,
    SQLColumnExpression,
    and_,
    case,
    distinct,
    exists,
    false,
    func,
    not_,
    or_,
    select,
    true,
)
from sqlalchemy.orm import aliased

from tracker.models import Deputy, Membership, Person, Review, ReviewItem, Statement, Team
from tracker.models.joins import ids_on
from tracker.models.record.words import is_said_of
from tracker.models.reviews.reviews import IS_LIVE
from tracker.policy.permissions import current_on, in_reach_on
from tracker.record.workflow.rules import REVEALED, ItemStatus
from tracker.rules.roles import Role


@lru_cache(maxsize=8)
def reviewer_may_go_on(today: dt.date) -> ColumnElement[bool]:
    """Over `Review`: whether its reviewer may review its learner on that day. Built once a day:
    many pages ask it."""
    return may_review(
        Review.learner_id.expression, Review.reviewer_id.expression, today, is_of_one()
    )


def is_with_a_reviewer(today: dt.date) -> ColumnElement[bool]:
    """Over `Review` and `ReviewItem`: it is out, with somebody who still supervises the learner;
    or it was revealed, and counts once its review ends. What else lies with a supervisor who left
    is in nobody's way."""
    over = ReviewItem.status.in_((ItemStatus.DROPPED, ItemStatus.HANDED_ON))
    shown = and_(ReviewItem.status == ItemStatus.NOT_OBSERVED, ReviewItem.revealed_at.is_not(None))
    is_out = and_(not_(or_(over, shown)), reviewer_may_go_on(today))
    return and_(IS_LIVE, or_(ReviewItem.status.in_(REVEALED), is_out))


def is_out(person_id: SQLColumnExpression[int], today: dt.date) -> ColumnElement[bool]:
    """Over `Statement`: it is with a reviewer, or what it was made of and carries."""
    return exists(
        select(ReviewItem.id)
        .join(Review, Review.id == ReviewItem.review_id)
        .where(
            is_said_of(ReviewItem.skill_id, Statement.skill_id, carrying=True),
            Review.learner_id == person_id,
            is_with_a_reviewer(today),
        )
    )


@cache
def is_of_one() -> ColumnElement[bool]:
    """Over `Review`: it was sent with one statement alone, as every second opinion is."""
    item = aliased(ReviewItem)
    return (
        select(func.count(item.id))
        .where(item.review_id == Review.id)
        .correlate_except(item)
        .scalar_subquery()
        == 1
    )


def may_review(
    learner_id: ColumnElement[int],
    reviewer_id: ColumnElement[int],
    today: dt.date,
    of_one: ColumnElement[bool] | None = None,
) -> ColumnElement[bool]:
    """Whether that reviewer may review that learner on that day. `of_one`: one statement alone."""
    learning, team = aliased(Membership), aliased(Team)
    learns = and_(
        learning.person_id == learner_id,
        learning.role == Role.LEARNER,
        in_reach_on(learning, today),
        team.closed_on.is_(None),
    )

    def leads(at: type[Team]) -> ColumnElement[bool]:
        """The reviewer supervises that team, or somebody whose deputy they are. What is asked of
        the reviewer alone a database asks once, where all rows are of one."""
        own, heading, person, deputy = (
            aliased(Membership),
            aliased(Membership),
            aliased(Person),
            aliased(Deputy),
        )
        supervised = select(own.team_id).where(
            own.person_id == reviewer_id, own.role == Role.SUPERVISOR, current_on(own, today)
        )
        stands_in = exists(
            select(deputy.id)
            .join(person, person.id == deputy.supervisor_id)
            .join(heading, heading.person_id == person.id)
            .where(
                deputy.deputy_id == reviewer_id,
                deputises_on(today, deputy),
                heading.team_id == at.id,
                heads(heading, person),
            )
            .correlate_except(deputy, person, heading)
        )
        return or_(at.id.in_(supervised.correlate_except(own)), stands_in)

    def heads(heading: type[Membership], person: type[Person]) -> ColumnElement[bool]:
        return and_(
            heading.role == Role.SUPERVISOR,
            current_on(heading, today),
            person.disabled_at.is_(None),
            person.id != learner_id,
        )

    above, between = aliased(Team), aliased(Team)
    upward, part = ids_on(team.path), ids_on(team.path)
    near, nearer = aliased(Membership), aliased(Person)
    nearer_ones = (
        select(func.count(distinct(nearer.id)))
        .join(near, near.person_id == nearer.id)
        .join(between, between.id == near.team_id)
        .join(part, part.c.value == between.id)
        .where(
            # Both are on the way from the root to the learner's team.
            func.length(between.path) > func.length(above.path),
            between.closed_on.is_(None),
            heads(near, nearer),
        )
        .correlate_except(nearer, near, between, part)
        .scalar_subquery()
    )
    willing, asking = aliased(Person), aliased(Person)
    elsewhere, led = aliased(Membership), aliased(Team)
    of_the_library = and_(
        false() if of_one is None else of_one,
        exists(
            select(willing.id)
            .join(asking, asking.library_id == willing.library_id)
            .join(elsewhere, elsewhere.person_id == willing.id)
            .join(led, led.id == elsewhere.team_id)
            .where(
                willing.id == reviewer_id,
                asking.id == learner_id,
                willing.gives_second_opinions,
                heads(elsewhere, willing),
                led.closed_on.is_(None),
            )
            .correlate_except(willing, asking, elsewhere, led)
        ),
        exists(
            select(learning.id)
            .join(team, team.id == learning.team_id)
            .where(learns)
            .correlate_except(learning, team)
        ),
    )
    at_most = case((false() if of_one is None else of_one, NEARER_MOST), else_=0)
    of_the_team = exists(
        select(learning.id)
        .join(team, team.id == learning.team_id)
        .where(learns, leads(team))
        .correlate_except(learning, team)
    )
    of_a_team_above = exists(
        select(learning.id)
        .join(team, team.id == learning.team_id)
        .join(upward, upward.c.value != team.id)
        .join(above, above.id == upward.c.value)
        .where(learns, above.closed_on.is_(None), leads(above), nearer_ones <= at_most)
        .correlate_except(learning, team, above, upward)
    )
    reviewer = aliased(Person)
    active = exists(
        select(reviewer.id)
        .where(reviewer.id == reviewer_id, reviewer.disabled_at.is_(None))
        .correlate_except(reviewer)
    )
    # As a result column, SQLite evaluates every operand of AND and OR; in a CASE it stops at the
    # first that decides.
    is_near = or_(of_the_team, of_a_team_above, of_the_library)
    return case((and_(reviewer_id != learner_id, active, is_near), true()), else_=false())


def reviews_somebody(reviewer_id: ColumnElement[int], today: dt.date) -> ColumnElement[bool]:
    """Whether there can be anybody whom that reviewer may review on that day, which is asked before
    `may_review` of each of their reviews."""
    own, willing = aliased(Membership), aliased(Person)
    leads = own.person_id == reviewer_id, own.role == Role.SUPERVISOR, current_on(own, today)
    helps = willing.id == reviewer_id, willing.gives_second_opinions
    stands_in = Deputy.deputy_id == reviewer_id, deputises_on(today)
    return or_(exists().where(*leads), exists().where(*stands_in), exists().where(*helps))


def deputises_on(today: dt.date, row: type[Deputy] = Deputy) -> ColumnElement[bool]:
    return and_(row.starts_on <= today, row.ends_on >= today, row.ended_at.is_(None))


NEARER_MOST = 1
"""One statement alone may pass by a team that has no more than so many supervisors."""


def reviewing_team(
    path: str, supervisors: Mapping[str, Collection[int]], learner_id: int
) -> str | None:
    """The path of the team whose supervisors review the team at `path` ("/1/4/9/"): the nearest,
    going up, that has one besides the learner. None where there is none.
    """
    return next((at for at in upwards(path) if {*supervisors.get(at, ())} - {learner_id}), None)


def teams_for_one(
    path: str, supervisors: Mapping[str, Collection[int]], learner_id: int
) -> Iterator[str]:
    """The same team, and the teams above it whose supervisors may review one statement alone: where
    all that is nearer has one supervisor only. So there is a second opinion on what that one said,
    and who is asked for it is asked no otherwise than for a first."""
    nearer = set[int]()
    for at in upwards(path):
        heads = set(supervisors.get(at, ())) - {learner_id}
        if heads and len(nearer) <= NEARER_MOST:
            yield at
        nearer |= heads


@lru_cache(maxsize=4096)
def upwards(path: str) -> tuple[str, ...]:
    """The team itself and those above it, to the root: "/1/4/", "/1/". Asked of each of
    thousands."""
    ids = path.strip("/").split("/")
    return tuple(f"/{'/'.join(ids[:count])}/" for count in range(len(ids), 0, -1))
