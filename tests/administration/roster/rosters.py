"""Rosters, and what is said of them."""

from sqlalchemy import select

from tracker.administration.roster import (
    queries as roster_queries,
    rules_files as roster_rules_files,
)
from tracker.administration.roster.rules import RosterVerdict
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


def verdicts(roster_id: int) -> dict[int, str]:
    found = roster_queries.rows(roster_id, list(RosterVerdict), 1)
    return {row.number: row.verdict.value for row in found.rows}


def problems(roster_id: int) -> dict[int, list[str]]:
    return {
        row.number: [problem["code"] for problem in row.problems]
        for row in roster_queries.all_rows(roster_id, RosterVerdict.TO_FIX)
    }


def changes(roster_id: int) -> dict[int, list[str]]:
    found = roster_queries.rows(roster_id, list(RosterVerdict), 1)
    return {row.number: [change["code"] for change in row.changes] for row in found.rows}
