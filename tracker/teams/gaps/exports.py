"""A team's gaps as tables of a file: what the page shows, and nothing that it hides. Each has one
head, and a cell for each thing that is said: a level, a state, a number.

Everybody of a team by name, with the level in each domain: a sheet of the workbook, and a CSV
file for a team of any size.

A team's gaps on paper: the picture of the domains with what holds people back fills the first
page, the people follow by name; where they are many, the teams below instead.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from flask import Flask, request
from flask_babel import gettext as _, lazy_gettext as _l

from tracker.policy.permissions import Subject
from tracker.queries.access import subjects as subjects_queries
from tracker.record.versions.rules import DomainShape
from tracker.rules.errors import Missing
from tracker.rules.roles import Permission
from tracker.services.core.jobs import Plan
from tracker.teams.comparison.pages import ComparedWords
from tracker.teams.gaps.pages import CellMark, cell_mark, grid, kinds_of, legend, uncounted
from tracker.teams.gaps.pages_filters import DrillList, GapFilters, asked_of, chosen_of, scope_of
from tracker.teams.gaps.queries import GapPage, contacts_of
from tracker.teams.gaps.queries_matrix import (
    ChildRow,
    DomainColumn,
    GapChoice,
    GapMatrix,
    PersonRow,
)
from tracker.teams.gaps.rules import StatementReason
from tracker.web.http import background, session
from tracker.web.http.access import may, note_looks
from tracker.web.http.background import FileKind, People
from tracker.web.i18n.content_language import plain
from tracker.web.ui.csv import Table, TableColumn, csv_name, csv_text, table
from tracker.web.ui.pdf import Data, Document
from tracker.web.ui.templating.dates import number


def domains(page: GapPage, compared: ComparedWords | None) -> Table:
    """A line for each, in the order of the framework."""
    columns: list[TableColumn[DomainColumn]] = [
        (_("Section"), lambda one: one.domain.strand),
        (_("Domain"), lambda one: one.domain.title),
        (_("At target or above"), lambda one: one.summary.at_target),
        (_("Below target"), lambda one: one.summary.gaps),
        (_("Not known yet"), lambda one: one.summary.not_yet_known),
        (_("Too few statements to judge"), lambda one: one.summary.not_assessed),
        (_("No target"), lambda one: one.summary.no_target),
        (_("People"), lambda one: page.people),
    ]
    lines = table(page.columns, columns)
    if compared is None or page.compared is None:
        return lines
    changes = [page.compared.changes.get(column.domain.id) for column in page.columns]
    words = [
        # Only of who was known both times; the difference as a number too, which sorts.
        ["", "", "", "", row[3]] if of is None else [of.both, *row[1:3], of.difference, row[3]]
        for of, row in zip(changes, compared.rows, strict=True)
    ]
    compared_columns: Table = [[*compared.heads, _("In words")], *words]
    return [[*line, *more] for line, more in zip(lines, compared_columns, strict=True)]


def teams(page: GapPage, own: str) -> Table:
    """A line for each team below and domain. `own`: what the people of the team itself are
    called."""
    return table(
        [
            (child, column.domain, pair)
            for child in page.children
            for column, pair in zip(page.columns, child.gaps, strict=True)
        ],
        [
            (_("Team"), lambda one: own if one[0].is_own else one[0].team.name),
            (_("People"), lambda one: one[0].people),
            (_("Section"), lambda one: one[1].strand),
            (_("Domain"), lambda one: one[1].title),
            (_("Below target"), lambda one: one[2][0]),
            (_("Reviewed"), lambda one: one[2][1]),
        ],
    )


def statements(page: GapPage) -> Table:
    """The statements that hold people back, most people first."""
    return table(
        page.reasons,
        [
            (_("Section"), lambda one: one.domain.strand),
            (_("Domain"), lambda one: one.domain.title),
            (_("Level"), lambda one: one.level),
            (_("Statement"), lambda one: one.title),
            (_("Haven’t reached the target because of it"), lambda one: len(one.people)),
            (_("Below target in the domain"), lambda one: one.below),
        ],
    )


def drilled(asked: DrillList) -> Table:
    """The people behind a domain, each with everything that holds them back."""
    domain = asked.drill.domain
    return table(
        [(one, cell_mark(domain, one.cell)) for one in asked.people],
        [
            (_("Name"), lambda one: one[0].row.name),
            (_("Team"), lambda one: "; ".join(one[0].row.teams)),
            (_("Job profile"), lambda one: one[0].row.role_profile),
            (_("Domain"), lambda one: domain.title),
            (_("Level"), lambda one: one[1].level),
            (_("Target"), lambda one: one[1].target),
            (_("State"), lambda one: one[1].words),
            (_("Not reached because of"), lambda one: "; ".join(one[0].reasons)),
        ],
    )


WIDEST, ARROW, PAPER = 60, 4, 180
"""In letters: a column, the arrow of its filter, and what can still be read on one sheet."""


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


def people_table(page: GapPage) -> Table:
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
    load=subjects_queries.team,
    look="gaps_people",
    made_by="teams",
    media_type="text/csv",
    plan=plan,
    step=step,
    grounds=grounds,
)


def init_app(app: Flask) -> None:
    background.offer(app, NAME, FILE)


LISTED_MOST = 300
"""Of more people a list would take dozens of sheets."""


@dataclass(frozen=True, slots=True)
class PrintedGaps:
    """`facts`: what the figures have to say for themselves (taken_along)."""

    team: str
    page: GapPage
    compared: ComparedWords | None
    facts: Table
    library: str


def document(of: PrintedGaps) -> Document:
    page = of.page
    domains = [column.domain for column in page.columns]
    rows = grid(domains, page.cut.rows)
    data: Data = {
        "facts": of.facts,
        "keys": [
            _("At target"),
            _("Below target"),
            _("Not known yet"),
            _("Too few statements to judge, or no target"),
        ],
        "strands": [
            {"title": strand.title, "lines": [_line(column, of) for column in strand.columns]}
            for strand in page.strands
        ],
        "crossed": {
            "title": _("Who changed"),
            "lines": [
                f"{plain(domain)}, {words}: {', '.join(names)}"
                for domain, words, names in (of.compared.crossed if of.compared else [])
            ],
        },
        "reasons": {
            "title": _("What\u2019s holding people back"),
            "sections": [
                {"title": strand.title, "lines": list(map(_reason, strand.reasons[:5]))}
                for strand in page.strands
                if strand.reasons
            ],
        },
        "people": {
            "title": _("Person by person"),
            "head": [_("Person"), *(domain.title for domain in domains)],
            "legend": [
                _("Each block is a level; the line is the target."),
                *(f"{sign} {words}" for sign, words in legend(kinds_of(rows))),
            ],
            "rows": [
                {"name": row.name, "note": row.job, "cells": list(map(_cell, row.marks))}
                for row in rows
            ],
            "foot": [_("Below target, of those reviewed"), *map(_known, page.columns)],
        },
    }
    if page.people > LISTED_MOST:
        data["teams"] = {
            "title": _("Below target by team"),
            "note": _(
                "There are more than %(most)s people, so they aren’t listed here. Under “Export”, "
                "“Workbook (XLSX)” has all figures, and “Make a file of all people (CSV)” has "
                "everyone by name.",
                most=LISTED_MOST,
            ),
            "rows": _teams(page),
        }
    title = _("Team gaps \u2013 %(team)s", team=of.team)
    return Document("gaps", title, of.library, data)


def _line(column: DomainColumn, of: PrintedGaps) -> Data:
    sums = column.summary
    parts = (sums.at_target, sums.gaps, sums.not_yet_known, sums.not_assessed + sums.no_target)
    then = ""
    if of.compared is not None:
        figures = of.compared.rows[sums.position]
        then = "; ".join(
            f"{head}: {figure}" for head, figure in zip(of.compared.heads, figures, strict=True)
        )
    return {
        "title": column.domain.title,
        "shares": [part / of.page.people for part in parts],
        "words": _("%(figures)s below target", figures=_known(column))
        if sums.known
        else _("No level is known here yet"),
        "uncounted": uncounted(sums),
        "then": then,
    }


def _teams(page: GapPage) -> Table:
    """Of each team below the domain with most people below target, and the statements."""

    def domain(child: ChildRow) -> str:
        (gaps, known), most = max(
            zip(child.gaps, page.columns, strict=True), key=lambda of: of[0][0]
        )
        words = _("%(gaps)s of %(known)s", gaps=gaps, known=known)
        return f"{most.domain.title}: {words}" if gaps else ""

    return table(
        page.children,
        [
            (_("Team"), lambda one: _("directly in this team") if one.is_own else one.team.name),
            (_("People"), lambda one: number(one.people)),
            (_("Where training would help most"), domain),
            (_("What’s holding people back"), lambda one: "\n".join(map(_reason, one.reasons))),
        ],
    )


def _reason(reason: StatementReason) -> str:
    return _(
        "%(statement)s (%(domain)s): %(num)s of %(below)s",
        statement=reason.title,
        domain=reason.domain.title,
        num=len(reason.people),
        below=reason.below,
    )


def _known(column: DomainColumn) -> str:
    return _("%(gaps)s of %(known)s", gaps=column.summary.gaps, known=column.summary.known)


def _cell(mark: CellMark) -> Data:
    """`rank` -1: nobody can say."""
    return {
        "sign": mark.sign,
        "words": mark.sentence,
        "gap": mark.state == "gap",
        "ranks": mark.ranks if mark.is_drawn else 0,
        "rank": -1 if mark.rank is None else mark.rank,
        "aim": mark.aim,
    }
