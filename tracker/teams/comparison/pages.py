"""What a comparison of gaps says, the same on its page and in every file of it: with an earlier
round, or of self-ratings with reviews."""

from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

from flask_babel import gettext as _, ngettext

from tracker.teams.comparison.queries import GapComparison, MovedTarget
from tracker.teams.comparison.rules import GapChange, total
from tracker.teams.gaps.pages import last_day
from tracker.teams.gaps.queries import GapPage
from tracker.teams.gaps.queries_matrix import GapChoice
from tracker.web.i18n.content_language import mark, plain
from tracker.web.ui.csv import Table
from tracker.web.ui.templating.dates import full_day


class ComparedWords(NamedTuple):
    """`heads`: of the `rows`, one for each domain, which `short` says in a line. `told`: what came
    of all; `grounds`: what that stands on; `moved`: which targets have changed. `crossed`: by
    domain and side of the target the names of those who are there by one side of the comparison
    alone."""

    heads: list[str]
    rows: Table
    short: list[str]
    told: str
    grounds: list[str]
    moved: list[str]
    crossed: list[tuple[str, str, list[str]]]

    @property
    def facts(self) -> Table:
        moved: Table = [[_("Targets changed"), words] for words in self.moved]
        return [[_("In short"), self.told], [_("Compared"), " ".join(self.grounds)], *moved]

    @property
    def names(self) -> Table:
        """A line for each name and domain."""
        lines: Table = [
            [plain(domain), name, words] for domain, words, names in self.crossed for name in names
        ]
        return [[_("Domain"), _("Name"), _("Difference")], *lines]


def words_of(chosen: GapChoice, page: GapPage) -> ComparedWords | None:
    """None where nothing is compared."""
    compared, then = page.compared, chosen.compare
    if compared is None:
        return None
    of = total(compared.changes.values())
    if then is None:
        sides = _("self-ratings"), _("reviews")
        up, down = _("at target by reviews only"), _("at target by self-ratings only")
        told, grounds = _of_self_ratings(of, compared), _of_whom(compared)
    else:
        later = chosen.scope.round.name if chosen.scope.round else ""
        sides = then.name, later or _("now")
        up, down = _("reached the target"), _("fell below the target")
        told = _since(of, then.name)
        if then.framework_id != chosen.of.framework_id:
            told += " " + _("In between, people moved to another version of the framework.")
        grounds = _grounds(of, compared, then.name, later, by_then=chosen.by_targets_then)
    changes = [(column.domain, compared.changes.get(column.domain.id)) for column in page.columns]
    is_told = compared.told is not None
    rows = [
        _figures(change, is_in_time=then is not None, is_told=is_told)
        for _domain, change in changes
    ]
    return ComparedWords(
        heads=[
            _("People compared"),
            *(_("Below target, %(side)s", side=side) for side in sides),
            _("Difference"),
        ],
        rows=rows,
        short=[
            _short(change, row, *sides)
            for (_domain, change), row in zip(changes, rows, strict=True)
        ],
        told=told,
        grounds=list(grounds),
        moved=list(_moved(compared, chosen.of.lang)),
        crossed=[
            (mark(domain.title, chosen.of.lang), words, [_name(compared, one) for one in people])
            for domain, change in changes
            if change is not None
            for words, people in ((up, change.reached), (down, change.fell))
            if people
        ],
    )


def _name(compared: GapComparison, one: int) -> str:
    return compared.names[one] or _("Deleted account %(number)s", number=one)


def _figures(of: GapChange | None, *, is_in_time: bool, is_told: bool) -> list[str | int]:
    """Of how many all were is nobody's to say where only some groups are told."""
    if of is None:
        return [_("not shown")] * 4
    both = of.both if is_told else _("%(gaps)s of %(known)s", gaps=of.both, known=of.people)
    num, difference = abs(of.difference), _("none")
    if of.difference < 0:
        difference = (
            _("%(num)s fewer (better)", num=num) if is_in_time else _("%(num)s fewer", num=num)
        )
    elif of.difference > 0:
        difference = (
            _("%(num)s more (worse)", num=num) if is_in_time else _("%(num)s more", num=num)
        )
    return [both, of.before, of.after, difference]


