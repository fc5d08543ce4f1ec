"""A team's gaps on one sheet of paper: what the page shows to the same reader."""

from dataclasses import dataclass

from flask_babel import gettext as _

from tracker.queries.teams.gap_scope import GapScope
from tracker.queries.teams.gaps import GapPage
from tracker.web.i18n.content_language import unmarked
from tracker.web.teams import exports
from tracker.web.teams.gaps.comparison import ComparedWords
from tracker.web.teams.gaps.matrix import CellMark, grid, has_unknown_gap, legend
from tracker.web.ui.csv import Table
from tracker.web.ui.pdf import Data, Document

SIGNS = {"gap": "\u25bc", "not_yet_known": "?", "not_assessed": "\u2013"}


@dataclass(frozen=True, slots=True)
class PrintedGaps:
    """`facts`: what the figures have to say for themselves (taken_along)."""

    scope: GapScope
    page: GapPage
    compared: ComparedWords | None
    facts: Table
    library: str


def document(of: PrintedGaps) -> Document:
    page = of.page
    domains = [column.domain for column in page.columns]
    rows = grid(domains, page.rows)
    below_unknown = (
        [f"{SIGNS['gap']} {SIGNS['not_yet_known']} " + _("below target, level not known yet")]
        if has_unknown_gap(rows)
        else []
    )
    data: Data = {
        "facts": of.facts,
        "domains": [domain.title for domain in domains],
        "rows": [
            {"name": row.name, "note": row.short_note, "cells": [_cell(mark) for mark in row.marks]}
            for row in rows
        ],
        "foot": [[str(cell) for cell in line] for line in exports.foot(page, of.compared)],
        "counts": []
        if rows
        else [[str(cell) for cell in line] for line in exports.counts(page, of.compared)],
        "legend": [
            _("%(short)s: %(name)s", short=each.short, name=each.name) for each in legend(domains)
        ]
        if rows
        else [],
        "signs": [
            f"{SIGNS['gap']} " + _("below target"),
            f"{SIGNS['not_yet_known']} " + _("not known yet"),
            f"{SIGNS['not_assessed']} " + _("not assessed"),
            *below_unknown,
        ]
        if rows
        else [],
        "crossed": {
            "title": _("Who"),
            "lines": [
                f"{unmarked(domain)}, {words}: {', '.join(names)}"
                for domain, words, names in (of.compared.crossed if of.compared else [])
            ],
        },
        "reasons": {"title": _("Because of which statements"), "sections": _reasons(page)},
        "heads": {"name": _("Name"), "job": _("Job profile")},
    }
    return Document(
        "gaps", _("Team gaps \u2013 %(team)s", team=of.scope.team.name), of.library, data
    )


def _cell(mark: CellMark) -> Data:
    """`sign` and `words` say it; the tone repeats it."""
    known = mark.state not in ("not_yet_known", "not_assessed")
    return {
        "sign": SIGNS.get(mark.state, ""),
        "words": (mark.short or _("none")) if known else "",
        "tone": mark.tone if known else 0,
        "gap": mark.state == "gap",
        "known": known,
    }


def _reasons(page: GapPage) -> list[Data]:
    """Section by section."""
    return [
        {
            "title": strand.strand,
            "lines": [
                _(
                    "%(num)s of %(below)s haven\u2019t reached the target because of %(statement)s "
                    "(%(domain)s).",
                    num=len(each.people),
                    below=each.below,
                    statement=each.title,
                    domain=each.domain.title,
                )
                for each in strand.statements
            ],
        }
        for strand in page.reasons
    ]
