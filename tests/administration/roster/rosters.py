"""Rosters, and what is said of them."""

from sqlalchemy import select

from tracker.administration.roster import rules_files as roster_rules_files
from tracker.db import session
from tracker.models import Membership, Person, Team

HEAD = "Staff ID,Name,Email,Branch,Role,Job class,Start date,Supervisor"


def roster(*lines: str, head: str = HEAD) -> roster_rules_files.RosterFile:
    return roster_rules_files.read("staff.csv", "\n".join([head, *lines]).encode())


def place(name: str) -> list[tuple[object, ...]]:
    rows = session().execute(
        select(Team.name, Membership.role, Membership.starts_on, Membership.ends_on)
        .join(Membership, Membership.team_id == Team.id)
        .join(Person, Person.id == Membership.person_id)
        .where(Person.name == name)
        .order_by(Membership.starts_on, Membership.id)
    )
    return [tuple(row) for row in rows]
