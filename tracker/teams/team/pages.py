"""Members of a team as their list shows them: only by what stands in it is it filtered and sorted.

So nothing that the reader may not see by name can be worked out from who is left or who comes
first.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from flask import request, url_for
from flask_babel import gettext as _, lazy_gettext as _l
from wtforms import SelectField, StringField

from tracker.rules.names import folded
from tracker.rules.pagination import TablePage, table_page
from tracker.teams.team.queries import Member
from tracker.web.http.framework_asked import FrameworkLink
from tracker.web.ui.filters import Filters, page_number
from tracker.web.ui.tables import Column, ColumnHeading, headings, order_asked

LONG_AGO = dt.datetime.min.replace(tzinfo=dt.UTC)

COLUMNS = {
    "name": Column(_l("Name")),
    "waiting": Column(_l("Waiting for you"), largest_first=True),
    "sent": Column(_l("Sent"), largest_first=True),
    "reviewed": Column(_l("Reviewed"), largest_first=True),
    "last": Column(_l("Last reviewed"), largest_first=True),
    "profile": Column(_l("Job profile")),
    "since": Column(_l("Here since")),
}
KEYS: dict[str, Callable[[Member], Any]] = {
    "name": lambda member: folded(member.name),
    "waiting": lambda member: member.waiting.reviews,
    "sent": lambda member: (member.sent.in_round, member.sent.in_all),
    "reviewed": lambda member: (member.sent.reviewed_in_round, member.sent.reviewed),
    "last": lambda member: member.sent.last_review_at or LONG_AGO,
    "profile": lambda member: folded(member.role_profile),
    "since": lambda member: member.since,
}
"""All that a list of members can be sorted by; of equals, by name."""

SHOWN: dict[str, tuple[Any, Callable[[Member], bool]]] = {
    "": (_l("Everybody"), lambda member: True),
    "not-sent": (_l("Has not sent"), lambda member: not member.has_sent),
    "ready": (_l("Ready to talk"), lambda member: member.is_ready),
    "waiting": (_l("Waits for you"), lambda member: member.waiting.reviews > 0),
}
"""By what the address says the words, and whom a list then shows."""


class MemberFilters(Filters):
    framework = SelectField(_l("Framework"))
    q = StringField(_l("Name or job"))
    profile = SelectField(_l("Job profile"))
    show = SelectField(_l("Who"))


@dataclass(frozen=True, slots=True)
class MemberList:
    """`people` of `total` are in it; somebody with two frameworks has two rows. `frameworks`: the
    switch, where there are several. `for_a_reviewer`: with what waits for the reader. `kept` are
    the filters in use and `order` the order, as an address has them. `unknown`: the address asked
    for something that is not offered; it was left out."""

    cut: TablePage[Member]
    people: int
    total: int
    frameworks: list[FrameworkLink]
    form: MemberFilters
    for_a_reviewer: bool
    headings: list[ColumnHeading]
    kept: dict[str, str]
    order: dict[str, Any]
    unknown: bool


def member_list(members: tuple[Member, ...], team_id: int, *, is_supervisor: bool) -> MemberList:
    """What the address asks for. Who reviews nobody here reads nothing of what waits for them."""
    total = len({member.person_id for member in members})
    for_a_reviewer = is_supervisor or any(map(SHOWN["waiting"][1], members))
    columns = {key: column for key, column in COLUMNS.items() if for_a_reviewer or key != "waiting"}
    form, order = MemberFilters(request.args), order_asked(columns)
    frameworks = _frameworks(members)
    framework = form.offer("framework", [(slug, label) for slug, label, _lang in frameworks])
    members = tuple(member for member in members if framework in ("", member.framework_slug))
    profiles = sorted({name for member in members for name in member.role_profiles}, key=folded)
    profile = form.offer(
        "profile", [("", _("All")), *((name, name) for name in profiles if len(profiles) > 1)]
    )
    who = [(key, words) for key, (words, _fits) in SHOWN.items()]
    show = form.offer("show", who if for_a_reviewer else who[:-1])
    rows = [
        member
        for member in members
        if SHOWN[show][1](member)
        and (not profile or profile in member.role_profiles)
        and folded(form.find) in folded(f"{member.name} {member.job}")
    ]
    rows.sort(key=KEYS["name"])
    rows.sort(key=KEYS[order.by], reverse=order.descending)
    kept = form.chosen()
    return MemberList(
        cut=table_page(rows, page_number()),
        people=len({member.person_id for member in rows}),
        total=total,
        frameworks=_switch(team_id, frameworks, framework) if len(frameworks) > 1 else [],
        form=form,
        for_a_reviewer=for_a_reviewer,
        headings=headings(columns, order, "teams.show", team_id=team_id, **kept),
        kept=kept,
        order=order.kept,
        unknown=order.unknown or form.unknown,
    )


def _frameworks(members: tuple[Member, ...]) -> list[tuple[str, str, str]]:
    """What can be chosen, as slug, label and language: one or, where there are several, all or
    each."""
    named = {
        member.framework_slug: (member.framework_slug, member.framework, member.lang)
        for member in members
    }
    several = sorted(named.values(), key=itemgetter(1)) if len(named) > 1 else []
    return [("", _("All frameworks"), ""), *several]


def _switch(team_id: int, offered: list[tuple[str, str, str]], chosen: str) -> list[FrameworkLink]:
    return [
        FrameworkLink(
            label,
            lang,
            url_for("teams.show", team_id=team_id, framework=slug or None),
            slug == chosen,
        )
        for slug, label, lang in offered
    ]
