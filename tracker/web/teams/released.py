"""A team's gaps for who may not see everybody in it by name, as a page and as a file: the same
figures, each with its date."""

import datetime as dt

from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.queries.teams import releases
from tracker.queries.teams.gap_matrix import MatrixFilters, people_chosen
from tracker.queries.teams.gap_scope import GapScope
from tracker.queries.teams.releases import ReleasedFigure
from tracker.rules.calendar import day_in
from tracker.rules.teams.releases import SMALLEST_BLOCK
from tracker.web.http import session
from tracker.web.http.framework_asked import FrameworkLink
from tracker.web.i18n.render import render
from tracker.web.teams import taken_along
from tracker.web.teams.gap_forms import GapFilters
from tracker.web.ui.csv import Table, csv_file
from tracker.web.ui.template_helpers import day


def is_for(scope: GapScope, chosen: MatrixFilters) -> bool:
    """Whether some of the people chosen may not be seen by name. What there is of them is read by
    `releases` and nothing else."""
    return not all(one.by_name for one in people_chosen(scope, chosen))


def show(
    scope: GapScope, chosen: MatrixFilters, filters: GapFilters, frameworks: list[FrameworkLink]
) -> ResponseReturnValue:
    return render(
        "teams/released.html",
        lang=chosen.lang,
        framework_links=frameworks,
        scope=scope,
        page=releases.page(session.actor(), scope, chosen),
        chosen=chosen,
        filters=filters,
        days=days,
        measure=taken_along.measure(chosen, without_names=True),
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
    ]
    then = chosen.compare.name if chosen.compare else ""
    if then:
        head += [_("Below target, %(round)s", round=then), _("As of")]
    table: Table = [head]
    for each in page.domains:
        line: list[str | int] = [each.domain.title, *_cells(each.figure)]
        if then:
            line += [_cells(each.then)[1], _cells(each.then)[-1]]
        table.append(line)
    facts = taken_along.facts(scope, chosen, filters, without_names=True)
    return csv_file([*table, [], *facts], f"gaps {scope.team.name} {session.now():%Y-%m-%d}")


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
