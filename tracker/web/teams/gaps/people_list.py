"""Person by person: whom the address asks for, by how they are in one domain and then A to Z."""

from dataclasses import dataclass

from flask import request

from tracker.queries.teams.gap_matrix import DomainColumn, PersonRow
from tracker.queries.teams.gaps import GapPage, PeopleAsked
from tracker.rules.pagination import TablePage
from tracker.web.i18n.content_language import mark
from tracker.web.teams.gaps import matrix
from tracker.web.teams.gaps.forms import PeopleFilters
from tracker.web.teams.gaps.matrix import CellMark, MatrixRow
from tracker.web.ui.pagination import page_number

LONGEST = 200
PIP, CELL, WIDTH = 9, 26, 900
"""In pixels: one level, what else stands in a cell, and what a desk has for them."""


@dataclass(frozen=True, slots=True)
class GapPeople:
    """`columns`: the domain that people are sorted by, then those of the framework. `kept`: what
    was asked for, as an address has it. `unknown`: the address asked for something that is not
    there; it was left out."""

    form: PeopleFilters
    columns: list[DomainColumn]
    rows: list[MatrixRow]
    cut: TablePage[PersonRow]
    kinds: set[CellMark]
    legend: list[tuple[str, str]]
    kept: dict[str, str]
    unknown: bool

    @property
    def is_fitting(self) -> bool:
        """Whether its columns stand side by side on a desk: then the table doesn't scroll sideways,
        and keeps its head in sight while the page scrolls."""
        return sum(PIP * len(each.domain.levels) + CELL for each in self.columns) <= WIDTH


def asked() -> PeopleAsked:
    find = request.args.get("q", "").strip()[:LONGEST]
    return PeopleAsked(request.args.get("domain", ""), find, page_number())


def listed(page: GapPage, asked: PeopleAsked, lang: str) -> GapPeople:
    """The page has domains."""
    form = PeopleFilters(request.args)
    usual = sorted(page.columns, key=lambda each: each is not page.most)
    by_domain = [(of.key, mark(of.title, lang)) for of in (column.domain for column in usual)]
    key = form.offer("domain", by_domain)
    columns = sorted(page.columns, key=lambda each: each.domain.key != key)
    rows = matrix.grid([each.domain for each in columns], page.found.rows)
    kinds = matrix.kinds(rows)
    return GapPeople(
        form=form,
        columns=columns,
        rows=rows,
        cut=page.found,
        kinds=kinds,
        legend=matrix.legend(kinds),
        kept=form.chosen() | ({"q": asked.find} if asked.find else {}),
        unknown=form.unknown,
    )
