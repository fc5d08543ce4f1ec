"""What every template can use: dates in words, the navigation, who is signed in."""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_skeleton
from flask import Flask, current_app, g, request, url_for
from flask_babel import format_datetime, format_decimal, get_locale, ngettext
from flask_babel import gettext as _

from tracker.policy.permissions import Actor
from tracker.web.http import access, session
from tracker.web.http.errors import was_refused
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


def _in_words(date: dt.date, english: str, parts: str, *, always_year: bool = False) -> str:
    """A date without its year where that is this one. `parts` (a CLDR skeleton) is what other
    languages order."""
    year = "y" if always_year or date.year != today().year else ""
    locale = get_locale()
    if locale is None or locale.language == "en":
        return format_date(date, f"{english} {year}".strip(), locale or "en")
    return format_skeleton(f"{year}{parts}", date, locale=locale)


def day(value: dt.date | dt.datetime | None) -> str:
    """A date in words: "12 Mar", with the year when it is not this one. Nothing for None."""
    return "" if value is None else _in_words(_date(value), "d MMM", "MMMd")


def full_day(value: dt.date | dt.datetime | None) -> str:
    """A date as it stands on paper, which is read later: always with its year. Nothing for None."""
    return "" if value is None else _in_words(_date(value), "d MMM", "MMMd", always_year=True)


def long_day(value: dt.date | dt.datetime) -> str:
    """A date with its day of the week: "Tuesday 24 November"."""
    return _in_words(_date(value), "EEEE d MMMM", "MMMMEEEEd")


def month(value: dt.date) -> str:
    """A month with its year: "March 2024"."""
    locale = get_locale()
    if locale is None or locale.language == "en":
        return format_date(value, "MMMM y", locale or "en")
    return format_skeleton("yMMMM", value, locale=locale)


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
    """Day and time of day where the reader is."""
    time = format_datetime(value.astimezone(_zone()), "HH:mm", rebase=False)
    return str(_("%(day)s, %(time)s", day=day(value), time=time))


def file_size(size: int) -> str:
    """In thousands of bytes: "240 kB", "1.2 MB"."""
    if size < 1_000_000:
        return str(_("%(num)s kB", num=format_decimal(max(1, round(size / 1000)))))
    return str(_("%(num)s MB", num=format_decimal(round(size / 1_000_000, 1))))


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
    return [*links, ("frameworks.index", _("Framework"))]


def _is_current(endpoint: str) -> bool:
    """Whether the page belongs to that link: by its blueprint, or because its address stands below
    the link's."""
    here, there = (request.endpoint or "").partition(".")[0], endpoint.partition(".")[0]
    return here == there or request.path.startswith(f"{url_for(endpoint)}/")


def _one(text: str) -> str:
    return str(catalogue().ugettext(text))


def _many(one: str, many: str, count: int) -> str:
    return str(catalogue().ungettext(one, many, count))


def init_app(app: Flask) -> None:
    app.jinja_env.install_gettext_callables(_one, _many, newstyle=True)  # type: ignore[attr-defined]
    app.jinja_env.filters.update(
        day=day,
        full_day=full_day,
        long_day=long_day,
        month=month,
        how_long=how_long,
        moment=moment,
        ago=ago,
        file_size=file_size,
    )
    app.jinja_env.globals.update(may=access.may, was_refused=was_refused)
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