def _short(of: GapChange | None, figures: list[str | int], then: str, now: str) -> str:
    both, _before, _after, difference = figures
    if of is None:
        return str(both)
    if not of.difference:
        none = _("no difference, %(num)s below target", num=of.after)
        return _("%(known)s people compared: %(words)s", known=both, words=none)
    return _(
        "%(known)s people compared: %(difference)s. Below target: %(before)s (%(then)s), "
        "%(after)s (%(now)s)",
        known=both,
        difference=difference,
        before=of.before,
        then=then,
        after=of.after,
        now=now,
    )


def _since(of: GapChange, then: str) -> str:
    if not of.both:
        return _("Nothing can be compared: nobody’s level is known both times.")
    if not of.reached and not of.fell:
        return _(
            "Unchanged since %(round)s: nobody reached a target or fell below one.", round=then
        )
    reached = ngettext(
        "%(num)d target was reached", "%(num)d targets were reached", len(of.reached)
    )
    fell = ngettext("%(num)d was lost", "%(num)d were lost", len(of.fell))
    words = {
        "round": then,
        "reached": reached if of.reached else _("no target was reached"),
        "fell": fell if of.fell else _("none was lost"),
    }
    if of.difference < 0:
        return _("Better than in %(round)s: %(reached)s, %(fell)s.", **words)
    if of.difference > 0:
        return _("Worse than in %(round)s: %(reached)s, %(fell)s.", **words)
    return _("Neither better nor worse than in %(round)s: %(reached)s, %(fell)s.", **words)


def _grounds(
    of: GapChange, compared: GapComparison, then: str, later: str, *, by_then: bool
) -> Iterator[str]:
    yield _(
        "Of %(both)s levels known both times, below target: %(before)s in %(round)s, "
        "%(after)s %(later)s.",
        both=of.both,
        before=of.before,
        round=then,
        after=of.after,
        later=_("in %(round)s", round=later) if later else _("now"),
    )
    whose = then if by_then else later
    yield (
        _("Both are measured against the targets of %(round)s.", round=whose)
        if whose
        else _("Both are measured against today’s targets.")
    )
    if compared.moved:
        days = dict.fromkeys(full_day(target.changed_at) for target in compared.moved)
        words = "; ".join(day or _("with another version") for day in days)
        yield ngettext(
            "%(num)d target has changed since %(round)s (%(days)s).",
            "%(num)d targets have changed since %(round)s (%(days)s).",
            len(compared.moved),
            round=then,
            days=words,
        )


def _moved(compared: GapComparison, lang: str) -> Iterator[str]:
    """What changed alike for a job, in one sentence."""

    def alike(of: MovedTarget) -> tuple[str, str, str, str]:
        return of.job, full_day(of.changed_at), of.then, of.now

    for (job, day, then, now), targets in groupby(sorted(compared.moved, key=alike), key=alike):
        yield _(
            "%(job)s, %(day)s: from %(then)s to %(now)s in %(domains)s.",
            job=job,
            day=day or _("with another version"),
            then=mark(then, lang) or _("no target"),
            now=mark(now, lang) or _("no target"),
            domains=", ".join(mark(of.domain, lang) for of in targets),
        )


def _of_self_ratings(of: GapChange, compared: GapComparison) -> str:
    if not of.both and not compared.names:
        return _("Nothing can be shown here: no group has a figure of its own yet.")
    if not of.both:
        return _("Nothing can be compared: nobody’s level is known by both.")
    return _(
        "Of %(both)s targets known by both, %(own)s are reached by self-ratings and "
        "%(reviewed)s by reviews.",
        both=of.both,
        own=of.both - of.before,
        reviewed=of.both - of.after,
    )


def _of_whom(compared: GapComparison) -> Iterator[str]:
    yield _("The same people, day, and targets. Self-ratings are as last revealed.")
    if compared.told is not None:
        yield _(
            "These are people newly reviewed in %(round)s, as of %(day)s, in the groups whose "
            "figure can be shown.",
            round=compared.told.round,
            day=full_day(last_day(compared.told.as_of)),
        )
    if not compared.names:
        yield _("You don’t see self-ratings by name, so a figure comes when a round closes.")
        yield _(
            "It needs at least 5 people whose level you don’t know, and at least 2 with each "
            "result."
        )
