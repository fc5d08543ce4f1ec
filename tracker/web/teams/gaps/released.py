"""A team's gaps for who may not see everybody in it by name, and its people's self-ratings beside
their reviews for every coordinator, as pages and as files: the same figures, each with its date."""

import datetime as dt

from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from tracker.policy.permissions import Subject
from tracker.queries.teams import releases
from tracker.queries.teams.gap_matrix import MatrixFilters, people_chosen
from tracker.queries.teams.gap_scope import GapScope, PastRound
from tracker.queries.teams.releases import ReleasedFigure, VoicesOfDomain
from tracker.queries.teams.team_learners import TeamLearner
from tracker.rules.calendar import day_in
from tracker.rules.teams.releases import SMALLEST_BLOCK
from tracker.web.http import session
from tracker.web.http.framework_asked import FrameworkLink
from tracker.web.i18n.render import render
from tracker.web.teams.gaps import taken_along
from tracker.web.teams.gaps.forms import GapFilters, SelfRatingFilters
from tracker.web.ui.csv import Table, csv_file
from tracker.web.ui.templating.dates import day

TEAMS_NAMED = 3
"""More teams than this are a number on a page. Files name them all."""


def is_for(scope: GapScope, chosen: MatrixFilters) -> bool:
    """Whether some of the people chosen may not be seen by name. What there is of them is read by
    `releases` and nothing else."""
    return not all(one.by_name for one in people_chosen(scope, chosen))


def show(
    team: Subject,
    scope: GapScope,
    chosen: MatrixFilters,
    filters: GapFilters,
    frameworks: list[FrameworkLink],
) -> ResponseReturnValue:
    return render(
        "teams/released.html",
        lang=chosen.lang,
        framework_links=frameworks,
        team=team,
        scope=scope,
        page=releases.page(session.actor(), scope, chosen),
        chosen=chosen,
        filters=filters,
        covers=covers,
        measure=taken_along.measure(chosen, without_names=True),
        versions=taken_along.versions(scope, chosen),
        facts=taken_along.facts(scope, chosen, filters, without_names=True),
        smallest=SMALLEST_BLOCK,
    )


def file(scope: GapScope, chosen: MatrixFilters, filters: GapFilters) -> ResponseReturnValue:
    page = releases.page(session.actor(), scope, chosen)
    head = [
        _("Domain"),
        _("At target"),
        _("Below target"),
        _("Not known or not assessed"),
        _("People"),
        _("As of"),
        _("Teams"),
    ]
    then = chosen.compare.name if chosen.compare else ""
    if then:
        head += [_("Below target, %(round)s", round=then), _("As of"), _("Teams")]
    table: Table = [head]
    for each in page.domains:
        line: list[str | int] = [each.domain.title, *_cells(each.figure), _teams(each.figure)]
        if then:
            line += [_cells(each.then)[1], _cells(each.then)[-1], _teams(each.then)]
        table.append(line)
    facts = taken_along.in_file(taken_along.facts(scope, chosen, filters, without_names=True))
    return csv_file([*table, [], *facts], f"gaps {scope.team.name} {session.now():%Y-%m-%d}")


def show_self_ratings(
    team: Subject,
    scope: GapScope,
    of: TeamLearner | PastRound | None,
    filters: SelfRatingFilters,
    frameworks: list[FrameworkLink],
) -> ResponseReturnValue:
    return render(
        "teams/self_ratings.html",
        lang=of.lang if of else "",
        framework_links=frameworks,
        team=team,
        scope=scope,
        people=len(scope.learning(of.framework_slug)) if of else 0,
        domains=_voices(scope, of) if of else (),
        filters=filters,
        covers=covers,
        measure=taken_along.measure_of_released(),
        facts=taken_along.facts_of_self_ratings(scope, of) if of else [],
    )


def self_ratings_file(scope: GapScope, of: TeamLearner | PastRound) -> ResponseReturnValue:
    table: Table = [
        [
            _("Domain"),
            _("At target, self-ratings"),
            _("Below target, self-ratings"),
            _("Self-ratings as of"),
            _("At target, reviews"),
            _("Below target, reviews"),
            _("Reviews as of"),
            _("People, self-ratings"),
            _("Teams, self-ratings"),
            _("People, reviews"),
            _("Teams, reviews"),
        ]
    ]
    for each in _voices(scope, of):
        line: list[str | int] = [each.domain.title]
        of_whom: list[str | int] = []
        for figure in (each.own, each.reviewed):
            at_target, gaps, _rest, people, dates = _cells(figure)
            line += [at_target, gaps, dates]
            of_whom += [people, _teams(figure)]
        table.append([*line, *of_whom])
    facts = taken_along.in_file(taken_along.facts_of_self_ratings(scope, of))
    return csv_file(
        [*table, [], *facts], f"self-ratings {scope.team.name} {session.now():%Y-%m-%d}"
    )


def _voices(scope: GapScope, of: TeamLearner | PastRound) -> tuple[VoicesOfDomain, ...]:
    return releases.voices(session.actor(), scope, of.framework_id, of.framework_slug)


def covers(figure: ReleasedFigure) -> str:
    """How many people of which teams it is about, and as of when."""
    return str(
        ngettext(
            "%(num)d person in %(teams)s, %(days)s",
            "%(num)d people in %(teams)s, %(days)s",
            figure.people,
            teams=_some_teams(figure),
            days=days(figure),
        )
    )


def _some_teams(figure: ReleasedFigure) -> str:
    if figure.is_of_all and len(figure.teams) > 1:
        return str(_("all teams"))
    more = len(figure.teams) - TEAMS_NAMED
    names = ", ".join(figure.teams[:TEAMS_NAMED])
    if more <= 0:
        return names
    return str(
        ngettext(
            "%(names)s, and %(num)d more team",
            "%(names)s, and %(num)d more teams",
            more,
            names=names,
        )
    )


def _teams(figure: ReleasedFigure | None) -> str:
    return "; ".join(figure.teams) if figure else ""


def days(figure: ReleasedFigure) -> str:
    """The day as of which it is, or the first and the last."""
    first, last = (_day(at) for at in (figure.oldest, figure.newest))
    return (
        day(last) if first == last else _("%(first)s to %(last)s", first=day(first), last=day(last))
    )


def _day(as_of: dt.datetime) -> dt.date:
    """The end of a round is the first moment after it."""
    return day_in(session.actor().time_zone, as_of - dt.timedelta(seconds=1))


def _cells(figure: ReleasedFigure | None) -> list[str | int]:
    if figure is None:
        return [*[str(_("not shown"))] * 4, ""]
    dates = dict.fromkeys(_day(at).isoformat() for at in (figure.oldest, figure.newest))
    return [figure.at_target, figure.gaps, figure.rest, figure.people, " / ".join(dates)]
