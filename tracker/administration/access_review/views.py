"""Who can see whose record, and why: on a page, on paper for a signature, and as a file."""

import datetime as dt
from collections.abc import Iterator
from itertools import groupby

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.administration.access_review import queries as access_review_queries
from tracker.administration.access_review.queries import Access, Reason, SeenPerson
from tracker.administration.library.actions import note_access_review
from tracker.policy.permissions import Actor, library_of
from tracker.queries.core import seals as seals_queries
from tracker.queries.core.access_review import last_review
from tracker.rules.calendar import day_in
from tracker.rules.pagination import table_page
from tracker.rules.roles import Permission
from tracker.web.http import rate_limits, session
from tracker.web.http.access import DoorRequest, door, note_download
from tracker.web.http.errors import flash_message
from tracker.web.i18n.render import render
from tracker.web.ui.csv import Line, csv_file
from tracker.web.ui.filters import page_number

LISTED = 30
"""So many people whom one reader sees are named on the page; more are in the file alone."""

bp = Blueprint("access_review", __name__, url_prefix="/admin")


@bp.get("/access")
@door(Permission.ADMINISTER)
def index() -> ResponseReturnValue:
    actor, now = session.actor(), session.now()
    page = table_page(access_review_queries.readers(actor, now), page_number())
    accesses = access_review_queries.accesses(actor, now, page.rows, named=LISTED)
    changed = seals_queries.changed_rights([*page.rows, -actor.library_id])
    return render(
        "administration/access_review.html",
        page=page,
        readers=[
            (reader, list(of_reader))
            for reader, of_reader in groupby(accesses, lambda access: access.reader)
        ],
        listed=LISTED,
        sees=_sees(),
        why=_why,
        changed=changed,
        settings_changed=-actor.library_id in changed,
        last=last_review(actor.library_id),
    )


@bp.post("/access")
@door(Permission.ADMINISTER)
def confirm() -> ResponseReturnValue:
    note_access_review(session.actor(), session.now())
    flash_message(_("Noted: you checked today who can see whose record."))
    return redirect(url_for("access_review.index"), 303)


@bp.get("/access.csv")
@door(Permission.ADMINISTER)
@rate_limits.documents
def table() -> ResponseReturnValue:
    """A row for each person whom somebody sees, and one for a reason that opens no record."""
    actor = session.actor()
    note_download("access_review", DoorRequest(Permission.ADMINISTER, "people", library_of(actor)))
    return csv_file(_lines(actor, session.now()), f"{_('Access review')} {session.today()}")


def _lines(actor: Actor, now: dt.datetime) -> Iterator[Line]:
    yield [
        _("Reader"),
        _("Reader’s email"),
        _("Last sign-in"),
        _("Why"),
        _("Since"),
        _("Until"),
        _("Sees"),
        _("Person"),
        _("Person’s email"),
        _("Person’s team"),
        _("Seen until"),
        _("Opens"),
    ]
    sees = _sees()
    for access in access_review_queries.accesses(
        actor, now, access_review_queries.readers(actor, now)
    ):
        reader, at = access.reader.person, access.reader.last_sign_in
        why: Line = [
            reader.name,
            reader.email,
            f"{at:%Y-%m-%d}" if at else "",
            _why(access),
            str(access.starts_on or ""),
            str(access.ends_on or ""),
            sees[access.reason],
        ]
        for seen in [*map(_seen, access.people)] or [[""] * 5]:
            yield [*why, *seen]


def _seen(person: SeenPerson) -> list[str]:
    """Name, email, team, last day, and when it opens."""
    opens = ""
    if person.is_closed:
        zone, at = session.actor().time_zone, person.opens_at
        opens = _("after a check") if at is None else str(day_in(zone, at))
    return [person.name, person.email, person.team, str(person.until or ""), opens]


def _why(access: Access) -> str:
    words = {
        Reason.SUPERVISOR: _("Supervisor: %(team)s", team=access.of),
        Reason.COORDINATOR: _("Coordinator: %(team)s", team=access.of),
        Reason.REVIEWER: _("Reviewer of what was sent to them"),
        Reason.BACKUP: _("Backup reviewer for %(name)s", name=access.of),
        Reason.ADMINISTRATOR: _("Administrator"),
        Reason.OPERATOR: _("Operator"),
    }
    return str(words[access.reason])


def _sees() -> dict[Reason, str]:
    names, statements = access_review_queries.what_coordinators_see(session.actor().library_id)
    coordinator = _("Figures of groups, no names")
    if names and statements:
        coordinator = _("Reviewed levels by name, and which statements count as met")
    elif names:
        coordinator = _("Reviewed levels by name")
    return {
        Reason.SUPERVISOR: _("What was revealed, and reviewed levels, by name"),
        Reason.COORDINATOR: coordinator,
        Reason.REVIEWER: _("Ratings, notes and evidence that were sent, once revealed"),
        Reason.BACKUP: _("That a review waits; what is in it once they take it"),
        Reason.ADMINISTRATOR: _("People, teams and rules; no ratings"),
        Reason.OPERATOR: _("The installation; nobody’s record"),
    }
