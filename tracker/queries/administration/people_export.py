"""Everybody of a library with what they are in teams, as a roster holds it."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass

from sqlalchemy import and_, func, or_, select

from tracker.db import session
from tracker.models import Membership, Person, RoleProfile, Team
from tracker.policy.permissions import Actor, people_of
from tracker.rules.administration.roster.teams import BELOW
from tracker.rules.delimited import plain
from tracker.rules.roles import Role


@dataclass(frozen=True, slots=True)
class ExportedRow:
    """`team`: its name, or where several are called so the names from below the root down."""

    staff_id: str
    name: str
    email: str
    team: str
    role: Role | None
    role_profile: str
    job: str
    weekly_hours: int | None
    starts_on: dt.date | None
    ends_on: dt.date | None


def exported(actor: Actor, today: dt.date) -> list[ExportedRow]:
    """By name; without who is disabled, and without what is over. Two queries."""
    names = _team_names(actor)
    rows = session().execute(
        select(
            func.coalesce(Person.staff_id, ""),
            Person.name,
            Person.email,
            Membership.team_id,
            Membership.role,
            func.coalesce(RoleProfile.name, ""),
            func.coalesce(Membership.job, ""),
            Membership.weekly_hours,
            Membership.starts_on,
            Membership.ends_on,
        )
        .outerjoin(
            Membership,
            and_(
                Membership.person_id == Person.id,
                or_(Membership.ends_on.is_(None), Membership.ends_on >= today),
            ),
        )
        .outerjoin(RoleProfile, RoleProfile.id == Membership.role_profile_id)
        .where(people_of(actor.library_id), Person.disabled_at.is_(None))
        .order_by(Person.name, Person.id, Membership.starts_on, Membership.id)
    )
    return [
        ExportedRow(
            staff_id, name, email, names.get(team_id, ""), role, profile, job, hours, first, last
        )
        for staff_id, name, email, team_id, role, profile, job, hours, first, last in rows
    ]


def _team_names(actor: Actor) -> dict[int, str]:
    rows = (
        session()
        .execute(
            select(Team.id, Team.name, Team.path, Team.parent_id).where(
                Team.library_id == actor.library_id
            )
        )
        .all()
    )
    by_id = {row.id: row.name for row in rows}
    named = Counter(plain(row.name) for row in rows)

    def name(row_name: str, path: str) -> str:
        if named[plain(row_name)] == 1:
            return row_name
        return f" {BELOW} ".join(by_id[int(part)] for part in path.strip("/").split("/")[1:])

    return {row.id: name(row.name, row.path) or row.name for row in rows}
