"""The list of who has not finished a round, or who has sent: filtered, sorted and paged by its
address, which holds the selection too."""

import datetime as dt
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from itertools import chain
from operator import attrgetter
from typing import Any

from flask import request
from flask_babel import gettext as _, lazy_gettext as _l, ngettext
from wtforms import HiddenField, SelectField, StringField

from tracker.rules.calendar import day_in
from tracker.rules.names import folded
from tracker.rules.pagination import TablePage, table_page
from tracker.teams.gaps.queries_scope import GapScope, PastRound
from tracker.teams.rounds import queries as teams_rounds_queries
from tracker.teams.rounds.queries import RoundLearner, RoundPage
from tracker.teams.rounds.rules import REMIND_AGAIN, STATES, RoundState, RoundSupervisor
from tracker.web.http import session
from tracker.web.http.errors import refusal_messages
from tracker.web.ui.filters import Filters, page_number
from tracker.web.ui.form import Form
from tracker.web.ui.tables import Column, ColumnHeading, headings, order_asked

refusal_messages(
    nobody_to_remind=_l(
        "Nobody was reminded: these people have sent since, are away, or were reminded in the last "
        "7 days. Look at the list again."
    )
)

LONG_AGO = dt.datetime.min.replace(tzinfo=dt.UTC)
IDS_MOST = 1000
"""An address names no more people than this."""
SUPERVISORS_MOST = 30
"""A field offers no more of them, and the page shows no more at first; where there are more, a
search by name finds theirs too."""
TEAMS_MOST = 30
"""The page shows no more of the teams below at first."""

STATE_NAMES = {
    RoundState.NOT_SENT: _l("Not sent"),
    RoundState.SENT: _l("Sent"),
    RoundState.IN_REVIEW: _l("In review"),
    RoundState.FINISHED: _l("Review finished"),
}
COLUMNS = {
    "name": Column(_l("Name")),
    "branch": Column(_l("Team")),
    "state": Column(_l("State")),
    "supervisor": Column(_l("Supervisor"), sorts=False),
    "reminded": Column(_l("Last reminder"), largest_first=True),
}
KEYS: dict[str, Callable[[RoundLearner], Any]] = {
    "name": lambda one: folded(one.name),
    "branch": lambda one: folded(one.branch),
    "state": lambda one: (STATES.index(one.state), one.since or LONG_AGO),
    "reminded": lambda one: one.reminded_at or LONG_AGO,
}
SHOWN: dict[str, tuple[Any, Callable[[RoundLearner], bool]]] = {
    "": (_l("All not finished"), lambda one: True),
    "not-sent": (_l("Not sent"), lambda one: one.state is RoundState.NOT_SENT),
    "ready": (_l("Ready to talk"), lambda one: one.is_ready),
    "sent": (_l("Sent"), lambda one: one.state is RoundState.SENT),
    "in-review": (_l("In review"), lambda one: one.state is RoundState.IN_REVIEW),
    "overdue": (_l("Overdue"), lambda one: one.is_overdue),
}
"""By what the address says the words, and whom the list then shows."""


class RoundFilters(Filters):
    q = StringField(_l("Name"))
    branch = SelectField(_l("Team"))
    show = SelectField(_l("State"))
    supervisor = SelectField(_l("Supervisor"))
    reminded = SelectField(_l("Last reminder"))


KEPT = ("q", "branch", "show", "supervisor", "reminded", "sort", "order")


def in_address() -> dict[str, Any]:
    """The filters and the order as the address has them, for the way back to the list."""
    return {name: request.args[name] for name in KEPT if name in request.args}


class RemindForm(Form):
    people = HiddenField()

    @property
    def ids(self) -> list[int]:
        return _ids([self.people.data or ""])


@dataclass(frozen=True, slots=True)
class RoundSelection:
    """Those of `ids`; with `all`, everybody in the list but these."""

    all: bool
    ids: frozenset[int]

    def picks(self, person_id: int) -> bool:
        return (person_id in self.ids) is not self.all

    @property
    def address(self) -> dict[str, str]:
        """What an address needs of it."""
        ids = ".".join(map(str, sorted(self.ids)))
        return {**({"all": "1"} if self.all else {}), **({"chosen": ids} if ids else {})}


