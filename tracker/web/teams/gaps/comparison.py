"""What a comparison of gaps says, the same on its page and in every file of it: with an earlier
round, or of self-ratings with reviews."""

from collections.abc import Callable, Iterator
from itertools import groupby
from typing import NamedTuple

from flask_babel import gettext as _
from flask_babel import ngettext

from tracker.queries.teams.gap_comparison import Comparison, MovedTarget
from tracker.queries.teams.gap_matrix import MatrixFilters
from tracker.queries.teams.gap_scope import GapScope
from tracker.queries.teams.gaps import GapPage
from tracker.rules.teams.comparison import Change, total
from tracker.web.i18n.content_language import mark, unmarked
from tracker.web.teams.gaps.taken_along import last_day
from tracker.web.ui.csv import Table
from tracker.web.ui.templating.dates import full_day


class Crossed(NamedTuple):
    """Who is on one side of the target by one side of the comparison, and not by the other."""

    domain: str
    words: str
    names: list[str]


class ComparedWords(NamedTuple):
    """`heads`: of the `rows`, one for each domain. `told`: what came of all domains; `grounds`:
    what that stands on; `moved`: which targets were changed since."""

    heads: list[str]
    rows: list[list[str | int]]
    told: str
    grounds: list[str]
    moved: list[str]
    crossed: list[Crossed]

    @property
    def facts(self) -> Table:
        moved: Table = [[_("Targets changed"), each] for each in self.moved]
        return [[_("In short"), self.told], [_("Compared"), " ".join(self.grounds)], *moved]

    @property
    def names(self) -> Table:
        """A line for each name and domain."""
        lines: Table = [
            [unmarked(of.domain), name, of.words] for of in self.crossed for name in of.names
        ]
        return [[_("Domain"), _("Name"), _("Difference")], *lines]


def words_of(scope: GapScope, chosen: MatrixFilters, page: GapPage) -> ComparedWords | None:
    """None where nothing is compared."""
    then, compared = chosen.compare, page.compared
    if compared is None:
        return None
    of = total(compared.changes.values())
    if then is None:
        return ComparedWords(
            [
                _("Known by both"),
                _("Below target, self-ratings"),
                _("Below target, reviews, same people"),
                _("Difference"),
            ],
            _figures(page, _by_reviews),
            _of_self_ratings(of),
            _of_whom(compared),
            [],
            _crossed(page, chosen.lang, _("at target by review only"), _("by self-rating only")),
        )
    later = scope.round.name if scope.round else ""
    return ComparedWords(
        [
            _("Reviewed both times"),
            _("Below target, %(round)s", round=then.name),
            _("Below target, %(round)s, same people", round=later)
            if later
            else _("Below target now, same people"),
            _("Difference"),
        ],
        _figures(page, _in_time),
        _since(of, then.name),
        list(_grounds(of, compared, later, then.name, by_then=chosen.by_targets_then)),
        list(_moved(compared, chosen.lang)),
        _crossed(page, chosen.lang, _("reached the target"), _("fell below the target")),
    )


def _figures(page: GapPage, difference: Callable[[int], str]) -> list[list[str | int]]:
    return [
        [
            _("%(gaps)s of %(known)s", gaps=of.both, known=of.people),
            of.before,
            of.after,
            difference(of.difference),
        ]
        if of is not None
        else [_("not shown")] * 4
        for of in (column.same for column in page.columns)
    ]


def _in_time(difference: int) -> str:
    if difference == 0:
        return str(_("no change"))
    if difference < 0:
        return str(_("%(num)s fewer (better)", num=-difference))
    return str(_("%(num)s more (worse)", num=difference))


def _by_reviews(difference: int) -> str:
    if difference == 0:
        return str(_("the same"))
    if difference < 0:
        return str(_("%(num)s fewer by reviews", num=-difference))
    return str(_("%(num)s more by reviews", num=difference))


