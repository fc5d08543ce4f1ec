"""What pages say of people: who is called alike, told apart wherever somebody is given a role or
chosen; and whose record is not open to a reader yet, to the reader and to who let them come."""

import datetime as dt
from collections.abc import Collection, Iterable
from itertools import groupby
from typing import NamedTuple

from flask import Flask, abort, g, make_response, url_for
from flask_babel import gettext as _, ngettext

from tracker.administration.people.queries import LibraryNames, Namesake
from tracker.queries.access import openings as openings_queries
from tracker.web.http import session
from tracker.web.http.errors import Link, flash_message
from tracker.web.i18n.render import render
from tracker.web.ui.templating.dates import day


class ClosedRecord(NamedTuple):
    """`opens_on`: None where somebody has to decide first."""

    name: str
    opens_on: dt.date | None


def closed_records(people: Collection[int]) -> dict[int, ClosedRecord]:
    """Of these people, those whose records are not open to the reader yet. One query where there
    are some."""
    if session.reader().closed.isdisjoint(people):
        return {}
    actor, now = session.actor(), session.now()
    return {
        person_id: ClosedRecord(
            name, actor.today(opens_at) if opens_at is not None and opens_at > now else None
        )
        for person_id, (name, opens_at) in openings_queries.to_me(actor, people, now).items()
    }


def by_opening(records: Iterable[ClosedRecord]) -> list[list[ClosedRecord]]:
    """Those that open on one day together, the first day first, and last those that somebody has to
    decide on."""

    def when(record: ClosedRecord) -> tuple[bool, dt.date]:
        return record.opens_on is None, record.opens_on or dt.date.max

    return [list(those) for _when, those in groupby(sorted(records, key=when), key=when)]


def refuse_closed(person_id: int) -> None:
    """Ends the request with a page that says when this record opens, where it is not open yet."""
    if person_id in session.reader().closed:
        record = closed_records({person_id}).get(person_id)
        abort(make_response(render("profiles/closed.html", record=record), 403))


def flash_new_readers() -> None:
    """After an act that can let somebody come to read records: how many wait by it, and until when.
    One query."""
    count, opens_at = openings_queries.begun_at(session.actor(), session.now())
    if opens_at is not None:
        flash_message(
            ngettext(
                "What was reviewed of %(num)d person opens on %(day)s. They are told.",
                "What was reviewed of %(num)d people opens on %(day)s. They are told.",
                count,
                day=day(opens_at),
            ),
            "info",
            link=Link(url_for("readers.queue"), _("Who can open it sooner")),
        )


def told_apart(name: str, person_id: int) -> str:
    """The name; with the address where another person of the library has it, or one that looks the
    same."""
    names = _names()
    if not names.like(name, person_id=person_id):
        return name
    return _("%(name)s, %(email)s", name=name, email=names.email(person_id))


def namesakes_said(name: str, person_id: int | None = None, email: str = "") -> list[str]:
    """A sentence for each other person of the library who is called so, or seems to be."""
    names = _names()
    ids = names.like(name, person_id=person_id, email=email)
    return [_sentence(detail) for detail in names.details(name, ids, session.today())]


def _sentence(other: Namesake) -> str:
    who = ", ".join((other.email, *other.teams))
    if other.is_called_so:
        return _("Another person here is called %(name)s: %(who)s.", name=other.name, who=who)
    return str(
        _(
            "The name of another person here looks the same: %(name)s, %(who)s.",
            name=other.name,
            who=who,
        )
    )


def _names() -> LibraryNames:
    """Read once for a request."""
    if "library_names" not in g:
        g.library_names = LibraryNames(session.actor().library_id)
    names: LibraryNames = g.library_names
    return names


def init_app(app: Flask) -> None:
    app.jinja_env.globals.update(
        by_opening=by_opening,
        closed_records=closed_records,
        namesakes_said=namesakes_said,
        told_apart=told_apart,
    )
