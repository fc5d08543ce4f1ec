"""Teams for those who supervise or coordinate them: who is in one, and what they have sent."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from tracker.policy import Subject
from tracker.queries import subjects, teams
from tracker.rules.roles import Permission
from tracker.web import session
from tracker.web.access import door

bp = Blueprint("teams", __name__, url_prefix="/teams")

LONG_AGO = dt.datetime.min.replace(tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class Column:
    """A column to sort by: its words, what is compared, and whether the largest comes first."""

    label: Any
    key: Callable[[teams.Member], Any]
    largest_first: bool = False


COLUMNS: dict[str, Column] = {
    "name": Column(_l("Name"), lambda member: member.name.casefold()),
    "profile": Column(_l("Role profile"), lambda member: member.role_profile.casefold()),
    "since": Column(_l("Here since"), lambda member: member.since),
    "sent": Column(_l("Sent"), lambda member: (member.sent.in_round, member.sent.in_all), largest_first=True),
    "reviewed": Column(
        _l("Reviewed"), lambda member: (member.sent.reviewed_in_round, member.sent.reviewed), largest_first=True
    ),
    "last": Column(_l("Last review"), lambda member: member.sent.last_review_at or LONG_AGO, largest_first=True),
}
"""All that a list of members can be sorted by; of equals, by name."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A column heading as the page shows it. `sorted` is "ascending", "descending" or empty."""

    label: Any
    href: str
    sorted: str


@bp.get("")
@door(Permission.SIGNED_IN)
def index() -> ResponseReturnValue:
    today = session.now().date()
    rounds = teams.open_rounds(session.actor().library_id, today)
    return render_template("teams/index.html", lines=teams.tree(session.actor(), rounds, today), rounds=rounds)


@bp.get("/<id:team_id>")
@door(Permission.TEAM_READ, subjects.team)
def show(team: Subject) -> ResponseReturnValue:
    page = teams.page(session.actor(), team.id, team.places[0].path, session.now().date())
    only = request.args.get("show", "")
    sort, turned = request.args.get("sort", "name"), request.args.get("order", "")
    unknown = sort not in COLUMNS or turned not in ("", "turned") or only not in ("", "not-sent")
    sort = sort if sort in COLUMNS else "name"
    members = [member for member in page.members if only != "not-sent" or not member.has_sent]
    members.sort(key=COLUMNS[sort].key, reverse=COLUMNS[sort].largest_first is not (turned == "turned"))
    headings = _headings(team.id, sort, turned, only)
    return render_template("teams/show.html", page=page, members=members, headings=headings,
                           only_not_sent=only == "not-sent", unknown=unknown)  # fmt: skip


def _headings(team_id: int, sort: str, turned: str, only: str) -> list[Heading]:
    """The headings; that of the column in use turns the order round."""
    found = []
    for name, column in COLUMNS.items():
        is_sorted = name == sort
        descending = column.largest_first is not (turned == "turned")
        href = url_for(
            ".show",
            team_id=team_id,
            sort=name,
            order="turned" if is_sorted and turned != "turned" else None,
            show=only or None,
        )
        found.append(Heading(column.label, href, ("descending" if descending else "ascending") if is_sorted else ""))
    return found