def _crossed(page: GapPage, lang: str, up: str, down: str) -> list[Crossed]:
    """In the order of the framework."""
    names = page.compared.names if page.compared is not None else {}
    return [
        Crossed(
            mark(column.domain.title, lang),
            words,
            [names[one] or str(_("Deleted account %(number)s", number=one)) for one in people],
        )
        for column in page.columns
        if column.same is not None
        for words, people in ((up, column.same.reached), (down, column.same.fell))
        if people
    ]


def _since(of: Change, then: str) -> str:
    if not of.both:
        return str(_("Nothing can be compared: nobody’s level is known both times."))
    if not of.reached and not of.fell:
        return str(
            _("Unchanged since %(round)s: nobody reached a target or fell below one.", round=then)
        )
    reached = (
        ngettext("%(num)d target was reached", "%(num)d targets were reached", len(of.reached))
        if of.reached
        else _("no target was reached")
    )
    fell = (
        ngettext("%(num)d was lost", "%(num)d were lost", len(of.fell))
        if of.fell
        else _("none was lost")
    )
    said = {"round": then, "reached": reached, "fell": fell}
    if of.difference < 0:
        return str(_("Better than in %(round)s: %(reached)s, %(fell)s.", **said))
    if of.difference > 0:
        return str(_("Worse than in %(round)s: %(reached)s, %(fell)s.", **said))
    return str(_("Neither better nor worse than in %(round)s: %(reached)s, %(fell)s.", **said))


def _grounds(
    of: Change, compared: Comparison, later: str, then: str, *, by_then: bool
) -> Iterator[str]:
    yield _(
        "Below target of the %(both)s levels known both times: %(before)s in %(round)s, "
        "%(after)s %(later)s.",
        both=of.both,
        before=of.before,
        round=then,
        after=of.after,
        later=_("in %(round)s", round=later) if later else _("now"),
    )
    yield (
        _("Both are measured against the targets of %(round)s.", round=then if by_then else later)
        if by_then or later
        else _("Both are measured against today’s targets.")
    )
    if compared.moved:
        days = dict.fromkeys(full_day(of.changed_at) for of in compared.moved if of.changed_at)
        yield ngettext(
            "%(num)d target has changed since %(round)s (%(days)s).",
            "%(num)d targets have changed since %(round)s (%(days)s).",
            len(compared.moved),
            round=then,
            days="; ".join(days) or _("with another version"),
        )
    if compared.other_jobs:
        yield _("In another job than then: %(names)s.", names=", ".join(compared.other_jobs))


def _moved(compared: Comparison, lang: str) -> Iterator[str]:
    """What changed alike for a job, in one sentence."""

    def alike(of: MovedTarget) -> tuple[str, str, str, str]:
        return of.job, full_day(of.changed_at), of.then, of.now

    for (job, day, then, now), those in groupby(sorted(compared.moved, key=alike), key=alike):
        yield _(
            "%(job)s, %(day)s: from %(then)s to %(now)s in %(domains)s.",
            job=job,
            day=day or _("with another version"),
            then=mark(then, lang) or _("no target"),
            now=mark(now, lang) or _("no target"),
            domains=", ".join(mark(of.domain, lang) for of in those),
        )


def _of_self_ratings(of: Change) -> str:
    if not of.both:
        return str(_("Nothing can be compared: nobody’s level is known by both."))
    return str(
        _(
            "Of %(both)s targets known by both, %(own)s are reached by self-ratings and "
            "%(reviewed)s by reviews.",
            both=of.both,
            own=of.both - of.before,
            reviewed=of.both - of.after,
        )
    )


def _of_whom(compared: Comparison) -> list[str]:
    same = _("The same people and day, and the same targets. Self-ratings are as last revealed.")
    if compared.told is None:
        return [same]
    return [
        same,
        _(
            "These are people newly reviewed in %(round)s, as of %(day)s.",
            round=compared.told.round,
            day=full_day(last_day(compared.told.as_of)),
        ),
        _("You don’t see self-ratings by name, so a figure comes when a round closes."),
        _(
            "It needs at least 5 people whose level you don’t know, and at least 2 with each "
            "result."
        ),
    ]
