"""A team's gaps on paper: the picture of the domains with what holds people back fills the first
page, the people follow by name."""

from dataclasses import dataclass

from flask_babel import gettext as _

from tracker.queries.teams.gap_matrix import DomainColumn, MatrixFilters
from tracker.queries.teams.gap_scope import GapScope
from tracker.queries.teams.gaps import GapPage
from tracker.web.teams import exports
from tracker.web.teams.gaps.matrix import CellMark, grid, kinds, legend
from tracker.web.ui.csv import Table
from tracker.web.ui.pdf import Data, Document


@dataclass(frozen=True, slots=True)
class PrintedGaps:
    """`facts`: what the figures have to say for themselves (taken_along)."""

    scope: GapScope
    chosen: MatrixFilters
    page: GapPage
    facts: Table
    library: str


def document(of: PrintedGaps) -> Document:
    page = of.page
    domains = [column.domain for column in page.columns]
    rows = grid(domains, page.found.rows)
    compare = of.chosen.compare.name if of.chosen.compare else ""
    data: Data = {
        "facts": of.facts,
        "keys": [
            _("At target"),
            _("Below target"),
            _("Not known yet"),
            _("Too few statements to score, or no target"),
        ],
        "strands": [
            {
                "title": each.title,
                "lines": [_line(column, page, compare) for column in each.columns],
            }
            for each in page.strands
        ],
        "reasons": {
            "title": _("What\u2019s holding people back"),
            "sections": [
                {
                    "title": each.title,
                    "lines": [
                        _(
                            "%(statement)s (%(domain)s): %(num)s of %(below)s",
                            statement=reason.title,
                            domain=reason.domain.title,
                            num=len(reason.people),
                            below=reason.below,
                        )
                        for reason in each.reasons[:5]
                    ],
                }
                for each in page.strands
                if each.reasons
            ],
        },
        "people": {
            "title": _("Person by person"),
            "head": [_("Person"), *(domain.title for domain in domains)],
            "legend": [
                _("Each block is a level; the line is the target."),
                *(f"{sign} {words}" for sign, words in legend(kinds(rows))),
            ],
            "rows": [
                {"name": row.name, "note": row.short_note, "cells": list(map(_cell, row.marks))}
                for row in rows
            ],
            "foot": [_("Below target, of those reviewed"), *map(_known, page.columns)],
        },
    }
    title = _("Team gaps \u2013 %(team)s", team=of.scope.team.name)
    return Document("gaps", title, of.library, data)


def _line(column: DomainColumn, page: GapPage, compare: str) -> Data:
    of = column.summary
    parts = (of.at_target, of.gaps, of.not_yet_known, of.not_assessed + of.no_target)
    then = zip(exports.compared(compare), exports.same(column), strict=True) if compare else ()
    return {
        "title": column.domain.title,
        "shares": [part / page.people for part in parts],
        "words": _("%(figures)s below target", figures=_known(column)),
        "unknown": _("%(num)s not known yet", num=of.not_yet_known) if of.not_yet_known else "",
        "then": "; ".join(f"{label}: {number}" for label, number in then),
    }


def _known(column: DomainColumn) -> str:
    return str(_("%(gaps)s of %(known)s", gaps=column.summary.gaps, known=column.summary.known))


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
