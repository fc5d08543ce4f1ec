"""Who could see a rating before they are asked for a second opinion on it, and who was asked."""

import datetime as dt
from collections.abc import Collection
from functools import cache
from operator import itemgetter
from typing import Any

from sqlalchemy import Row, RowMapping, Select, and_, bindparam, or_, select
from sqlalchemy.orm import aliased

from tracker.db import session
from tracker.models import Library, Membership, Person, Review, ReviewItem, Team
from tracker.models.columns import written
from tracker.policy.permissions import GRACE, Actor
from tracker.queries.access import openings as openings_queries
from tracker.queries.asking import Question
from tracker.record.workflow.rules import LIVE, ItemStatus, ReviewStatus
from tracker.rules.roles import Role

NOTHING_CAME = (ItemStatus.DROPPED, ItemStatus.HANDED_ON)


Belonging = Row[int, Role, dt.date, dt.date | None, int, str]
"""Somebody's membership: `person_id`, `role`, `starts_on`, `ends_on`, and `team_id` and `path` of
the team."""


def asked(item_ids: Collection[int]) -> Question[dict[int, RowMapping]]:
    """By item, of what its learner sent for review again: the newest `review_id`, its `reviewer`,
    and when it was sent (`sent_at`). For the learner alone: whoever reviewed it first isn't told.
    What the reader has not seen shows once the review has ended."""
    return Question(
        _asked(),
        {"items": list(item_ids)},
        lambda rows: {row["id"]: row for row in sorted(rows, key=itemgetter("again_id"))},
    )


@cache
def _asked() -> Select[*tuple[Any, ...]]:
    again, later = aliased(ReviewItem), aliased(Review)
    return (
        select(
            ReviewItem.id,
            again.id.label("again_id"),
            later.id.label("review_id"),
            Person.name.label("reviewer"),
            later.sent_at,
        )
        .join(Review, Review.id == ReviewItem.review_id)
        .join(again, and_(again.skill_id == ReviewItem.skill_id, again.id > ReviewItem.id))
        .join(later, and_(later.id == again.review_id, later.learner_id == Review.learner_id))
        .join(Person, Person.id == later.reviewer_id)
        .where(
            ReviewItem.id.in_(bindparam("items", expanding=True)),
            later.status != ReviewStatus.WITHDRAWN,
            again.status.not_in(NOTHING_CAME),
            or_(again.status != written(ItemStatus.NOT_OBSERVED), later.status.in_(LIVE)),
        )
    )


def could_see(
    learner: Actor, reader_ids: Collection[int], since: dt.date, today: dt.date
) -> dict[int, Role]:
    """By reader, as what they could open the learner's profile on some day from `since` on: their
    supervisor, or a coordinator where the library shows levels by name; not while it was closed to
    them. Who could not is not in it. Four queries."""
    learner_id = learner.person_id
    closed = openings_queries.closed_days(learner_id, reader_ids, learner.time_zone)
    by_name = (
        select(Library.names_to_coordinators)
        .join(Person, Person.library_id == Library.id)
        .where(Person.id == learner_id)
    )
    roles = {Role.SUPERVISOR, *([Role.COORDINATOR] if session().scalar(by_name) else [])}
    places = select(
        Membership.person_id,
        Membership.role,
        Membership.starts_on,
        Membership.ends_on,
        Membership.team_id,
        Team.path,
    ).join(Team, Team.id == Membership.team_id)
    own = Membership.person_id == learner_id, Membership.role == Role.LEARNER
    of_readers = Membership.person_id.in_(reader_ids), Membership.role.in_(roles)
    learning = session().execute(places.where(*own)).all()

    def could(reader: Belonging, at: Belonging) -> bool:
        is_supervisor = reader.role is Role.SUPERVISOR
        if not (at.team_id == reader.team_id if is_supervisor else at.path.startswith(reader.path)):
            return False
        first = max(since, reader.starts_on, at.starts_on)
        last = min(today, reader.ends_on or today, at.ends_on + GRACE if at.ends_on else today)
        return openings_queries.open_from(closed.get(reader.person_id, ()), first) <= last

    reading = session().execute(places.where(*of_readers))
    readers = [row for row in reading if any(could(row, at) for at in learning)]
    readers.sort(key=lambda row: row.role is Role.SUPERVISOR)
    return {row.person_id: row.role for row in readers}
