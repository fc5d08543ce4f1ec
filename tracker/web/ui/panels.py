"""The parts of Today, as its page shows them."""

import datetime as dt
from dataclasses import dataclass, field

from flask_babel import format_date, gettext as _

from tracker.web.ui.templating.dates import day

SOON = dt.timedelta(days=3)
"""What is due so soon stands out."""


@dataclass(frozen=True, slots=True)
class PanelLink:
    href: str
    label: str


@dataclass(frozen=True, slots=True)
class NextUp:
    """One thing to go on with. `due_on`: the day by which somebody else waits for it; None where
    nobody does."""

    title: str
    text: str
    href: str
    label: str
    also: PanelLink | None = None
    due_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class PanelEntry:
    """One thing that waits."""

    title: str
    href: str
    note: str = ""
    when: str = ""
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """What waits in one role in one place; `nothing` is said where nothing does, `note` over what
    does."""

    title: str
    entries: list[PanelEntry] = field(default_factory=list)
    links: list[PanelLink] = field(default_factory=list)
    nothing: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Duties:
    """Sections in order, and what to go on with, the first first."""

    sections: list[Section]
    next_ups: list[NextUp] = field(default_factory=list)


def due(on: dt.date, today: dt.date) -> str:
    """When something is due, in words: "due Friday" within a week."""
    days = (on - today).days
    if days < 0:
        return _("overdue since %(day)s", day=day(on))
    if days == 0:
        return _("due today")
    if days == 1:
        return _("due tomorrow")
    if days < 7:
        return _("due %(weekday)s", weekday=format_date(on, "EEEE", rebase=False))
    return _("due %(day)s", day=day(on))


def is_soon(on: dt.date, today: dt.date) -> bool:
    return on - today <= SOON


def shortened(text: str) -> str:
    """One line of a text, cut at a word."""
    line = " ".join(text.split())
    return line if len(line) <= 160 else line[:160].rsplit(" ", 1)[0] + " …"
