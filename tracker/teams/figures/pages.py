"""A team's gaps for who may not see everybody in it by name, as page and as files: the figures of
rounds."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.policy.permissions import Subject
from tracker.queries.core import imprints as imprints_queries
from tracker.record.standings import queries as standings_queries
from tracker.record.standings.queries import StandingScope
from tracker.record.versions.rules import DomainShape
from tracker.rules.core.wording import Wording
from tracker.teams.figures import queries as figures_queries
from tracker.teams.figures.queries import RoundFigure
from tracker.teams.gaps import pages as gaps_pages
from tracker.teams.gaps.pages_filters import GapFilters
from tracker.teams.gaps.queries_matrix import GapChoice
from tracker.teams.gaps.queries_scope import GapScope
from tracker.web.http.framework_asked import FrameworkLink
from tracker.web.i18n.content_language import mark
from tracker.web.i18n.render import render
from tracker.web.ui.csv import Table, TableColumn, table
from tracker.web.ui.pdf import Document


class DomainFigures(NamedTuple):
    """What is told of a domain as of a day, all groups of a team together; `round`: its name."""

    domain: DomainShape
    round: str
    on: dt.date
    people: int
    at_target: int


def show(
    team: Subject, chosen: GapChoice, filters: GapFilters, frameworks: list[FrameworkLink]
) -> ResponseReturnValue:
    scope, told = chosen.scope, _told(chosen)
    domains = _by_domain(told, scope.round.id if scope.round else None)
    coming = figures_queries.coming(scope, chosen.of.framework_slug)
    groups = figures_queries.sent(scope, coming.round_id) if coming and coming.has_begun else []
    of = standings_queries.basis(StandingScope(chosen.of.framework_id, scope.library_id))
    shown = {figure.domain.key for figure in domains}
    return render(
        "teams/figures.html",
        lang=chosen.of.lang,
        framework_links=frameworks,
        team=team,
        scope=scope,
        filters=filters,
        domains=domains,
        newest=max(domains, key=lambda figure: figure.on, default=None),
        is_of_several_days=len({figure.on for figure in domains}) > 1,
        not_shown=[domain for domain in of.domains if domain.key not in shown],
        rounds={
            period.id: period
            for period in scope.kept
            if period.id in {one.round_id for one in told}
        },
        coming=coming,
        groups=groups,
        sent=sum(group.sent for group in groups),
        people=sum(group.people for group in groups),
        facts=_facts(scope, mark(chosen.of.framework, chosen.of.lang), of.domains),
    )


def _told(chosen: GapChoice) -> list[RoundFigure]:
    return figures_queries.figures(chosen.scope, chosen.of.framework_id, chosen.of.framework_slug)


def gaps_file(chosen: GapChoice) -> tuple[Table, Table]:
    """What is told, of every round or of the one that is chosen, and what it stands on."""
    scope = chosen.scope
    at = scope.round.id if scope.round else None
    told = [figure for figure in _told(chosen) if at in (None, figure.round_id)]
    facts = _facts(scope, chosen.of.framework, [figure.domain for figure in told])
    return _lines(told), gaps_pages.in_file(facts)


def document(chosen: GapChoice) -> Document:
    scope = chosen.scope
    lines, facts = gaps_file(chosen)
    library = imprints_queries.imprint(chosen.of.framework_id, scope.library_id).library
    counts = [[str(cell) for cell in line] for line in lines]
    data = {"facts": facts, "counts": counts}
    return Document("gaps", _("Figures: %(team)s", team=scope.team.name), library, data)


def _by_domain(told: Iterable[RoundFigure], round_id: int | None) -> list[DomainFigures]:
    """As of the newest day on which something was told of each, in a round where one is asked
    for."""
    by_domain: dict[str, list[RoundFigure]] = {}
    for figure in told:
        of = by_domain.setdefault(figure.domain.key, [])
        if round_id in (None, figure.round_id) and (not of or of[0].as_of == figure.as_of):
            of.append(figure)
    return [
        DomainFigures(
            of[0].domain,
            of[0].round,
            gaps_pages.last_day(of[0].as_of),
            people=sum(figure.people for figure in of),
            at_target=sum(figure.at_target for figure in of),
        )
        for of in by_domain.values()
        if of
    ]


def _lines(told: Iterable[RoundFigure]) -> Table:
    columns: list[TableColumn[RoundFigure]] = [
        (_("Domain"), lambda one: one.domain.title),
        (_("Ratings"), lambda one: _("Reviews")),
        (_("Round"), lambda one: one.round),
        (_("As of"), lambda one: gaps_pages.last_day(one.as_of).isoformat()),
        (_("Counted together in"), lambda one: one.group),
        (_("Newly reviewed"), lambda one: one.people),
        (_("Reached the target"), lambda one: one.at_target),
        (_("Not reached yet"), lambda one: one.below),
    ]
    return table(told, columns)


def _facts(scope: GapScope, framework: Wording, domains: Sequence[DomainShape]) -> Table:
    return [
        [_("Team"), scope.team.name],
        [_("Framework"), framework],
        [_("Round"), scope.round.name if scope.round else _("All")],
        *gaps_pages.stands_on(
            scope,
            _("People newly reviewed since they were last counted."),
            _("Each person counts in the team that they were in when the round began."),
            domains,
        ),
    ]