@dataclass(frozen=True, slots=True)
class RoundList:
    """The people of the `page`. `total` have not finished, or who that is may not be told; `rows`
    of them are left by the filters, of whom `remindable` can be reminded. `selected` are on any
    page of the list. `kept` are the filters and `order` the order, as an address has them.
    `many_supervisors`: too many for a field."""

    page: RoundPage
    cut: TablePage[RoundLearner]
    rows: tuple[RoundLearner, ...]
    total: int
    remindable: int
    form: RoundFilters
    many_supervisors: bool
    headings: list[ColumnHeading]
    kept: dict[str, str]
    order: dict[str, Any]
    selection: RoundSelection
    selected: tuple[RoundLearner, ...]
    unknown: bool

    @property
    def after(self) -> dict[str, Any]:
        """The address of the list, with its filters and order."""
        address = {"team_id": self.page.team.id, "round": self.page.round.id}
        return {**address, **self.kept, **self.order}

    @property
    def back(self) -> dict[str, Any]:
        """The same with what is selected, at this page of the list."""
        return {**self.after, **self.selection.address, "page": self.cut.page}

    @property
    def ticks(self) -> list[int]:
        """The people of this page of the list who can be reminded."""
        return [one.person_id for one in self.cut.rows if one.can_be_reminded]


def words_of(page: RoundPage) -> dict[str, str]:
    """What its figures are called, what stands below them, and whom its list has."""
    before = ""
    if earlier := page.before:
        figures = {"round": earlier.name, "num": earlier.finished, "people": earlier.people}
        before = _("At this point in %(round)s: %(num)s of %(people)s", **figures)
        if page.is_over:
            before = _("At the end of %(round)s: %(num)s of %(people)s", **figures)
    in_teams = ngettext("in %(num)d team", "in %(num)d teams", len(page.branches))
    ready, overdue = page.ready, page.overdue
    asked = ngettext("%(num)d person is ready to talk", "%(num)d people are ready to talk", ready)
    late = ngettext("%(num)d review is overdue", "%(num)d reviews are overdue", overdue)
    words = {
        "list": _("Who has not finished"),
        "nobody": _("Nobody is in this round here"),
        "sent": _("Sent or in review"),
        "open": _("Open"),
        "teams": in_teams if page.branches else "",
        "ready": asked if ready else "",
        "overdue": late if overdue and not page.is_over else "",
        "before": before,
    }
    if page.is_over:
        words["list"] = _("Who had not finished")
        words["nobody"] = _("Nobody was in this round here")
        words["open"] = _("Not finished at the end")
    if page.without_levels:
        words |= {"list": _("Who has sent"), "sent": _("Sent")}
    return words


