"""What every template can use: dates in words, the navigation, who is signed in."""

import datetime as dt
from collections.abc import MutableMapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, format_time
from flask import Flask, current_app, g, request, url_for
from flask.templating import Environment as FlaskEnvironment
from flask_babel import format_decimal, get_locale, ngettext
from flask_babel import gettext as _
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from tracker.policy.permissions import Actor
from tracker.rules.pace import REVIEWER_SECONDS, minutes_for
from tracker.rules.regions import Region
from tracker.rules.reviews.sending import SUGGESTED
from tracker.web.http import access, session
from tracker.web.http.errors import was_refused
from tracker.web.http.redirects import address_here
from tracker.web.i18n.languages import catalogue, language


@dataclass(frozen=True, slots=True)
class NavItem:
    """A link of the main navigation. `short` names it, and `icon` draws it, in the bar at the foot
    of a phone."""

    label: str
    short: str
    icon: str
    href: str
    current: bool


IN_THE_BAR = 5
"""As many links stand in the bar at the foot of a phone; the others are in the menu."""


ICONS = {
    "dashboard.index": "home",
    "assessment.resume": "list",
    "evidence.index": "sheet",
    "reviews.index": "talk",
    "profiles.own": "bars",
    "teams.index": "people",
    "admin.index": "sliders",
    "system.index": "sliders",
    "frameworks.index": "book",
}


def _zone() -> ZoneInfo:
    actor = session.actor_or_none()
    return ZoneInfo(actor.time_zone if actor is not None else "UTC")


def today() -> dt.date:
    """The day it is for the reader."""
    return session.now().astimezone(_zone()).date()


def _date(value: dt.date | dt.datetime) -> dt.date:
    return value.astimezone(_zone()).date() if isinstance(value, dt.datetime) else value


@lru_cache(maxsize=64)
def _as_written_in(region: Region, language: Locale | None) -> Locale:
    """The language as it is written there; as it is where Babel knows of nobody who does."""
    language = language or Locale("en")
    try:
        return Locale(language.language, language.territory or region, language.script)
    except UnknownLocaleError:
        return language


def _locale() -> Locale:
    """Of dates: the page's language, in the region that the reader's library chose."""
    actor = session.actor_or_none()
    return _as_written_in(actor.region if actor is not None else Region.US, get_locale())


def day(value: dt.date | dt.datetime | None) -> str:
    """A date in words: "Mar 12", with the year when it is not this one. Nothing for None."""
    if value is None:
        return ""
    date = _date(value)
    skeleton = "MMMd" if date.year == today().year else "yMMMd"
    return format_skeleton(skeleton, date, locale=_locale())


def full_day(value: dt.date | dt.datetime | None) -> str:
    """A date as it stands on paper, which is read later: always with its year. Nothing for None."""
    return "" if value is None else format_skeleton("yMMMd", _date(value), locale=_locale())


def as_of(last_day: dt.date, reconstructed: bool) -> str:
    """How figures of a round that is over are said to be so: "As of May 31, 2026." """
    day = full_day(last_day)
    if reconstructed:
        return str(_("As of %(day)s, reconstructed from what was on record later.", day=day))
    return str(_("As of %(day)s.", day=day))


def long_day(value: dt.date | dt.datetime) -> str:
    """A date with its day of the week: "Tuesday, November 24, 2026"."""
    return format_date(_date(value), "full", locale=_locale())


def month(value: dt.date) -> str:
    """A month with its year: "March 2024"."""
    return format_skeleton("yMMMM", value, locale=_locale())


