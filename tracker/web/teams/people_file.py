"""Everybody of a team by name, with the level in each domain: a sheet of the workbook, and a CSV
file for a team of any size."""

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlencode

from flask import Flask, request
from flask_babel import lazy_gettext as _l

from tracker.policy.permissions import Subject
from tracker.queries.access import subjects
from tracker.queries.teams import gaps as team_gaps
from tracker.queries.teams.gap_matrix import GapMatrix, MatrixFilters, PersonRow, people_chosen
from tracker.queries.teams.gap_scope import GapScope
from tracker.queries.teams.gaps import Contact, GapPage
from tracker.rules.errors import Missing
from tracker.rules.roles import Permission
from tracker.services.operations.jobs import Plan
from tracker.web.http import background, session
from tracker.web.http.access import may, note_looks
from tracker.web.http.background import FileKind, People
from tracker.web.teams import exports
from tracker.web.teams.gaps import asked as gap_asked
from tracker.web.teams.gaps.forms import GapFilters
from tracker.web.ui.csv import Table, csv_name, csv_text

NAME = "people_of_team"
PEOPLE_A_STEP = 50


def plan(team: Subject) -> Plan:
    """Raises Missing: nobody is there, or not everybody by name."""
    scope, chosen, _filters = asked(team)
    people = people_chosen(scope, chosen)
    if not people or not all(one.by_name for one in people):
        raise Missing("job_not_allowed")
    name = csv_name(f"people {scope.team.name} {session.now():%Y-%m-%d}")
    return Plan(-(-len(people) // PEOPLE_A_STEP), tuple(one.person_id for one in people), name)


def step(team: Subject, people: People, number: int) -> bytes:
    """Who is there still and may be seen by name."""
    batch = people[number * PEOPLE_A_STEP : (number + 1) * PEOPLE_A_STEP]
    scope, chosen, _filters = asked(team)
    there = [one for one in people_chosen(scope, chosen) if one.person_id in batch and one.by_name]
    matrix = GapMatrix(scope, chosen, there)
    rows = matrix.rows(there)
    lines = exports.people(matrix.domains, rows, _contacts(rows), with_head=number == 0)
    return csv_text(lines, is_beginning=number == 0).encode()


def table(page: GapPage) -> Table:
    """Everybody of a page."""
    rows = page.found.rows
    note_looks([row.person_id for row in rows], FILE.look)
    return exports.people([column.domain for column in page.columns], rows, _contacts(rows))


def _contacts(rows: Sequence[PersonRow]) -> dict[int, Contact] | None:
    """Addresses and staff IDs are for who administers people; for others there is no column."""
    if not may(Permission.ADMINISTER_LIBRARY):
        return None
    return team_gaps.contacts([row.person_id for row in rows])


def grounds(team: Subject, people: People) -> str:
    """Who of them may be seen by name, and what is hidden of them until it is revealed."""
    scope, *_choices = asked(team)
    blind = session.blind_spots()
    named = {one.person_id for one in scope.here if one.by_name} - blind.closed
    hidden = [pair for pair in blind.pairs if pair[0] in set(people)]
    return f"{sorted(named & set(people))} {sorted(hidden)}"


def asked(team: Subject) -> tuple[GapScope, MatrixFilters, GapFilters]:
    """Nothing is compared in it. Raises Missing: nobody learns there, or what the address asks for
    cannot be chosen."""
    filters = GapFilters(request.args)
    scope, chosen = gap_asked.chosen_of(gap_asked.scope_of(team), filters)
    if chosen is None or filters.unknown:
        raise Missing
    return scope, replace(chosen, compare=None, beside=False), filters


def query(team: Subject) -> str:
    """What is asked for, in one way of writing it."""
    filters = GapFilters(request.args)
    gap_asked.chosen_of(gap_asked.scope_of(team), filters)
    return urlencode(filters.not_comparing())


FILE = FileKind(
    title=_l("Everyone by name"),
    permission=Permission.GAPS_READ,
    load=subjects.team,
    look="gaps_people",
    made_by="teams",
    media_type="text/csv",
    plan=plan,
    step=step,
    grounds=grounds,
)


def init_app(app: Flask) -> None:
    background.offer(app, NAME, FILE)
