"""What a reader is told of records that are not open to them yet."""

import datetime as dt
from collections.abc import Collection

from flask import Flask, abort, make_response

from tracker.queries.access import openings
from tracker.web.http import session
from tracker.web.i18n.render import render


def closed_records(people: Collection[int]) -> list[tuple[str, dt.datetime | None]]:
    """The names of those of these people, with when each opens; None where somebody has to decide
    first. One query where something is closed."""
    if session.blind_spots().closed.isdisjoint(people):
        return []
    now = session.now()
    return [
        (each.person, each.opens_at if each.opens_at is not None and each.opens_at > now else None)
        for each in openings.to_me(session.actor(), now)
        if each.person_id in people
    ]


def refuse_closed(person_id: int) -> None:
    """Ends the request with a page that says when this record opens, where it is not open yet."""
    if person_id in session.blind_spots().closed:
        found = closed_records({person_id})
        abort(make_response(render("profiles/closed.html", records=found), 403))


def init_app(app: Flask) -> None:
    app.jinja_env.globals["closed_records"] = closed_records
