"""An account that was made by mistake is deleted, after its page has said what goes."""

from flask import Blueprint, abort, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, lazy_gettext as _l

from tracker.administration.accounts import actions as accounts_actions, queries as accounts_queries
from tracker.administration.people.pages import to_person, whole_person_page
from tracker.policy.permissions import Subject
from tracker.queries.access import subjects as subjects_queries
from tracker.queries.core import people as core_people_queries
from tracker.rules.errors import Conflict
from tracker.rules.roles import Permission
from tracker.web.http import session
from tracker.web.http.access import door
from tracker.web.http.errors import flash_message, message_for, refusal_messages

removal = Blueprint("account_removal", __name__, url_prefix="/admin/people")

refusal_messages(
    account_is_earlier=_l(
        "This account goes on in another one, and nothing changes in it anymore. Its page leads to "
        "the one that stays."
    ),
    account_used=_l(
        "This account is in use or has a record, so it can’t be deleted. Disable it instead."
    ),
)


@removal.get("/<id:person_id>/delete", endpoint="show")
@door(Permission.ADMINISTER_PERSON, subjects_queries.person)
def show_removal(person: Subject) -> ResponseReturnValue:
    if not accounts_queries.is_unused(person.id):
        abort(404)
    return whole_person_page("administration/accounts/delete.html", person.id)


@removal.post("/<id:person_id>/delete")
@door(Permission.ADMINISTER_PERSON, subjects_queries.person)
def remove(person: Subject) -> ResponseReturnValue:
    email = core_people_queries.person(person.id).email
    try:
        accounts_actions.remove(session.actor(), person.id, session.now())
    except Conflict as refusal:
        flash_message(message_for(refusal), "error")
        return to_person(person.id)
    flash_message(
        _(
            "Account %(number)s is deleted. %(email)s can be used again.",
            number=person.id,
            email=email,
        )
    )
    return redirect(url_for("admin_people.index"), 303)
