"""An account that was made by mistake: what goes is said first."""

from flask import Blueprint, abort, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from tracker.policy.permissions import Subject
from tracker.queries.access import subjects
from tracker.queries.administration import people
from tracker.queries.administration.accounts.unused import is_unused
from tracker.rules.errors import Conflict
from tracker.rules.roles import Permission
from tracker.services.administration.accounts import removal
from tracker.web.administration.people_forms import ROLES
from tracker.web.http import session
from tracker.web.http.access import door
from tracker.web.http.errors import flash_message, message_for, refusal_messages
from tracker.web.i18n.render import render

bp = Blueprint("account_removal", __name__, url_prefix="/admin/people")

refusal_messages(
    account_used=_l(
        "This account is in use or has a record, so it can’t be deleted. Disable it instead."
    )
)


@bp.get("/<id:person_id>/delete")
@door(Permission.ADMINISTER_PERSON, subjects.person)
def show(person: Subject) -> ResponseReturnValue:
    if not is_unused(person.id):
        abort(404)
    found = people.detail(person.id, session.now())
    return render("administration/accounts/delete.html", person=found, roles=ROLES)


@bp.post("/<id:person_id>/delete")
@door(Permission.ADMINISTER_PERSON, subjects.person)
def remove(person: Subject) -> ResponseReturnValue:
    email = people.detail(person.id, session.now()).email
    try:
        removal.remove(session.actor(), person.id, session.now())
    except Conflict as refusal:
        flash_message(message_for(refusal), "error")
        return redirect(url_for("admin_people.show", person_id=person.id), 303)
    flash_message(
        _(
            "Account %(number)s is deleted. %(email)s can be used again.",
            number=person.id,
            email=email,
        )
    )
    return redirect(url_for("admin_people.index"), 303)
