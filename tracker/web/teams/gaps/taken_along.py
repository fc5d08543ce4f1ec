"""What a figure of gaps has to say for itself once it has left its page: on paper, in a file, in a
document."""

from flask_babel import gettext as _

from tracker.queries.teams.gap_matrix import MatrixFilters
from tracker.queries.teams.gap_scope import GapScope
from tracker.web.http import session
from tracker.web.i18n.content_language import mark, unmarked
from tracker.web.teams.gaps.forms import GapFilters
from tracker.web.ui.csv import Table
from tracker.web.ui.template_helpers import as_of, full_day


def as_of_words(scope: GapScope) -> str:
    return as_of(scope.round.ends_on, scope.round.reconstructed) if scope.round else ""


def measure(chosen: MatrixFilters, without_names: bool = False) -> str:
    """By which job people are measured (rules/profiles/targets)."""
    if without_names:
        return str(
            _(
                "Each person counts once, in their newest team here, against the target of their "
                "job there."
            )
        )
    if chosen.below:
        return str(
            _(
                "Each person counts once. Who has several job profiles here is measured against "
                "the higher target of each domain."
            )
        )
    return str(
        _(
            "People are measured by their job profile in this team; with several, by the higher "
            "target of each domain."
        )
    )


def facts(
    scope: GapScope, chosen: MatrixFilters, filters: GapFilters, without_names: bool = False
) -> Table:
    """As a file has them: its words stand in no language of their own."""
    rows = facts_on_page(scope, chosen, filters, without_names)
    return [[label, unmarked(str(words))] for label, words in rows]


def facts_on_page(
    scope: GapScope, chosen: MatrixFilters, filters: GapFilters, without_names: bool = False
) -> Table:
    """Every choice, the rule, whose ratings, and the day: labels with their words."""
    moment = _("Now") if scope.round is None else f"{scope.round.name}. {as_of_words(scope)}"
    return [
        [_("Team"), scope.team.name],
        [_("Framework"), mark(chosen.framework, chosen.lang)],
        [_("Round"), moment],
        [_("People"), _words(filters, "teams", _("this team alone"))],
        [_("Job profile"), _words(filters, "profile", _("All"))],
        [_("Compare with"), _words(filters, "compare", _("Nothing"))],
        [_("Ratings"), _("Reviewed ratings. Self-ratings are not in these figures.")],
        [_("Target"), measure(chosen, without_names)],
        [_("Rule"), _rule(*scope.rule)],
        [_("Made on"), full_day(session.now())],
    ]


def _rule(name: str, version: int) -> str:
    if name == "four-fifths":
        return str(_("4 of every 5 statements, version %(version)s", version=version))
    return str(_("%(name)s, version %(version)s", name=name, version=version))


def _words(filters: GapFilters, name: str, otherwise: str) -> str:
    """Of what was chosen; a filter with one choice is none."""
    if name not in filters:
        return otherwise
    return str(dict(filters[name].choices)[filters[name].data])
