"""Days, times of day and quantities as the reader's library writes them, where the reader is."""

import datetime as dt
from collections.abc import Callable
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, format_time
from flask import g
from flask_babel import format_decimal, get_locale, gettext as _, ngettext

from tracker.record.sheet.rules import CountsFrom
from tracker.reviews.sending.rules import SUGGESTED
from tracker.rules.regions import Region
from tracker.web.http import session


def _here() -> tuple[ZoneInfo, Locale, int]:
    """Where the reader is, how dates are written there: in the page's language, in the region that
    their library chose; and which year it is. A page asks for each of its dates."""
    actor = session.actor_or_none()
    known = g.get("here")
    if known is None or known[0] is not actor:
        name, region = ("UTC", Region.US) if actor is None else (actor.time_zone, actor.region)
        zone = ZoneInfo(name)
        year = session.now().astimezone(zone).year
        known = g.here = actor, (zone, _as_written_in(region, get_locale()), year)
    return known[1]  # type: ignore[no-any-return]


def _zone() -> ZoneInfo:
    return _here()[0]


def today() -> dt.date:
    """The day it is for the reader."""
    return session.now().astimezone(_zone()).date()


def _date(value: dt.date | dt.datetime, zone: ZoneInfo) -> dt.date:
    return value.astimezone(zone).date() if isinstance(value, dt.datetime) else value


@lru_cache(maxsize=64)
def _as_written_in(region: Region, language: Locale | None) -> Locale:
    """The language as it is written there; as it is where Babel knows of nobody who does."""
    language = language or Locale("en")
    try:
        return Locale(language.language, language.territory or region, language.script)
    except UnknownLocaleError:
        return language


def _locale() -> Locale:
    return _here()[1]


@lru_cache(maxsize=4096)
def _written(skeleton: str, date: dt.date, locale: Locale) -> str:
    """A page has few days, many times each."""
    return format_skeleton(skeleton, date, locale=locale)


def day(value: dt.date | dt.datetime | None) -> str:
    """A date in words: "Mar 12", with the year when it is not this one. Nothing for None."""
    if value is None:
        return ""
    zone, locale, this_year = _here()
    date = _date(value, zone)
    return _written("MMMd" if date.year == this_year else "yMMMd", date, locale)


def full_day(value: dt.date | dt.datetime | None) -> str:
    """A date as it stands on paper, which is read later: always with its year. Nothing for None."""
    if value is None:
        return ""
    zone, locale, _year = _here()
    return _written("yMMMd", _date(value, zone), locale)


def as_of(last_day: dt.date, reconstructed: bool) -> str:
    """How figures of a round that is over are said to be so: "As of May 31, 2026." """
    day = full_day(last_day)
    if reconstructed:
        return _("As of %(day)s, reconstructed from what was on record later.", day=day)
    return _("As of %(day)s.", day=day)


def counts_from(of: CountsFrom) -> str:
    """Why a statement counts later for somebody, and from when."""
    came = (
        _("Changed in version %(version)s.", version=of.version)
        if of.is_changed
        else _("New in version %(version)s.", version=of.version)
    )
    return f"{came} {counts_when(of)}"


def counts_when(of: CountsFrom) -> str:
    day = full_day(of.day)
    if of.round is not None:
        return _("Counts from the next round: %(round)s, %(day)s.", round=of.round, day=day)
    return _("Counts from the next round, by %(day)s at the latest.", day=day)


def long_day(value: dt.date | dt.datetime) -> str:
    """A date with its day of the week: "Tuesday, November 24, 2026"."""
    return format_date(_date(value, _zone()), "full", locale=_locale())


def month(value: dt.date) -> str:
    """A month with its year: "March 2024"."""
    return _written("yMMMM", value, _locale())


def how_long(since: dt.date) -> str:
    """Since that day, in whole years, else in whole months: "2 years"."""
    on = today()
    months = (on.year - since.year) * 12 + on.month - since.month - (on.day < since.day)
    if months >= 12:
        return ngettext("%(num)d year", "%(num)d years", months // 12)
    if months > 0:
        return ngettext("%(num)d month", "%(num)d months", months)
    return _("less than a month")


def moment(value: dt.datetime) -> str:
    """Day and time of day where the reader is: "Mar 12, 9:46 AM"."""
    return _("%(day)s, %(time)s", day=day(value), time=time_of_day(value))


def time_of_day(value: dt.datetime) -> str:
    """Where the reader is: "9:46 AM"."""
    return str(format_time(value, "short", tzinfo=_zone(), locale=_locale()))


def hour(value: int) -> str:
    """An hour of the day, 0 to 24: "8:00 AM"."""
    return str(format_time(dt.time(value % 24), "short", locale=_locale()))


def example(region: Region, value: dt.datetime) -> str:
    """Day and time of day as they would be written there."""
    locale, here = _as_written_in(region, get_locale()), value.astimezone(_zone())
    date = format_skeleton("MMMd", here, locale=locale)
    return _("%(day)s, %(time)s", day=date, time=format_time(here, "short", locale=locale))


def ago(value: dt.date | dt.datetime) -> str:
    """How long ago in days: "today", "yesterday", "3 days ago", then the date."""
    date = _date(value, _zone())
    days = (today() - date).days
    if days == 0:
        return _("today")
    if days == 1:
        return _("yesterday")
    if 1 < days < 15:
        return ngettext("%(num)d day ago", "%(num)d days ago", days)
    return day(date)


def number(value: float) -> str:
    """How many, as the language groups it: "3,412"."""
    return _grouped(value, get_locale())


@lru_cache(maxsize=4096)
def _grouped(value: float, _locale: Locale | None) -> str:
    """A table has hundreds, and most of them many times."""
    return str(format_decimal(value))


def file_size(size: int) -> str:
    """In thousands of bytes: "240 kB", "1.2 MB"."""
    if size < 1_000_000:
        return _("%(num)s kB", num=format_decimal(max(1, round(size / 1000))))
    return _("%(num)s MB", num=format_decimal(round(size / 1_000_000, 1)))


def hours(minutes: int) -> str:
    """To the next tenth: "3.4"."""
    return str(format_decimal(-(-minutes // 6) / 10, "0.0"))


def usual_load() -> str:
    """How much to send at once. What that costs is said where the reviewer is known."""
    return str(_("Send about %(count)s statements at a time.", count=SUGGESTED))


Filter = Callable[[Any], str]
DAYS: tuple[Filter, ...] = (ago, counts_from, day, full_day, how_long, long_day, moment, month)
QUANTITIES: tuple[Filter, ...] = (file_size, hour, hours, number, time_of_day)
"""Templates call each by its name."""
