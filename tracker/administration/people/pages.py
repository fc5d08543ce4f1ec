"""What every page about one person begins with, and how it ends."""

from typing import Any

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from tracker.administration.people.forms import ROLES
from tracker.queries.core import people as core_people_queries
from tracker.web.http import session
from tracker.web.i18n.render import render


def person_page(template: str, person_id: int, **values: Any) -> str:
    person = core_people_queries.person(person_id)
    return render(template, person=person, roles=ROLES, **values)


def whole_person_page(template: str, person_id: int, **values: Any) -> str:
    """Also with what they are in teams, and until when a link that is out works."""
    values["memberships"] = core_people_queries.memberships(person_id)
    values["link_ends_at"] = core_people_queries.link_ends_at(person_id, session.now())
    return person_page(template, person_id, **values)


def to_person(person_id: int) -> ResponseReturnValue:
    return redirect(url_for("admin_people.show", person_id=person_id), 303)
