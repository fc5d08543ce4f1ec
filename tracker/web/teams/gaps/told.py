"""A team's gaps for who may not see everybody in it by name, as page and as files: the figures of
rounds."""

import datetime as dt
from collections.abc import Iterable
from typing import NamedTuple

from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.policy.permissions import Subject
from tracker.queries.administration import imprints
from tracker.queries.profiles import level_shapes
from tracker.queries.teams import told as figures
from tracker.queries.teams.gap_matrix import MatrixFilters, people_chosen
from tracker.queries.teams.gap_scope import GapScope
from tracker.queries.teams.told import ToldFigure
from tracker.rules.frameworks.wording import Wording
from tracker.rules.record.versions import DomainShape
from tracker.web.http.framework_asked import FrameworkLink
from tracker.web.i18n.content_language import mark
from tracker.web.i18n.render import render
from tracker.web.teams.gaps import taken_along
from tracker.web.teams.gaps.forms import GapFilters
from tracker.web.ui.csv import Table
from tracker.web.ui.pdf import Document


class DomainFigures(NamedTuple):
    """What is told of a domain as of a day, all groups of a team together; `round`: its name."""

    domain: DomainShape
    round: str
    on: dt.date
    people: int
    at_target: int


def is_for(scope: GapScope, chosen: MatrixFilters) -> bool:
    """Whether some of the people chosen may not be seen by name. What there is of them is read by
    `figures` and nothing else."""
    return not all(one.by_name for one in people_chosen(scope, chosen))


def show(
    team: Subject,
    scope: GapScope,
    chosen: MatrixFilters,
    filters: GapFilters,
    frameworks: list[FrameworkLink],
) -> ResponseReturnValue:
    told = figures.figures(scope, chosen.framework_id, chosen.slug)
    domains = _by_domain(told, scope.round.id if scope.round else None)
    coming = figures.coming(scope, chosen.slug)
    groups = figures.sent(scope, coming.round_id) if coming and coming.has_begun else []
    shape = level_shapes.shape(chosen.framework_id, scope.library_id)
    shown = {each.domain.key for each in domains}
    return render(
        "teams/figures.html",
        lang=chosen.lang,
        framework_links=frameworks,
        team=team,
        scope=scope,
        filters=filters,
        domains=domains,
        newest=max(domains, key=lambda each: each.on, default=None),
        not_shown=[each for each in shape if each.key not in shown],
        rounds={each.id: each for each in scope.kept if each.id in {one.round_id for one in told}},
        coming=coming,
        groups=groups,
        sent=sum(each.sent for each in groups),
        people=sum(each.people for each in groups),
        facts=_facts(scope, mark(chosen.framework, chosen.lang)),
    )


def gaps_file(scope: GapScope, chosen: MatrixFilters) -> tuple[Table, Table]:
    """What is told, of every round or of the one that is chosen, and what it stands on."""
    told = figures.figures(scope, chosen.framework_id, chosen.slug)
    at = scope.round.id if scope.round else None
    lines = _lines([each for each in told if at in (None, each.round_id)], _("Reviews"))
    return [_head(), *lines], taken_along.in_file(_facts(scope, chosen.framework))


def document(scope: GapScope, chosen: MatrixFilters) -> Document:
    table, facts = gaps_file(scope, chosen)
    library = imprints.imprint(chosen.framework_id, scope.library_id).library
    counts = [[str(cell) for cell in line] for line in table]
    data = {"facts": facts, "counts": counts}
    return Document("gaps", _("Figures: %(team)s", team=scope.team.name), library, data)


def _by_domain(told: Iterable[ToldFigure], round_id: int | None) -> list[DomainFigures]:
    """As of the newest day on which something was told of each, in a round where one is asked
    for."""
    found: dict[str, list[ToldFigure]] = {}
    for each in told:
        of = found.setdefault(each.domain.key, [])
        if round_id in (None, each.round_id) and (not of or of[0].as_of == each.as_of):
            of.append(each)
    return [
        DomainFigures(
            of[0].domain,
            of[0].round,
            taken_along.last_day(of[0].as_of),
            people=sum(each.people for each in of),
            at_target=sum(each.at_target for each in of),
        )
        for of in found.values()
        if of
    ]


def _head() -> list[str | int]:
    return [
        _("Domain"),
        _("Ratings"),
        _("Round"),
        _("As of"),
        _("Counted together in"),
        _("Newly reviewed"),
        _("Reached the target"),
        _("Not reached yet"),
    ]


def _lines(told: Iterable[ToldFigure], ratings: str) -> Table:
    return [
        [
            each.domain.title,
            ratings,
            each.round,
            taken_along.last_day(each.as_of).isoformat(),
            each.group,
            each.people,
            each.at_target,
            each.below,
        ]
        for each in told
    ]


def _facts(scope: GapScope, framework: Wording) -> Table:
    return [
        [_("Team"), scope.team.name],
        [_("Framework"), framework],
        [_("Round"), scope.round.name if scope.round else _("All")],
        *taken_along.stands_on(
            scope,
            _("People newly reviewed since they were last counted."),
            _("Each person counts in the team that they were in when the round began."),
        ),
    ]
