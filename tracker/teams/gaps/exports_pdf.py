"""A team's gaps on paper: the picture of the domains with what holds people back fills the first
page, the people follow by name; where they are many, the teams below instead."""

from dataclasses import dataclass

from flask_babel import gettext as _

from tracker.teams.comparison.pages import ComparedWords
from tracker.teams.gaps.pages import CellMark, grid, kinds_of, legend, uncounted
from tracker.teams.gaps.queries import GapPage
from tracker.teams.gaps.queries_matrix import ChildRow, DomainColumn
from tracker.teams.gaps.rules import StatementReason
from tracker.web.i18n.content_language import plain
from tracker.web.ui.csv import Table, table
from tracker.web.ui.pdf import Data, Document
from tracker.web.ui.templating.dates import number

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