def round_list(scope: GapScope, at: PastRound) -> RoundList:
    """The list that the address asks for."""
    now = session.now()
    page = teams_rounds_queries.page(scope, at)
    everybody = page.learners
    form, order = RoundFilters(request.args), order_asked(COLUMNS)
    branch = form.offer("branch", _branches(page))
    show = form.offer("show", _states(page))
    supervisors = set(chain.from_iterable({one.supervisors for one in everybody}))
    many = len(supervisors) > SUPERVISORS_MOST
    supervisor = form.offer("supervisor", _supervisors(supervisors))
    times = [_("Any time"), _("Not in the last 7 days"), _("Never")]
    after = {"": now, "not-lately": now - REMIND_AGAIN, "never": LONG_AGO}
    reminded = form.offer("reminded", list(zip(after, times, strict=True)))
    wanted = folded(form.find)
    filters: list[tuple[str, Callable[[RoundLearner], bool]]] = [
        (show, SHOWN[show][1]),
        (branch, lambda one: branch == _key(page, one.branch)),
        (supervisor, lambda one: supervisor in (str(by.person_id) for by in one.supervisors)),
        (reminded, lambda one: one.reminded_at is None or one.reminded_at <= after[reminded]),
        (wanted, lambda one: _is_found(one, wanted, by_supervisors=many)),
    ]
    rows = everybody
    for asked_for, fits in filters:
        rows = tuple(filter(fits, rows)) if asked_for else rows
    if (order.by, order.descending) != ("name", False):
        rows = tuple(sorted(rows, key=KEYS[order.by], reverse=order.descending))
    kept = form.chosen()
    selection = _selection()
    among = rows if selection.all else everybody if selection.ids else ()
    selected = [one for one in among if one.can_be_reminded and selection.picks(one.person_id)]
    stays = {"team_id": page.team.id, "round": page.round.id, **kept, **selection.address}
    return RoundList(
        page=page,
        cut=table_page(rows, page_number()),
        rows=rows,
        total=len(everybody),
        remindable=sum(map(attrgetter("can_be_reminded"), rows)),
        form=form,
        many_supervisors=many,
        headings=headings(COLUMNS, order, "team_rounds.show", _anchor="people", **stays),
        kept=kept,
        order=order.kept,
        selection=selection,
        selected=tuple(selected),
        unknown=order.unknown or form.unknown,
    )


def reminders_by_day(
    people: Iterable[RoundLearner], time_zone: str
) -> list[tuple[dt.datetime | None, int]]:
    """How many of them were reminded last on which day, the latest first; never, last."""
    by_day: dict[dt.date | None, list[dt.datetime | None]] = {}
    for one in people:
        on = day_in(time_zone, one.reminded_at) if one.reminded_at is not None else None
        by_day.setdefault(on, []).append(one.reminded_at)
    days = sorted(by_day, key=lambda day: day or dt.date.min, reverse=True)
    return [(by_day[day][0], len(by_day[day])) for day in days]


def _key(page: RoundPage, branch: str) -> str:
    """What the address calls a team below; "own" for those directly in this one."""
    return next((str(b.team.id) for b in page.branches if b.team.name == branch), "own")


def _branches(page: RoundPage) -> list[tuple[str, Any]]:
    own = ("own", _("directly in this team"))
    named = (own if of.is_own else (str(of.team.id), of.team.name) for of in page.branches)
    return [("", _("All")), *named]


def _supervisors(supervisors: Iterable[RoundSupervisor]) -> list[tuple[str, Any]]:
    """The choices of the field, from A to Z."""
    named = sorted(supervisors, key=lambda by: (folded(by.name), by.person_id))
    return [("", _("All")), *((str(by.person_id), by.name) for by in named)]


def _is_found(one: RoundLearner, wanted: str, *, by_supervisors: bool) -> bool:
    names = [one.name, *(by.name for by in one.supervisors if by_supervisors)]
    return any(wanted in folded(name) for name in names)


def _states(page: RoundPage) -> list[tuple[str, Any]]:
    left_out = {"ready", "overdue"} if page.is_over else set()
    left_out |= {"in-review", "overdue"} if page.without_levels else set()
    offered = {key: words for key, (words, _fits) in SHOWN.items() if key not in left_out}
    if page.without_levels:
        offered[""] = _("All")
    return list(offered.items())


def _selection() -> RoundSelection:
    """As the address has it, with what was ticked and unticked on the page before."""
    is_all = request.args.get("all") == "1"
    ids = set(_ids(request.args.getlist("chosen")))
    shown = set(_ids(request.args.getlist("shown")))
    ticked = set(_ids(request.args.getlist("people")))
    turned = {person_id for person_id in shown if (person_id in ticked) is not is_all}
    return RoundSelection(is_all, frozenset((ids - shown) | turned))


def _ids(given: Collection[str]) -> list[int]:
    parts = [part for ids in given for part in ids.split(".")[:IDS_MOST]]
    return [int(part) for part in parts if part.isascii() and part.isdigit() and len(part) < 11]
