"""What happened to a record, in words, by month; the newest months first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from flask_babel import gettext as _
from flask_babel import ngettext

from tracker.rules.profiles.timeline import Happened, TimelineEntry
from tracker.rules.record.versions import DomainShape
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
    found: Sequence[TimelineEntry], domains: Sequence[DomainShape], key: str, *, everything: bool
) -> Timeline:
    of = {each.id: each for each in domains}
    months = [
        [*entries] for _, entries in groupby(found, lambda each: (each.day.year, each.day.month))
    ]
    shown = months if everything else months[:MONTHS_SHOWN]
    in_words = [
        TimelineMonth(month(those[0].day), [line(each, of) for each in those]) for those in shown
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
    return str(words)


def _why(because: Happened | None) -> str:
    words: dict[Happened | None, str] = {
        Happened.EXPIRED: _("A reviewed rating expired."),
        Happened.REVOKED: _("A reviewed rating was revoked."),
        Happened.AGREED: _("You agreed on another answer."),
        Happened.SAME: _("It was reviewed again."),
    }
    return str(words.get(because, _("A review ended with no agreement.")))
