"""Who could see a reviewed rating before they are asked for a second opinion on it."""

import datetime as dt
from collections.abc import Collection

from sqlalchemy import select

from tracker.db import session
from tracker.models import Library, Membership, Person, RecordOpening, Team
from tracker.policy.openings import is_closed
from tracker.policy.permissions import GRACE
from tracker.rules.roles import Role

DAY = dt.timedelta(days=1)


def could_see(
    learner_id: int, reader_ids: Collection[int], since: dt.date, today: dt.date, now: dt.datetime
) -> dict[int, Role]:
    """By reader, as what they could open the learner's profile on some day from `since` on: their
    supervisor, or a coordinator where the library shows levels by name; to whom the record is not
    open yet, on some day before they came. Who could not is not in it. Four queries."""
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
    learning = (
        session()
        .execute(places.where(Membership.person_id == learner_id, Membership.role == Role.LEARNER))
        .all()
    )
    reading = session().execute(
        places.where(Membership.person_id.in_(reader_ids), Membership.role.in_(roles))
    )
    closed = select(RecordOpening.reader_id, RecordOpening.given_at).where(
        RecordOpening.person_id == learner_id, is_closed(now)
    )
    came_on = {reader_id: at.date() for reader_id, at in session().execute(closed)}
    found: dict[int, Role] = {}
    for row in reading:
        until = came_on[row.person_id] - DAY if row.person_id in came_on else today
        for at in learning:
            there = (
                at.team_id == row.team_id
                if row.role is Role.SUPERVISOR
                else at.path.startswith(row.path)
            )
            first = max(since, row.starts_on, at.starts_on)
            last = min(until, row.ends_on or today, at.ends_on + GRACE if at.ends_on else today)
            if there and first <= last and found.get(row.person_id) is not Role.SUPERVISOR:
                found[row.person_id] = row.role
    return found
