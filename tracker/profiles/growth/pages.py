"""What happened to a record, in words, by month, the newest months first; and why a level fell with
a new version."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from flask_babel import gettext as _, ngettext

from tracker.frameworks.versions.rules import Voice
from tracker.frameworks.versions.rules_levels import LevelState
from tracker.profiles.growth.queries import NamedFall
from tracker.profiles.growth.rules import FallReason
from tracker.record.growth.rules import Happened, TimelineEntry
from tracker.record.versions.rules import DomainShape
from tracker.web.ui.templating.dates import day, month

MONTHS_SHOWN = 6


@dataclass(frozen=True, slots=True)
class TimelineLine:
    """`kind`: how it is marked; a level that was reached stands out."""

    kind: Happened
    title: str
    note: str


@dataclass(frozen=True, slots=True)
class TimelineMonth:
    name: str
    lines: list[TimelineLine]


@dataclass(frozen=True, slots=True)
class Timeline:
    """`domain`: the key of the one that is shown, "" for all; `is_whole`: no older month is left
    out."""

    months: list[TimelineMonth]
    domain: str
    is_whole: bool


def by_month(
    happened: Sequence[TimelineEntry], domains: Sequence[DomainShape], key: str, *, everything: bool
) -> Timeline:
    of = {domain.id: domain for domain in domains}
    months = [
        [*entries]
        for _, entries in groupby(happened, lambda entry: (entry.day.year, entry.day.month))
    ]
    shown = months if everything else months[:MONTHS_SHOWN]
    in_words = [
        TimelineMonth(month(those[0].day), [line(entry, of) for entry in those]) for those in shown
    ]
    return Timeline(in_words, key, len(shown) == len(months))


def line(of: TimelineEntry, domains: Mapping[int, DomainShape]) -> TimelineLine:
    on = day(of.day)
    if of.kind not in (Happened.REACHED, Happened.FELL):
        return TimelineLine(of.kind, _what(of), on)
    domain = domains[of.domain_id]
    names = {"level": domain.level_name(of.rank), "domain": domain.title}
    if of.kind is Happened.FELL:
        words = _("%(domain)s: %(level)s is not reached anymore", **names)
        return TimelineLine(of.kind, words, f"{on}. {_why(of.because)}")
    return TimelineLine(of.kind, _("Reached %(level)s in %(domain)s", **names), on)


def _what(of: TimelineEntry) -> str:
    num, who = of.statements, of.who
    match of.kind:
        case Happened.RATED:
            words = ngettext("You rated %(num)d statement", "You rated %(num)d statements", num)
        case Happened.REVIEWED:
            words = ngettext(
                "%(who)s reviewed %(num)d statement",
                "%(who)s reviewed %(num)d statements",
                num,
                who=who,
            )
        case Happened.DIFFERED:
            words = ngettext(
                "You and %(who)s rated %(num)d statement differently",
                "You and %(who)s rated %(num)d statements differently",
                num,
                who=who,
            )
        case Happened.AGREED:
            words = ngettext(
                "You and %(who)s agreed on %(num)d statement",
                "You and %(who)s agreed on %(num)d statements",
                num,
                who=who,
            )
        case Happened.EXPIRED:
            words = ngettext(
                "%(num)d reviewed rating expired", "%(num)d reviewed ratings expired", num
            )
        case Happened.REVOKED:
            words = ngettext(
                "%(who)s revoked %(num)d reviewed rating",
                "%(who)s revoked %(num)d reviewed ratings",
                num,
                who=who,
            )
        case _:
            words = _("You moved to version %(version)s", version=of.version)
    return words


def _why(because: Happened | None) -> str:
    words: dict[Happened | None, str] = {
        Happened.EXPIRED: _("A reviewed rating expired."),
        Happened.REVOKED: _("A reviewed rating was revoked."),
        Happened.AGREED: _("You agreed on another answer."),
        Happened.SAME: _("It was reviewed again."),
    }
    return words.get(because, _("A review ended with no agreement."))


def fall_words(of: NamedFall) -> str:
    """ "By reviewed ratings, Developing isn’t reached now: 2 statements rated Consistently were
    retired from it. 6 of 8 now, 7 needed." """
    view = of.fall.view
    head = (
        _("By reviewed ratings, %(level)s isn’t reached now", level=of.level)
        if of.voice is Voice.ENDORSED
        else _("By your own ratings, %(level)s isn’t reached now", level=of.level)
    )
    answers = ", ".join(of.met)
    reasons = "; ".join(
        _fall_reason(reason, number, answers) for reason, number in of.fall.reasons.items()
    )
    counts = (
        _("Too few statements are left there to judge it.")
        if view.state is LevelState.LIMITED
        else _(
            "%(met)s of %(applicable)s now, %(need)s needed.",
            met=view.tally.met,
            applicable=view.tally.applicable,
            need=view.need,
        )
    )
    return f"{head}: {reasons}. {counts}" if reasons else f"{head}: {counts}"


def _fall_reason(reason: FallReason, number: int, answers: str) -> str:
    match reason:
        case FallReason.RETIRED:
            return ngettext(
                "%(num)d statement rated %(answers)s was retired from it",
                "%(num)d statements rated %(answers)s were retired from it",
                number,
                answers=answers,
            )
        case FallReason.MOVED:
            return ngettext(
                "%(num)d statement rated %(answers)s moved to another level",
                "%(num)d statements rated %(answers)s moved to another level",
                number,
                answers=answers,
            )
        case FallReason.LATER:
            return ngettext(
                "%(num)d statement rated %(answers)s changed and counts from the next round",
                "%(num)d statements rated %(answers)s changed and count from the next round",
                number,
                answers=answers,
            )
        case FallReason.CHANGED:
            return ngettext(
                "%(num)d statement rated %(answers)s changed and isn’t met yet",
                "%(num)d statements rated %(answers)s changed and aren’t met yet",
                number,
                answers=answers,
            )
        case FallReason.MERGED:
            return ngettext(
                "%(num)d statement rated %(answers)s became part of another",
                "%(num)d statements rated %(answers)s became part of others",
                number,
                answers=answers,
            )
        case FallReason.CAME:
            return ngettext(
                "%(num)d statement that isn’t met came into it",
                "%(num)d statements that aren’t met came into it",
                number,
            )
