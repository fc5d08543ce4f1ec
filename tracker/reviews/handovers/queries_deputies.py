"""Who stands in for whom, and who could."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import func, select

from tracker.db import session
from tracker.models import Deputy, Membership, Person, Team
from tracker.policy.permissions import Actor, current_on, people_of
from tracker.policy.reviewers import deputises_on
from tracker.reviews.handovers.queries import AnyRow
from tracker.rules.roles import Role


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
