"""What is told of records that are not open to a reader yet: to the reader, and to who let them
come."""

import datetime as dt
from collections.abc import Collection
from typing import NamedTuple

from flask import Flask, abort, make_response, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from tracker.queries.access import openings
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
    if session.blind_spots().closed.isdisjoint(people):
        return {}
    actor, now = session.actor(), session.now()
    return {
        person_id: ClosedRecord(
            name, actor.today(opens_at) if opens_at is not None and opens_at > now else None
        )
        for person_id, (name, opens_at) in openings.to_me(actor, people, now).items()
    }


def refuse_closed(person_id: int) -> None:
    """Ends the request with a page that says when this record opens, where it is not open yet."""
    if person_id in session.blind_spots().closed:
        found = closed_records({person_id}).get(person_id)
        abort(make_response(render("profiles/closed.html", record=found), 403))


def flash_new_readers() -> None:
    """After an act that can let somebody come to read records: how many wait by it, and until when.
    One query."""
    count, opens_at = openings.begun_at(session.actor(), session.now())
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


def init_app(app: Flask) -> None:
    app.jinja_env.globals["closed_records"] = closed_records
