"""What a figure of gaps has to say for itself once it has left its page: on paper, in a file, in a
document."""

import datetime as dt
from collections.abc import Collection, Iterable

from flask_babel import gettext as _, ngettext

from tracker.frameworks.versions.pages import rule_words
from tracker.record.versions.rules import DomainShape
from tracker.rules.calendar import day_in
from tracker.teams.gaps.pages_filters import DrillList, GapFilters
from tracker.teams.gaps.queries import GapPage
from tracker.teams.gaps.queries_matrix import GapChoice
from tracker.teams.gaps.queries_scope import GapScope
from tracker.web.http import session
from tracker.web.i18n.content_language import mark, plain
from tracker.web.ui.csv import Table
from tracker.web.ui.templating.dates import as_of, full_day


def last_day(as_of: dt.datetime) -> dt.date:
    """Figures are as of the first moment after it."""
    return day_in(session.actor().time_zone, as_of - dt.timedelta(seconds=1))


def as_of_words(scope: GapScope) -> str:
    return as_of(scope.round.ends_on, scope.round.reconstructed) if scope.round else ""


def measure(chosen: GapChoice) -> str:
    """By which job people are measured (record/sheet/rules)."""
    if chosen.below:
        return _("Each person counts once. With two jobs here, the higher target applies.")
    return _(
        "People are measured by their job profile in this team. With two jobs, the higher "
        "target applies."
    )


def measured_elsewhere(chosen: GapChoice, shown: Collection[int]) -> str:
    """Who of those shown is measured on their own pages by jobs that this page leaves out; nothing
    where there is nobody, or of a round that is over."""
    if chosen.scope.round:
        return ""
    names = [
        one.name
        for one in chosen.people
        if one.person_id in shown and one.place.by_name and one.place.has_jobs_elsewhere
    ]
    if not names:
        return ""
    return ngettext(
        "%(names)s has another job that isn’t counted here. Their profile counts it too, so it "
        "can show another target.",
        "%(names)s have other jobs that aren’t counted here. Their profiles count them too, so "
        "they can show other targets.",
        len(names),
        names=", ".join(names),
    )


def versions(chosen: GapChoice) -> str:
    """Which versions of the framework are compared; nothing where it is one."""
    then = chosen.compare
    if then is None or then.framework_id == chosen.of.framework_id:
        return ""
    at = chosen.scope.round
    at_end = at and _("at the end of %(round)s", round=at.name)
    return _(
        "Two versions of the framework are compared: %(now)s %(moment)s, and %(then)s at the end "
        "of %(round)s. What a new version asks again isn’t known until it’s reviewed again.",
        now=mark(chosen.of.framework, chosen.of.lang),
        moment=at_end or _("now"),
        then=mark(then.framework, then.lang),
        round=then.name,
    )


def in_file(rows: Table) -> Table:
    """The same for a file: its words stand in no language of their own."""
    return [[label, plain(str(words))] for label, words in rows]


def facts(chosen: GapChoice, filters: GapFilters, page: GapPage, compared: Table | None) -> Table:
    """Of a matrix: what a comparison says, every choice, the rule, whose ratings, and the day, as
    labels with their words."""
    both, nothing = versions(chosen), _("Nothing")
    domains = [column.domain for column in page.columns]
    of_versions: Table = [[_("Versions"), both]] if both else []
    return [
        *(compared or []),
        *_chosen(chosen, filters),
        [_("Compare with"), _words(filters, "compare", nothing) if compared else nothing],
        *of_versions,
        *stands_on(chosen.scope, _ratings(with_self=chosen.with_self), measure(chosen), domains),
    ]


def facts_of_list(asked: DrillList) -> Table:
    """Of what is behind one domain. Whom the address asks for by a statement or by name are not
    those of *Show*."""
    statement = None if asked.person else asked.statement
    show = _words(asked.filters, "show", "")
    if asked.person is not None:
        show = _("Only %(name)s.", name=asked.person.row.name)
    elif statement is not None:
        show = _("Not reached because of one statement")
    narrowed: Table = [[_("Show"), show]]
    if statement is not None:
        narrowed.append([_("Statement"), mark(statement.title, asked.chosen.of.lang)])
    return [
        *_chosen(asked.chosen, asked.filters),
        [_("Domain"), mark(asked.drill.domain.title, asked.chosen.of.lang)],
        *narrowed,
        *stands_on(asked.chosen.scope, _ratings(), measure(asked.chosen), [asked.drill.domain]),
    ]


def people(count: int, below: bool) -> str:
    """Of which teams, and how many."""
    if below:
        return ngettext(
            "with the teams below: %(num)d person", "with the teams below: %(num)d people", count
        )
    return ngettext("this team alone: %(num)d person", "this team alone: %(num)d people", count)


def _chosen(chosen: GapChoice, filters: GapFilters) -> Table:
    scope = chosen.scope
    moment = _("Now") if scope.round is None else f"{scope.round.name}. {as_of_words(scope)}"
    return [
        [_("Team"), scope.team.name],
        [_("Framework"), mark(chosen.of.framework, chosen.of.lang)],
        [_("Round"), moment],
        [_("People"), people(len(chosen.people), chosen.below)],
        *_left_out(scope),
        [_("Job profile"), _words(filters, "profile", _("All"))],
    ]


def _left_out(scope: GapScope) -> Table:
    """Whose record is not open to the reader yet, where they are counted by name."""
    count = len(scope.ids_here & scope.reader.closed)
    if not count:
        return []
    words = ngettext(
        "%(num)d person, whose record isn’t open to you yet",
        "%(num)d people, whose records aren’t open to you yet",
        count,
    )
    return [[_("Left out"), words]]


def _ratings(*, with_self: bool = False) -> str:
    if with_self:
        return _("Reviewed ratings, compared with self-ratings.")
    return _("Reviewed ratings. Self-ratings are not in these figures.")


def stands_on(
    scope: GapScope, ratings: str, measured: str, domains: Iterable[DomainShape]
) -> Table:
    version = scope.rule_version
    rules: Table = [
        [_("Rule"), _("%(rule)s, version %(version)s", rule=rule_words(rule), version=version)]
        for rule in {domain.rule for domain in domains}
    ]
    return [
        [_("Ratings"), ratings],
        [_("Target"), measured],
        *rules,
        [_("Made on"), full_day(session.now())],
    ]


def _words(filters: GapFilters, name: str, otherwise: str) -> str:
    """Of what was chosen; a filter with one choice is none."""
    if name not in filters:
        return otherwise
    return str(filters.label(name))
