"""A team's gaps on paper: the picture of the domains with what holds people back fills the first
page, the people follow by name."""

from dataclasses import dataclass

from flask_babel import gettext as _

from tracker.teams.comparison.pages import ComparedWords
from tracker.teams.gaps.pages import CellMark, grid, kinds_of, legend, uncounted
from tracker.teams.gaps.queries import GapPage
from tracker.teams.gaps.queries_matrix import DomainColumn
from tracker.web.i18n.content_language import plain
from tracker.web.ui.csv import Table
from tracker.web.ui.pdf import Data, Document


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
                {
                    "title": strand.title,
                    "lines": [
                        _(
                            "%(statement)s (%(domain)s): %(num)s of %(below)s",
                            statement=reason.title,
                            domain=reason.domain.title,
                            num=len(reason.people),
                            below=reason.below,
                        )
                        for reason in strand.reasons[:5]
                    ],
                }
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
