"""Who may review whom, as SQL: the supervisors of a learner's teams, else of the nearest team
above, and deputies.

- A learner's team is reviewed by those who supervise that very team. Somebody who left it is
  theirs for GRACE.
- Where nobody else than the learner supervises it, by those of the nearest team above that has
  somebody.
- A deputy may review whatever the supervisor who named them may, between two dates.
- Nobody reviews themselves, whatever they are. A second reading is nobody's who gave the first.

Each part names what is its own (`correlate_except`): what else it speaks of belongs to the
query around it, however deep it stands. Left to itself SQLAlchemy looks one query up, and
adds a table of its own to the others.
"""

import datetime as dt
from functools import lru_cache

from sqlalchemy import ColumnElement, and_, exists, func, literal, not_, or_, select
from sqlalchemy.orm import aliased

from tracker.models import Deputy, Endorsement, Membership, Person, Review, SecondReading, Team
from tracker.policy.permissions import current_on, in_reach_on
from tracker.rules.roles import Role


@lru_cache(maxsize=8)
def reviewer_may_go_on(today: dt.date) -> ColumnElement[bool]:
    """Over `Review`: whether its reviewer may review its learner on that day. Built once a day:
    many pages ask it."""
    first = (
        select(Endorsement.endorser_id)
        .join(SecondReading, SecondReading.endorsement_id == Endorsement.id)
        .where(SecondReading.review_id == Review.id)
        .correlate_except(Endorsement, SecondReading)
        .scalar_subquery()
    )
    return may_review(
        Review.learner_id.expression, Review.reviewer_id.expression, today, func.coalesce(first, 0)
    )


def may_review(
    learner_id: ColumnElement[int],
    reviewer_id: ColumnElement[int],
    today: dt.date,
    not_by: ColumnElement[int] | None = None,
) -> ColumnElement[bool]:
    """Whether that reviewer may review that learner on that day; `not_by` gave the first reading, 0
    for nobody."""
    other = literal(0) if not_by is None else not_by
    learning, team = aliased(Membership), aliased(Team)
    learns = and_(
        learning.person_id == learner_id,
        learning.role == Role.LEARNER,
        in_reach_on(learning, today),
        team.closed_on.is_(None),
    )

    def leads(at: type[Team], who: ColumnElement[int] | None = None) -> ColumnElement[bool]:
        """Somebody supervises that team; with `who`, they do, or the one whose deputy they are."""
        heading, person = aliased(Membership), aliased(Person)
        found = (
            select(heading.id)
            .join(person, person.id == heading.person_id)
            .where(
                heading.team_id == at.id,
                heading.role == Role.SUPERVISOR,
                current_on(heading, today),
                person.disabled_at.is_(None),
                person.id.not_in([learner_id, other]),
            )
            .correlate_except(heading, person)
        )
        if who is not None:
            found = found.where(
                or_(person.id == who, stands_in_for(person.id.expression, who, today))
            )
        return exists(found)

    above, between = aliased(Team), aliased(Team)
    nearer = exists(
        select(between.id)
        .where(
            team.path.startswith(between.path),
            between.path.startswith(above.path),
            between.id != above.id,
            between.closed_on.is_(None),
            leads(between),
        )
        .correlate_except(between)
    )
    of_the_team = exists(
        select(learning.id)
        .join(team, team.id == learning.team_id)
        .where(learns, leads(team, reviewer_id))
        .correlate_except(learning, team)
    )
    of_a_team_above = exists(
        select(learning.id)
        .join(team, team.id == learning.team_id)
        .join(above, and_(team.path.startswith(above.path), above.id != team.id))
        .where(learns, above.closed_on.is_(None), leads(above, reviewer_id), not_(nearer))
        .correlate_except(learning, team, above)
    )
    reviewer = aliased(Person)
    active = exists(
        select(reviewer.id)
        .where(reviewer.id == reviewer_id, reviewer.disabled_at.is_(None))
        .correlate_except(reviewer)
    )
    return and_(reviewer_id.not_in([learner_id, other]), active, or_(of_the_team, of_a_team_above))


def stands_in_for(
    supervisor_id: ColumnElement[int], deputy_id: ColumnElement[int], today: dt.date
) -> ColumnElement[bool]:
    row = aliased(Deputy)
    return exists(
        select(row.id)
        .where(
            row.supervisor_id == supervisor_id, row.deputy_id == deputy_id, deputises_on(today, row)
        )
        .correlate_except(row)
    )


def deputises_on(today: dt.date, row: type[Deputy] = Deputy) -> ColumnElement[bool]:
    return and_(row.starts_on <= today, row.ends_on >= today, row.ended_at.is_(None))