def how_long(since: dt.date) -> str:
    """Since that day, in whole years, else in whole months: "2 years"."""
    on = today()
    months = (on.year - since.year) * 12 + on.month - since.month - (on.day < since.day)
    if months >= 12:
        return str(ngettext("%(num)d year", "%(num)d years", months // 12))
    if months > 0:
        return str(ngettext("%(num)d month", "%(num)d months", months))
    return str(_("less than a month"))


def moment(value: dt.datetime) -> str:
    """Day and time of day where the reader is: "Mar 12, 9:46 AM"."""
    time = format_time(value, "short", tzinfo=_zone(), locale=_locale())
    return str(_("%(day)s, %(time)s", day=day(value), time=time))


def hour(value: int) -> str:
    """An hour of the day, 0 to 24: "8:00 AM"."""
    return str(format_time(dt.time(value % 24), "short", locale=_locale()))


def example(region: Region, value: dt.datetime) -> str:
    """Day and time of day as they would be written there."""
    locale, here = _as_written_in(region, get_locale()), value.astimezone(_zone())
    date = format_skeleton("MMMd", here, locale=locale)
    return str(_("%(day)s, %(time)s", day=date, time=format_time(here, "short", locale=locale)))


def file_size(size: int) -> str:
    """In thousands of bytes: "240 kB", "1.2 MB"."""
    if size < 1_000_000:
        return str(_("%(num)s kB", num=format_decimal(max(1, round(size / 1000)))))
    return str(_("%(num)s MB", num=format_decimal(round(size / 1_000_000, 1))))


def hours(minutes: int) -> str:
    """To the next tenth: "3.4"."""
    return str(format_decimal(-(-minutes // 6) / 10, "0.0"))


def usual_load() -> str:
    """What sending costs a reviewer, for what is suggested at once, before anybody is chosen."""
    return str(
        _(
            "Send about %(count)s statements at a time: that takes your reviewer about %(minutes)s "
            "minutes.",
            count=SUGGESTED,
            minutes=minutes_for(SUGGESTED, REVIEWER_SECONDS),
        )
    )


def ago(value: dt.date | dt.datetime) -> str:
    """How long ago in days: "today", "yesterday", "3 days ago", then the date."""
    date = _date(value)
    days = (today() - date).days
    if days == 0:
        return str(_("today"))
    if days == 1:
        return str(_("yesterday"))
    if 1 < days < 15:
        return str(ngettext("%(num)d day ago", "%(num)d days ago", days))
    return day(date)


def _nav() -> list[NavItem]:
    """The main navigation of this person: what they do in each of their roles, and nothing else.
    The first five are what they do most."""
    actor = session.actor_or_none()
    links = [("frameworks.index", _("Framework"))] if actor is None else _links(actor)
    short = {"assessment.resume": _("Rate"), "admin.index": _("Admin")}
    return [
        NavItem(
            label,
            short.get(endpoint, label),
            ICONS[endpoint],
            url_for(endpoint),
            _is_current(endpoint),
        )
        for endpoint, label in links
        if endpoint in current_app.view_functions
    ]


def _links(actor: Actor) -> list[tuple[str, str]]:
    links: list[tuple[str, str]] = [("dashboard.index", _("Today"))]
    if actor.learns_in:
        links += [("assessment.resume", _("Self-assessment")), ("evidence.index", _("Evidence"))]
    if actor.learns_in or actor.supervises or actor.coordinates:
        links += [("reviews.index", _("Reviews"))]
    if actor.learns_in:
        links += [("profiles.own", _("Profile"))]
    if actor.supervises or actor.coordinates:
        links += [("teams.index", _("Teams"))]
    if actor.administrator:
        links += [("admin.index", _("Administration"))]
    elif actor.operator:
        links += [("system.index", _("System"))]
    return [*links, ("frameworks.index", _("Framework"))]


def _is_current(endpoint: str) -> bool:
    """Whether the page belongs to that link: by its blueprint, or because its address stands below
    the link's."""
    here, there = (request.endpoint or "").partition(".")[0], endpoint.partition(".")[0]
    return here == there or address_here().startswith(f"{url_for(endpoint)}/")


class Environment(FlaskEnvironment):
    """Templates get no globals of their own: all read one plain dict, which is copied far quicker
    than a chain of two."""

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        return super().make_globals(d) if d else self.globals


def number(value: int) -> str:
    """How many, as the language groups it: "3,412"."""
    return str(format_decimal(value))


def _filled(context: Context, text: str, values: dict[str, Any]) -> str:
    """A sentence with its numbers grouped; but what it calls `number` says which one, not how
    many."""
    large = {
        name: number(value)
        for name, value in values.items()
        if type(value) is int and value > 999 and name != "number"
    }
    for name in large:
        text = text.replace(f"%({name})d", f"%({name})s")
    return (Markup(text) if context.eval_ctx.autoescape else text) % (values | large)  # noqa: S704  (as Jinja's own: a catalogue is ours)


@pass_context
def _translated(context: Context, text: str, /, **values: object) -> str:
    """`_` in a template: what Jinja's own does by three calls through the context."""
    return _filled(context, str(catalogue().ugettext(text)), values)


@pass_context
def _counted(context: Context, one: str, many: str, count: int, /, **values: object) -> str:
    """`ngettext` in a template."""
    found = str(catalogue().ungettext(one, many, count))
    return _filled(context, found, {"num": count, **values})


def init_app(app: Flask) -> None:
    app.jinja_env.globals.update(_=_translated, gettext=_translated, ngettext=_counted)
    app.jinja_env.filters.update(
        hour=hour,
        day=day,
        full_day=full_day,
        long_day=long_day,
        month=month,
        how_long=how_long,
        moment=moment,
        ago=ago,
        file_size=file_size,
        hours=hours,
        number=number,
    )
    app.jinja_env.globals.update(
        may=access.may, was_refused=was_refused, usual_load=usual_load, address_here=address_here
    )
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True

    @app.context_processor
    def _everywhere() -> dict[str, object]:
        if g.get("failing"):
            return {
                "me": None,
                "nav": [],
                "page_language": language(),
                "demo": app.config["DEMO"],
                "request_id": g.get("request_id", ""),
            }
        return {
            "page_language": language(),
            "me": session.actor_or_none(),
            "nav": _nav(),
            "in_the_bar": IN_THE_BAR,
            "today": today(),
            "demo": app.config["DEMO"],
            "request_id": g.get("request_id", ""),
        }
