"""Everybody of a team by name, with the level in each domain: a sheet of the workbook, and a CSV
file for a team of any size."""

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlencode

from flask import Flask, request
from flask_babel import gettext as _, lazy_gettext as _l

from tracker.policy.permissions import Subject
from tracker.queries.access import subjects
from tracker.record.versions.rules import DomainShape
from tracker.rules.errors import Missing
from tracker.rules.roles import Permission
from tracker.services.core.jobs import Plan
from tracker.teams.gaps.pages import grid
from tracker.teams.gaps.pages_filters import GapFilters, asked_of, chosen_of, scope_of
from tracker.teams.gaps.queries import GapPage, contacts_of
from tracker.teams.gaps.queries_matrix import GapChoice, GapMatrix, PersonRow
from tracker.web.http import background, session
from tracker.web.http.access import may, note_looks
from tracker.web.http.background import FileKind, People
from tracker.web.ui.csv import Table, csv_name, csv_text

NAME = "people_of_team"
PEOPLE_A_STEP = 50


def plan(team: Subject) -> Plan:
    """Raises Missing: nobody is there, or not everybody by name."""
    chosen = asked(team)
    people = tuple(one.person_id for one in chosen.people)
    if not people or not chosen.is_by_name:
        raise Missing("job_not_allowed")
    name = csv_name(f"people {chosen.scope.team.name} {session.now():%Y-%m-%d}")
    return Plan(-(-len(people) // PEOPLE_A_STEP), people, name)


def step(team: Subject, people: People, number: int) -> bytes:
    """Who is there still and may be seen by name."""
    batch = people[number * PEOPLE_A_STEP : (number + 1) * PEOPLE_A_STEP]
    chosen = asked(team)
    learners = [one for one in chosen.people if one.person_id in batch and one.place.by_name]
    matrix = GapMatrix(chosen, learners)
    lines = _people(matrix.domains, matrix.rows(learners), with_head=number == 0)
    return csv_text(lines, is_beginning=number == 0).encode()


def table(page: GapPage) -> Table:
    """Everybody of a page."""
    rows = page.cut.rows
    note_looks([row.person_id for row in rows], FILE.look)
    return _people([column.domain for column in page.columns], rows)


def _people(
    domains: Sequence[DomainShape], rows: Sequence[PersonRow], *, with_head: bool = True
) -> Table:
    """A line for each. Addresses and staff IDs are for who administers people; for others there is
    no column."""
    contacts = None
    if may(Permission.ADMINISTER_LIBRARY):
        contacts = contacts_of([row.person_id for row in rows])
    head: list[str | int] = [_("Name")]
    if contacts is not None:
        head += [_("Email"), _("Staff ID")]
    head += [_("Team"), _("Job profile")]
    for domain in domains:
        head += [
            _("%(domain)s level", domain=domain.title),
            _("%(domain)s target", domain=domain.title),
            _("%(domain)s state", domain=domain.title),
        ]
    lines: Table = [head] if with_head else []
    for row in grid(domains, rows):
        line: list[str | int] = [row.name]
        if contacts is not None:
            line += contacts[row.of.person_id]
        line += ["; ".join(row.of.teams), row.of.role_profile]
        for mark in row.marks:
            line += [mark.level, mark.target, mark.words]
        lines.append(line)
    return lines


def grounds(team: Subject, people: People) -> str:
    """Who of them may be seen by name, and what is hidden of them until it is revealed."""
    reader = session.reader()
    named = {one.person_id for one in asked(team).scope.here if one.place.by_name} - reader.closed
    hidden = [pair for pair in reader.hidden.pairs if pair[0] in set(people)]
    return f"{sorted(named & set(people))} {sorted(hidden)}"


def asked(team: Subject) -> GapChoice:
    """Nothing is compared in it. Raises Missing where it is no file (`asked_of`)."""
    chosen = asked_of(team, GapFilters(request.args))
    if chosen is None:
        raise Missing
    return replace(chosen, compare=None, with_self=False)


def query(team: Subject) -> str:
    """What is asked for, in one way of writing it."""
    filters = GapFilters(request.args)
    chosen_of(scope_of(team), filters)
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
